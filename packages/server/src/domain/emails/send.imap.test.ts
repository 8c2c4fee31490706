import { ImapFlow } from 'imapflow'
import PostalMime from 'postal-mime'
import { afterAll, describe, expect, it } from 'vitest'
import { startDovecot } from '../../../test/dovecot.ts'
import { successOf } from '../../../test/factories.ts'
import { outcome, settled, startApi } from '../../../test/harness.ts'
import { startSmtp } from '../../../test/smtp.ts'
import { aFile } from '../../../test/uploads.ts'

const from = 'sales@acme.example'
const dovecot = await startDovecot({ users: { [from]: 'secret' } })
afterAll(dovecot.close)
const smtp = await startSmtp()
smtp.passwords.set(from, 'secret')
const api = await startApi({ OPENFIELD_ALLOWED_NETWORKS: '127.0.0.0/8' })
const imap = { host: dovecot.host, port: dovecot.port, security: 'starttls' }
const connected = await api.post<{ id: string }>('/admin/v1/mailboxes', {
  email: from,
  password: 'secret',
  smtp: { host: smtp.host, port: smtp.port, security: smtp.security },
  imap,
  certificate: dovecot.certificate,
})
const mailbox = successOf(connected)

type Found = { source: string; flags: Set<string> }

/** What is in a folder. */
async function inFolder(path: string): Promise<Found[]> {
  const { host, port, certificate: ca } = dovecot
  const auth = { user: from, pass: 'secret' }
  const client = new ImapFlow({ host, port, secure: false, auth, logger: false, tls: { ca } })
  await client.connect()
  try {
    await client.mailboxOpen(path)
    const found: Found[] = []
    for await (const { source, flags } of client.fetch('1:*', { source: true, flags: true })) {
      // That nobody has looked yet is for the server to say.
      found.push({ source: String(source), flags: new Set([...(flags ?? [])].filter((one) => one !== '\\Recent')) })
    }
    return found
  } finally {
    await client.logout()
  }
}

const body = (more: object = {}) => ({
  from,
  to: ['ada@northwind.example'],
  subject: 'Three seats',
  messageBody: { content: '<p>Hello</p>' },
  ...more,
})
const keyed = (key: string) => ({ headers: { 'idempotency-key': key } })
const sending = (key: string, more: object = {}) => api.post('/v1/emails/send', body(more), keyed(key))

describe('a mailbox with IMAP', () => {
  it('is signed in to on both servers, by STARTTLS and by TLS, and says which of them does not work', async () => {
    const path = `/admin/v1/mailboxes/${mailbox.id}`
    expect(successOf(await api.post(`${path}/check`))).toMatchObject({ smtp: { works: true }, imap: { works: true } })
    const wrong = (more: object) => api.patch(path, { password: 'secret', imap: { ...imap, ...more } })
    expect(outcome(await wrong({ password: 'wrong' }))).toBe('422 imap.password')
    expect(outcome(await wrong({ port: 1 }))).toBe('422 imap.port')
    expect(outcome(await wrong({ security: 'tls' }))).toBe('422 imap.security')
    expect(outcome(await wrong({ port: smtp.port, security: 'none' }))).toMatch(/^422 imap\./)
    expect(outcome(await wrong({ port: dovecot.tlsPort, security: 'tls' }))).toBe('200')
    expect(outcome(await wrong({}))).toBe('200')
  })

  it('is signed in to with a token, which is renewed', async () => {
    dovecot.tokens.set('good', 'tokens@acme.example')
    smtp.tokens.add('good')
    const made = await api.post('/admin/v1/mailboxes', {
      email: 'tokens@acme.example',
      provider: 'google',
      smtp: { host: smtp.host, port: smtp.port, security: smtp.security },
      imap,
      certificate: dovecot.certificate,
      oauth: { clientId: 'c', refreshToken: 'r', accessToken: 'good', tokenUrl: 'http://127.0.0.1:1/token' },
    })
    expect(outcome(made)).toBe('200')
  })
})

