import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { aBrowser, adminPassword, type SessionBody } from '../../../../test/browser.ts'
import { aKey, aMember, successOf } from '../../../../test/factories.ts'
import { type Api, anotherWorkspace, headersOf, outcome, type RecordBody, startApi } from '../../../../test/harness.ts'
import { hashOfSecret } from '../../../domain/sign-in/secrets.ts'

const api = await startApi({ OPENFIELD_ADMIN_PASSWORD: adminPassword })
const sameDatabase = await startApi({}, api)

const signedIn = async (on: Api = api) => {
  const browser = aBrowser(on)
  successOf(await browser.signIn())
  return browser
}

/** A password for somebody who has none, the hash of the first admin's. */
const givePassword = (member: string) =>
  api.sql(
    `insert into password (workspace_id, member_id, hash, changed_at)
     select r.workspace_id, r.id, p.hash, now() from record r, password p
     where r.fields->'$email'->>'value' = $1 and p.workspace_id = 1 limit 1`,
    [member],
  )

const aMemberWithPassword = async (input: Record<string, unknown> = {}) => {
  const member = await aMember(api, input)
  const email = String(member.fields.$email?.value)
  await givePassword(email)
  return { id: member.id, email }
}

describe('GET /admin/v1/sign-in', () => {
  it('200: says to everybody how one can sign in, and where to when there is one workspace', async () => {
    const { body } = await aBrowser(api).get('/admin/v1/sign-in')
    expect(body).toEqual({ password: true, singleSignOn: null, workspace: { name: 'Openfield' } })
  })
})

