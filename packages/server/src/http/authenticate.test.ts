import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { aContact, aKey, aMember, anOpportunity } from '../../test/factories.ts'
import { anotherWorkspace, outcome, rekeyed, startApi } from '../../test/harness.ts'

const api = await startApi()
const sameDatabase = await startApi({}, api)

/** The API with a key made for the purpose. */
const keyed = async (input: object) => rekeyed(api, (await aKey(api, { ...input })).key)

const validate = (key: string | null) => api.get('/v1/auth/validate', { key })

describe('401', () => {
  it.each([
    ['no header', undefined],
    ['an empty header', ''],
    ['no scheme', api.key],
    ['another scheme', `Basic ${api.key}`],
    ['a scheme without a key', 'Bearer'],
    ['a scheme and spaces', 'Bearer    '],
    ['an unknown key', 'Bearer sk_of_unknown'],
    ['a key with something behind it', `Bearer ${api.key} x`],
    ['a key in capitals', `Bearer ${api.key.toUpperCase()}`],
    ['the beginning of a key', `Bearer ${api.key.slice(0, -1)}`],
    ['two keys', `Bearer ${api.key},${api.key}`],
    ['a long key', `Bearer ${'k'.repeat(10_000)}`],
    ['a key of unusual letters', 'Bearer sk_of_é÷ÿ'],
  ])('for %s, without a code, a parameter or figures of a rate limit', async (_name, authorization) => {
    const response = await api.get('/v1/auth/validate', { key: null, headers: { authorization } })
    expect(outcome(response)).toBe('401')
    expect(Object.keys(response.headers).filter((name) => name.startsWith('x-ratelimit'))).toEqual([])
  })

  it('takes the scheme in any case, as HTTP does', async () => {
    const headers = { authorization: `bearer  ${api.key}` }
    expect((await api.get('/v1/auth/validate', { key: null, headers })).status).toBe(200)
  })

  it('for a key from the moment it expires, although it was good a moment before', async () => {
    const expiresAt = new Date(Date.now() + 400)
    const { key } = await aKey(api, { expiresAt: expiresAt.toISOString() })
    await validate(key)
    await wait(expiresAt.getTime() - Date.now() + 1)
    expect(outcome(await validate(key))).toBe('401')
  })

  it('for a key from the moment it is revoked, for ever', async () => {
    const { id, key } = await aKey(api)
    expect((await validate(key)).status).toBe(200)
    expect((await api.delete(`/admin/v1/api-keys/${id}`)).status).toBe(200)
    expect(outcome(await validate(key))).toBe('401')
    expect((await api.delete(`/admin/v1/api-keys/${id}`)).status).toBe(200)
    expect(outcome(await validate(key))).toBe('401')
  })

  it('in other processes too, a second after the key was revoked', async () => {
    const { id, key } = await aKey(api)
    expect((await sameDatabase.get('/v1/auth/validate', { key })).status).toBe(200)
    await api.delete(`/admin/v1/api-keys/${id}`)
    await wait(1000)
    expect(outcome(await sameDatabase.get('/v1/auth/validate', { key }))).toBe('401')
  })

  it('for the keys of a member from the moment the member is removed, and for nobody else', async () => {
    const member = await aMember(api)
    const [theirs, other] = [await aKey(api, { memberId: member.id }), await aKey(api)]
    expect((await validate(theirs.key)).status).toBe(200)
    await api.delete(`/admin/v1/members/${member.id}`)
    expect(outcome(await validate(theirs.key))).toBe('401')
    expect((await validate(other.key)).status).toBe(200)
  })
})

describe('who a key acts as', () => {
  it('is its member; a key of the workspace acts through the member who made it', async () => {
    const maker = await aMember(api, { role: 'admin' })
    const made = await keyed({ memberId: maker.id })
    const ofWorkspace = rekeyed(api, (await aKey(made)).key)
    for (const one of [made, ofWorkspace]) {
      expect((await anOpportunity(one)).relationships.$createdBy?.values).toEqual([maker.id])
    }
  })

  it('is nobody once the member who made the key of the workspace is gone', async () => {
    const maker = await aMember(api, { role: 'admin' })
    const ofWorkspace = rekeyed(api, (await aKey(await keyed({ memberId: maker.id }))).key)
    await api.delete(`/admin/v1/members/${maker.id}`)
    expect((await anOpportunity(ofWorkspace)).relationships.$createdBy?.values).toEqual([])
  })

  it('keeps the role that its member had when it was made', async () => {
    const member = await aMember(api, { role: 'admin' })
    const before = await aKey(api, { memberId: member.id })
    await api.patch(`/admin/v1/members/${member.id}`, { role: 'member' })
    const after = await aKey(api, { memberId: member.id })
    expect((await api.get('/admin/v1/api-keys', { key: before.key })).status).toBe(200)
    expect(outcome(await api.get('/admin/v1/api-keys', { key: after.key }))).toBe('403')
  })
})

describe('workspaces', () => {
  it('see nothing of each other', async () => {
    const other = await anotherWorkspace(api)
    const mine = await aContact(api)
    expect(outcome(await other.get(`/v1/contacts/${mine.id}`))).toBe('404')
    expect(outcome(await other.post(`/v1/contacts/${mine.id}`, {}))).toBe('404')
    expect(outcome(await other.delete(`/admin/v1/members/${api.memberId}`))).toBe('404')
    const linked = await other.post('/v1/accounts', { fields: { $name: 'A' }, relationships: { $contact: mine.id } })
    expect(outcome(linked)).toBe('400 relationship_entity_missing relationships.$contact')
    const { body } = await other.get<{ totalCount: number }>('/v1/contacts')
    expect(body.totalCount).toBe(0)
  })

  it('cannot revoke, or make keys for members of, each other', async () => {
    const other = await anotherWorkspace(api)
    const { id, key } = await aKey(api)
    expect(outcome(await other.delete(`/admin/v1/api-keys/${id}`))).toBe('404')
    expect((await validate(key)).status).toBe(200)
    const forMine = await other.post('/admin/v1/api-keys', { name: 'Theirs', memberId: api.memberId })
    expect(outcome(forMine)).toBe('400 referenced_resource_missing memberId')
  })
})
