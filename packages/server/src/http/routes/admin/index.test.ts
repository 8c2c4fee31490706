import { describe, expect, it } from 'vitest'
import { aKey, aMember, anAccount, anOpportunity, successOf } from '../../../../test/factories.ts'
import { contentsOf, type ListBody, outcome, rekeyed, settled, startApi } from '../../../../test/harness.ts'

const api = await startApi()

type Key = {
  id: string
  name: string
  hint: string
  key?: string
  subjectType: string
  memberId: string | null
  role: string
  scopes: string[]
  createdAt: string
  expiresAt: string | null
  revokedAt: string | null
  lastUsedAt: string | null
}
const keys = () => api.get<{ object: string; data: Key[]; totalCount: number }>('/admin/v1/api-keys')
const tomorrow = new Date(Date.now() + 86_400_000).toISOString()

describe('POST /admin/v1/api-keys', () => {
  it('200: makes a key of the workspace with full access when nothing else is said', async () => {
    const { status, body } = await api.post<Key>('/admin/v1/api-keys', { name: 'For the site' })
    expect([status, body]).toEqual([
      200,
      {
        id: expect.stringMatching(/^key_[0-9a-z]{26}$/),
        name: 'For the site',
        key: expect.stringMatching(/^sk_of_[\w-]{32}$/),
        hint: `…${body.key?.slice(-4)}`,
        subjectType: 'workspace',
        memberId: null,
        role: 'admin',
        scopes: [],
        createdAt: expect.any(String),
        expiresAt: null,
        revokedAt: null,
        lastUsedAt: null,
      },
    ])
    expect((await api.get('/v1/accounts', { key: body.key ?? '' })).status).toBe(200)
  })

  it('200: makes a key of a member, for some scopes, for some time', async () => {
    const member = await aMember(api)
    const input = { name: 'K', memberId: member.id, scopes: ['accounts:read'], expiresAt: '2099-01-01T00:00:00+02:00' }
    const { body } = await api.post<Key>('/admin/v1/api-keys', input)
    expect(body).toMatchObject({
      subjectType: 'user',
      memberId: member.id,
      role: 'member',
      scopes: ['accounts:read'],
      expiresAt: '2098-12-31T22:00:00.000Z',
    })
  })

  it('shows the key this once, and never keeps it', async () => {
    const { key, id } = await aKey(api)
    expect((await keys()).text).not.toContain(key)
    expect((await api.delete(`/admin/v1/api-keys/${id}`)).text).not.toContain(key)
    const stored = await api.sql('select k.*, l.* from api_key k join key_lookup l on l.api_key_id = k.id')
    expect(JSON.stringify(stored)).not.toContain(key)
    expect(JSON.stringify(stored)).not.toContain(Buffer.from(key).toString('hex'))
  })

  it.each([
    ['400 parameter_missing name', {}],
    ['400 parameter_missing name', undefined],
    ['400 invalid_type', null],
    ['400 invalid_type', [{ name: 'A' }]],
    ['400 invalid_type name', { name: 5 }],
    ['400 unknown_field role', { name: 'A', role: 'admin' }],
    ['400 unknown_field key', { name: 'A', key: 'sk_of_mine_mine_mine' }],
    ['400 unknown_field __proto__', JSON.parse('{"name":"A","__proto__":{"role":"admin"}}')],
    ['400 invalid_type scopes', { name: 'A', scopes: 'accounts:read' }],
    ['400 invalid_type scopes.0', { name: 'A', scopes: [5] }],
    ['400 invalid_type memberId', { name: 'A', memberId: 5 }],
    ['400 invalid_type expiresAt', { name: 'A', expiresAt: 1 }],
    ['422 name', { name: '' }],
    ['422 name', { name: 'x'.repeat(201) }],
    ['422 name', { name: 'a\0' }],
    ['422 scopes.1', { name: 'A', scopes: ['accounts:read', 'accounts:write'] }],
    ['422 scopes.0', { name: 'A', scopes: Array(10_000).fill('x') }],
    ['422 expiresAt', { name: 'A', expiresAt: 'tomorrow' }],
    ['422 expiresAt', { name: 'A', expiresAt: '2099-01-01' }],
    ['422 expiresAt', { name: 'A', expiresAt: '2001-01-01T00:00:00Z' }],
    ['400 referenced_resource_missing memberId', { name: 'A', memberId: 'mem_none' }],
    ['400 referenced_resource_missing memberId', { name: 'A', memberId: 'mem_01h455vb4pex5vsknk084sn02q' }],
    ['400 referenced_resource_missing memberId', { name: 'A', memberId: 'acc_01h455vb4pex5vsknk084sn02q' }],
  ])('%s', async (answer, body) => {
    const before = await contentsOf(api)
    expect(outcome(await api.post('/admin/v1/api-keys', body))).toBe(answer)
    expect(await contentsOf(api)).toEqual(before)
  })

  it('400: not for a member who is gone', async () => {
    const { id } = await aMember(api)
    await api.delete(`/admin/v1/members/${id}`)
    const response = await api.post('/admin/v1/api-keys', { name: 'A', memberId: id })
    expect(outcome(response)).toBe('400 referenced_resource_missing memberId')
  })
})

