import { expect, it } from 'vitest'
import { admin, inspect, startApp, violations } from './app.ts'

const app = startApp()

it('creates an opportunity by the keyboard alone, with a new account, and leads to it', async () => {
  const page = await app.open('/')
  await page.keyboard.press('c')
  await page.getByPlaceholder('Create…').pressSequentially('opp')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'New opportunity' })
  await dialog.getByRole('textbox', { name: 'Name' }).waitFor()
  await page.keyboard.type('Renewal')
  await page.keyboard.press('Control+Enter')
  await dialog.getByText('Account is needed.').waitFor()
  expect(await violations(page)).toEqual([])

  await dialog.getByRole('button', { name: 'Edit Account' }).focus()
  await page.keyboard.press('Enter')
  await page.getByPlaceholder('Find account…').pressSequentially('Brand new company')
  await page.getByRole('option', { name: 'Create “Brand new company”' }).waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await dialog.getByText('Brand new company').waitFor()
  await page.keyboard.press('Control+Enter')
  await page.getByRole('alert').getByRole('link', { name: 'Renewal' }).click()
  await page.waitForURL(/\/crm\/opportunities\/opp_/)
  await page.getByRole('heading', { name: 'Renewal' }).waitFor()

  const { data } = await app.client.opportunity.list()
  const [account] = data[0]?.relationships.$account.values ?? []
  expect(data[0]?.fields.$stage.value).toEqual(expect.any(String))
  expect((await app.client.account.retrieve(account ?? '')).fields.$name.value).toBe('Brand new company')
})

it('keeps what is typed through closing, reloading and signing out, until it is a record', async () => {
  const page = await app.open('/')
  const begin = async () => {
    await page.locator('#main').getByRole('heading', { level: 1 }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').pressSequentially('create contact')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'New contact' }).getByLabel('First name').waitFor()
  }
  await begin()
  await page.keyboard.type('Ada')
  await page.getByLabel('Email').fill('ada@')
  await page.reload()
  await begin()
  await page.getByText('This is what you had typed before.').waitFor()
  expect(await page.getByLabel('First name').inputValue()).toBe('Ada')

  await page.keyboard.press('Escape')
  await page.context().clearCookies()
  await page.reload()
  await page.getByLabel('E-mail address').fill(admin.email)
  await page.locator('input[type=password]').fill(admin.password)
  await page.keyboard.press('Enter')
  await page.locator('main').waitFor()
  await begin()
  await page.keyboard.press('Control+Enter')
  await page.getByText(/^Must be an e-mail address/).waitFor()
  await page.getByLabel('Email', { exact: true }).fill('ada@acme.com')
  await page.keyboard.press('Control+Enter')
  await page.getByText('Contact created').waitFor()
  await begin()
  expect(await page.getByText('This is what you had typed before.').count()).toBe(0)
  expect(await page.getByLabel('First name').inputValue()).toBe('')
})

it('starts over when one wants to', async () => {
  const page = await app.open('/')
  for (const step of ['first', 'again']) {
    await page.keyboard.press('c')
    await page.getByPlaceholder('Create…').pressSequentially('account')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'New account' }).getByRole('textbox', { name: 'Name' }).waitFor()
    if (step === 'first') await page.keyboard.type('Nobody Ltd')
    else await page.getByRole('button', { name: 'Start over' }).click()
    if (step === 'first') await page.keyboard.press('Escape')
  }
  expect(await page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('')
})

it('asks to sign in again over what is being typed, and then goes on', async () => {
  const page = await app.open('/')
  await page.keyboard.press('c')
  await page.getByPlaceholder('Create…').pressSequentially('account')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'New account' })
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Half typed')
  await page.context().clearCookies()
  await page.keyboard.press('Control+Enter')
  const again = page.getByRole('dialog', { name: 'Sign in again' })
  await again.getByLabel(/^Password of/).fill('wrong')
  await page.keyboard.press('Enter')
  await again.getByText('The e-mail address or the password is wrong.').waitFor()
  expect(await violations(page)).toEqual([])
  await again.getByLabel(/^Password of/).fill(admin.password)
  await page.keyboard.press('Enter')
  await again.waitFor({ state: 'detached' })
  expect(await dialog.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('Half typed')
  await dialog.getByRole('button', { name: 'Create' }).click()
  await page.getByText('Account created').waitFor()
})

it('looks right in both themes and on a telephone', async () => {
  await inspect(app, '/', 'create', async (page) => {
    await page.keyboard.press('c')
    await page.getByPlaceholder('Create…').pressSequentially('opp')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'New opportunity' }).getByRole('textbox', { name: 'Name' }).waitFor()
  })
})