describe('POST /admin/v1/session', () => {
  it('200: signs in with an address, in any case, and a password', async () => {
    const browser = aBrowser(api)
    const { body } = await browser.signIn({ email: ' Admin@Example.com ' })
    expect(body).toEqual({
      member: { id: api.memberId, email: 'admin@example.com', firstName: 'Admin', lastName: null, role: 'admin' },
      workspace: { id: 'wsp_1', name: 'Openfield' },
      expiresAt: expect.any(String),
    })
    expect(Date.parse(body.expiresAt ?? '') - Date.now()).toBeGreaterThan(29.9 * 86_400_000)
    expect((await browser.get<SessionBody>('/admin/v1/session')).body.member).toEqual(body.member)
  })

  it('200: sets a cookie that scripts and other sites have no use of', async () => {
    const { headers } = await aBrowser(api).signIn()
    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(/^openfield_session=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax$/),
    ])
  })

  it('200: behind a proxy with a path, the cookie is for that path and for TLS', async () => {
    const proxied = await startApi({ OPENFIELD_PUBLIC_URL: 'https://acme.test/sales' }, api)
    const { headers } = await aBrowser(proxied).signIn()
    expect(headers['set-cookie']?.[0]).toMatch(/; Path=\/sales; HttpOnly; Secure; SameSite=Lax$/)
  })

  it('stores no token and no password', async () => {
    const browser = await signedIn()
    const token = browser.cookie?.split('=')[1] ?? ''
    const stored = JSON.stringify(await api.sql('select s.*, p.hash from session s, password p'))
    expect(stored).toContain('$argon2id$v=19$m=19456,t=2,p=1$')
    for (const secret of [token, adminPassword]) {
      expect(stored).not.toContain(secret)
      expect(stored).not.toContain(Buffer.from(secret).toString('hex'))
    }
  })

  it('401: one answer for a wrong password, a wrong address and a member without a password', async () => {
    const email = String((await aMember(api)).fields.$email?.value)
    const answers = [
      await aBrowser(api).signIn({ password: `${adminPassword}!` }),
      await aBrowser(api).signIn({ email: 'nobody@example.com' }),
      await aBrowser(api).signIn({ email }),
      await aBrowser(api).signIn({ workspaceId: 'wsp_99' }),
      await aBrowser(api).signIn({ email: '\0' }),
    ]
    expect(answers.map(outcome)).toEqual(answers.map(() => '401'))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(answers.flatMap(({ headers }) => headers['set-cookie'] ?? [])).toEqual([])
  })

  it('401: for a member who was removed, and for one who came back', async () => {
    const { id, email } = await aMemberWithPassword()
    expect((await aBrowser(api).signIn({ email })).status).toBe(200)
    await api.delete(`/admin/v1/members/${id}`)
    expect(outcome(await aBrowser(api).signIn({ email }))).toBe('401')
    await api.post(`/admin/v1/trash/${id}/restore`)
    expect(outcome(await aBrowser(api).signIn({ email }))).toBe('401')
  })

  it.each([
    ['400 parameter_missing email', { password: 'x' }],
    ['400 parameter_missing password', { email: 'x' }],
    ['400 invalid_type password', { email: 'x', password: 5 }],
    ['400 unknown_field name', { email: 'x', password: 'x', name: 'x' }],
  ])('%s', async (answer, body) => {
    expect(outcome(await aBrowser(api).post('/admin/v1/session', body))).toBe(answer)
  })

  it('403: refuses to sign in for a page of another origin', async () => {
    const who = { email: 'admin@example.com', password: adminPassword }
    const response = await aBrowser(api).post('/admin/v1/session', who, { origin: 'https://evil.test' })
    expect(outcome(response)).toBe('403')
    expect(response.headers['set-cookie']).toBeUndefined()
  })

  it('409: asks which workspace where the password is right in several, and signs in to the one chosen', async () => {
    const other = await anotherWorkspace(api)
    const email = 'both@example.com'
    for (const one of [api, other]) await aMember(one, { email })
    await givePassword(email)
    await api.sql(
      `insert into password select workspace_id, id, (select hash from password limit 1), now() from record
       where fields->'$email'->>'value' = $1 on conflict do nothing`,
      [email],
    )
    const response = await aBrowser(api).signIn({ email })
    expect(outcome(response)).toBe('409 conflict workspaceId')
    expect(response.headers['x-should-retry']).toBe('false')
    const { error } = response.body as unknown as { error: { workspaces: { id: string; name: string }[] } }
    expect(error.workspaces.map(({ name }) => name)).toEqual(['Openfield', 'Another'])
    const [, second] = error.workspaces
    const { body } = await aBrowser(api).signIn({ email, workspaceId: second?.id ?? '' })
    expect(body.workspace).toEqual(second)
  })

  it('429: has to wait after five failures in a row, longer each time, at that account alone', async () => {
    const { email } = await aMemberWithPassword()
    const guess = () => aBrowser(sameDatabase).signIn({ email, password: 'a wrong password' })
    for (let time = 0; time < 5; time += 1) expect(outcome(await guess())).toBe('401')
    const refused = await guess()
    expect([outcome(refused), refused.headers['retry-after'], refused.headers['x-should-retry']]).toEqual([
      '429',
      '1',
      'false',
    ])
    expect(outcome(await aBrowser(sameDatabase).signIn({ email }))).toBe('429')
    expect((await aBrowser(sameDatabase).signIn()).status).toBe(200)
    await wait(1000)
    expect((await aBrowser(sameDatabase).signIn({ email })).status).toBe(200)
    expect(outcome(await guess())).toBe('401')
  })

  it('429: a crowd of simultaneous guesses gains nothing', async () => {
    const { email } = await aMemberWithPassword()
    const guess = () => aBrowser(api).signIn({ email, password: 'a wrong password' })
    const began = performance.now()
    const answers = (await Promise.all(Array.from({ length: 12 }, guess))).map(outcome)
    const wrong = answers.filter((one) => one === '401').length
    // After the fifth one waits for a second, then two, then four: where the crowd takes so long, some have waited.
    const waited = Math.floor(Math.log2((performance.now() - began) / 1000 + 1))
    expect(wrong).toBeGreaterThanOrEqual(5)
    expect(wrong).toBeLessThanOrEqual(5 + waited)
    expect(answers.filter((one) => one === '429')).toHaveLength(12 - wrong)
  })
})

