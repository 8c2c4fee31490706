import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import type { AnyRecord } from '../src/records/record.ts'
import { admin, inspect, startApp, violations } from './app.ts'
import { keepScreenshot } from './browser.ts'

const app = startApp()
const options = (...labels: string[]) => ({ options: labels.map((label) => ({ label })) })

let path: string
let ship: { id: string }

/** A type with a field of every value type that a field can have. */
beforeAll(async () => {
  const { objects } = app.client.admin
  await objects.create({ slug: 'ship', label: 'Ship', pluralLabel: 'Ships' })
  const fields: Parameters<typeof objects.fields.create>[1][] = [
    { slug: 'count', label: 'Count', valueType: 'NUMBER' },
    { slug: 'price', label: 'Price', valueType: 'CURRENCY', typeConfiguration: { currency: 'EUR' } },
    { slug: 'sails', label: 'Sails', valueType: 'DATETIME' },
    { slug: 'ready', label: 'Ready', valueType: 'CHECKBOX' },
    { slug: 'size', label: 'Size', valueType: 'SINGLE_SELECT', typeConfiguration: options('Small', 'Large') },
    { slug: 'tags', label: 'Tags', valueType: 'MULTI_SELECT', typeConfiguration: options('Red', 'Green', 'Blue') },
    { slug: 'mail', label: 'Mail', valueType: 'EMAIL', typeConfiguration: { multipleValues: true } },
    { slug: 'phones', label: 'Phones', valueType: 'TELEPHONE' },
    { slug: 'site', label: 'Site', valueType: 'URL' },
    { slug: 'profile', label: 'Profile', valueType: 'SOCIAL_HANDLE', typeConfiguration: { handleService: 'TWITTER' } },
    { slug: 'captain', label: 'Captain', valueType: 'FULL_NAME' },
    { slug: 'port', label: 'Port', valueType: 'ADDRESS' },
    { slug: 'story', label: 'Story', valueType: 'MARKDOWN' },
  ]
  for (const field of fields) await objects.fields.create('ship', field)
  ship = await app.client.object.create('ship', {
    fields: {
      $name: '<script>document.title = "broken"</script>',
      count: 1234567.5,
      price: 25000,
      sails: '2020-05-10T00:00:00Z',
      mail: ['first@acme.com', 'second@acme.com'],
      phones: ['+14155550100', '+493012345678'],
      site: 'https://www.acme.com/fleet',
      profile: '@acme',
      story: 'A **bold** <img src=x onerror=alert(1)> [way](https://acme.com), [no way](javascript:alert(1)).',
    },
  })
  path = `/ship/${ship.id}`
})

const edit = (page: Page, label: string) => page.getByRole('button', { name: `Edit ${label}`, exact: true })

async function openShip(): Promise<Page> {
  const page = await app.open(path)
  await edit(page, 'Count').waitFor()
  const empty = page.getByRole('button', { name: /^Show \d+ empty/ })
  if (await empty.isVisible()) await empty.click()
  return page
}

/** What the server has in a field, once it has something else than before. */
const stored = async (key: string) =>
  ((await app.client.object.retrieve('ship', ship.id)).fields as AnyRecord['fields'])[key]?.value
const expectStored = (key: string, value: unknown) => expect.poll(() => stored(key)).toEqual(value)

it('shows values as people write them, and never as markup', async () => {
  const page = await openShip()
  for (const text of [
    '1,234,567.5',
    '€25,000',
    'May 10, 2020',
    '(415) 555-0100',
    '+49 30 12345678',
    'acme.com/fleet',
  ]) {
    await page.getByText(text, { exact: true }).first().waitFor()
  }
  await page.getByText('<script>document.title = "broken"</script>').first().waitFor()
  expect(await page.title()).not.toBe('broken')
  await page.getByRole('link', { name: 'way', exact: true }).first().waitFor()
  const links = await page
    .locator('#main a[href]')
    .evaluateAll((all) =>
      all.map((one) => [one.textContent, one.getAttribute('href'), one.getAttribute('rel')].join(' ')),
    )
  expect(links).toContain('first@acme.com mailto:first@acme.com ')
  expect(links).toContain('(415) 555-0100 tel:+14155550100 ')
  expect(links).toContain('acme.com/fleet https://www.acme.com/fleet noopener noreferrer')
  expect(links).toContain('way https://acme.com noopener noreferrer')
  expect(links.filter((link) => link.includes('javascript:'))).toEqual([])
  expect(await page.locator('#main img').count()).toBe(0)
})

it('edits in place by the keyboard: Enter saves, Escape does not, Tab goes on', async () => {
  const page = await openShip()
  await edit(page, 'Count').focus()
  await page.keyboard.press('Enter')
  await page.getByRole('textbox', { name: 'Count' }).fill('42.25')
  await page.keyboard.press('Enter')
  await page.getByText('42.25', { exact: true }).first().waitFor()
  await expectStored('count', 42.25)
  expect(await focused(page)).toBe('Edit Count')

  await page.keyboard.press('Enter')
  await page.getByRole('textbox', { name: 'Count' }).fill('7')
  await page.keyboard.press('Escape')
  expect(await focused(page)).toBe('Edit Count')
  await page.keyboard.press('Enter')
  await page.getByRole('textbox', { name: 'Count' }).fill('8')
  await page.keyboard.press('Tab')
  await expectStored('count', 8)
  expect(await focused(page)).not.toBe('Edit Count')
})

