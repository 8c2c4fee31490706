import { describe, expect, it } from 'vitest'
import {
  aContact,
  aField,
  aMember,
  anAccount,
  anOpportunity,
  aRelationship,
  successOf,
} from '../../../test/factories.ts'
import { asWritten, contentsOf, type ListBody, outcome, type RecordBody, startApi } from '../../../test/harness.ts'

const api = await startApi()

const linked = async (record: RecordBody | string, key: string): Promise<string[]> => {
  const id = typeof record === 'string' ? record : record.id
  const { body } = await api.get(`${pathOf(id)}`)
  return body.relationships[key]?.values ?? []
}
const plurals = { acc: 'accounts', con: 'contacts', opp: 'opportunities', mem: 'members' }
const pathOf = (id: string) => `/v1/${plurals[id.slice(0, 3) as keyof typeof plurals]}/${id}`
const change = (record: RecordBody, relationships: object) => api.post(pathOf(record.id), { relationships })
const ids = (records: RecordBody[]) => records.map(({ id }) => id)
const newestFirst = (records: RecordBody[]) => ids(records).toSorted().reverse()
const contacts = (count: number) => Promise.all(Array.from({ length: count }, () => aContact(api)))

const nobody = 'con_01h455vb4pex5vsknk084sn02q'
const removed = await aMember(api)
await api.delete(`/admin/v1/members/${removed.id}`)

describe('a link', () => {
  it('is one, seen from both ends, whichever it was made at', async () => {
    const contact = await aContact(api)
    const account = await anAccount(api, {}, { $contact: contact.id })
    expect(await linked(contact, '$account')).toEqual([account.id])
    const another = await aContact(api, {}, { $account: [account.id] })
    expect(await linked(account, '$contact')).toEqual(newestFirst([contact, another]))
    await change(contact, { $account: { remove: account.id } })
    expect(await linked(account, '$contact')).toEqual([another.id])
    await change(account, { $contact: { remove: another.id } })
    expect(await linked(another, '$account')).toEqual([])
  })

  it('of an opportunity shows at its account and at the contacts it names', async () => {
    const [champion, evaluator] = [await aContact(api), await aContact(api)]
    const account = await anAccount(api)
    const links = { $account: account.id, $champion: champion.id, $evaluator: evaluator.id }
    const opportunity = await anOpportunity(api, {}, links)
    const both = await anOpportunity(api, {}, { ...links, $evaluator: champion.id })
    expect(await linked(account, '$opportunity')).toEqual(newestFirst([opportunity, both]))
    expect(await linked(champion, '$opportunity')).toEqual(newestFirst([opportunity, both]))
    expect(await linked(evaluator, '$opportunity')).toEqual([opportunity.id])
    await change(both, { $champion: { replace: null } })
    expect(await linked(champion, '$opportunity')).toEqual(newestFirst([opportunity, both]))
    await change(both, { $evaluator: { replace: null } })
    expect(await linked(champion, '$opportunity')).toEqual([opportunity.id])
  })

  it('moves updatedAt of the record that was written, not of the one at the other end', async () => {
    const contact = await aContact(api)
    const account = await anAccount(api)
    const { body } = await change(account, { $contact: { add: contact.id } })
    expect(body.updatedAt > account.updatedAt).toBe(true)
    expect((await api.get(`/v1/contacts/${contact.id}`)).body.updatedAt).toBe(contact.updatedAt)
  })

  it('takes an id, or an array with one, where there can be one only', async () => {
    const contact = await aContact(api)
    for (const $champion of [contact.id, [contact.id], [contact.id, contact.id]]) {
      expect((await anOpportunity(api, {}, { $champion })).relationships.$champion?.values).toEqual([contact.id])
    }
    const opportunity = await anOpportunity(api)
    const two = ids(await contacts(2))
    const answer = '400 invalid_type relationships.$champion'
    expect(outcome(await change(opportunity, { $champion: { add: two } }))).toBe(answer)
    expect(outcome(await change(opportunity, { $champion: { replace: two } }))).toBe(answer)
    const created = await api.post('/v1/opportunities', {
      fields: { $name: 'A', $stage: 'Lead' },
      relationships: { $account: api.accountId, $champion: two },
    })
    expect(outcome(created)).toBe(answer)
  })
})

describe('add', () => {
  it('links more, keeps what is linked already, and counts a repeated id once', async () => {
    const [one, two, three] = ids(await contacts(3))
    const account = await anAccount(api, {}, { $contact: one })
    const { body } = await change(account, { $contact: { add: [two, three, two, one] } })
    expect(body.relationships.$contact?.values).toEqual([one, two, three].toSorted().reverse())
  })

  it('takes the place where there is one only', async () => {
    const [one, two] = ids(await contacts(2))
    const opportunity = await anOpportunity(api, {}, { $champion: one })
    const { body } = await change(opportunity, { $champion: { add: two } })
    expect(body.relationships.$champion?.values).toEqual([two])
    expect(await linked(one ?? '', '$opportunity')).toEqual([])
    expect(await linked(two ?? '', '$opportunity')).toEqual([opportunity.id])
  })
})