describe('what is sent', () => {
  it('stands in the Sent folder, once, with blind copies and attachments', async () => {
    const file = await aFile(api, 'hello')
    successOf(await sending('sent', { bcc: ['secret@acme.example'], attachments: [file.id] }))
    await settled(api)
    const found = await inFolder('Sent')
    expect(found.map(({ flags }) => [...flags])).toEqual([['\\Seen']])
    const [copy, mail] = await Promise.all(
      [found[0]?.source ?? '', smtp.mails.at(-1)?.source ?? ''].map((source) => PostalMime.parse(source)),
    )
    expect(copy?.messageId).toBe(mail?.messageId)
    expect(copy?.bcc).toEqual([{ address: 'secret@acme.example', name: '' }])
    expect([mail?.bcc, copy?.attachments.length, copy?.html]).toEqual([undefined, 1, mail?.html])
  })

  it('is not doubled where the server puts it there by itself', async () => {
    const before = (await inFolder('Sent')).length
    smtp.state.on = async (phase) => {
      if (phase === 'taken') await dovecot.deliver(from, [smtp.mails.at(-1)?.source ?? ''], 'Sent')
    }
    successOf(await sending('filed'))
    smtp.state.on = async () => {}
    await settled(api)
    expect(await inFolder('Sent')).toHaveLength(before + 1)
  })

  it('is known to be sent by the Sent folder when the server broke off before it said so', async () => {
    smtp.state.on = async (phase) => {
      if (phase !== 'taken') return
      await dovecot.deliver(from, [smtp.mails.at(-1)?.source ?? ''], 'Sent')
      smtp.breakOff()
    }
    const mails = smtp.mails.length
    const response = await sending('broken, and filed')
    smtp.state.on = async () => {}
    expect(outcome(response)).toBe('200')
    expect((await sending('broken, and filed')).text).toBe(response.text)
    expect(smtp.mails).toHaveLength(mails + 1)
  })

  it('turns out to be sent once it is in the Sent folder, also after a 409', async () => {
    smtp.state.on = async (phase) => {
      if (phase === 'taken') smtp.breakOff()
    }
    const mails = smtp.mails.length
    expect(outcome(await sending('filed later'))).toBe('409 conflict')
    smtp.state.on = async () => {}
    expect(outcome(await sending('filed later'))).toBe('409 conflict')
    await dovecot.deliver(from, [smtp.mails.at(-1)?.source ?? ''], 'Sent')
    expect(outcome(await sending('filed later'))).toBe('200')
    expect(smtp.mails).toHaveLength(mails + 1)
  })
})

describe('a draft', () => {
  const draft = (more: object, key?: string) =>
    api.post<{ draftedAt: string }>('/v1/emails/draft', { from, ...more }, key === undefined ? {} : keyed(key))

  it('stands in the Drafts folder with all that is said of it, and is sent to nobody', async () => {
    const mails = smtp.mails.length
    const file = await aFile(api, 'hello')
    const more = { to: ['ada@northwind.example'], bcc: ['b@x.example'], subject: 'Later', attachments: [file.id] }
    const { draftedAt } = successOf(await draft({ ...more, messageBody: { contentType: 'TEXT', content: 'Hi' } }))
    expect(Date.parse(draftedAt)).toBeLessThanOrEqual(Date.now())
    const [found] = await inFolder('Drafts')
    expect(found?.flags).toEqual(new Set(['\\Draft', '\\Seen']))
    expect(await PostalMime.parse(found?.source ?? '')).toMatchObject({
      to: [{ address: 'ada@northwind.example' }],
      bcc: [{ address: 'b@x.example' }],
      subject: 'Later',
      text: 'Hi\n',
      attachments: [{ filename: 'notes.txt' }],
    })
    expect(smtp.mails).toHaveLength(mails)
  })

  it('takes anything besides from, and is made once for each key', async () => {
    const before = (await inFolder('Drafts')).length
    for (const more of [{ subject: 'A' }, { cc: ['a@b.example'] }, { messageBody: { content: 'x' } }]) {
      successOf(await draft(more))
    }
    const twins = await Promise.all([1, 2, 3].map(() => draft({ subject: 'Twins' }, 'twins')))
    expect(new Set(twins.map(({ text }) => text)).size).toBe(1)
    expect((await draft({ subject: 'Other' }, 'twins')).text).toBe(twins[0]?.text)
    expect(await inFolder('Drafts')).toHaveLength(before + 4)
  })

  it('that may have been made before its server ended is looked for, and made only if it is not there', async () => {
    const before = (await inFolder('Drafts')).length
    successOf(await draft({ subject: 'Once' }, 'once'))
    const left = (key: string, messageId: string) =>
      api.sql(
        `insert into sending (workspace_id, operation, key, id, message_id, state, lease_until)
         values (1, 'email draft', $1, gen_random_uuid(), $2, 'sending', now())`,
        [key, messageId],
      )
    const source = (await inFolder('Drafts')).at(-1)?.source ?? ''
    const messageId = /^Message-ID: <(.*)>/im.exec(source)?.[1] ?? ''
    await left('was made', messageId)
    await left('was not made', 'never@acme.example')
    for (const key of ['was made', 'was not made']) successOf(await draft({ subject: 'Once' }, key))
    expect(await inFolder('Drafts')).toHaveLength(before + 2)
  })
})
