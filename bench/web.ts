import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '../packages/web/test/browser.ts'
import type { Effort } from './effort.ts'
import { fill } from './fill.ts'
import { median } from './median.ts'
import type { Figure, Section } from './report.ts'
import type { Rig } from './rig.ts'
import { adminPassword } from './server.ts'

/** The web app in Chromium on this machine: what it loads, how soon it is there, how it stays smooth. */
export async function measureWeb(rig: Rig, effort: Effort): Promise<Section> {
  await fill(rig, effort.opportunities)
  const browser = await launchBrowser()
  try {
    const state = await signIn(browser, rig.url())
    const open = (path: string) => openPage(browser, state, new URL(path, rig.url()).href)
    const figures = [
      ...(await firstList(open, effort.rounds)),
      ...(await openRecord(open, effort.rounds)),
      ...(await scrolling(open, '/crm/opportunities', '[role=row]', `list of ${count(effort.opportunities)}`, 120)),
      ...(await scrolling(
        open,
        boardOf,
        '[aria-roledescription^=card]',
        `board of ${count(effort.opportunities)}`,
        200,
      )),
    ]
    return { title: 'The web app in Chromium', figures }
  } finally {
    await browser.close()
  }
}

const boardOf = '/crm/opportunities?layout=board'
const count = (number: number) => number.toLocaleString('en-US')

type State = Awaited<ReturnType<Awaited<ReturnType<Browser['newContext']>>['storageState']>>
type Open = (path: string) => Promise<Page>

async function signIn(browser: Browser, url: string): Promise<State> {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(new URL('/crm', url).href)
  await page.getByLabel('E-mail address').fill('admin@example.com')
  await page.locator('input[type=password]').fill(adminPassword)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
  const state = await context.storageState()
  await context.close()
  return state
}

/** A page in a browser that has nothing kept but the session; long tasks are counted from its beginning. */
async function openPage(browser: Browser, storageState: State, url: string): Promise<Page> {
  const context = await browser.newContext({ storageState, viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
  await page.addInitScript(() => {
    const tasks: number[] = []
    Object.assign(globalThis, { longTasks: tasks })
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
      entryTypes: ['longtask'],
    })
  })
  const scripts = await countScripts(page)
  Object.assign(page, { scripts })
  await page.goto(url)
  return page
}

/** Adds up what scripts weigh on the wire, compressed. */
async function countScripts(page: Page): Promise<{ bytes: number }> {
  const session = await page.context().newCDPSession(page)
  const scripts = { bytes: 0 }
  const isScript = new Set<string>()
  await session.send('Network.enable')
  session.on('Network.responseReceived', ({ requestId, type }) => {
    if (type === 'Script') isScript.add(requestId)
  })
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (isScript.has(requestId)) scripts.bytes += encodedDataLength
  })
  return scripts
}

const firstRow = (page: Page) => page.locator('[role=row] a[href*="/opportunities/opp_"]').first()

async function firstList(open: Open, rounds: number): Promise<Figure[]> {
  const readies: number[] = []
  let bytes = 0
  for (let round = 0; round < rounds; round += 1) {
    const page = await open('/crm/opportunities')
    await firstRow(page).waitFor()
    readies.push(await page.evaluate(() => performance.now()))
    bytes = Math.max(bytes, (page as Page & { scripts: { bytes: number } }).scripts.bytes)
    await page.context().close()
  }
  return [
    { name: 'scripts before the first list, compressed', value: bytes / 1000, unit: 'KB', most: 320 },
    { name: 'first list usable, nothing cached', value: median(readies) / 1000, unit: 's', most: 1 },
  ]
}

async function openRecord(open: Open, rounds: number): Promise<Figure[]> {
  const page = await open('/crm/opportunities')
  const times: number[] = []
  for (let round = 0; round < rounds * 4; round += 1) {
    const link = page.locator('[role=row] a[href*="/opportunities/opp_"]').nth(round % 10)
    await link.waitFor()
    const title = (await link.textContent()) ?? ''
    const timed = page.evaluate(timeToHeading, title)
    await link.click()
    times.push(await timed)
    await page.goBack()
  }
  await page.context().close()
  return [{ name: 'open a record from the list, median', value: median(times), unit: 'ms', most: 100 }]
}

/** Runs in the page: from the next click to the frame that shows a title as the heading of a record's page. */
function timeToHeading(title: string): Promise<number> {
  return new Promise((resolve) => {
    const look = (begin: number) => {
      const shown = document.querySelector('main h1')?.textContent ?? ''
      if (shown.includes(title)) resolve(performance.now() - begin)
      else requestAnimationFrame(() => look(begin))
    }
    document.addEventListener('click', () => look(performance.now()), { capture: true, once: true })
  })
}

/** Scrolls to the end and back, and counts what is in the page meanwhile. */
async function scrolling(open: Open, path: string, item: string, name: string, most: number): Promise<Figure[]> {
  const page = await open(path)
  await page.locator(item).nth(3).waitFor()
  await page.evaluate(() => (globalThis as unknown as { longTasks: number[] }).longTasks.splice(0))
  const items = await page.evaluate(scrollThrough, item)
  const tasks = await page.evaluate(() => (globalThis as unknown as { longTasks: number[] }).longTasks)
  await page.context().close()
  return [
    { name: `${name}: most of them in the page`, value: items, unit: '', most },
    { name: `${name}: median long task while scrolling`, value: median([0, ...tasks]), unit: 'ms', most: 50 },
    { name: `${name}: longest task while scrolling`, value: Math.max(0, ...tasks), unit: 'ms' },
  ]
}

/** Runs in the page: scrolls whatever holds the items, sixty steps to the end, and returns how many there were at most. */
async function scrollThrough(item: string): Promise<number> {
  const first = document.querySelector(item)
  let scroller = first?.parentElement
  while (scroller && scroller.scrollHeight <= scroller.clientHeight + 10) scroller = scroller.parentElement
  if (!scroller) throw new Error('nothing scrolls')
  let most = 0
  for (let step = 1; step <= 60; step += 1) {
    scroller.scrollTop = ((scroller.scrollHeight - scroller.clientHeight) * step) / 60
    await new Promise((resolve) => setTimeout(resolve, 60))
    most = Math.max(most, document.querySelectorAll(item).length)
  }
  return most
}
