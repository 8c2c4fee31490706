import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { inspect, startApp, violations } from './app.ts'
import { keepScreenshot, type Look } from './browser.ts'

const app = startApp()
const many = 5_200

beforeAll(async () => {
  const account = await app.client.account.create({ fields: { $name: 'Northwind' } })
  const stages = ['Lead', 'Won', 'Lost', 'Demo']
  for (let number = 1; number <= 12; number += 1) {
    await app.client.opportunity.create({
      fields: {
        $name: `Deal ${String(number).padStart(2, '0')}`,
        $stage: stages[number % 4] ?? 'Lead',
        $amount: number * 1000,
      },
      relationships: { $account: account.id },
    })
  }
  let next = 1
  const work = async () => {
    while (next <= many) {
      const number = String(next++).padStart(4, '0')
      await app.client.contact.create({
        fields: { $name: { firstName: 'Person', lastName: number }, $email: [`p${number}@northwind.example`] },
      })
    }
  }
  await Promise.all(Array.from({ length: 8 }, work))
})

async function openList(path: string, look?: Look): Promise<Page> {
  const page = await app.open(path, look)
  await page.getByRole('navigation', { name: 'Views' }).waitFor()
  return page
}

const rows = (page: Page) => page.getByRole('row').filter({ has: page.getByRole('gridcell') })
const titles = async (page: Page) =>
  (await rows(page).getByRole('link').allTextContents()).filter((one) => /^Deal/.test(one))
const cell = (page: Page, row: string, column: string) =>
  rows(page)
    .filter({ hasText: row })
    .getByRole('button', { name: `Edit ${column}` })
const searchOf = (page: Page) => decodeURIComponent(new URL(page.url()).search)
const dealAt = async (name: string) => {
  const { data } = await app.client.opportunity.list({ filter: { '$name[equal]': name } })
  const [deal] = data
  if (!deal) throw new Error(`there is no ${name}`)
  return deal
}

it('sorts by the head of a column, and back and forward go through the orders', async () => {
  const page = await openList('/opportunities')
  const head = page.getByRole('columnheader', { name: 'Amount' })
  const sort = head.getByRole('button', { name: 'Amount', exact: true })
  await sort.click()
  await expect.poll(async () => (await titles(page))[0]).toBe('Deal 01')
  expect(await head.getAttribute('aria-sort')).toBe('ascending')
  await sort.click()
  await expect.poll(async () => (await titles(page))[0]).toBe('Deal 12')
  expect(searchOf(page)).toBe('?sort=-$amount')
  await sort.click()
  await expect.poll(() => head.getAttribute('aria-sort')).toBe('none')
  await page.goBack()
  await expect.poll(() => head.getAttribute('aria-sort')).toBe('descending')
})

it('builds a filter that stands in the address as the API reads it, and in words on the page', async () => {
  const page = await openList('/opportunities')
  await page.getByRole('button', { name: 'Filter', exact: true }).click()
  await page.getByRole('combobox', { name: 'Field' }).fill('Stage')
  await page.getByRole('option', { name: 'Stage' }).click()
  await page.getByRole('combobox', { name: 'Value of Stage' }).fill('Won')
  await page.getByRole('option', { name: 'Won' }).click()
  await page.getByRole('button', { name: 'Or', exact: true }).click()
  await page.getByRole('combobox', { name: 'Value of Stage' }).nth(1).fill('Lost')
  await page.getByRole('option', { name: 'Lost' }).click()
  await page.getByRole('button', { name: 'Apply' }).click()
  await page.getByRole('button', { name: 'Stage is Won or Lost' }).waitFor()
  await expect.poll(async () => (await titles(page)).length).toBe(6)
  expect(searchOf(page)).toMatch(/^\?or1\.\$stage\[equal\]=opt_\w+&or1\.\$stage\[equal\]=opt_\w+$/)
  await keepScreenshot(page, 'list-filtered')

  const shared = await openList(`/opportunities${new URL(page.url()).search}`)
  await expect.poll(async () => (await titles(shared)).length).toBe(6)
  await shared.getByRole('button', { name: 'Remove this filter' }).click()
  await expect.poll(async () => (await titles(shared)).length).toBe(12)
  await shared.goBack()
  await expect.poll(async () => (await titles(shared)).length).toBe(6)
})