it('edits every kind of value', async () => {
  const page = await openShip()
  await page.getByRole('checkbox', { name: 'Ready' }).click()
  await expectStored('ready', true)

  await edit(page, 'Size').click()
  await page.getByRole('combobox', { name: 'Size' }).pressSequentially('lar')
  await page.keyboard.press('Enter')
  await page.getByText('Large', { exact: true }).first().waitFor()
  await expectStored('size', await optionId('size', 'Large'))

  await edit(page, 'Tags').click()
  for (const label of ['Blue', 'Red']) {
    await page.getByRole('combobox', { name: 'Tags' }).pressSequentially(label)
    await page.keyboard.press('Enter')
  }
  await page.getByRole('heading', { level: 1 }).click()
  await expectStored('tags', [await optionId('tags', 'Blue'), await optionId('tags', 'Red')])

  await edit(page, 'Price').click()
  await page.getByRole('textbox', { name: 'Price' }).fill('1999.99')
  await page.keyboard.press('Enter')
  await page.getByText('€1,999.99').first().waitFor()
  await expectStored('price', 1999.99)

  await edit(page, 'Captain').click()
  await page.getByLabel('First name').fill('Grace')
  await page.getByLabel('Last name').fill('Hopper')
  await page.keyboard.press('Enter')
  await expectStored('captain', { firstName: 'Grace', lastName: 'Hopper' })

  await edit(page, 'Port').click()
  await page.getByLabel('Port: city').fill('Kiel')
  await page.getByRole('combobox', { name: 'Port: country' }).fill('germ')
  await page.getByRole('option', { name: 'Germany' }).click()
  await page.getByLabel('Port: city').press('Enter')
  await expect.poll(() => stored('port')).toMatchObject({ city: 'Kiel', country: 'DE', street: null })

  await edit(page, 'Mail').press('Enter')
  await page.getByRole('button', { name: 'Add another' }).click()
  await page.keyboard.type('third@acme.com')
  await page.keyboard.press('Enter')
  await expectStored('mail', ['first@acme.com', 'second@acme.com', 'third@acme.com'])

  await edit(page, 'Story').press('Enter')
  await page.getByRole('textbox', { name: 'Story' }).fill('plain')
  await page.keyboard.press('Control+a')
  await page.getByRole('button', { name: 'Bold' }).click()
  await page.getByText('Preview', { exact: true }).click()
  await page.locator('strong', { hasText: 'plain' }).waitFor()
  await page.getByText('Write', { exact: true }).click()
  await page.getByRole('textbox', { name: 'Story' }).press('Control+Enter')
  await expectStored('story', '**plain**')
})

it('keeps days as days, and times in the zone of whoever types them', async () => {
  const page = await openShip()
  await edit(page, 'Sails').click()
  await page.getByRole('textbox', { name: 'Sails', exact: true }).fill('Dec 31, 2020')
  await page.keyboard.press('Enter')
  await expectStored('sails', '2020-12-31T00:00:00.000Z')
  await page.getByText('Dec 31, 2020', { exact: true }).first().waitFor()

  // In New York, seven in the evening is midnight in UTC.
  await edit(page, 'Sails').click()
  await page.getByLabel('Time of Sails').fill('19:00')
  await page.keyboard.press('Enter')
  await expectStored('sails', '2021-01-01T00:00:00.001Z')
  await page
    .getByText(/^Dec 31, 2020, 7:00\sPM$/)
    .first()
    .waitFor()
})

it('says at the input what the server refuses, and lets one correct it', async () => {
  const page = await openShip()
  await edit(page, 'Site').press('Enter')
  await page.getByRole('textbox', { name: 'Site' }).fill('javascript:alert(1)')
  await page.keyboard.press('Enter')
  await page.getByText('Must be an http or https address, e.g. https://acme.com.').waitFor()
  expect(await violations(page)).toEqual([])
  await keepScreenshot(page, 'values-refused')
  await page.getByRole('textbox', { name: 'Site' }).fill('acme.com')
  await page.keyboard.press('Enter')
  await expectStored('site', 'https://acme.com')
  await edit(page, 'Site').waitFor()
})

it('keeps what is edited when the session ends, and saves it after signing in again', async () => {
  const page = await openShip()
  await edit(page, 'Profile').press('Enter')
  await page.getByRole('textbox', { name: 'Profile' }).fill('@openfield')
  await page.context().clearCookies()
  await page.keyboard.press('Enter')
  await page
    .getByRole('dialog', { name: 'Sign in again' })
    .getByLabel(/^Password of/)
    .fill(admin.password)
  await page.keyboard.press('Enter')
  await expectStored('profile', 'https://x.com/openfield')
})

it('looks right in both themes and on a telephone', () =>
  inspect(app, path, 'values', (page) => edit(page, 'Count').waitFor()))

const focused = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))

async function optionId(key: string, label: string): Promise<string | undefined> {
  const { fieldDefinitions } = await app.client.admin.objects.retrieve('ship')
  return fieldDefinitions[key]?.typeConfiguration?.options?.find((option) => option.label === label)?.id
}