describe('a session', () => {
  it('reads and writes records, and is named as who changed them', async () => {
    const browser = await signedIn()
    const { body } = await browser.post<RecordBody>('/v1/opportunities', {
      fields: { $name: 'By hand', $stage: 'Lead' },
      relationships: { $account: api.accountId },
    })
    expect(body.relationships.$createdBy?.values).toEqual([api.memberId])
    await browser.delete(`/v1/opportunities/${body.id}`)
    const changes = await api.sql<{ actor: string }>('select distinct actor from change where actor = $1', [
      api.memberId,
    ])
    expect(changes).toEqual([{ actor: api.memberId }])
    const trash = await browser.get<{ data: { deletedBy: string; record: { id: string } }[] }>('/admin/v1/trash')
    expect(trash.body.data.find(({ record }) => record.id === body.id)?.deletedBy).toBe(api.memberId)
  })

  it('of an admin makes keys, members and fields; of a member none of that, but all of /v1', async () => {
    const admin = await signedIn()
    expect((await admin.post('/admin/v1/api-keys', { name: 'From the screen' })).status).toBe(200)
    const { email } = await aMemberWithPassword({ role: 'member' })
    const member = aBrowser(api)
    await member.signIn({ email })
    expect(outcome(await member.post('/admin/v1/api-keys', { name: 'Mine' }))).toBe('403')
    expect(outcome(await member.get('/admin/v1/trash'))).toBe('403')
    expect((await member.post('/v1/contacts', { fields: {} })).status).toBe(200)
    expect((await member.get('/v1/contacts?status=trashed')).status).toBe(200)
  })

  it('has the role that its member has now', async () => {
    const { id, email } = await aMemberWithPassword({ role: 'admin' })
    const browser = aBrowser(api)
    await browser.signIn({ email })
    expect((await browser.get('/admin/v1/trash')).status).toBe(200)
    await api.patch(`/admin/v1/members/${id}`, { role: 'member' })
    expect(outcome(await browser.get('/admin/v1/trash'))).toBe('403')
  })

  it('gets answers that no cache between may keep', async () => {
    const { headers } = await (await signedIn()).get('/v1/accounts')
    expect(headers['cache-control']).toBe('no-store')
  })

  it('is told from a key by /v1/auth/validate', async () => {
    const { body } = await (await signedIn()).get('/v1/auth/validate')
    expect(body).toEqual({ active: true, tokenType: 'session', subjectType: 'user', scopes: [] })
  })

  it('401: counts for nothing without the header that asks for it, and gives way to an API key', async () => {
    const browser = await signedIn()
    const session = '/admin/v1/session'
    expect(outcome(await browser.get(session, { 'x-openfield-session': undefined }))).toBe('401')
    expect(outcome(await browser.get(session, { 'x-openfield-session': 'other' }))).toBe('401')
    expect(outcome(await browser.get(session, { authorization: 'Bearer sk_of_none' }))).toBe('401')
    expect(outcome(await browser.get(session, { cookie: undefined }))).toBe('401')
    expect(outcome(await browser.get(session, { cookie: 'openfield_session=%E0%A4%A' }))).toBe('401')
  })

  it('403: is not for pages of other origins, whichever the method', async () => {
    const browser = await signedIn()
    for (const origin of ['https://evil.test', 'null', 'http://127.0.0.1:1', '']) {
      expect(outcome(await browser.get('/v1/accounts', { origin }))).toBe('403')
      expect(outcome(await browser.post('/v1/contacts', { fields: {} }, { origin }))).toBe('403')
    }
    expect((await browser.get('/v1/accounts', { origin: api.url })).status).toBe(200)
  })

  it('is for pages of the public address too, whatever host a proxy names', async () => {
    const proxied = await startApi({ OPENFIELD_PUBLIC_URL: 'https://acme.test/sales' }, api)
    const browser = await signedIn(proxied)
    expect((await browser.get('/v1/accounts', { origin: 'https://acme.test' })).status).toBe(200)
    expect(outcome(await browser.get('/v1/accounts', { origin: 'http://acme.test' }))).toBe('403')
  })

  it('moves its end on while it is used, and 401: ends when it is not', async () => {
    const browser = await signedIn()
    const { secret } = /=(?<secret>.*)/.exec(browser.cookie ?? '')?.groups ?? {}
    const sha256 = hashOfSecret(secret ?? '')
    const set = (lastUsed: string, expires: string) =>
      api.sql(
        'update session set last_used_at = now() + $2::interval, expires_at = now() + $3::interval where sha256 = $1',
        [sha256, lastUsed, expires],
      )
    await set('-10 minutes', '1 day')
    await wait(1000)
    await browser.get('/v1/accounts')
    const days = async () =>
      (
        await api.sql<{ days: number }>(
          'select extract(day from expires_at - now())::int as days from session where sha256 = $1',
          [sha256],
        )
      )[0]?.days
    await expect.poll(days).toBe(29)
    await set('-31 days', '-1 day')
    await wait(1000)
    expect(outcome(await browser.get('/v1/accounts'))).toBe('401')
  })

  it('401: ends with its member, at once', async () => {
    const { id, email } = await aMemberWithPassword()
    const browser = aBrowser(api)
    await browser.signIn({ email })
    await api.delete(`/admin/v1/members/${id}`)
    expect(outcome(await browser.get('/v1/accounts'))).toBe('401')
  })
})