describe('GET and DELETE /admin/v1/api-keys', () => {
  it('200: lists them newest first, with when they were last used', async () => {
    const made = await aKey(api, { expiresAt: tomorrow })
    const before = (await keys()).body.data[0]
    expect(before).toMatchObject({ id: made.id, lastUsedAt: null, expiresAt: tomorrow, revokedAt: null })
    await api.get('/v1/accounts', { key: made.key })
    // Noted beside the request, which does not wait for it.
    await expect.poll(async () => (await keys()).body.data[0]?.lastUsedAt).toEqual(expect.any(String))
    const { body } = await keys()
    expect([body.object, body.totalCount]).toEqual(['list', body.data.length])
    expect(body.data.map(({ id }) => id)).toEqual(
      body.data
        .map(({ id }) => id)
        .toSorted()
        .reverse(),
    )
  })

  it('200: revokes one for ever; the list still shows it', async () => {
    const { id } = await aKey(api)
    const { body } = await api.delete<Key>(`/admin/v1/api-keys/${id}`)
    expect(body).toMatchObject({ id, revokedAt: expect.any(String) })
    expect((await api.delete<Key>(`/admin/v1/api-keys/${id}`)).body.revokedAt).toBe(body.revokedAt)
    expect((await keys()).body.data.find((one) => one.id === id)?.revokedAt).toBe(body.revokedAt)
  })

  it('200: a key can revoke itself', async () => {
    const own = await aKey(api)
    const self = rekeyed(api, own.key)
    expect((await self.delete(`/admin/v1/api-keys/${own.id}`)).status).toBe(200)
    expect(outcome(await self.get('/admin/v1/api-keys'))).toBe('401')
  })

  it('404: for what is no key', async () => {
    for (const id of ['key_none', 'key_01h455vb4pex5vsknk084sn02q', api.memberId, '%00', 'x'.repeat(200)]) {
      expect(outcome(await api.delete(`/admin/v1/api-keys/${id}`))).toBe('404')
    }
  })
})

describe('POST /admin/v1/members', () => {
  it('200: adds a member, whose name may be unknown', async () => {
    const { status, body } = await api.post('/admin/v1/members', { email: ' Grace@Team.Example ', role: 'member' })
    expect(status).toBe(200)
    expect(body.fields).toEqual({
      $email: { value: 'Grace@team.example', valueType: 'EMAIL' },
      $name: { value: { firstName: null, lastName: null }, valueType: 'FULL_NAME' },
      $profileImage: { value: null, valueType: 'URL' },
      $role: { value: 'member', valueType: 'TEXT' },
    })
    const named = await aMember(api, { firstName: 'Ada', lastName: null, role: 'admin' })
    expect(named.fields.$name?.value).toEqual({ firstName: 'Ada', lastName: null })
  })

  it.each([
    ['400 parameter_missing email', { role: 'member' }],
    ['400 parameter_missing role', { email: 'a@new.example' }],
    ['400 invalid_type email', { email: ['a@new.example'], role: 'member' }],
    ['400 invalid_type email', { email: null, role: 'member' }],
    ['400 invalid_type role', { email: 'a@new.example', role: true }],
    ['400 invalid_type firstName', { email: 'a@new.example', role: 'member', firstName: 5 }],
    ['400 unknown_field name', { email: 'a@new.example', role: 'member', name: 'A' }],
    ['400 unknown_field fields', { fields: { $email: 'a@new.example' }, email: 'a@new.example', role: 'member' }],
    ['422 role', { email: 'a@new.example', role: 'owner' }],
    ['422 role', { email: 'a@new.example', role: 'Admin' }],
    ['422 fields.$email', { email: 'nobody', role: 'member' }],
    ['422 fields.$email', { email: '', role: 'member' }],
    ['422 fields.$email', { email: 'admin@example.com', role: 'member' }],
    ['422 firstName', { email: 'a@new.example', role: 'member', firstName: 'a\0' }],
    ['422 lastName', { email: 'a@new.example', role: 'member', lastName: 'x'.repeat(201) }],
  ])('%s', async (answer, body) => {
    await settled(api)
    const before = await contentsOf(api)
    // The place of a rule that a record breaks is given as that of the record's field or of the body's key.
    expect([answer, answer.replace('fields.$', '')]).toContain(outcome(await api.post('/admin/v1/members', body)))
    expect(await contentsOf(api)).toEqual(before)
  })
})

