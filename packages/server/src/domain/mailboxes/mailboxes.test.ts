import { describe, expect, it } from 'vitest'
import { aKey, aMember, successOf } from '../../../test/factories.ts'
import { anotherWorkspace, outcome, startApi } from '../../../test/harness.ts'
import { refusal, startSmtp, startTokenProvider } from '../../../test/smtp.ts'

const settings = { OPENFIELD_ALLOWED_NETWORKS: '127.0.0.0/8', OPENFIELD_WORKER: 'off' }
const api = await startApi(settings)
const guarded = await startApi({ OPENFIELD_ALLOWED_NETWORKS: '' }, api)
const smtp = await startSmtp()
const secure = await startSmtp({ security: 'tls' })
const upgraded = await startSmtp({ security: 'starttls' })
const provider = await startTokenProvider()

type Mailbox = {
  id: string
  email: string
  memberId: string
  state: string
  problem: string | null
  privacySetting: string
  smtp: { host: string; port: number; security: string; username: string }
  imap: object | null
  authentication: string
}
type Tried = { works: boolean; phase?: string; problem?: string }

let made = 0
const passwordOf = 'a password with "quotes" and ünicode'
const newAddress = () => {
  made += 1
  const email = `box${made}@team.example`
  for (const server of [smtp, secure, upgraded]) server.passwords.set(email, passwordOf)
  return email
}
const at = ({ host, port, security }: { host: string; port: number; security: string }) => ({ host, port, security })
const bodyOf = (more: object = {}) => ({ email: newAddress(), password: passwordOf, smtp: at(smtp), ...more })
const connect = (body: object, key = api.key) => api.post<Mailbox>('/admin/v1/mailboxes', body, { key })
const connected = async (more: object = {}, key = api.key) => successOf(await connect(bodyOf(more), key))
const check = async ({ id }: { id: string }) =>
  successOf(await api.post<{ mailbox: Mailbox; smtp: Tried; imap: Tried | null }>(`/admin/v1/mailboxes/${id}/check`))
const retrieve = async ({ id }: { id: string }) => successOf(await api.get<Mailbox>(`/admin/v1/mailboxes/${id}`))

const other = await aMember(api)
const otherKey = (await aKey(api, { memberId: other.id })).key