describe('remove', () => {
  it('unlinks, and does nothing for what is not linked or not there', async () => {
    const [one, two, three] = ids(await contacts(3))
    const account = await anAccount(api, {}, { $contact: [one, two] })
    const { body } = await change(account, { $contact: { remove: [one, three] } })
    expect(body.relationships.$contact?.values).toEqual([two])
    const again = await change(account, { $contact: { remove: [one, nobody] } })
    expect([again.status, asWritten(again.body)]).toEqual([200, asWritten(body)])
  })

  it('comes before add, so that one request can exchange links', async () => {
    const [one, two] = ids(await contacts(2))
    const account = await anAccount(api, {}, { $contact: one })
    const { body } = await change(account, { $contact: { remove: one, add: [two] } })
    expect(body.relationships.$contact?.values).toEqual([two])
    const both = await change(account, { $contact: { remove: two, add: two } })
    expect(both.body.relationships.$contact?.values).toEqual([two])
  })
})

describe('replace', () => {
  it('says the whole set', async () => {
    const [one, two, three] = ids(await contacts(3))
    const account = await anAccount(api, {}, { $contact: [one, two] })
    const { body } = await change(account, { $contact: { replace: [two, three] } })
    expect(body.relationships.$contact?.values).toEqual([two, three].toSorted().reverse())
    expect(await linked(one ?? '', '$account')).toEqual([])
  })

  it.each([[null], [[]]])('empties by %j', async (nothing) => {
    const [one, two] = ids(await contacts(2))
    const account = await anAccount(api, {}, { $contact: [one, two], $owner: api.memberId })
    const { body } = await change(account, { $contact: { replace: nothing }, $owner: { replace: nothing } })
    expect([body.relationships.$contact?.values, body.relationships.$owner?.values]).toEqual([[], []])
  })

  it('exchanges the one link there can be', async () => {
    const opportunity = await anOpportunity(api)
    const account = await anAccount(api)
    const { body } = await change(opportunity, { $account: { replace: account.id } })
    expect(body.relationships.$account?.values).toEqual([account.id])
    expect(await linked(account, '$opportunity')).toEqual([opportunity.id])
  })
})

describe('422: what cannot be empty', () => {
  it.each([{ replace: null }, { replace: [] }, { remove: 'its own' }])(
    'an opportunity without an account: %j',
    async (how) => {
      const opportunity = await anOpportunity(api)
      const $account = 'remove' in how ? { remove: api.accountId } : how
      const before = await contentsOf(api)
      expect(outcome(await change(opportunity, { $account }))).toBe('422 relationships.$account')
      expect(await contentsOf(api)).toEqual(before)
    },
  )

  it('but its account can be exchanged for another in any way', async () => {
    const opportunity = await anOpportunity(api)
    const account = await anAccount(api)
    const { body } = await change(opportunity, { $account: { remove: api.accountId, add: account.id } })
    expect(body.relationships.$account?.values).toEqual([account.id])
  })

  it('nor can a link taken away from elsewhere leave it empty: the account end is read-only', async () => {
    const opportunity = await anOpportunity(api)
    const response = await api.post(`/v1/accounts/${api.accountId}`, {
      relationships: { $opportunity: { remove: opportunity.id } },
    })
    expect(outcome(response)).toBe('400 invalid_configuration relationships.$opportunity')
  })
})

describe('400: who created an opportunity', () => {
  it.each([{ replace: null }, { add: [] }, { remove: [] }])('cannot be changed: %j', async ($createdBy) => {
    const response = await change(await anOpportunity(api), { $createdBy })
    expect(outcome(response)).toBe('400 invalid_configuration relationships.$createdBy')
  })
})

