import { describe, expect, it } from 'vitest'
import { aContact, aList, anAccount, anOpportunity, type ListRecordBody, successOf } from '../../../test/factories.ts'
import { contentsOf, type ListBody, outcome, type Response, startApi } from '../../../test/harness.ts'

const api = await startApi()

const create = (fields: object, relationships?: object) =>
  api.post<ListRecordBody>('/v1/lists', { fields, ...(relationships && { relationships }) })
const update = ({ id }: { id: string }, body: object) => api.post<ListRecordBody>(`/v1/lists/${id}`, body)
const change = (list: { id: string }, relationships: object) => update(list, { relationships })
const membersOf = async ({ id }: { id: string }, plural: string) =>
  successOf(await api.get<ListBody>(`/v1/lists/${id}/${plural}`)).data.map((one) => one.id)
const newestFirst = (...records: { id: string }[]) =>
  records
    .map(({ id }) => id)
    .toSorted()
    .reverse()
const accounts = (count: number) => Promise.all(Array.from({ length: count }, () => anAccount(api)))
const ids = (records: { id: string }[]) => records.map(({ id }) => id)

async function expectRefusal(answer: string, request: () => Promise<Response<unknown>>) {
  const contents = await contentsOf(api)
  expect(outcome(await request())).toBe(answer)
  expect(await contentsOf(api)).toEqual(contents)
}

const kinds = [
  { objectType: '$account', plural: 'accounts', make: () => anAccount(api) },
  { objectType: '$contact', plural: 'contacts', make: () => aContact(api) },
  { objectType: '$opportunity', plural: 'opportunities', make: () => anOpportunity(api) },
]

describe.each(kinds)('a list of $plural', ({ objectType, plural, make }) => {
  it('has four keys, whoever is in it', async () => {
    const member = await make()
    const list = successOf(await create({ $name: 'Q3', $objectType: objectType }, { [`$${plural}`]: member.id }))
    expect(list).toEqual({
      id: expect.stringMatching(/^list_[0-9a-z]{26}$/),
      createdAt: expect.any(String),
      httpLink: expect.stringContaining(`/crm/lists/${list.id}`),
      fields: {
        $name: { value: 'Q3', valueType: 'TEXT' },
        $objectType: { value: objectType, valueType: 'TEXT' },
      },
    })
    expect((await api.get(`/v1/lists/${list.id}`)).body).toEqual(list)
    const { data } = successOf(await api.get<ListBody>('/v1/lists?limit=1&$name=Nothing'))
    expect(data).toEqual([list])
    expect(await membersOf(list, plural)).toEqual([member.id])
  })

  it('is called so with or without the $', async () => {
    const list = successOf(await create({ $name: 'Q3', $objectType: objectType.slice(1) }))
    expect(list.fields.$objectType?.value).toBe(objectType)
  })

  it('takes and gives members under their own key only', async () => {
    const [one, two] = [await make(), await make()]
    const key = `$${plural}`
    const list = successOf(await create({ $name: 'A', $objectType: objectType }, { [key]: [one.id] }))
    successOf(await change(list, { [key]: { add: [two.id, one.id] } }))
    expect(await membersOf(list, plural)).toEqual(newestFirst(one, two))
    successOf(await change(list, { [key]: { remove: one.id, add: two.id } }))
    expect(await membersOf(list, plural)).toEqual([two.id])
    for (const other of kinds.filter((kind) => kind.plural !== plural)) {
      const stranger = await other.make()
      const wrong = `relationships.$${other.plural}`
      await expectRefusal(`400 unknown_relationship ${wrong}`, () =>
        create({ $name: 'A', $objectType: objectType }, { [`$${other.plural}`]: stranger.id }),
      )
      await expectRefusal(`400 unknown_relationship ${wrong}`, () =>
        create({ $name: 'A', $objectType: objectType }, { [key]: one.id, [`$${other.plural}`]: stranger.id }),
      )
      await expectRefusal(`400 unknown_relationship ${wrong}`, () =>
        change(list, { [`$${other.plural}`]: { add: stranger.id } }),
      )
      await expectRefusal(`400 relationship_entity_missing relationships.${key}`, () =>
        change(list, { [key]: { add: stranger.id } }),
      )
      expect(await membersOf(list, other.plural)).toEqual([])
    }
  })
})