it('reads filters that somebody has written by hand, and says what is wrong with one', async () => {
  const page = await openList('/opportunities?$stage[equal]=Won&$amount[greaterThan]=5000')
  await page.getByRole('button', { name: 'Stage is Won' }).waitFor()
  await page.getByRole('button', { name: 'Amount is more than $5,000' }).waitFor()
  await expect.poll(() => titles(page)).toEqual(['Deal 09'])

  const broken = await openList('/opportunities?$amount[greaterThan]=lots&$stage[equal]=Won')
  await broken.getByText("The filter '$amount[greaterThan]' has no valid value").waitFor()
  await broken.getByRole('button', { name: 'Clear this filter' }).click()
  await expect.poll(async () => (await titles(broken)).length).toBe(3)
})

it('narrows the list down while one types, and says how to see all again', async () => {
  const page = await openList('/contacts')
  await page.getByRole('textbox', { name: /^Find by/ }).fill('p0042@')
  await expect.poll(() => rows(page).count()).toBe(1)
  await page.getByRole('textbox', { name: /^Find by/ }).fill('nobody at all')
  await page.getByRole('heading', { name: 'No contacts match' }).waitFor()
  await page.getByRole('button', { name: 'Clear all filters' }).click()
  await expect.poll(() => rows(page).count()).toBeGreaterThan(10)
})

it('keeps a view with its columns, and shows it to a colleague when it is shared', async () => {
  const page = await openList('/opportunities?sort=-$amount&$stage[equal]=Won')
  await page.getByRole('button', { name: 'Columns', exact: true }).click()
  await page.getByRole('checkbox', { name: 'Next step' }).uncheck()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Save as a view' }).click()
  await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Won deals')
  await page.getByRole('checkbox', { name: 'Everybody sees it' }).check()
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await page.getByRole('link', { name: 'Won deals' }).waitFor()
  expect(searchOf(page)).toMatch(/view=view_/)

  await page.getByRole('columnheader', { name: 'Name' }).getByRole('button', { name: 'Name', exact: true }).click()
  await page.getByText('Unsaved changes').waitFor()
  await page.getByRole('button', { name: 'Discard' }).click()
  await page.getByText('Unsaved changes').waitFor({ state: 'detached' })

  const view = new URL(page.url()).searchParams.get('view')
  const colleague = await openList(`/opportunities?view=${view}`)
  await colleague.getByRole('button', { name: 'Stage is Won' }).waitFor()
  await expect.poll(() => titles(colleague)).toEqual(['Deal 09', 'Deal 05', 'Deal 01'])
  expect(await colleague.getByRole('columnheader', { name: 'Next step' }).count()).toBe(0)

  await page.getByRole('button', { name: 'View Won deals' }).click()
  await page.getByRole('menuitem', { name: 'Rename' }).click()
  await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Closed')
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await page.getByRole('link', { name: 'Closed' }).waitFor()
  await page.getByRole('button', { name: 'View Closed' }).click()
  await page.getByRole('menuitem', { name: 'Delete the view' }).click()
  await page.getByRole('link', { name: 'Closed' }).waitFor({ state: 'detached' })
})

it('has columns that are made wider at their edge, and dragged or moved by a menu', async () => {
  const page = await openList('/opportunities')
  const head = (name: string) => page.getByRole('columnheader', { name })
  const { x = 0, y = 0, width = 0 } = (await head('Account').boundingBox()) ?? {}
  await page.mouse.move(x + width - 3, y + 10)
  await page.mouse.down()
  await page.mouse.move(x + width + 77, y + 10, { steps: 4 })
  await page.mouse.up()
  await expect.poll(() => searchOf(page)).toMatch(/\$name,\$account:2\d\d,\$stage/)
  await head('Close date').dragTo(head('Stage'))
  await expect.poll(() => searchOf(page)).toMatch(/\$account:2\d\d,\$closeDate,\$stage/)
  await head('Close date').hover()
  await page.getByRole('button', { name: 'Column Close date' }).click()
  await page.getByRole('menuitem', { name: 'Move right' }).click()
  await expect.poll(() => searchOf(page)).toMatch(/\$account:2\d\d,\$stage,\$closeDate/)
})

