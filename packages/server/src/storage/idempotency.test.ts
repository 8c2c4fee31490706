import { describe, expect, it } from 'vitest'
import { aContact, aKey, anAccount } from '../../test/factories.ts'
import { anotherWorkspace, contentsOf, type ListBody, outcome, startApi } from '../../test/harness.ts'

const api = await startApi({ OPENFIELD_WORKER: 'off' })
const second = await startApi({ OPENFIELD_WORKER: 'off' }, api)

let made = 0
function newKey(): string {
  made += 1
  return `key-${made}`
}

const create = (idempotencyKey: string, $name: string, plural = 'accounts', on = api) =>
  on.post(`/v1/${plural}`, { fields: { $name } }, { headers: { 'idempotency-key': idempotencyKey } })

const countOf = async (name: string) =>
  (await api.get<ListBody>(`/v1/accounts?$name=${encodeURIComponent(name)}`)).body.totalCount

describe('the same key again', () => {
  it('replays the response byte for byte, and does nothing', async () => {
    const key = newKey()
    const first = await create(key, 'Once')
    expect(first.status).toBe(200)
    const before = await contentsOf(api)
    const again = await create(key, 'Once')
    expect([again.status, again.text, again.headers['content-type']]).toEqual([
      200,
      first.text,
      first.headers['content-type'],
    ])
    expect(await contentsOf(api)).toEqual(before)
  })

  it('replays it for another payload too, even for one that would be refused', async () => {
    const key = newKey()
    const first = await create(key, 'Original')
    expect((await create(key, 'Changed')).text).toBe(first.text)
    const headers = { 'idempotency-key': key }
    expect((await api.post('/v1/accounts', { fields: { bogus: 1 } }, { headers })).text).toBe(first.text)
    expect((await api.post('/v1/accounts', undefined, { headers })).text).toBe(first.text)
    expect(await countOf('Changed')).toBe(0)
  })

  it('replays the response as it was, whatever has become of the record', async () => {
    const key = newKey()
    const first = await create(key, 'Early')
    await api.post(`/v1/accounts/${first.body.id}`, { fields: { $name: 'Late' } })
    expect((await create(key, 'Early')).text).toBe(first.text)
  })

  it('replays it from another process', async () => {
    const key = newKey()
    const first = await create(key, 'Elsewhere')
    expect((await create(key, 'Elsewhere', 'accounts', second)).text).toBe(first.text)
  })

  it('replays it to other keys of the workspace that may do the same', async () => {
    const key = newKey()
    const first = await create(key, 'Shared')
    const other = await aKey(api, { scopes: ['accounts:create'] })
    const options = { key: other.key, headers: { 'idempotency-key': key } }
    expect((await api.post('/v1/accounts', { fields: {} }, options)).text).toBe(first.text)
  })

  it('replays an update, to another id as well, for the key is that of the operation', async () => {
    const key = newKey()
    const headers = { 'idempotency-key': key }
    const [one, two] = [await anAccount(api, { $name: 'One' }), await anAccount(api, { $name: 'Two' })]
    const first = await api.post(`/v1/accounts/${one.id}`, { fields: { $name: 'Renamed' } }, { headers })
    expect(first.body.fields.$name?.value).toBe('Renamed')
    const again = await api.post(`/v1/accounts/${two.id}`, { fields: { $name: 'Renamed' } }, { headers })
    expect(again.text).toBe(first.text)
    expect((await api.get(`/v1/accounts/${two.id}`)).body).toEqual(two)
  })

  it('replays an update that changed nothing', async () => {
    const headers = { 'idempotency-key': newKey() }
    const account = await anAccount(api)
    const first = await api.post(`/v1/accounts/${account.id}`, {}, { headers })
    const again = await api.post(`/v1/accounts/${account.id}`, { fields: { $name: 'Other' } }, { headers })
    expect([first.body, again.text]).toEqual([account, first.text])
  })
})

describe('a key counts', () => {
  it('for one operation of one type: create and update, accounts and contacts do not collide', async () => {
    const key = newKey()
    const headers = { 'idempotency-key': key }
    const account = await create(key, 'Scoped')
    const updated = await api.post(`/v1/accounts/${account.body.id}`, { fields: { $name: 'Scoped 2' } }, { headers })
    const contact = await api.post('/v1/contacts', { fields: { $title: 'A' } }, { headers })
    const contactAgain = await api.post(`/v1/contacts/${contact.body.id}`, { fields: { $title: 'B' } }, { headers })
    expect([account, updated, contact, contactAgain].map(outcome)).toEqual(['200', '200', '200', '200'])
    expect(updated.body.fields.$name?.value).toBe('Scoped 2')
    expect(contact.body.id).toMatch(/^con_/)
    expect(contactAgain.body.fields.$title?.value).toBe('B')
  })

  it('in one workspace', async () => {
    const other = await anotherWorkspace(api)
    const key = newKey()
    const [mine, theirs] = [await create(key, 'Mine'), await create(key, 'Theirs', 'accounts', other)]
    expect(theirs.body.fields.$name?.value).toBe('Theirs')
    expect(theirs.body.id).not.toBe(mine.body.id)
  })

  it('to the letter: neither case nor white space inside is lost', async () => {
    const ids = new Set<string>()
    const keys = ['Letter', 'letter', 'let ter', 'let  ter', 'LETTER', 'letter,letter', '"letter"', '%6Cetter']
    for (const key of keys) ids.add((await create(key, 'Letters')).body.id)
    expect(ids.size).toBe(keys.length)
  })

  it('for writes only: a list, and a record that is read, are read anew', async () => {
    const headers = { 'idempotency-key': newKey() }
    const account = await anAccount(api, { $name: 'Read' })
    await api.get(`/v1/accounts/${account.id}`, { headers })
    await api.post(`/v1/accounts/${account.id}`, { fields: { $name: 'Read again' } })
    expect((await api.get(`/v1/accounts/${account.id}`, { headers })).body.fields.$name?.value).toBe('Read again')
  })

  it('as no key at all when it is empty', async () => {
    const [one, two] = [await create('', 'Empty'), await create('', 'Empty')]
    expect(one.body.id).not.toBe(two.body.id)
  })

  it('at 255 characters, but not at 256', async () => {
    const longest = 'k'.repeat(255)
    const first = await create(longest, 'Long')
    expect((await create(longest, 'Long')).text).toBe(first.text)
    const before = await contentsOf(api)
    expect(outcome(await create(`${longest}k`, 'Longer'))).toBe('400 idempotency_key_too_long Idempotency-Key')
    expect(await contentsOf(api)).toEqual(before)
  })
})