describe('400 relationship_entity_missing', () => {
  it.each([
    ['an id of nobody', nobody],
    ['an id of another type', api.accountId],
    ['another prefix', nobody.replace('con_', 'cnt_')],
    ['no prefix', nobody.slice(4)],
    ['capitals', nobody.toUpperCase()],
    ['the empty text', ''],
    ['white space around it', ` ${nobody}`],
    ['what is no id', 'con_1'],
    ['a number too large for an id', `con_${'z'.repeat(26)}`],
  ])('for %s', async (_name, id) => {
    const answer = '400 relationship_entity_missing relationships.$champion'
    const opportunity = await anOpportunity(api)
    const before = await contentsOf(api)
    const relationships = { $account: api.accountId, $champion: id }
    const created = await api.post('/v1/opportunities', { fields: { $name: 'A', $stage: 'Lead' }, relationships })
    expect(outcome(created)).toBe(answer)
    expect(outcome(await change(opportunity, { $champion: { add: id } }))).toBe(answer)
    expect(outcome(await change(opportunity, { $champion: { replace: [id] } }))).toBe(answer)
    expect(await contentsOf(api)).toEqual(before)
  })

  it('for one id among many that are there, and then nothing is linked', async () => {
    const some = ids(await contacts(3))
    const account = await anAccount(api)
    const response = await change(account, { $contact: { add: [...some, nobody] } })
    expect(outcome(response)).toBe('400 relationship_entity_missing relationships.$contact')
    expect(await linked(account, '$contact')).toEqual([])
  })
})

describe('400 relationship_entity_inactive', () => {
  it('for a record in the trash', async () => {
    const answer = (key: string) => `400 relationship_entity_inactive relationships.${key}`
    const opportunity = await anOpportunity(api)
    const account = await api.post('/v1/accounts', { fields: { $name: 'A' }, relationships: { $owner: removed.id } })
    expect(outcome(account)).toBe(answer('$owner'))
    expect(outcome(await change(opportunity, { $owner: { add: removed.id } }))).toBe(answer('$owner'))
    const relationships = { $account: api.accountId, $createdBy: removed.id }
    const created = await api.post('/v1/opportunities', { fields: { $name: 'A', $stage: 'Lead' }, relationships })
    expect(outcome(created)).toBe(answer('$createdBy'))
  })

  it('and whoever goes to the trash leaves every record they were linked to', async () => {
    const owner = await aMember(api)
    const account = await anAccount(api, {}, { $owner: owner.id })
    await api.delete(`/admin/v1/members/${owner.id}`)
    expect(await linked(account, '$owner')).toEqual([])
    expect((await api.get(`/v1/accounts/${account.id}`)).body.updatedAt).toBe(account.updatedAt)
  })
})

describe('422 relationship_write_limit_exceeded', () => {
  const answer = '422 relationship_write_limit_exceeded relationships'

  it('for more than 25 ids, all keys together, before anybody is looked up', async () => {
    const strangers = (count: number) => Array.from({ length: count }, (_, index) => `con_${index}`)
    const account = await anAccount(api)
    expect(outcome(await change(account, { $contact: { add: strangers(26) } }))).toBe(answer)
    expect(outcome(await change(account, { $contact: { add: strangers(13), remove: strangers(13) } }))).toBe(answer)
    expect(outcome(await change(account, { $contact: { add: strangers(25) }, $owner: { add: 'mem_1' } }))).toBe(answer)
    expect(outcome(await change(account, { $contact: { add: strangers(25) } }))).toBe(
      '400 relationship_entity_missing relationships.$contact',
    )
  })

  it('but not for 25', async () => {
    const many = ids(await contacts(25))
    const account = await anAccount(api, {}, { $contact: many })
    expect(account.relationships.$contact?.values).toEqual(many.toSorted().reverse())
    const { status, body } = await change(account, { $contact: { replace: null } })
    expect([status, body.relationships.$contact?.values]).toEqual([200, []])
  })

  it('for more than 25 changes, when fewer ids ask for them', async () => {
    const account = await anAccount(api, {}, { $contact: ids(await contacts(25)) })
    const [one, ...others] = ids(await contacts(6))
    await change(account, { $contact: { add: one } })
    const before = await contentsOf(api)
    expect(outcome(await change(account, { $contact: { replace: null } }))).toBe(answer)
    expect(outcome(await change(account, { $contact: { replace: others } }))).toBe(answer)
    expect(await contentsOf(api)).toEqual(before)
  })

  it('not for the member who creates, whom nobody has named', async () => {
    const { slug } = await aRelationship(api, 'opportunity', { to: 'contact' })
    const opportunity = await anOpportunity(api, {}, { [slug]: ids(await contacts(24)) })
    expect(opportunity.relationships[slug]?.values).toHaveLength(24)
    expect(opportunity.relationships.$createdBy?.values).toEqual([api.memberId])
  })
})

