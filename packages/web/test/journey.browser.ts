import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { admin, startApp } from './app.ts'
import { keepScreenshot } from './browser.ts'

const app = startApp()

/** Presses Tab until something with this name has the focus. */
async function tabTo(page: Page, name: RegExp) {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab')
    if (name.test(await focused(page))) return
  }
  throw new Error(`nothing called ${name} comes by Tab`)
}

/** What whoever uses a screen reader hears of what has the focus, near enough. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement
    const labels = (element as HTMLInputElement | null)?.labels ?? []
    return [element?.getAttribute('aria-label'), ...[...labels].map((one) => one.textContent), element?.textContent]
      .filter(Boolean)
      .join(' ')
  })

it('goes from signing in to a won opportunity by keyboard alone', async () => {
  const page = await app.openOutside('/')
  await page.getByLabel('E-mail address').waitFor()
  await tabTo(page, /E-mail address/)
  await page.keyboard.type(admin.email)
  await page.keyboard.press('Tab')
  await page.keyboard.type(admin.password)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: /^Hello/ }).waitFor()

  // A new opportunity, in an account that is there from the start.
  await page.keyboard.press('c')
  await page.getByPlaceholder('Create…').waitFor()
  await page.keyboard.type('opp')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'New opportunity' })
  await dialog.getByRole('textbox', { name: 'Name' }).waitFor()
  await page.keyboard.type('First deal')
  await tabTo(page, /Edit Account/)
  await page.keyboard.press('Enter')
  const [account] = (await app.client.account.list()).data
  const name = account?.fields.$name.value ?? ''
  await page.getByPlaceholder('Find account…').waitFor()
  await page.keyboard.type(name.slice(0, 5))
  await page.getByRole('option', { name }).first().waitFor()
  await page.keyboard.press('Enter')
  await dialog.getByText(name).waitFor()
  await page.keyboard.press('Control+Enter')
  await dialog.waitFor({ state: 'detached' })
  await expect.poll(async () => (await app.client.opportunity.list()).totalCount).toBe(1)

  // Found again by search, opened, and won on the board.
  await page.keyboard.press('Control+k')
  await page.keyboard.type('first deal')
  await page
    .getByRole('option', { name: /First deal/ })
    .first()
    .waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'First deal' }).waitFor()
  await keepScreenshot(page, 'journey-record')
  await page.goto(`${app.url}/crm/opportunities?layout=board`)
  await page.getByRole('group', { name: 'First deal' }).waitFor()
  await tabTo(page, /^First deal/)
  await page.keyboard.press('Space')
  for (let column = 0; column < 5; column += 1) await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Space')
  await page.getByText('First deal moved to Won.').waitFor({ state: 'attached' })
  const won = async () => (await app.client.opportunity.list({ filter: { '$stage[equal]': 'Won' } })).data
  await expect.poll(async () => (await won()).map(({ fields }) => fields.$name.value)).toEqual(['First deal'])
})
