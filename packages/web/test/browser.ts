import { existsSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

/** The one without windows takes half the time. */
const browsers = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium']

/** Debian's Chromium. Fails with what to do when it is not there. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = browsers.find(existsSync)
  if (executablePath === undefined) {
    const install = 'apt-get update && apt-get install -y chromium-headless-shell'
    throw new Error(`There is neither ${browsers.join(' nor ')}: install it with ${install}`)
  }
  return chromium.launch({ executablePath, args: ['--no-sandbox'] })
}

let launched: Promise<Browser> | undefined

/** The browser of all test files that run in this process, whose end is its end. */
export function sharedBrowser(): Promise<Browser> {
  launched ??= launchBrowser()
  return launched
}

export type Scheme = 'light' | 'dark'
export type Look = { scheme?: Scheme; width?: number }

/** A tab of its own, and everything in it that must not happen: errors, broken policies, requests to elsewhere. */
export type Tab = { page: Page; requests: string[]; problems: string[] }

/** A profile of somebody in New York, with nothing kept from others. Its first tab is blank, and stays. */
export async function newProfile(browser: Browser): Promise<BrowserContext> {
  const profile = await browser.newContext({ locale: 'en-US', timezoneId: 'America/New_York' })
  await profile.newPage()
  return profile
}

/** Closes the tabs of a profile and forgets what a server knows it by or kept in it, but not the code it was given. */
export async function emptyProfile(profile: BrowserContext, origin: string) {
  const [blank, ...tabs] = profile.pages()
  await Promise.all(tabs.map((page) => page.close()))
  await Promise.all([profile.clearCookies(), profile.clearPermissions(), profile.setOffline(false)])
  const session = await profile.newCDPSession(blank as Page)
  await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'local_storage' })
  await session.detach()
}

export async function openTab(
  profile: BrowserContext,
  origin: string,
  { scheme = 'light', width = 1280 }: Look = {},
): Promise<Tab> {
  const page = await profile.newPage()
  await page.emulateMedia({ colorScheme: scheme })
  await page.setViewportSize({ width, height: 900 })
  const tab: Tab = { page, requests: [], problems: [] }
  page.on('pageerror', (error) => tab.problems.push(`error: ${error}`))
  page.on('dialog', (dialog) => {
    tab.problems.push(`dialog: ${dialog.message()}`)
    dialog.dismiss()
  })
  // Chromium tells the console of every status of 400 and above and of lost connections, which some tests are about.
  page.on('console', (message) => {
    const isAnswer = message.text().startsWith('Failed to load resource: ')
    if (message.type() === 'error' && !isAnswer) tab.problems.push(`console: ${message.text()}`)
  })
  page.on('request', (request) => {
    tab.requests.push(request.url())
    if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith('data:')) {
      tab.problems.push(`request to ${request.url()}`)
    }
  })
  return tab
}

/** Keeps a picture of the whole page among the artefacts of the run. */
export async function keepScreenshot(page: Page, name: string) {
  const folder = fileURLToPath(new URL('../../../artefacts/web/', import.meta.url))
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: `${folder}${name}.png`, fullPage: true })
}