describe('a list', () => {
  const refusals: [answer: string, fields: object, relationships?: object][] = [
    ['422 fields.$name', { $objectType: '$account' }],
    ['422 fields.$name', { $name: null, $objectType: '$account' }],
    ['422 fields.$objectType', { $name: 'A' }],
    ['422 fields.$objectType', { $name: 'A', $objectType: null }],
    ['422 fields.$objectType', { $name: 'A', $objectType: '$task' }],
    ['422 fields.$objectType', { $name: 'A', $objectType: 'accounts' }],
    ['422 fields.$objectType', { $name: 'A', $objectType: '$$account' }],
    ['422 fields.$objectType', { $name: 'A', $objectType: 'constructor' }],
    ['400 invalid_type fields.$objectType', { $name: 'A', $objectType: 1 }],
    ['400 unknown_field fields.$color', { $name: 'A', $objectType: '$account', $color: 'red' }],
    ['400 unknown_relationship relationships.$account', { $name: 'A', $objectType: '$account' }, { $account: [] }],
    // Keys that are wrong come before rules that are broken.
    ['400 unknown_relationship relationships.$contacts', { $objectType: '$account' }, { $contacts: [] }],
  ]
  it.each(refusals)('%s for %j %j', async (answer, fields, relationships) => {
    await expectRefusal(answer, () => create(fields, relationships))
  })

  it('is renamed, and stays of its type', async () => {
    const list = await aList(api)
    const renamed = successOf(await update(list, { fields: { $name: 'B' } }))
    expect(renamed).toEqual({ ...list, fields: { ...list.fields, $name: { value: 'B', valueType: 'TEXT' } } })
    await expectRefusal('400 unknown_field fields.$objectType', () =>
      update(list, { fields: { $objectType: '$contact' } }),
    )
    await expectRefusal('400 unknown_field fields.$objectType', () =>
      update(list, { fields: { $objectType: '$account' } }),
    )
    await expectRefusal('422 fields.$name', () => update(list, { fields: { $name: null } }))
  })

  it('is changed by add and remove, in one request or two, and not replaced', async () => {
    const [one, two, three] = await accounts(3)
    const list = await aList(api, {}, { $accounts: [one?.id, two?.id] })
    const wrong = '400 invalid_type relationships.$accounts'
    const replaced = { replace: [three?.id] }
    for (const operation of [
      replaced,
      { replace: null },
      { ...replaced, add: [] }.replace,
      three?.id,
      null,
      { set: [] },
    ]) {
      await expectRefusal(wrong, () => change(list, { $accounts: operation }))
    }
    successOf(await change(list, { $accounts: { add: three?.id, remove: [one?.id, two?.id] } }))
    expect(await membersOf(list, 'accounts')).toEqual([three?.id])
    successOf(await change(list, { $accounts: { remove: one?.id } }))
    successOf(await change(list, { $accounts: {} }))
    expect(await membersOf(list, 'accounts')).toEqual([three?.id])
  })

  it('takes 25 members and 25 changes in a request', async () => {
    const many = await accounts(26)
    const limit = '422 relationship_write_limit_exceeded relationships'
    const fields = { $name: 'A', $objectType: '$account' }
    await expectRefusal(limit, () => create(fields, { $accounts: ids(many) }))
    const list = successOf(await create(fields, { $accounts: ids(many.slice(0, 25)) }))
    await expectRefusal(limit, () =>
      change(list, { $accounts: { add: ids(many.slice(25)), remove: ids(many.slice(0, 25)) } }),
    )
    expect(await membersOf(list, 'accounts')).toHaveLength(25)
  })

  it('is deleted without its members, and comes back with them', async () => {
    const [one] = await accounts(1)
    const list = await aList(api, {}, { $accounts: one?.id })
    successOf(await api.delete(`/v1/lists/${list.id}`))
    expect((await api.get(`/v1/accounts/${one?.id}`)).status).toBe(200)
    expect(outcome(await api.get(`/v1/lists/${list.id}/accounts`))).toBe('404')
    expect(outcome(await update(list, {}))).toBe('404')
    successOf(await api.post(`/admin/v1/trash/${list.id}/restore`))
    expect(await membersOf(list, 'accounts')).toEqual([one?.id])
  })
})