it('is typed into by the keyboard alone', async () => {
  const page = await openList('/opportunities?sort=$name')
  await page.getByRole('link', { name: 'Deal 01' }).waitFor()
  await page.getByRole('gridcell', { name: 'Deal 01', exact: true }).focus()
  const amount = await columnOf(page, 'Amount')
  for (let step = 1; step < amount; step += 1) await page.keyboard.press('ArrowRight')
  await page.keyboard.type('77')
  await page.keyboard.press('Enter')
  await expect.poll(async () => (await dealAt('Deal 01')).fields.$amount.value).toBe(77)
  await page.keyboard.press('Enter')
  await page.keyboard.type('9')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Control+a')
  await page.keyboard.type('88')
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Edit Close date')
  await expect.poll(async () => (await dealAt('Deal 02')).fields.$amount.value).toBe(88)
})

it('asks when somebody else has changed what one types into', async () => {
  const page = await openList('/opportunities?sort=$name')
  await cell(page, 'Deal 03', 'Next step').click()
  await app.client.opportunity.update((await dealAt('Deal 03')).id, { fields: { $nextStep: 'Call Ann' } })
  await page.keyboard.type('Call Bob')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.getByText('Call Ann').waitFor()
  await keepScreenshot(page, 'list-conflict')
  await dialog.getByRole('button', { name: 'Use mine' }).click()
  await expect.poll(async () => (await dealAt('Deal 03')).fields.$nextStep.value).toBe('Call Bob')
})

it('goes on being typed into while others change the list', async () => {
  const page = await openList('/opportunities')
  await cell(page, 'Deal 04', 'Next step').click()
  await page.keyboard.type('Half')
  const account = (await dealAt('Deal 05')).relationships.$account.values[0] ?? ''
  const made = await app.client.opportunity.create({
    fields: { $name: 'Deal from a colleague', $stage: 'Lead' },
    relationships: { $account: account },
  })
  await page.waitForTimeout(1200)
  await page.keyboard.type(' way')
  await page.keyboard.press('Enter')
  await expect.poll(async () => (await dealAt('Deal 04')).fields.$nextStep.value).toBe('Half way')
  await page.getByRole('link', { name: 'Deal from a colleague' }).waitFor()
  await app.client.opportunity.delete(made.id)
  await page.getByRole('link', { name: 'Deal from a colleague' }).waitFor({ state: 'detached' })
})

it('changes a field of many records at once, and takes it back', async () => {
  const page = await openList('/opportunities?sort=$name')
  await page.getByRole('checkbox', { name: 'Select Deal 05' }).click()
  await page.getByRole('checkbox', { name: 'Select Deal 08' }).click({ modifiers: ['Shift'] })
  await page.getByText('4 opportunities selected').waitFor()
  await page.getByRole('button', { name: 'Edit a field' }).click()
  await page.getByRole('combobox', { name: 'Field' }).fill('Close reason')
  await page.getByRole('option', { name: 'Close reason' }).click()
  await page.getByRole('textbox', { name: 'New close reason' }).fill('Price')
  await page.getByRole('button', { name: 'Set it' }).click()
  await page.getByText('Changed 4 opportunities.').waitFor()
  await keepScreenshot(page, 'list-bulk')
  expect((await dealAt('Deal 06')).fields.$closeReason.value).toBe('Price')
  await app.client.opportunity.update((await dealAt('Deal 07')).id, { fields: { $closeReason: 'Timing' } })
  await page.getByRole('button', { name: 'Undo' }).click()
  // What somebody else has changed since stays, and is named.
  await page.getByRole('dialog').getByText('Deal 07').waitFor()
  expect((await dealAt('Deal 06')).fields.$closeReason.value).toBeNull()
  expect((await dealAt('Deal 07')).fields.$closeReason.value).toBe('Timing')
})

