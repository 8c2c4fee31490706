import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { inspect, startApp } from './app.ts'

const app = startApp()
const board = '/opportunities?layout=board'
let accountId = ''

beforeAll(async () => {
  accountId = (await app.client.account.create({ fields: { $name: 'Northwind' } })).id
})

const aDeal = (name: string, stage: string, amount: number) =>
  app.client.opportunity.create({
    fields: { $name: name, $stage: stage, $amount: amount },
    relationships: { $account: accountId },
  })

const column = (page: Page, stage: string) => page.getByRole('region', { name: stage, exact: true })
const card = (page: Page, name: string) => page.getByRole('group', { name, exact: true })
const stageOf = async (id: string) => {
  const { fields } = await app.client.opportunity.retrieve(id)
  const { fieldDefinitions } = await app.client.opportunity.definitions()
  return fieldDefinitions.$stage.typeConfiguration.options?.find((option) => option.id === fields.$stage.value)?.label
}

it('shows each stage with its cards, how many there are and what they come to', async () => {
  await aDeal('Alder', 'Lead', 1000)
  await aDeal('Birch', 'Lead', 500)
  const page = await app.open(board)
  await card(page, 'Alder').getByText('Northwind').waitFor()
  await expect.poll(() => column(page, 'Lead').textContent()).toMatch(/^Lead2\$1,500/)
  await expect.poll(() => column(page, 'Trial').textContent()).toMatch(/^Trial0/)
  expect(await page.getByRole('region').count()).toBeGreaterThanOrEqual(7)
})

it('moves a card by dragging it', async () => {
  const deal = await aDeal('Dragged', 'Lead', 10)
  const page = await app.open(board)
  await card(page, 'Dragged').dragTo(column(page, 'Demo'))
  await column(page, 'Demo').getByRole('group', { name: 'Dragged' }).waitFor()
  expect(await column(page, 'Lead').getByRole('group', { name: 'Dragged' }).count()).toBe(0)
  await expect.poll(() => stageOf(deal.id)).toBe('Demo')
  await page.reload()
  await column(page, 'Demo').getByRole('group', { name: 'Dragged' }).waitFor()
})

it('carries a card by keyboard, says where it is, and leaves it on escape', async () => {
  const deal = await aDeal('Carried', 'Qualification', 10)
  const page = await app.open(board)
  await card(page, 'Carried').focus()
  await page.keyboard.press('Space')
  await page.getByText('Carried lifted.').waitFor({ state: 'attached' })
  await page.keyboard.press('ArrowRight')
  await page.getByText('Over Demo.').waitFor({ state: 'attached' })
  await page.keyboard.press('Escape')
  await page.getByText('Carried stays.').waitFor({ state: 'attached' })
  await page.keyboard.press('Space')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Space')
  await page.getByText('Carried moved to Trial.').waitFor({ state: 'attached' })
  await expect.poll(() => stageOf(deal.id)).toBe('Trial')
})

it('sends a card to another column by its menu', async () => {
  const deal = await aDeal('Sent', 'Lead', 10)
  const page = await app.open(board)
  await page.getByRole('button', { name: 'Move Sent' }).click()
  await page.getByRole('menuitem', { name: 'Won' }).click()
  await column(page, 'Won').getByRole('group', { name: 'Sent' }).waitFor()
  await expect.poll(() => stageOf(deal.id)).toBe('Won')
})

it('shows within a second what a colleague or a key changes', async () => {
  const deal = await aDeal('Theirs', 'Lead', 10)
  const page = await app.open(board)
  await card(page, 'Theirs').waitFor()
  // The stream of events begins with the page.
  await page.waitForTimeout(1000)
  await app.client.opportunity.update(deal.id, { fields: { $stage: 'Proposal' } })
  await column(page, 'Proposal').getByRole('group', { name: 'Theirs' }).waitFor({ timeout: 3000 })
  expect(await column(page, 'Lead').getByRole('group', { name: 'Theirs' }).count()).toBe(0)
})

it('keeps a move while there is no connection, and saves it when there is one', async () => {
  const deal = await aDeal('Offline', 'Lead', 10)
  const page = await app.open(board)
  await card(page, 'Offline').waitFor()
  // The browser says so in its console, which is no fault of the page.
  await page.route('**/records/opportunity/update', (route) => route.abort('connectionrefused'))
  await page.getByRole('button', { name: 'Move Offline' }).click()
  await page.getByRole('menuitem', { name: 'Trial' }).click()
  await page.getByText(/No connection: 1 change is kept here/).waitFor()
  await column(page, 'Trial').getByRole('group', { name: 'Offline' }).waitFor()
  expect(await stageOf(deal.id)).toBe('Lead')
  await page.unroute('**/records/opportunity/update')
  await expect.poll(() => stageOf(deal.id), { timeout: 15_000 }).toBe('Trial')
  await page.getByText(/No connection/).waitFor({ state: 'detached' })
})

it('takes the filters of the list', async () => {
  await aDeal('Filtered', 'Lead', 77_777)
  const page = await app.open(`${board}&$amount[greaterThan]=70000`)
  await card(page, 'Filtered').waitFor()
  expect(await page.getByRole('group', { name: 'Alder' }).count()).toBe(0)
  await expect.poll(() => column(page, 'Lead').textContent()).toMatch(/^Lead1\$77,777/)
})

it('keeps a bounded number of cards in the page', async () => {
  const titles = Array.from({ length: 150 }, (_, index) => `Many ${index}`)
  await Promise.all(titles.map((title) => aDeal(title, 'Lost', 1)))
  const page = await app.open(board)
  const cards = column(page, 'Lost').getByRole('group')
  await cards.first().waitFor()
  expect(await cards.count()).toBeLessThan(30)
  await column(page, 'Lost').getByRole('list').hover()
  for (let turn = 0; turn < 12; turn += 1) await page.mouse.wheel(0, 2000)
  await page.getByRole('group', { name: 'Many 0', exact: true }).waitFor()
  expect(await cards.count()).toBeLessThan(30)
})

it('is readable and free of barriers', async () => {
  await inspect(app, board, 'board', (page) => card(page, 'Alder').waitFor())
})
