import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { inspect, startApp, violations } from './app.ts'

const app = startApp()

let contact: string
let account: string

beforeAll(async () => {
  const { client } = app
  account = (await client.account.create({ fields: { $name: 'Zürich Analytical' } })).id
  contact = (
    await client.contact.create({
      fields: {
        $name: { firstName: 'Ada', lastName: 'Byron' },
        $email: ['ada@analytical.example'],
        $phone: ['+14155550134'],
      },
      relationships: { $account: account },
    })
  ).id
})

const openPalette = async (page: Page) => {
  await page.locator('#main').getByRole('heading', { level: 1 }).waitFor()
  await page.keyboard.press('Control+k')
  return page.getByRole('combobox', { name: 'Search for records and commands' })
}

it('opens any record by what one knows of it', async () => {
  const page = await app.open('/tasks')
  for (const text of ['byron', '(415) 555-0134', 'ada@analytical.example', 'ada byronn', 'ada zurich']) {
    const input = await openPalette(page)
    await input.pressSequentially(text)
    await page.getByRole('option', { name: /Ada Byron/ }).waitFor()
    await page.keyboard.press('Escape')
    await input.waitFor({ state: 'detached' })
  }
  await (await openPalette(page)).pressSequentially('zurich anal')
  await page
    .getByRole('option', { name: /Zürich Analytical/ })
    .first()
    .waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/accounts/${account}`)
})

it('takes what is typed right after the keys that open it', async () => {
  const page = await app.open('/tasks')
  const input = await openPalette(page)
  await input.press('Escape')
  await input.waitFor({ state: 'detached' })
  // In the page, so that nothing comes between the keys.
  const focused = await page.evaluate(async () => {
    const keys = { key: 'k', ctrlKey: true, bubbles: true, cancelable: true }
    document.body.dispatchEvent(new KeyboardEvent('keydown', keys))
    await new Promise((resolve) => setTimeout(resolve))
    return document.activeElement?.getAttribute('aria-label')
  })
  expect(focused).toBe('Search for records and commands')
})

it('waits with Enter for the answer to what was typed', async () => {
  const page = await app.open('/tasks')
  await page.route('**/admin/v1/search**', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 300))
    await route.continue()
  })
  const input = await openPalette(page)
  await input.fill('byron')
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/contacts/${contact}`)
})

it('offers at first what one has looked at lately', async () => {
  const page = await app.open(`/contacts/${contact}`)
  await openPalette(page)
  await page
    .getByRole('group', { name: 'Recent' })
    .getByRole('option', { name: /Ada Byron/ })
    .waitFor()
})

it('creates, goes and changes the theme from the keyboard', async () => {
  const page = await app.open('/')
  await (await openPalette(page)).pressSequentially('create task')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: 'New task' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog', { name: 'New task' }).waitFor({ state: 'detached' })
  await page.keyboard.press('g')
  await page.keyboard.press('c')
  await page.waitForURL('**/crm/contacts')
  await (await openPalette(page)).pressSequentially('dark')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.evaluate(() => document.documentElement.dataset['mantineColorScheme'])).toBe('dark')
})

it('tells which keys there are, and leaves those alone who type', async () => {
  const page = await app.open('/')
  await page.locator('#main').getByRole('heading', { level: 1 }).waitFor()
  await page.keyboard.press('?')
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await help.getByText('Go to opportunities').waitFor()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Escape')
  await help.waitFor({ state: 'detached' })
  await page.goto(`${app.url}/crm/accounts`)
  await page.getByRole('row').first().waitFor()
  await page.keyboard.press('?')
  await help.getByText('Open the record, from its title').waitFor()
  await page.goto(`${app.url}/crm/search`)
  await page.getByRole('textbox', { name: 'Search' }).pressSequentially('c?')
  expect(await page.getByRole('dialog').count()).toBe(0)
})

it('has a page of all results, whose address can be shared', async () => {
  const page = await app.open('/')
  await (await openPalette(page)).pressSequentially('analytical')
  await page.getByRole('option', { name: 'All results for “analytical”' }).click()
  await page.waitForURL('**/search?q=analytical')
  await page.locator('#main').getByRole('link', { name: 'Ada Byron' }).waitFor()
  await page.getByRole('textbox', { name: 'Search' }).fill('nothing like it')
  await page.getByText('Nothing found. Try a part of a name, or another spelling.').waitFor()
  await page.waitForURL('**/search?q=nothing%20like%20it')
  await page.goBack()
  await page.reload()
})

it('looks right in both themes and on a telephone', async () => {
  await inspect(app, '/search?q=analytical', 'search', (page) =>
    page.locator('#main').getByRole('link', { name: 'Ada Byron' }).waitFor(),
  )
  await inspect(app, '/tasks', 'palette', async (page) => {
    await (await openPalette(page)).fill('a')
    await page.getByRole('option', { name: /Ada Byron/ }).waitFor()
  })
})
