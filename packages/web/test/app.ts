import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { Openfield } from '@openfield/sdk'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest'
import { readConfig } from '../../server/src/config.ts'
import { type Server, startServer } from '../../server/src/server.ts'
import { keepScreenshot, type Look, launchBrowser, openTab, type Scheme, type Tab } from './browser.ts'

type Who = { email: string; password: string }

const password = 'correct-horse-battery'

/** The first admin of every server here. */
export const admin: Who = { email: 'admin@example.com', password }

/** A server of its own, the browser, and a client with a full-access key. */
export type App = {
  readonly url: string
  readonly client: Openfield
  /** Opens a page as somebody who is signed in; the admin unless said otherwise. */
  open(path: string, look?: Look, who?: Who): Promise<Page>
  /** Opens a page as somebody who is not. */
  openOutside(path: string, look?: Look): Promise<Page>
}

/**
 * Starts the app for a test file, to be called where tests are defined. After each test, whatever it is about: nothing has
 * failed in any page, nothing was asked of other servers.
 */
export function startApp(settings: Partial<Record<string, string>> = {}): App {
  // Browsers are slow on a busy machine.
  vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })
  const dataDir = mkdtempSync(join(tmpdir(), 'openfield-web-'))
  const tabs: Tab[] = []
  let server: Server
  let browser: Browser
  let client: Openfield

  beforeAll(async () => {
    server = await startServer(
      readConfig({
        HOST: '127.0.0.1',
        PORT: '0',
        OPENFIELD_DATA_DIR: dataDir,
        OPENFIELD_RATE_LIMIT: '0',
        OPENFIELD_ADMIN_PASSWORD: password,
        OPENFIELD_ENRICHMENT: 'off',
        ...settings,
      }),
    )
    client = new Openfield({ apiKey: server.first?.key ?? '', baseURL: server.url })
    browser = await launchBrowser()
    // From source, the first request bundles the app, which takes its time.
    await (await fetch(`${server.url}/crm/`)).text()
  })

  afterAll(async () => {
    await browser?.close()
    await server?.close()
    rmSync(dataDir, { recursive: true, force: true })
  })

  afterEach(async () => {
    for (const { page, problems } of tabs.splice(0)) {
      expect(problems).toEqual([])
      await page.context().close()
    }
  })

  async function openOutside(path: string, look?: Look): Promise<Page> {
    const tab = await openTab(browser, server.url, look)
    tabs.push(tab)
    await tab.page.goto(`${server.url}/crm${path}`)
    return tab.page
  }

  return {
    get url() {
      return server.url
    },
    get client() {
      return client
    },
    openOutside,
    async open(path, look, who = admin) {
      const page = await openOutside(`/sign-in?return=${encodeURIComponent(path)}`, look)
      await signIn(page, who)
      await page.locator('main').waitFor()
      return page
    },
  }
}

export async function signIn(page: Page, who: Who) {
  await page.getByLabel('E-mail address').fill(who.email)
  await page.locator('input[type=password]').fill(who.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor({ state: 'detached' })
}

/** What axe finds wrong with a page, in a line each. */
export async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).analyze()
  return found.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`))
}

const looks: readonly (Look & { scheme: Scheme })[] = [
  { scheme: 'light' },
  { scheme: 'dark' },
  { scheme: 'light', width: 360 },
]

/** Looks at a page in both themes and on a telephone: axe finds nothing, nothing is cut off, and pictures are kept. */
export async function inspect(app: App, path: string, name: string, ready: (page: Page) => Promise<unknown>) {
  for (const look of looks) {
    const page = await app.open(path, look)
    await ready(page)
    await keepScreenshot(page, `${name}-${look.scheme}-${look.width ?? 1280}`)
    expect(await violations(page)).toEqual([])
    const { scroll, width } = await page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      width: innerWidth,
    }))
    expect(scroll).toBeLessThanOrEqual(width)
  }
}
