import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Openfield } from '@openfield/sdk'
import axe from 'axe-core'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, inject, vi } from 'vitest'
import { readConfig } from '../../server/src/config.ts'
import { type Server, startServer } from '../../server/src/server.ts'
import { createDatabase, dropDatabase } from '../../server/test/harness.ts'
import {
  emptyProfile,
  keepScreenshot,
  type Look,
  newProfile,
  openTab,
  type Scheme,
  sharedBrowser,
  type Tab,
} from './browser.ts'

type Who = { email: string; password: string }

const password = 'correct-horse-battery'

/** The first admin of every server here. */
export const admin: Who = { email: 'admin@example.com', password }

/** A server of its own, the browser, and a client with a full-access key. */
export type App = {
  readonly url: string
  readonly key: string
  readonly client: Openfield
  /** The admin. */
  readonly memberId: string
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
  /** Profiles in nobody's hands, which have the code of the app in their caches and nothing else. */
  const spare: BrowserContext[] = []
  let database: string
  let server: Server
  let client: Openfield

  beforeAll(async () => {
    database = await createDatabase(inject('templateDatabase'))
    server = await startServer(
      readConfig({
        HOST: '127.0.0.1',
        PORT: '0',
        DATABASE_URL: database,
        OPENFIELD_DATA_DIR: dataDir,
        OPENFIELD_RATE_LIMIT: '0',
        OPENFIELD_ADMIN_PASSWORD: password,
        OPENFIELD_ENRICHMENT: 'off',
        ...settings,
      }),
    )
    client = new Openfield({ apiKey: server.first?.key ?? '', baseURL: server.url })
    // From source, the first request bundles the app, which takes its time.
    await (await fetch(`${server.url}/crm/`)).text()
  })

  afterAll(async () => {
    await Promise.all(spare.map((profile) => profile.close()))
    await server?.close()
    await dropDatabase(database)
    rmSync(dataDir, { recursive: true, force: true })
  })

  afterEach(async () => {
    for (const { page, problems } of tabs.splice(0)) {
      expect(problems).toEqual([])
      await emptyProfile(page.context(), server.url)
      spare.push(page.context())
    }
  })

  async function openPage(path: string, look?: Look, session?: Cookie): Promise<Page> {
    const tab = await openTab(spare.pop() ?? (await newProfile(await sharedBrowser())), server.url, look)
    tabs.push(tab)
    if (session) await tab.page.context().addCookies([{ ...session, url: server.url }])
    await tab.page.goto(`${server.url}/crm${path}`)
    return tab.page
  }

  return {
    get url() {
      return server.url
    },
    get key() {
      return server.first?.key ?? ''
    },
    get client() {
      return client
    },
    get memberId() {
      return server.first?.memberId ?? ''
    },
    openOutside: openPage,
    async open(path, look, who = admin) {
      const page = await openPage(path, look, await sessionOf(server.url, who))
      await page.locator('main').waitFor()
      return page
    },
  }
}

type Cookie = { name: string; value: string }

/** The cookie of somebody who has signed in, as each page has one of its own. What the form does has tests of its own. */
async function sessionOf(url: string, who: Who): Promise<Cookie> {
  const response = await fetch(`${url}/admin/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-openfield-session': 'new', 'lightfield-version': '2026-03-01' },
    body: JSON.stringify(who),
  })
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(response.headers.getSetCookie()[0] ?? '') ?? []
  if (name === '') throw new Error(`${who.email} cannot sign in: ${response.status} ${await response.text()}`)
  return { name, value }
}

/** Fills the form in and sends it. */
export async function trySigningIn(page: Page, who: Who) {
  await page.getByLabel('E-mail address').fill(who.email)
  await page.locator('input[type=password]').fill(who.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

export async function signIn(page: Page, who: Who) {
  await trySigningIn(page, who)
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor({ state: 'detached' })
}

/** What axe finds wrong with a page, or just what is found by these rules, in a line each. */
export async function violations(page: Page, rules?: string[]): Promise<string[]> {
  await page.evaluate(stillness)
  // Once for each page: its code is bigger than that of the app.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source)
  return page.evaluate(findViolations, rules)
}

/** Runs in the page. */
async function findViolations(rules?: string[]): Promise<string[]> {
  const there = window as unknown as { axe: typeof axe }
  const { violations } = await there.axe.run(document, {
    resultTypes: ['violations'],
    ...(rules && { runOnly: rules }),
  })
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, html }) => `${id}: ${target.join(' ')} ${html.slice(0, 200)}`),
  )
}

/** Waits, in the page, for all that moves to come to rest: on its way a text may be too faint for a moment. */
async function stillness() {
  const moving = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity)
  await Promise.allSettled(moving.map((one) => one.finished))
}

/** What axe looks at that the other theme changes. */
const rulesOfColours = ['color-contrast', 'link-in-text-block']

/**
 * Demands of a page, as it is now and in these themes, that axe finds nothing and that nothing is cut off. Pictures are kept.
 */
export async function requireReadable(page: Page, name: string, schemes: readonly Scheme[] = ['light', 'dark']) {
  const width = page.viewportSize()?.width ?? 0
  for (const [index, colorScheme] of schemes.entries()) {
    await page.emulateMedia({ colorScheme })
    await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor({ state: 'attached' })
    expect(await violations(page, index === 0 ? undefined : rulesOfColours)).toEqual([])
    await keepScreenshot(page, `${name}-${colorScheme}-${width}`)
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
}

/** Looks at a page in both themes and on a telephone. */
export async function inspect(app: App, path: string, name: string, ready: (page: Page) => Promise<unknown>) {
  const wide = await app.open(path)
  await ready(wide)
  await requireReadable(wide, name)
  const narrow = await app.open(path, { width: 360 })
  await ready(narrow)
  await requireReadable(narrow, name, ['light'])
}
