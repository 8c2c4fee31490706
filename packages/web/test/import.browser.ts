import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { inspect, startApp } from './app.ts'

const app = startApp()

const people = `First name,Last name,E-mail,Company
Ada,Lovelace,ada@engine.example,Engine Works
Grace,Hopper,grace@navy.example,Navy Yards
Bad,Mail,not-an-address,Engine Works
`

async function chooseFile(page: Page, name: string, buffer: Buffer) {
  await page.getByRole('button', { name: 'New import' }).click()
  await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer })
  await page.getByRole('button', { name: 'Read the file' }).click()
}

it('imports a table: what becomes of each row is seen first, and taken back afterwards', async () => {
  const page = await app.open('/settings/import')
  await page.getByText('Nothing has been imported yet.').waitFor()
  await chooseFile(page, 'people.csv', Buffer.from(people))
  await page.getByRole('heading', { name: 'people.csv' }).waitFor()
  expect(await page.getByRole('combobox', { name: 'First name becomes' }).inputValue()).toBe('Name: first name')
  const preview = page.getByRole('region', { name: 'Preview' })
  await preview.getByText('“Engine Works” is the name, address or id of no account').first().waitFor()
  await page.getByRole('checkbox', { name: 'Create accounts that are not there yet' }).click()
  await expect.poll(() => preview.getByText('new', { exact: true }).count()).toBe(2)
  await preview.getByText('“not-an-address” must be an e-mail address').waitFor()

  await page.getByRole('button', { name: 'Import 3 rows' }).click()
  const count = (label: string) => page.getByRole('row', { name: new RegExp(`^${label}`) }).getByRole('cell')
  await expect.poll(() => count('Created').textContent(), { timeout: 20_000 }).toBe('2')
  expect(await count('Refused').textContent()).toBe('1')
  expect((await app.client.contact.list({ filter: { '$email[contains]': 'engine.example' } })).totalCount).toBe(1)
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download the refused rows' }).click()
  expect((await download).suggestedFilename()).toMatch(/\.csv$/)

  await page.getByRole('button', { name: 'Take the import back' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Take it back' }).click()
  await expect.poll(() => count('Taken back').textContent(), { timeout: 20_000 }).toMatch(/[1-9]/)
  await page.getByText(/as Contacts, taken back/).waitFor()
  expect((await app.client.contact.list()).totalCount).toBe(0)
})

it('says what to do about a file that is no text', async () => {
  const page = await app.open('/settings/import')
  await chooseFile(page, 'odd.csv', Buffer.from([0x00, 0x81, 0xff, 0xfe, 0x00, 0x00, 0x81, 0x8d]))
  const dialog = page.getByRole('dialog')
  await expect.poll(() => dialog.textContent()).toMatch(/UTF-8|encoding|CSV|text/)
  await dialog.getByText('Read the file').waitFor()
})

it('exports a table, and everything', async () => {
  await app.client.account.create({ fields: { $name: 'Exported Ltd' } })
  const page = await app.open('/settings/export')
  const table = page.waitForEvent('download')
  await page.getByRole('button', { name: 'CSV table' }).click()
  expect((await table).suggestedFilename()).toMatch(/\.csv$/)
  const all = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download everything' }).click()
  expect((await all).suggestedFilename()).toMatch(/\.zip$/)
})

it('is readable and free of barriers', async () => {
  await inspect(app, '/settings/import', 'settings-import', (page) => page.getByRole('table').waitFor())
  const [last] = (await app.client.admin.imports.list()).data
  await inspect(app, `/settings/import/${last?.id}`, 'settings-import-one', (page) =>
    page.getByRole('heading', { name: 'people.csv' }).waitFor(),
  )
  await inspect(app, '/settings/export', 'settings-export', (page) => page.getByText('Download everything').waitFor())
})
