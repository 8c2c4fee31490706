import { ImapFlow, type ImapFlowOptions } from 'imapflow'
import { afterAll, describe, expect, it } from 'vitest'
import { startDovecot } from './dovecot.ts'

const ada = 'ada@example.com'
const dovecot = await startDovecot({ users: { [ada]: 'secret' } })
afterAll(dovecot.close)

async function signedIn<T>(options: Partial<ImapFlowOptions>, use: (client: ImapFlow) => Promise<T>): Promise<T> {
  const { host, port } = dovecot
  const client = new ImapFlow({
    host,
    port,
    secure: false,
    logger: false,
    tls: { ca: dovecot.certificate },
    ...options,
  })
  client.on('error', () => {})
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.logout().catch(() => client.close())
  }
}
const password = { auth: { user: ada, pass: 'secret' } }
const message = (id: string) =>
  `From: bo@example.com\r\nTo: ${ada}\r\nSubject: Hello\r\nMessage-ID: <${id}@x>\r\n\r\nHi\r\n`

describe('the IMAP server of tests', () => {
  it('lets in who has the password or a token, encrypted, and nobody else', async () => {
    const isSecure = (client: ImapFlow) => Promise.resolve(client.secureConnection)
    expect(await signedIn(password, isSecure)).toBe(true)
    expect(await signedIn({ ...password, secure: true, port: dovecot.tlsPort }, isSecure)).toBe(true)
    const wrong = signedIn({ auth: { user: ada, pass: 'wrong' } }, isSecure)
    await expect(wrong).rejects.toMatchObject({ authenticationFailed: true })
    dovecot.tokens.set('good', ada)
    const token = { auth: { user: ada, accessToken: 'good' } }
    expect(await signedIn(token, isSecure)).toBe(true)
    dovecot.tokens.delete('good')
    await expect(signedIn(token, isSecure)).rejects.toMatchObject({ authenticationFailed: true })
  })

  it('has what is delivered, and other UIDs under another UIDVALIDITY when a folder is rebuilt', async () => {
    await dovecot.deliver(ada, [message('1'), message('2')])
    await dovecot.deliver(ada, [message('3')], 'Sent')
    const look = () =>
      signedIn(password, async (client) => {
        const folders = await client.list()
        const { uidValidity, exists } = await client.mailboxOpen('INBOX')
        return { uses: folders.map(({ specialUse }) => specialUse), uidValidity, exists }
      })
    const before = await look()
    expect(before).toMatchObject({
      exists: 2,
      uses: expect.arrayContaining(['\\Sent', '\\Drafts', '\\Junk', '\\Trash']),
    })
    await dovecot.rebuild(ada)
    const after = await look()
    expect(after.exists).toBe(2)
    expect(after.uidValidity).not.toBe(before.uidValidity)
  })
})