describe('PATCH and DELETE /admin/v1/members/{id}', () => {
  it('200: changes what the body names', async () => {
    const member = await aMember(api, { firstName: 'Ada', lastName: 'Byron' })
    const path = `/admin/v1/members/${member.id}`
    const renamed = successOf(await api.patch(path, { lastName: 'Lovelace' }))
    expect(renamed.fields.$name?.value).toEqual({ firstName: 'Ada', lastName: 'Lovelace' })
    expect(renamed.fields.$email).toEqual(member.fields.$email)
    expect(renamed.updatedAt > member.updatedAt).toBe(true)
    const moved = successOf(await api.patch(path, { email: 'ada@moved.example', firstName: null, role: 'admin' }))
    expect(moved.fields).toMatchObject({
      $email: { value: 'ada@moved.example' },
      $name: { value: { firstName: null, lastName: 'Lovelace' } },
      $role: { value: 'admin' },
    })
    expect(successOf(await api.patch(path, {}))).toEqual(moved)
    expect(successOf(await api.get(`/v1/members/${member.id}`))).toEqual(moved)
  })

  it('400, 404, 422: refuses what it refuses on a new one', async () => {
    const { id } = await aMember(api)
    const answerTo = async (body: unknown, of = id) => outcome(await api.patch(`/admin/v1/members/${of}`, body))
    expect(await answerTo({ bogus: 1 })).toBe('400 unknown_field bogus')
    expect(await answerTo({ role: 'owner' })).toBe('422 role')
    expect(await answerTo({ role: null })).toBe('400 invalid_type role')
    expect(await answerTo({ email: null })).toBe('400 invalid_type email')
    expect(await answerTo({ email: 'admin@example.com' })).toMatch(/^422 (fields\.\$)?email$/)
    for (const of of ['mem_none', 'mem_01h455vb4pex5vsknk084sn02q', api.accountId]) {
      expect(await answerTo({ role: 'member' }, of)).toBe('404')
      expect(outcome(await api.delete(`/admin/v1/members/${of}`))).toBe('404')
    }
  })

  it('200: removes a member from every place, and shows them this last time', async () => {
    const member = await aMember(api)
    const account = await anAccount(api, {}, { $owner: member.id })
    const deal = await anOpportunity(api, {}, { $owner: member.id, $createdBy: member.id })
    const { status, body } = await api.delete(`/admin/v1/members/${member.id}`)
    expect([status, body]).toEqual([200, member])
    expect(outcome(await api.get(`/v1/members/${member.id}`))).toBe('404')
    const { data } = successOf(await api.get<ListBody>('/v1/members'))
    expect(data.map(({ id }) => id)).not.toContain(member.id)
    expect(successOf(await api.get(`/v1/accounts/${account.id}`)).relationships.$owner?.values).toEqual([])
    const after = successOf(await api.get(`/v1/opportunities/${deal.id}`))
    expect([after.relationships.$owner?.values, after.relationships.$createdBy?.values]).toEqual([[], []])
    const found = successOf(await api.get<ListBody>(`/v1/accounts?$owner=${member.id}`))
    expect(found.totalCount).toBe(0)
    expect(outcome(await api.delete(`/admin/v1/members/${member.id}`))).toBe('404')
    expect(outcome(await api.patch(`/admin/v1/members/${member.id}`, { role: 'admin' }))).toBe('404')
  })
})

describe('the last admin', async () => {
  const alone = await startApi()

  it('422: stays, and stays one', async () => {
    await aMember(alone)
    expect(outcome(await alone.delete(`/admin/v1/members/${alone.memberId}`))).toBe('422 role')
    expect(outcome(await alone.patch(`/admin/v1/members/${alone.memberId}`, { role: 'member' }))).toBe('422 role')
    expect((await alone.patch(`/admin/v1/members/${alone.memberId}`, { role: 'admin' })).status).toBe(200)
    const next = await aMember(alone, { role: 'admin' })
    expect((await alone.patch(`/admin/v1/members/${alone.memberId}`, { role: 'member' })).status).toBe(200)
    expect(outcome(await alone.delete(`/admin/v1/members/${next.id}`))).toBe('422 role')
  })

  it('422: is also there after a crowd of removals', async () => {
    const crowd = await startApi()
    const admins = [
      crowd.memberId,
      (await aMember(crowd, { role: 'admin' })).id,
      (await aMember(crowd, { role: 'admin' })).id,
    ]
    // A key of the workspace's acts for whoever is left.
    const { key } = await aKey(crowd)
    const answers = await Promise.all(admins.map((id) => crowd.delete(`/admin/v1/members/${id}`, { key })))
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThan(admins.length)
    const left = await crowd.sql(
      "select id from record where object_type = 8 and deleted_at is null and fields->'$role'->>'value' = 'admin'",
    )
    expect(left).toHaveLength(1)
  })
})

describe('headers', () => {
  it('the API version is not asked for, and an idempotency key makes nothing happen twice or not at all', async () => {
    const headers = { 'lightfield-version': undefined, 'idempotency-key': 'admin' }
    const made = [
      await api.post<Key>('/admin/v1/api-keys', { name: 'One' }, { headers }),
      await api.post<Key>('/admin/v1/api-keys', { name: 'Two' }, { headers }),
    ]
    expect(made.map((response) => [response.status, response.body.name])).toEqual([
      [200, 'One'],
      [200, 'Two'],
    ])
  })
})