it('deletes many records at once, and brings them back', async () => {
  const page = await openList('/opportunities?sort=$name')
  await page.getByRole('gridcell', { name: 'Deal 10', exact: true }).focus()
  await page.keyboard.press('x')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('x')
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await page.getByText('Deleted 2 opportunities.').waitFor()
  await expect.poll(async () => (await titles(page)).length).toBe(10)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(async () => (await titles(page)).length).toBe(12)
})

it('scrolls through thousands of records with few of them in the page', async () => {
  const page = await openList('/contacts?sort=$name')
  await page.getByRole('link', { name: 'Person 0001' }).waitFor()
  const grid = page.getByRole('grid')
  expect(await grid.getAttribute('aria-rowcount')).toBe(String(many + 1))
  const longTasks = page.evaluate(
    () =>
      new Promise<number[]>((resolve) => {
        const all: number[] = []
        new PerformanceObserver((list) => all.push(...list.getEntries().map(({ duration }) => duration))).observe({
          type: 'longtask',
        })
        setTimeout(() => resolve(all), 4000)
      }),
  )
  for (let part = 1; part <= 10; part += 1) {
    await grid.evaluate((box, share) => box.scrollTo({ top: box.scrollHeight * share }), part / 10)
    await page.waitForTimeout(150)
    expect(await rows(page).count()).toBeLessThan(80)
  }
  await page.getByRole('link', { name: `Person ${many}` }).waitFor()
  await longTasks
  await grid.evaluate((box) => box.scrollTo({ top: 36 * 2500 }))
  await page.getByRole('link', { name: 'Person 2510' }).waitFor()

  // What a colleague does leaves the place where one reads.
  const top = await grid.evaluate((box) => box.scrollTop)
  const made = await app.client.contact.create({ fields: { $name: { firstName: 'Aaron', lastName: 'New' } } })
  await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe(String(many + 2))
  expect(await grid.evaluate((box) => box.scrollTop)).toBe(top)
  await app.client.contact.delete(made.id)
})

it('completes a task with one click, and marks what is overdue', async () => {
  const { data } = await app.client.member.list()
  await app.client.task.create({
    fields: { $title: 'Send the offer', $status: 'TODO', $dueAt: '2020-01-01T00:00:00Z' },
    relationships: { $assignedTo: data[0]?.id ?? '' },
  })
  const page = await openList('/tasks')
  await page.locator('[data-overdue]').waitFor()
  await page.getByRole('checkbox', { name: 'Complete Send the offer' }).click()
  await page.locator('[data-overdue]').waitFor({ state: 'detached' })
  await expect.poll(async () => (await app.client.task.list()).data[0]?.fields.$status.value).toBe('COMPLETE')
})

it('says what to do where there is nothing yet', async () => {
  const page = await openList('/notes')
  await page.getByRole('heading', { name: 'No notes yet' }).waitFor()
  await keepScreenshot(page, 'list-empty')
})

it('is readable in both themes and on a phone', () =>
  inspect(app, '/opportunities?$stage[-equal]=Demo&sort=-$amount', 'list', async (page) => {
    await page.getByRole('link', { name: 'Deal 12' }).waitFor()
    await page.getByRole('checkbox', { name: 'Select Deal 10' }).click()
  }))

it('has nothing that axe objects to in what it opens', async () => {
  const page = await openList('/opportunities')
  await page.getByRole('button', { name: 'Filter', exact: true }).click()
  await page.getByRole('option', { name: 'Close date' }).waitFor()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Columns', exact: true }).click()
  await page.getByRole('checkbox', { name: 'Close reason' }).waitFor()
  expect(await violations(page)).toEqual([])
})

/** Which column shows something; 1 is the title. */
async function columnOf(page: Page, label: string): Promise<number> {
  const heads = await page.getByRole('columnheader').allTextContents()
  return heads.indexOf(label)
}