describe('a mailbox', () => {
  it('is connected once its server lets it in, and shows nothing that is secret', async () => {
    const body = bodyOf()
    const response = await connect({ ...body, email: body.email.toUpperCase(), username: body.email })
    expect(successOf(response)).toMatchObject({
      id: expect.stringMatching(/^mbx_/),
      email: body.email,
      memberId: api.memberId,
      provider: 'imap',
      authentication: 'password',
      smtp: { ...at(smtp), username: body.email },
      imap: null,
      privacySetting: 'FULL',
      state: 'connected',
      problem: null,
    })
    const { text } = await api.get('/admin/v1/mailboxes')
    expect(text).toContain(body.email)
    expect(text + response.text).not.toMatch(/quotes|credentials|password with/)
    const [row] = await api.sql<{ credentials: string; settings: object }>('select * from mailbox where address = $1', [
      body.email,
    ])
    expect(Buffer.from(row?.credentials ?? '', 'base64').toString()).not.toContain('quotes')
    expect(JSON.stringify(row?.settings)).not.toContain('quotes')
  })

  it('is signed in to over TLS, from the start or by STARTTLS, with a certificate that was given', async () => {
    for (const server of [secure, upgraded]) {
      const mailbox = await connected({ smtp: at(server), certificate: server.certificate })
      expect(mailbox.smtp).toMatchObject(at(server))
      expect((await check(mailbox)).smtp).toEqual({ works: true })
    }
  })

  const unused = { host: '127.0.0.1', port: 1 }
  const refusals: [answer: string, says: string, body: () => object][] = [
    ['422 smtp.host', 'no such name', () => bodyOf({ smtp: { host: 'nowhere.invalid' } })],
    ['422 smtp.host', 'not an http', () => bodyOf({ smtp: { host: 'a b/c' } })],
    ['422 smtp.port', 'no connection could be made', () => bodyOf({ smtp: unused })],
    ['422 smtp.security', 'could not be made secure', () => bodyOf({ smtp: at(secure) })],
    ['422 smtp.security', 'does not speak TLS', () => bodyOf({ smtp: { ...at(smtp), security: 'starttls' } })],
    ['422 smtp.password', 'refused to sign in', () => bodyOf({ password: 'wrong' })],
    ['422 password', 'which password', () => bodyOf({ password: undefined })],
    ['422 smtp', 'which server', () => bodyOf({ smtp: undefined })],
    ['422 email', 'e-mail address', () => bodyOf({ email: 'nobody' })],
    ['422 certificate', 'PEM', () => bodyOf({ certificate: 'x' })],
    ['422 smtp.port', '65535', () => bodyOf({ smtp: { host: 'a.example', port: 70_000 } })],
    ['422 password', 'one line', () => bodyOf({ password: 'a\r\nQUIT' })],
    ['400 unknown_field smtp.tls', 'no key', () => bodyOf({ smtp: { ...at(smtp), tls: true } })],
    ['400 parameter_missing email', 'email', () => ({ ...bodyOf(), email: undefined })],
  ]
  it.each(refusals)('%s, saying “%s”', async (answer, says, body) => {
    const response = await connect(body())
    expect(outcome(response)).toBe(answer)
    expect(response.text).toContain(says)
    expect(response.text).not.toContain('quotes')
  })

  it('says what the server said, and is not there after a refusal', async () => {
    smtp.state.on = async (phase) => {
      if (phase === 'sign in') throw refusal(534, 'Application-specific password required')
    }
    const body = bodyOf()
    expect((await connect(body)).text).toContain('Application-specific password required')
    smtp.state.on = async () => {}
    expect((await api.get('/admin/v1/mailboxes')).text).not.toContain(body.email)
    successOf(await connect(body))
  })

  it('is not connected to a private address unless its network is allowed', async () => {
    const response = await guarded.post('/admin/v1/mailboxes', bodyOf())
    expect(outcome(response)).toBe('422 smtp.host')
    expect(response.text).toContain('OPENFIELD_ALLOWED_NETWORKS')
  })

  it('is one for each address, whoever connects it, also at the same moment', async () => {
    const body = bodyOf()
    const all = await Promise.all([api.key, otherKey, api.key].map((key) => connect(body, key)))
    expect(all.map(outcome).toSorted()).toEqual(['200', '422 email', '422 email'])
    expect(outcome(await connect({ ...body, email: body.email.toUpperCase() }, otherKey))).toBe('422 email')
  })

  it('belongs to a member: a key of the workspace has none', async () => {
    const { key } = await aKey(api)
    expect(outcome(await connect(bodyOf(), key))).toBe('403')
  })

  it('is seen by its owner and admins, changed by its owner alone, and disconnected by both', async () => {
    const [theirs, ours] = [await connected({}, otherKey), await connected()]
    const listed = async (key: string) => (await api.get('/admin/v1/mailboxes', { key })).text
    expect([(await listed(otherKey)).includes(theirs.id), (await listed(otherKey)).includes(ours.id)]).toEqual([
      true,
      false,
    ])
    expect((await listed(api.key)).includes(theirs.id)).toBe(true)
    const path = `/admin/v1/mailboxes/${theirs.id}`
    expect(outcome(await api.patch(path, { privacySetting: 'METADATA' }))).toBe('403')
    const hidden = `/admin/v1/mailboxes/${ours.id}`
    for (const request of [
      api.get(hidden, { key: otherKey }),
      api.patch(hidden, {}, { key: otherKey }),
      api.delete(hidden, { key: otherKey }),
      api.post(`${hidden}/check`, undefined, { key: otherKey }),
      api.get('/admin/v1/mailboxes/mbx_01h455vb4pex5vsknk084sn02q'),
    ]) {
      expect(outcome(await request)).toBe('404')
    }
    const elsewhere = await anotherWorkspace(api)
    expect(outcome(await elsewhere.get(path))).toBe('404')
    expect(successOf(await api.patch<Mailbox>(path, { privacySetting: 'METADATA' }, { key: otherKey }))).toMatchObject({
      privacySetting: 'METADATA',
    })
    successOf(await api.delete(path))
    expect(outcome(await api.get(path))).toBe('404')
  })

  it('says that it has to be connected again once the password no longer works, until that is done', async () => {
    const mailbox = await connected()
    smtp.passwords.set(mailbox.email, 'another')
    const checked = await check(mailbox)
    expect(checked.smtp).toMatchObject({ works: false, phase: 'sign_in' })
    expect(checked.mailbox).toMatchObject({ state: 'needs_reconnect', problem: checked.smtp.problem })
    const path = `/admin/v1/mailboxes/${mailbox.id}`
    expect(outcome(await api.patch(path, { password: 'still wrong' }))).toBe('422 smtp.password')
    expect((await retrieve(mailbox)).state).toBe('needs_reconnect')
    const again = successOf(await api.patch<Mailbox>(path, { password: 'another' }))
    expect(again).toMatchObject({ state: 'connected', problem: null, smtp: mailbox.smtp })
    expect((await check(mailbox)).smtp).toEqual({ works: true })
  })

  it('stays connected while its server is away for a moment', async () => {
    const mailbox = await connected()
    smtp.state.on = async (phase) => {
      if (phase === 'sign in') throw refusal(454, 'Temporary authentication failure')
    }
    const checked = await check(mailbox)
    smtp.state.on = async () => {}
    expect([checked.smtp.works, checked.mailbox.state]).toEqual([false, 'connected'])
  })

  it('says what to do when its credentials were sealed with another key', async () => {
    const [one, two] = [await connected(), await connected()]
    await api.sql(
      'update mailbox set credentials = (select credentials from mailbox where address = $1) where address = $2',
      [one.email, two.email],
    )
    const checked = await check(two)
    expect(checked.mailbox).toMatchObject({ state: 'needs_reconnect' })
    expect(checked.mailbox.problem).toContain('Enter the credentials again')
  })

  it('goes with its member', async () => {
    const leaver = await aMember(api)
    const mailbox = await connected({}, (await aKey(api, { memberId: leaver.id })).key)
    successOf(await api.delete(`/admin/v1/members/${leaver.id}`))
    expect(outcome(await api.get(`/admin/v1/mailboxes/${mailbox.id}`))).toBe('404')
  })
})