describe('GET /admin/v1/session', () => {
  it('200: says whose an API key is; 403: not for a key that is nobody’s', async () => {
    const expiresAt = '2099-01-01T00:00:00.000Z'
    const { key } = await aKey(api, { memberId: api.memberId, expiresAt, scopes: ['notes:read'] })
    const { body } = await api.get<SessionBody>('/admin/v1/session', { key })
    expect(body).toMatchObject({ member: { id: api.memberId }, workspace: { id: 'wsp_1' }, expiresAt })
    expect(outcome(await api.get('/admin/v1/session', { key: (await aKey(api)).key }))).toBe('403')
  })
})

describe('signing out', () => {
  it('ends the session for good, here at once and elsewhere within a second', async () => {
    const browser = await signedIn()
    const { cookie } = browser
    const headers = { cookie }
    expect(
      (await sameDatabase.raw({ method: 'GET', path: '/v1/auth/validate', headers: pageHeaders(cookie) })).status,
    ).toBe(200)
    const { body, headers: answered } = await browser.delete('/admin/v1/session')
    expect([body, answered['set-cookie']?.[0]]).toEqual([
      { signedOut: true },
      'openfield_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
    ])
    expect(outcome(await browser.get('/v1/accounts', headers))).toBe('401')
    await wait(1000)
    expect(
      (await sameDatabase.raw({ method: 'GET', path: '/v1/auth/validate', headers: pageHeaders(cookie) })).status,
    ).toBe(401)
  })

  it('everywhere ends all sessions of the member, and nobody else’s', async () => {
    const { email } = await aMemberWithPassword()
    const [one, two, other] = [aBrowser(api), aBrowser(api), await signedIn()]
    for (const browser of [one, two]) await browser.signIn({ email })
    const { body } = await one.get<{ data: { current: boolean; userAgent: unknown }[]; totalCount: number }>(
      '/admin/v1/sessions',
    )
    expect([body.totalCount, body.data.filter(({ current }) => current)]).toEqual([2, [expect.anything()]])
    const kept = two.cookie
    expect((await one.delete('/admin/v1/sessions')).status).toBe(200)
    expect(outcome(await two.get('/v1/accounts', { cookie: kept }))).toBe('401')
    expect((await other.get('/v1/accounts')).status).toBe(200)
  })

  it('422: is not for API keys; 403: nor are sessions for keys with scopes', async () => {
    expect(outcome(await api.delete('/admin/v1/session'))).toBe('422')
    const { key } = await aKey(api, { memberId: api.memberId, scopes: ['notes:read'] })
    expect(outcome(await api.get('/admin/v1/sessions', { key }))).toBe('403')
    expect(outcome(await api.delete('/admin/v1/sessions', { key }))).toBe('403')
    expect((await api.get('/admin/v1/sessions')).status).toBe(200)
  })
})

