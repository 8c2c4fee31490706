import { expect, it } from 'vitest'
import { startSmtp } from '../../server/test/smtp.ts'
import { inspect, startApp } from './app.ts'

const smtp = await startSmtp()
smtp.passwords.set('ada@example.com', 'secret-of-ada')
const app = startApp({ OPENFIELD_ALLOWED_NETWORKS: '127.0.0.0/8' })

it('connects a mailbox, after saying what of it does not work', async () => {
  const page = await app.open('/settings/mailboxes')
  await page.getByText('You have not connected a mailbox yet.').waitFor()
  await page.getByRole('button', { name: 'Connect a mailbox' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('E-mail address').fill('ada@example.com')
  await dialog.getByRole('textbox', { name: 'Password' }).fill('wrong')
  await dialog.getByText('Only send from it').click()
  await dialog.getByLabel('Sends by (SMTP)', { exact: true }).fill(smtp.host)
  await dialog.getByRole('combobox', { name: 'Sends by (SMTP): security' }).click()
  await page.getByRole('option', { name: 'none' }).click()
  await dialog.getByRole('textbox', { name: 'Sends by (SMTP): port' }).fill(String(smtp.port))
  await dialog.getByRole('button', { name: 'Connect' }).click()
  await dialog.getByRole('alert').first().waitFor()
  expect(await dialog.getByRole('alert').first().textContent()).toMatch(/password/i)
  await dialog.getByRole('textbox', { name: 'Password' }).fill('secret-of-ada')
  await dialog.getByRole('button', { name: 'Connect' }).click()
  await dialog.waitFor({ state: 'detached' })
  const box = page.getByRole('region', { name: 'ada@example.com' })
  await box.getByText('connected', { exact: true }).waitFor()
  await box.getByRole('button', { name: /Actions/ }).click()
  await page.getByRole('menuitem', { name: 'Keep it private' }).click()
  await box.getByText(/not what it says/).waitFor()
})

it('writes to a contact, and shows what was written in the timeline', async () => {
  const contact = await app.client.contact.create({
    fields: { $name: { firstName: 'Grace', lastName: 'Hopper' }, $email: ['grace@navy.example'] },
  })
  const page = await app.open(`/contacts/${contact.id}`)
  await page.getByRole('button', { name: 'E-mail', exact: true }).click()
  await page.getByLabel('Subject').fill('Compilers')
  await page.getByRole('textbox', { name: 'Message' }).fill('Dear Grace,\nhow are they?')
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText('Sent', { exact: true }).waitFor()
  expect(smtp.mails).toMatchObject([{ from: 'ada@example.com', to: ['grace@navy.example'] }])
  expect(smtp.mails[0]?.source).toContain('how are they?')
  await page.getByRole('link', { name: 'Compilers' }).waitFor()
  await page.getByRole('button', { name: 'Read Compilers' }).click()
  await page.getByText('how are they?').waitFor()
})

it('shows an e-mail as its text, and lets nothing in it run or be fetched', async () => {
  const account = await app.client.account.create({ fields: { $name: 'Acme' } })
  await app.client.contact.create({
    fields: { $name: { firstName: 'Eve', lastName: 'Stranger' }, $email: ['eve@acme.example'] },
    relationships: { $account: account.id },
  })
  const { id } = await anEmail({
    subject: '<script>alert(1)</script> an offer',
    from: ['eve@acme.example'],
    to: ['ada@example.com'],
    html: `<script>document.title = 'taken'</script><style>body { display: none }</style>
      <img src="https://tracker.example/pixel.gif" alt="A picture" onerror="document.title = 'taken'">
      <p style="position:fixed">Dear <b onclick="alert(1)">Ada</b>, see
      <a href="javascript:alert(1)">this</a> and <a href="https://acme.example/offer">that</a>.</p>
      <form action="https://evil.example"><button>Sign in</button></form>`,
  })
  const page = await app.open(`/emails/${id}`)
  const body = page.getByRole('region', { name: 'Body' })
  await body.getByText('Dear Ada').waitFor()
  expect(await body.getByRole('link').allTextContents()).toEqual(['that'])
  expect(await body.locator('img, script, style, form, button').count()).toBe(0)
  expect(await page.title()).toContain('<script>alert(1)</script> an offer')
  await page.goto(`${app.url}/crm/accounts/${account.id}`)
  await page.getByRole('button', { name: /^Read .* an offer$/ }).click()
  await page.getByText('Dear Ada').waitFor()
})

it('is readable and free of barriers: mailboxes', async () => {
  await inspect(app, '/settings/mailboxes', 'mailboxes', (page) => page.getByText('ada@example.com').first().waitFor())
})

it('is readable and free of barriers: an e-mail', async () => {
  const { id } = await anEmail({ subject: 'Terms', from: ['eve@acme.example'], to: ['ada@example.com'], html: letter })
  await inspect(app, `/emails/${id}`, 'email', (page) => page.getByRole('region', { name: 'Body' }).waitFor())
})

const letter = `<h1>Our terms</h1><p>Dear Ada,</p><ul><li>Net 30</li><li>See <a href="https://acme.example">our page</a></li></ul>
  <blockquote>On Monday you wrote: which terms?</blockquote>`

/** Brings an e-mail in, as a bridge would. */
async function anEmail(email: { subject: string; from: string[]; to: string[]; html: string }) {
  const answer = await fetch(`${app.url}/admin/v1/emails`, {
    method: 'POST',
    headers: { authorization: `Bearer ${app.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...email, sentAt: new Date().toISOString() }),
  })
  return (await answer.json()) as { id: string }
}