describe('a failure', () => {
  it.each([
    ['400', { bogus: 1 }],
    ['400', { $name: 5 }],
    ['422', {}],
    ['422', { $name: 'A', $headcount: 'many' }],
  ])('of status %s does not use the key up', async (status, fields) => {
    const headers = { 'idempotency-key': newKey() }
    expect(String((await api.post('/v1/accounts', { fields }, { headers })).status)).toBe(status)
    const retried = await api.post('/v1/accounts', { fields: { $name: 'Retried' } }, { headers })
    expect(retried.body.fields.$name?.value).toBe('Retried')
    expect((await api.post('/v1/accounts', { fields: { $name: 'Third' } }, { headers })).text).toBe(retried.text)
  })

  it('of a missing scope, a missing record or a wrong content type does not either', async () => {
    const headers = { 'idempotency-key': newKey() }
    const path = `/v1/accounts/${(await anAccount(api)).id}`
    const reader = (await aKey(api, { scopes: ['accounts:read'] })).key
    const fields = { $name: 'At last' }
    const wrongType = { headers: { ...headers, 'content-type': 'text/plain' } }
    expect(outcome(await api.post(path, { fields }, { key: reader, headers }))).toBe('403')
    expect(outcome(await api.post('/v1/accounts/acc_none', { fields }, { headers }))).toBe('404')
    expect(outcome(await api.post(path, { fields }, wrongType))).toBe('415')
    expect((await api.post(path, { fields }, { headers })).body.fields.$name?.value).toBe('At last')
  })

  it('is not replayed to a key that lacks the scope', async () => {
    const key = newKey()
    await create(key, 'Secret')
    const reader = (await aKey(api, { scopes: ['accounts:read'] })).key
    const response = await api.post('/v1/accounts', {}, { key: reader, headers: { 'idempotency-key': key } })
    expect(outcome(response)).toBe('403')
  })
})

describe('twins that race', () => {
  it('make one record, and each gets its response or a 409 to try again', async () => {
    for (const round of [1, 2, 3]) {
      const [key, name] = [newKey(), `Twins ${round}`]
      const twins = Array.from({ length: 20 }, (_, index) =>
        create(key, name, 'accounts', index % 2 === 0 ? api : second),
      )
      const responses = await Promise.all(twins)
      const texts = new Set(responses.filter(({ status }) => status === 200).map(({ text }) => text))
      expect(texts.size).toBe(1)
      for (const response of responses) {
        expect(['200', '409 idempotency_conflict']).toContain(outcome(response))
        expect(response.headers['x-should-retry']).not.toBe('false')
      }
      expect([await countOf(name), (await create(key, name)).text]).toEqual([1, [...texts][0]])
    }
  })

  it('change one record once', async () => {
    const headers = { 'idempotency-key': newKey() }
    const contacts = await Promise.all([aContact(api), aContact(api)])
    const account = await anAccount(api)
    const updates = Array.from({ length: 20 }, (_, index) =>
      api.post(
        `/v1/accounts/${account.id}`,
        { fields: { $name: `Update ${index}` }, relationships: { $contact: { add: contacts[index % 2]?.id } } },
        { headers },
      ),
    )
    const texts = new Set((await Promise.all(updates)).filter(({ status }) => status === 200).map(({ text }) => text))
    expect(texts.size).toBe(1)
    expect([...texts].map((text) => JSON.parse(text))).toEqual([(await api.get(`/v1/accounts/${account.id}`)).body])
    expect((await api.get(`/v1/accounts/${account.id}`)).body.relationships.$contact?.values).toHaveLength(1)
  })
})

describe('after 24 hours', () => {
  const age = (key: string, hours: number) =>
    api.sql('update idempotency set created_at = created_at - make_interval(hours => $2) where key = $1', [key, hours])

  it('a key works as a new one, once; before that it does not', async () => {
    const key = newKey()
    const first = await create(key, 'Old')
    await age(key, 23)
    expect((await create(key, 'Young')).text).toBe(first.text)
    await age(key, 1)
    const next = await create(key, 'New')
    expect([next.status, next.body.fields.$name?.value]).toEqual([200, 'New'])
    expect((await create(key, 'Newer')).text).toBe(next.text)
    expect(next.body.id).not.toBe(first.body.id)
  })

  it('a key makes one record of racing twins, as a new one does', async () => {
    const key = newKey()
    await create(key, 'Aged')
    await age(key, 25)
    const responses = await Promise.all(Array.from({ length: 20 }, () => create(key, 'Aged twins')))
    expect(new Set(responses.filter(({ status }) => status === 200).map(({ text }) => text)).size).toBe(1)
    expect(await countOf('Aged twins')).toBe(1)
  })
})