describe('POST /admin/v1/password', () => {
  const another = 'another password'

  it('200: replaces the password and ends the other sessions', async () => {
    const { email } = await aMemberWithPassword()
    const [one, two] = [aBrowser(api), aBrowser(api)]
    for (const browser of [one, two]) await browser.signIn({ email })
    expect((await one.post('/admin/v1/password', { current: adminPassword, password: another })).body).toEqual({
      changed: true,
    })
    expect((await one.get('/v1/accounts')).status).toBe(200)
    expect(outcome(await two.get('/v1/accounts'))).toBe('401')
    expect(outcome(await aBrowser(api).signIn({ email }))).toBe('401')
    expect((await aBrowser(api).signIn({ email, password: another })).status).toBe(200)
  })

  it('takes the same letters in whichever form they are typed', async () => {
    const { email } = await aMemberWithPassword()
    const browser = aBrowser(api)
    await browser.signIn({ email })
    await browser.post('/admin/v1/password', { current: adminPassword, password: 'Cafe\u0301 ﬁve six' })
    expect((await aBrowser(api).signIn({ email, password: 'Café five six' })).status).toBe(200)
  })

  it.each([
    ['422 password', { current: adminPassword, password: 'x'.repeat(9) }],
    ['422 password', { current: adminPassword, password: 'x'.repeat(201) }],
    ['422 password', { current: adminPassword, password: '👍🏽'.repeat(4) }],
    ['422 current', { current: 'not this one', password: another }],
    ['400 parameter_missing current', { password: another }],
  ])('%s, and changes nothing', async (answer, body) => {
    const browser = await signedIn()
    expect(outcome(await browser.post('/admin/v1/password', body))).toBe(answer)
    expect((await aBrowser(api).signIn()).status).toBe(200)
  })

  it('422: for a member without a password; 429: after many wrong ones', async () => {
    const { key } = await aKey(api, { memberId: (await aMember(api)).id })
    const change = { current: 'a wrong password', password: another }
    expect(outcome(await api.post('/admin/v1/password', change, { key }))).toBe('422 current')
    for (let time = 0; time < 4; time += 1) await api.post('/admin/v1/password', change, { key })
    expect(outcome(await api.post('/admin/v1/password', change, { key }))).toBe('429')
  })
})

describe('rate limits', () => {
  it('are a session’s own, and four times as high', async () => {
    const limited = await startApi({ OPENFIELD_RATE_LIMIT: '5' }, api)
    const browser = await signedIn(limited)
    const { headers } = await browser.get('/v1/auth/validate')
    expect([headers['x-ratelimit-limit'], headers['x-ratelimit-remaining']]).toEqual(['20', '19'])
    const byKey = await limited.get('/v1/auth/validate')
    expect([byKey.headers['x-ratelimit-limit'], byKey.headers['x-ratelimit-remaining']]).toEqual(['5', '4'])
  })

  it('429: count those who are nobody yet by their address', async () => {
    const limited = await startApi({ OPENFIELD_RATE_LIMIT: '1' }, api)
    const from = (address: string) => aBrowser(limited).get('/admin/v1/sign-in', { 'x-forwarded-for': address })
    expect(outcome(await from('192.0.2.1'))).toBe('200')
    expect(outcome(await from('192.0.2.1'))).toBe('429')
    expect(outcome(await from('192.0.2.2'))).toBe('200')
    expect(outcome(await from('2001:db8:1:2::3'))).toBe('200')
    expect(outcome(await from('2001:db8:1:2:3::4'))).toBe('429')
  })
})

const pageHeaders = (cookie: string | undefined) => ({
  ...headersOf(null, false),
  'x-openfield-session': 'current',
  cookie,
})