describe('a relationship with more links than a response shows', async () => {
  const account = await anAccount(api)
  const linkedContact = () => aContact(api, {}, { $account: account.id })
  const many: RecordBody[] = []
  while (many.length < 120) many.push(...(await Promise.all(Array.from({ length: 20 }, () => linkedContact()))))
  const oldest = newestFirst(many).at(-1) ?? ''
  const countOf = async () => (await api.get<ListBody>(`/v1/contacts?$account=${account.id}`)).body.totalCount

  it('shows the newest hundred, and says that there are more', async () => {
    const { body } = await api.get(`/v1/accounts/${account.id}`)
    expect(body.relationships.$contact).toEqual({
      cardinality: 'HAS_MANY',
      objectType: 'contact',
      values: newestFirst(many).slice(0, 100),
      hasMore: true,
    })
    const { body: list } = await api.get<ListBody>(`/v1/accounts?$contact=${oldest}`)
    expect(list.data.map(asWritten)).toEqual([asWritten(body)])
    expect(await countOf()).toBe(120)
  })

  it('shows every other relationship whole', async () => {
    const opportunity = await anOpportunity(api, {}, { $account: account.id })
    expect(await linked(account, '$opportunity')).toEqual([opportunity.id])
    await change(account, { $owner: { add: api.memberId } })
    expect(await linked(account, '$owner')).toEqual([api.memberId])
  })

  it('can be changed where it is not shown', async () => {
    await change(account, { $contact: { add: oldest } })
    expect(await countOf()).toBe(120)
    const removedOne = await change(account, { $contact: { remove: oldest } })
    expect(removedOne.status).toBe(200)
    expect(await countOf()).toBe(119)
    expect(await linked(oldest, '$account')).toEqual([])
    await change(account, { $contact: { add: oldest } })
    expect(await countOf()).toBe(120)
  })

  it('422: cannot be replaced, for that would be too many changes', async () => {
    const response = await change(account, { $contact: { replace: [oldest] } })
    expect(outcome(response)).toBe('422 relationship_write_limit_exceeded relationships')
    expect(await countOf()).toBe(120)
  })
})

describe('crowds', () => {
  it('that write both ends of the same links at once lose nothing', async () => {
    const account = await anAccount(api)
    const some = await contacts(20)
    const writes = some.flatMap((contact) => [
      change(account, { $contact: { add: contact.id } }),
      change(contact, { $account: { add: account.id } }),
    ])
    expect((await Promise.all(writes)).map(outcome)).toEqual(writes.map(() => '200'))
    expect(await linked(account, '$contact')).toEqual(newestFirst(some))
  })

  it('that want the same places in another order each get in, one after the other', async () => {
    const { slug } = await aRelationship(api, 'account', {
      to: 'contact',
      inverse: { slug: 'only-account', label: 'Only', cardinality: 'HAS_ONE' },
    })
    const accounts = await Promise.all(Array.from({ length: 6 }, () => anAccount(api)))
    const places = ids(await contacts(8))
    for (let round = 0; round < 3; round += 1) {
      const writes = accounts.map((account, index) =>
        change(account, { [slug]: { add: index % 2 === 0 ? places : places.toReversed() } }),
      )
      for (const response of await Promise.all(writes)) expect(outcome(response)).toBe('200')
    }
    const holders = await Promise.all(places.map((id) => linked(id, 'only-account')))
    expect(holders.map((each) => each.length)).toEqual(places.map(() => 1))
    const held = (await Promise.all(accounts.map((account) => linked(account, slug)))).flat()
    expect(held.toSorted()).toEqual(places.toSorted())
  })

  it('that claim the same unique values in another order: one gets them, the others a 422', async () => {
    const { slug } = await aField(api, 'contact', {
      valueType: 'EMAIL',
      typeConfiguration: { unique: true, multipleValues: true },
    })
    for (let round = 0; round < 5; round += 1) {
      const addresses = Array.from({ length: 10 }, (_, index) => `crowd${round}-${index}@a.example`)
      const writes = Array.from({ length: 8 }, (_, index) =>
        api.post('/v1/contacts', { fields: { [slug]: index % 2 === 0 ? addresses : addresses.toReversed() } }),
      )
      const outcomes = (await Promise.all(writes)).map(outcome).toSorted()
      expect(outcomes).toEqual(['200', ...Array(7).fill(`422 fields.${slug}`)])
    }
  })

  it('that put a record in the trash while others link to it leave no link to it', async () => {
    const owners = await Promise.all(Array.from({ length: 5 }, () => aMember(api)))
    const accounts = await Promise.all(owners.map(() => anAccount(api)))
    const links = owners.flatMap((owner) => accounts.map((account) => change(account, { $owner: { add: owner.id } })))
    const removals = owners.map((owner) => api.delete(`/admin/v1/members/${owner.id}`))
    for (const response of await Promise.all(removals)) successOf(response)
    for (const response of await Promise.all(links)) {
      expect(['200', '400 relationship_entity_inactive relationships.$owner']).toContain(outcome(response))
    }
    for (const account of accounts) expect(await linked(account, '$owner')).toEqual([])
  })
})