describe('a mailbox with tokens', () => {
  const hour = 3_600_000
  const oauth = (more: object = {}) => ({
    clientId: 'client',
    clientSecret: 'hush',
    refreshToken: 'refresh-1',
    tokenUrl: provider.tokenUrl,
    revocationUrl: provider.revocationUrl,
    ...more,
  })
  const body = (more: object = {}) => ({ email: newAddress(), provider: 'google', smtp: at(smtp), imap: null, ...more })
  const gives = (token: string, more: object = {}) => {
    smtp.tokens.add(token)
    provider.state.answer = () => [200, { access_token: token, expires_in: 3600, ...more }]
  }

  it('is connected with tokens that are renewed at once when there is no access token', async () => {
    gives('access-1')
    const mailbox = successOf(await connect(body({ oauth: oauth() })))
    expect(mailbox).toMatchObject({ provider: 'google', authentication: 'oauth', state: 'connected' })
    expect(provider.asked.at(-1)).toEqual({
      path: '/token',
      form: { grant_type: 'refresh_token', refresh_token: 'refresh-1', client_id: 'client', client_secret: 'hush' },
    })
  })

  it('renews its token before it ends, once however many ask, and keeps a new refresh token', async () => {
    gives('soon-over')
    const expiresAt = new Date(Date.now() + 30_000).toISOString()
    const tokens = oauth({ accessToken: 'soon-over', expiresAt, refreshToken: 'rotating-1' })
    const mailbox = successOf(await connect(body({ oauth: tokens })))
    gives('access-2', { refresh_token: 'rotating-2' })
    provider.asked.length = 0
    const checks = await Promise.all(Array.from({ length: 4 }, () => check(mailbox)))
    expect(checks.map((one) => one.smtp)).toEqual(checks.map(() => ({ works: true })))
    expect(provider.asked.map(({ form }) => form['refresh_token'])).toEqual(['rotating-1'])
    smtp.tokens.delete('access-2')
    gives('access-3')
    expect((await check(mailbox)).smtp).toEqual({ works: true })
    expect(provider.asked.at(-1)?.form['refresh_token']).toBe('rotating-2')
  })

  it('gets another token when the server does not take the one it has', async () => {
    gives('access-4')
    const mailbox = successOf(
      await connect(
        body({ oauth: oauth({ accessToken: 'access-4', expiresAt: new Date(Date.now() + hour).toISOString() }) }),
      ),
    )
    smtp.tokens.delete('access-4')
    gives('access-5')
    expect(await check(mailbox)).toMatchObject({ smtp: { works: true }, mailbox: { state: 'connected' } })
  })

  it('has to be connected again when access was withdrawn, and not when the provider is away', async () => {
    gives('access-6')
    const mailbox = successOf(await connect(body({ oauth: oauth() })))
    smtp.tokens.delete('access-6')
    provider.state.answer = () => [503, {}]
    expect(await check(mailbox)).toMatchObject({
      smtp: { works: false, phase: 'token' },
      mailbox: { state: 'connected' },
    })
    provider.state.answer = () => [400, { error: 'invalid_grant', error_description: 'secret words' }]
    const { mailbox: found } = await check(mailbox)
    expect(found).toMatchObject({ state: 'needs_reconnect' })
    expect(found.problem).toBe(
      'The provider no longer accepts the refresh token: it has ended or access was withdrawn. Connect the mailbox again.',
    )
    gives('access-7')
    const again = await api.patch<Mailbox>(`/admin/v1/mailboxes/${mailbox.id}`, {
      oauth: oauth({ refreshToken: 'refresh-2' }),
    })
    expect(successOf(again)).toMatchObject({ state: 'connected', problem: null })
  })

  it('422: says which of provider and server refused', async () => {
    provider.state.answer = () => [401, { error: 'invalid_client' }]
    expect(outcome(await connect(body({ oauth: oauth() })))).toBe('422 oauth.refreshToken')
    provider.state.answer = () => [200, { access_token: 'unknown to the server', expires_in: 3600 }]
    expect(outcome(await connect(body({ oauth: oauth() })))).toBe('422 smtp.password')
    expect(outcome(await connect({ ...body({ oauth: oauth({ tokenUrl: undefined }) }), provider: 'imap' }))).toBe(
      '422 oauth.tokenUrl',
    )
  })

  it('is forgotten at its provider too when it is disconnected', async () => {
    gives('access-8')
    const mailbox = successOf(await connect(body({ oauth: oauth({ refreshToken: 'to be revoked' }) })))
    successOf(await api.delete(`/admin/v1/mailboxes/${mailbox.id}`))
    expect(provider.asked.at(-1)).toEqual({ path: '/revoke', form: { token: 'to be revoked' } })
  })
})
