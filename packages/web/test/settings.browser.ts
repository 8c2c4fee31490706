import { expect, it } from 'vitest'
import { admin, inspect, signIn, startApp, trySigningIn } from './app.ts'

const app = startApp()

it('asks who is there, and leads back to where one wanted to go', async () => {
  const page = await app.openOutside('/settings/api-keys')
  await page.getByRole('heading', { name: /Sign in to/ }).waitFor()
  await trySigningIn(page, { ...admin, password: 'wrong-password' })
  await page.getByRole('alert').waitFor()
  expect(await page.getByRole('alert').textContent()).toMatch(/not right|wrong|password/i)
  await signIn(page, admin)
  await page.getByRole('heading', { name: 'API keys' }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/crm/settings/api-keys')
})

it('signs out, and then shows nothing of what was there', async () => {
  const page = await app.open('/')
  await page.getByRole('button', { name: 'Admin' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: /Sign in to/ }).waitFor()
  await page.goBack()
  await page.getByRole('heading', { name: /Sign in to/ }).waitFor()
})

it('makes a key that works, shows it once, and revokes it', async () => {
  const page = await app.open('/settings/api-keys')
  await page.getByRole('button', { name: 'New key' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Make the key' }).click()
  await dialog.getByText('Say what the key is for').waitFor()
  await dialog.getByLabel('What it is for').fill('Website form')
  await dialog.getByRole('button', { name: 'Make the key' }).click()
  const key = (await dialog.getByLabel('API key').textContent()) ?? ''
  const status = async () =>
    (
      await fetch(`${app.url}/v1/auth/validate`, {
        headers: { authorization: `Bearer ${key}`, 'lightfield-version': '2026-03-01' },
      })
    ).status
  expect(await status()).toBe(200)
  await dialog.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('button', { name: 'Revoke Website form' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('revoked').waitFor()
  expect(await status()).toBe(401)
})

it('invites a member, who chooses a password by the link and is in, without the settings of admins', async () => {
  const page = await app.open('/settings/members')
  await page.getByRole('button', { name: 'Invite a member' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('E-mail address').fill('grace@example.com')
  await dialog.getByLabel('First name').fill('Grace')
  await dialog.getByRole('button', { name: 'Invite' }).click()
  const link = (await page.getByLabel('Invitation link').textContent()) ?? ''
  expect(link).toContain('/crm/welcome#')
  await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click()
  await page.getByText(/invited until/).waitFor()

  const theirs = await app.openOutside(link.slice(link.indexOf('/welcome')))
  await theirs.getByLabel('Last name').fill('Hopper')
  await theirs.getByLabel('New password').fill('short')
  await theirs.getByRole('button', { name: /Choose the password/ }).click()
  await theirs.getByText('Use at least 10 characters.').waitFor()
  await theirs.getByLabel('New password').fill('a-much-longer-one')
  await theirs.getByRole('button', { name: /Choose the password/ }).click()
  await theirs.getByRole('heading', { name: 'Hello, Grace' }).waitFor()
  await theirs.goto(`${app.url}/crm/settings`)
  await theirs.getByRole('heading', { name: 'Your account' }).waitFor()
  expect(await theirs.getByRole('navigation', { name: 'Settings' }).getByRole('link').allTextContents()).not.toContain(
    'API keys',
  )

  const again = await app.openOutside(link.slice(link.indexOf('/welcome')))
  await again.getByRole('heading', { name: 'This link does not work' }).waitFor()
})

it('changes the password, and says how to get over a forgotten one where no mail is sent', async () => {
  const who = { email: 'ada@example.com', password: 'first-password-1' }
  const { link } = await app.client.admin.invitations.create({ email: who.email, role: 'member' })
  await app.client.admin.welcome.accept({ token: link.split('#')[1] ?? '', password: who.password })
  const page = await app.open('/settings/profile', {}, who)
  await page.getByLabel('Current password').fill(who.password)
  await page.getByLabel('New password').fill('second-password-2')
  await page.getByRole('button', { name: 'Change the password' }).click()
  await page.getByText('Your password is changed.').waitFor()
  await app.open('/', {}, { ...who, password: 'second-password-2' })

  const forgotten = await app.openOutside('/sign-in')
  await forgotten.getByRole('link', { name: 'Forgotten your password?' }).click()
  await forgotten.getByLabel('E-mail address').fill(who.email)
  await forgotten.getByRole('button', { name: 'Send me a link' }).click()
  await forgotten.getByText(`npx openfield password reset --email ${who.email}`).waitFor()
})

it('defines an object with fields, options and a relationship, and renames, retires and removes', async () => {
  const page = await app.open('/settings/objects')
  await page.getByRole('button', { name: 'New object' }).click()
  await page.getByLabel('Name of one').fill('Vessel')
  await page.getByLabel('Name of several').fill('Vessels')
  await page.getByRole('button', { name: 'Make the object' }).click()
  await page.getByRole('heading', { name: 'Vessels' }).waitFor()
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Vessels' }).waitFor()

  await page.getByRole('button', { name: 'New field' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name', { exact: true }).fill('Hull colour')
  await dialog.getByRole('combobox', { name: 'Type' }).click()
  await page.getByRole('option', { name: 'One of several options' }).click()
  for (const [index, label] of ['Red', 'Blue'].entries()) {
    await dialog.getByRole('button', { name: 'Add an option' }).click()
    await dialog.getByLabel(`Option ${index + 1}`, { exact: true }).fill(label)
  }
  await dialog.getByRole('button', { name: 'Move Blue up' }).click()
  await dialog.getByRole('button', { name: 'Add the field' }).click()
  await page.getByRole('cell', { name: 'hull-colour' }).waitFor()
  const optionsNow = async () => {
    const { fieldDefinitions } = await app.client.admin.objects.retrieve('vessel')
    return fieldDefinitions['hull-colour']?.typeConfiguration.options?.map(({ label, retired }) => [label, !!retired])
  }
  expect(await optionsNow()).toEqual([
    ['Blue', false],
    ['Red', false],
  ])

  await page.getByRole('button', { name: 'Change Hull colour' }).click()
  await dialog.getByLabel('Option 2', { exact: true }).fill('Crimson')
  await dialog.getByRole('button', { name: 'Retire Blue' }).click()
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'detached' })
  expect((await optionsNow())?.toSorted()).toEqual([
    ['Blue', true],
    ['Crimson', false],
  ])

  await page.getByRole('button', { name: 'New relationship' }).click()
  await dialog.getByLabel('What Vessels call it').fill('Owner account')
  await dialog.getByRole('button', { name: 'Add the relationship' }).click()
  await page.getByRole('cell', { name: 'owner-account' }).waitFor()
  await page.getByRole('button', { name: 'Remove Hull colour' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove the field' }).click()
  await page.getByRole('cell', { name: 'hull-colour' }).waitFor({ state: 'detached' })
})

it('says what is wrong in the words of the server when a definition cannot be', async () => {
  const page = await app.open('/settings/objects')
  await page.getByRole('button', { name: 'New object' }).click()
  await page.getByLabel('Name of one').fill('Account')
  await page.getByRole('button', { name: 'Make the object' }).click()
  await page
    .getByRole('alert')
    .getByText(/account/i)
    .waitFor()
  expect(await page.getByLabel('Name of one').inputValue()).toBe('Account')
})

it('brings back what was deleted from the trash', async () => {
  const account = await app.client.account.create({ fields: { $name: 'Gone Ltd' } })
  await app.client.account.delete(account.id)
  const page = await app.open('/settings/trash')
  await page.getByRole('button', { name: 'Restore Gone Ltd' }).click()
  await page.getByText('Brought back').waitFor()
  expect((await app.client.account.retrieve(account.id)).fields.$name.value).toBe('Gone Ltd')
})

it.each(['profile', 'members', 'api-keys', 'objects', 'objects/opportunity', 'trash'])(
  'is readable and free of barriers: %s',
  async (section) => {
    await inspect(app, `/settings/${section}`, `settings-${section.replace('/', '-')}`, (page) =>
      page.locator('main h2').first().waitFor(),
    )
  },
)

it('shows admins who did what, on what, and what is used', async () => {
  const account = await app.client.account.create({ fields: { $name: 'Audited' } })
  await app.client.admin.apiKeys.create({ name: 'Audited key' })
  const page = await app.open('/settings/audit')
  const lines = page.getByRole('list', { name: 'What was done' }).getByRole('listitem')
  await lines.filter({ hasText: 'Make an API key' }).filter({ hasText: 'Audited key' }).waitFor()
  await page.getByRole('combobox', { name: 'What' }).click()
  await page.getByRole('option', { name: 'Records' }).click()
  await lines.filter({ hasText: 'Make an API key' }).first().waitFor({ state: 'hidden' })
  await lines.filter({ hasText: 'Create a record' }).getByRole('link', { name: 'Audited' }).click()
  await page.waitForURL((url) => url.pathname.endsWith(account.id))
  await inspect(app, '/settings/audit', 'settings-audit', (opened) =>
    opened.getByText('Make an API key').first().waitFor(),
  )
  await inspect(app, '/settings/limits', 'settings-limits', (opened) =>
    opened.getByRole('row', { name: /Records: accounts/ }).waitFor(),
  )
})
