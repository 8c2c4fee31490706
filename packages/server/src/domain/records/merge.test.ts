import { describe, expect, it } from 'vitest'
import { faultsOf } from '../../../test/consistency.ts'
import {
  aContact,
  aCustomRecord,
  aField,
  aKey,
  aList,
  aMember,
  aNote,
  anAccount,
  anObjectType,
  anOpportunity,
  aRelationship,
  aTask,
  successOf,
} from '../../../test/factories.ts'
import {
  anotherWorkspace,
  contentsOf,
  type ListBody,
  outcome,
  type RecordBody,
  settled,
  startApi,
} from '../../../test/harness.ts'
import { holdWork } from '../../../test/held-work.ts'

const api = await startApi()
const project = await anObjectType(api, { slug: 'project' })

type MergeBody = {
  merge: { id: string; status: string }
  primary: RecordBody
  summary: { fieldWriteCount: number; syncRepointedCount: number; warnings: string[] }
}
type Pair = [primary: RecordBody, duplicate: RecordBody]

const merge = (path: string, [primary, duplicate]: Pair | [{ id: string }, { id: string }], more: object = {}) =>
  api.post<MergeBody>(`${path}/merge`, { primaryId: primary.id, duplicateId: duplicate.id, ...more })
const mergeAccounts = async (pair: Parameters<typeof merge>[1], more?: object) =>
  successOf(await merge('/v1/accounts', pair, more))
const valuesOf = ({ fields }: RecordBody) =>
  Object.fromEntries(Object.entries(fields).map(([key, { value }]) => [key, value]))
const linksOf = ({ relationships }: RecordBody) =>
  Object.fromEntries(Object.entries(relationships).map(([key, { values }]) => [key, values]))
const read = async (path: string) => successOf(await api.get(path))
const newestFirst = (...records: { id: string }[]) =>
  records
    .map(({ id }) => id)
    .toSorted()
    .reverse()
const twoAccounts = async (one: object = {}, other: object = {}): Promise<Pair> => [
  await anAccount(api, { ...one }),
  await anAccount(api, { ...other }),
]
const unknown = '01h455vb4pex5vsknk084sn02q'

const types = [
  { type: 'account', list: '/v1/accounts', at: '/v1/accounts', make: () => anAccount(api) },
  { type: 'contact', list: '/v1/contacts', at: '/v1/contacts', make: () => aContact(api) },
  { type: 'opportunity', list: '/v1/opportunities', at: '/v1/opportunities', make: () => anOpportunity(api) },
  {
    type: 'project',
    list: '/v1/objects/project',
    at: '/v1/objects/project/values',
    make: () => aCustomRecord(api, project),
  },
]

describe.each(types)('merging two records of the type $type', ({ type, list, at, make }) => {
  it('keeps the primary under its id, and the other is found nowhere any more', async () => {
    const [primary, duplicate] = [await make(), await make()]
    const { totalCount } = successOf(await api.get<ListBody>(list))

    const { body, status } = await merge(list, [primary, duplicate])

    expect(status).toBe(200)
    expect(body).toEqual({
      merge: { id: expect.stringMatching(/^mrg_[0-9a-z]{26}$/), status: 'done' },
      primary: { ...(await read(`${at}/${primary.id}`)), fields: body.primary.fields },
      summary: { fieldWriteCount: 0, syncRepointedCount: expect.any(Number), warnings: [] },
    })
    expect(body.primary.updatedAt > primary.updatedAt).toBe(true)
    const gone = [
      await api.get(`${at}/${duplicate.id}`),
      await api.post(`${at}/${duplicate.id}`, {}),
      await api.delete(`${at}/${duplicate.id}`),
      await api.post(`${at}/${duplicate.id}/restore`),
      await api.post(`/admin/v1/trash/${duplicate.id}/restore`),
      await api.get(`${at}/${duplicate.id}/fields/$name/history`),
      await merge(list, [primary, duplicate]),
      await merge(list, [duplicate, primary]),
    ]
    expect(gone.map(outcome)).toEqual(gone.map(() => '404'))
    const page = successOf(await api.get<ListBody>(list))
    expect(page.totalCount).toBe(totalCount - 1)
    expect(page.data.map(({ id }) => id)).not.toContain(duplicate.id)
    const { data } = successOf(await api.get<ListBody>(`${list}?status=trashed`))
    expect(data.map(({ id }) => id)).not.toContain(duplicate.id)
  })

  it('can be looked up, and says who survived', async () => {
    const [primary, duplicate] = [await make(), await make()]
    const { body } = await merge(list, [primary, duplicate])
    expect(await read(`/v1/merges/${body.merge.id}`)).toEqual({
      id: body.merge.id,
      createdAt: body.primary.updatedAt,
      duplicateId: duplicate.id,
      entityType: type,
      primaryId: primary.id,
      status: 'done',
      updatedAt: body.primary.updatedAt,
    })
  })

  it('needs both, of this type, live, and two of them', async () => {
    const [one, other, away] = [await make(), await make(), await make()]
    await api.delete(`${at}/${away.id}`)
    const wrong = type === 'contact' ? await anAccount(api) : await aContact(api)
    const none = { id: `${one.id.slice(0, one.id.indexOf('_'))}_${unknown}` }
    const contents = await contentsOf(api)
    const answer = async (primary: { id: string }, duplicate: { id: string }) =>
      outcome(await merge(list, [primary, duplicate]))
    expect(await answer(one, one)).toBe('422 duplicateId')
    expect(await answer(none, one)).toBe('404')
    expect(await answer(one, none)).toBe('404')
    expect(await answer(none, none)).toBe('404')
    expect(await answer(away, one)).toBe('404')
    expect(await answer(one, away)).toBe('404')
    expect(await answer(wrong, other)).toBe('400 referenced_resource_missing primaryId')
    expect(await answer(one, wrong)).toBe('400 referenced_resource_missing duplicateId')
    expect(await answer(one, { id: '' })).toBe('400 referenced_resource_missing duplicateId')
    expect(await contentsOf(api)).toEqual(contents)
  })
})

describe('the values of the primary after a merge', () => {
  const filled = {
    $name: 'Second',
    $website: ['second.example'],
    $industry: ['Software'],
    $headcount: '11-50',
    $linkedIn: 'https://www.linkedin.com/company/second',
    $primaryAddress: { city: 'Bergen', country: 'NO' },
  }

  it('are its own, and the duplicate’s where it has none', async () => {
    const pair = await twoAccounts({ $name: 'First', $headcount: '1-10', $website: [] }, filled)
    const { primary, summary } = await mergeAccounts(pair)
    expect(valuesOf(primary)).toEqual({
      ...valuesOf(pair[1]),
      $name: 'First',
      $headcount: pair[0].fields.$headcount?.value,
    })
    expect(summary.fieldWriteCount).toBe(4)
    expect(valuesOf(await read(`/v1/accounts/${primary.id}`))).toMatchObject({ $linkedIn: filled.$linkedIn })
    const found = successOf(await api.get<ListBody>(`/v1/accounts?$website[contains]=second.example`))
    expect(found.data.map(({ id }) => id)).toEqual([primary.id])
  })

  it.each(['$headcount', 'headcount'])('are what the resolution of %s says', async (key) => {
    const make = () => twoAccounts({ $headcount: '1-10' }, { $headcount: '11-50' })
    const outcomes: [unknown, (pair: Pair) => unknown][] = [
      ['primary', ([primary]) => primary.fields.$headcount?.value],
      ['duplicate', ([, duplicate]) => duplicate.fields.$headcount?.value],
      [{ value: '11-50' }, ([, duplicate]) => duplicate.fields.$headcount?.value],
      [{ value: null }, () => null],
    ]
    for (const [resolution, expected] of outcomes) {
      const pair = await make()
      const { primary, summary } = await mergeAccounts(pair, { fieldResolutions: { [key]: resolution } })
      expect(primary.fields.$headcount?.value).toBe(expected(pair))
      expect((await read(`/v1/accounts/${primary.id}`)).fields.$headcount?.value).toBe(expected(pair))
      expect(summary.fieldWriteCount).toBe(resolution === 'primary' ? 0 : 1)
    }
  })

  it('may be the empty one of either, when a resolution says so', async () => {
    const [empty, full] = [{}, { $twitter: 'https://x.com/acme' }]
    const byPrimary = await mergeAccounts(await twoAccounts(empty, full), { fieldResolutions: { $twitter: 'primary' } })
    expect(byPrimary.primary.fields.$twitter?.value).toBe(null)
    const byDuplicate = await mergeAccounts(await twoAccounts(full, empty), {
      fieldResolutions: { twitter: 'duplicate' },
    })
    expect(byDuplicate.primary.fields.$twitter?.value).toBe(null)
    expect(successOf(await api.get<ListBody>('/v1/accounts?$twitter[startsWith]=')).totalCount).toBe(0)
  })

  it('are normalised when a resolution gives them, custom fields too', async () => {
    const { slug: score } = await aField(api, 'account', { valueType: 'NUMBER' })
    const { slug: due } = await aField(api, 'account', { valueType: 'DATETIME' })
    const { primary } = await mergeAccounts(await twoAccounts(), {
      fieldResolutions: {
        [score]: { value: 1.5 },
        [due]: { value: '2026-07-01T10:00:00+02:00' },
        website: { value: 'given.example' },
        $industry: { value: ['software', 'LEGAL'] },
      },
    })
    expect(valuesOf(primary)).toMatchObject({
      [score]: 1.5,
      [due]: '2026-07-01T08:00:00.000Z',
      $website: ['https://given.example'],
      $industry: [expect.stringMatching(/^opt_/), expect.stringMatching(/^opt_/)],
    })
    expect(successOf(await api.get<ListBody>(`/v1/accounts?${score}=1.5`)).totalCount).toBe(1)
  })

  it('of multi-selects are united when the options say so and no resolution does', async () => {
    const { slug: tags } = await aField(api, 'account', {
      valueType: 'MULTI_SELECT',
      typeConfiguration: { options: ['a', 'b', 'c'].map((label) => ({ label })) },
    })
    const make = () =>
      twoAccounts({ [tags]: ['a', 'b'], $industry: ['Legal'] }, { [tags]: ['b', 'c'], $industry: ['Media'] })
    const pair = await make()
    const [ab, bc] = pair.map(({ fields }) => fields[tags]?.value as string[])
    const union = { options: { multiSelectUnion: true } }
    const united = await mergeAccounts(pair, union)
    expect(united.primary.fields[tags]?.value).toEqual([ab?.[0], ab?.[1], bc?.[1]])
    expect(united.primary.fields.$industry?.value).toHaveLength(2)
    expect(united.summary.fieldWriteCount).toBe(2)
    const resolved = await mergeAccounts(await make(), { ...union, fieldResolutions: { [tags]: 'duplicate' } })
    expect(resolved.primary.fields[tags]?.value).toEqual(bc)
    const apart = await mergeAccounts(await make(), { options: {} })
    expect(apart.primary.fields[tags]?.value).toEqual(ab)
    const none = await mergeAccounts(await twoAccounts(), union)
    expect(none.primary.fields[tags]?.value).toBe(null)
  })

  it('that are unique move with the merge, and those let go are free', async () => {
    const { slug } = await aField(api, 'account', {
      valueType: 'EMAIL',
      typeConfiguration: { unique: true, multipleValues: false },
    })
    const moved = await mergeAccounts(await twoAccounts({}, { [slug]: 'moved@unique.example' }))
    expect(moved.primary.fields[slug]?.value).toBe('moved@unique.example')
    const clash = await api.post('/v1/accounts', { fields: { $name: 'A', [slug]: 'moved@unique.example' } })
    expect(outcome(clash)).toBe(`422 fields.${slug}`)
    expect(clash.text).toContain(moved.primary.id)

    const both = await twoAccounts({ [slug]: 'kept@unique.example' }, { [slug]: 'free@unique.example' })
    await mergeAccounts(both)
    await anAccount(api, { [slug]: 'free@unique.example' })

    const pair = await twoAccounts({ [slug]: 'one@unique.example' }, { [slug]: 'two@unique.example' })
    const holder = await anAccount(api, { [slug]: 'three@unique.example' })
    await settled(api)
    const contents = await contentsOf(api)
    const refused = await merge('/v1/accounts', pair, {
      fieldResolutions: { [slug]: { value: 'three@unique.example' } },
    })
    expect(outcome(refused)).toBe(`422 fields.${slug}`)
    expect(refused.text).toContain(holder.id)
    expect(await contentsOf(api)).toEqual(contents)
    await mergeAccounts(pair, { fieldResolutions: { [slug]: 'duplicate' } })
    await anAccount(api, { [slug]: 'one@unique.example' })
  })
})

describe('the external ids of merged records', () => {
  const bring = async (externalId: string, $name: string) => {
    const body = { records: [{ externalId, fields: { $name } }] }
    type Results = { results: { outcome: string; id: string }[] }
    const { results } = successOf(await api.post<Results>('/admin/v1/objects/account/import', body))
    return results[0] as { outcome: string; id: string }
  }

  it('stay: the primary takes the duplicate’s when it has none', async () => {
    const [primary, brought] = [await anAccount(api), await bring('crm-taken', 'Brought')]
    const merged = await mergeAccounts([primary, brought])
    expect(merged.primary.externalId).toBe('crm-taken')
    expect((await read(`/v1/accounts/${primary.id}`)).externalId).toBe('crm-taken')
    expect(await bring('crm-taken', 'Brought again')).toMatchObject({ outcome: 'updated', id: primary.id })
  })

  it('both lead imports to the primary when it has one, as long as it lives', async () => {
    const [first, second, third] = [await bring('crm-1', 'A'), await bring('crm-2', 'B'), await bring('crm-3', 'C')]
    await mergeAccounts([second, third])
    const merged = await mergeAccounts([first, second])
    expect(merged.primary.externalId).toBe('crm-1')
    for (const externalId of ['crm-1', 'crm-2', 'crm-3']) {
      expect(await bring(externalId, 'Brought again')).toMatchObject({ outcome: 'updated', id: first.id })
    }
    successOf(await api.delete(`/v1/accounts/${first.id}`))
    expect(await bring('crm-3', 'Brought again')).toMatchObject({ outcome: 'created' })
  })
})

describe('the body of a merge', async () => {
  const [primary, duplicate] = await twoAccounts({ $headcount: '1-10' })
  const ids = { primaryId: primary.id, duplicateId: duplicate.id }
  const resolving = (fieldResolutions: unknown) => ({ ...ids, fieldResolutions })
  const refusals: [answer: string, body: unknown][] = [
    ['400 parameter_missing primaryId', {}],
    ['400 parameter_missing duplicateId', { primaryId: primary.id }],
    ['400 invalid_type primaryId', { ...ids, primaryId: [primary.id] }],
    ['400 invalid_type duplicateId', { ...ids, duplicateId: null }],
    ['400 invalid_type', []],
    ['400 unknown_field force', { ...ids, force: true }],
    ['400 invalid_type options', { ...ids, options: true }],
    ['400 invalid_type options', { ...ids, options: null }],
    ['400 unknown_field options.union', { ...ids, options: { union: true } }],
    ['400 invalid_type options.multiSelectUnion', { ...ids, options: { multiSelectUnion: 'yes' } }],
    ['400 invalid_type fieldResolutions', resolving(['$name'])],
    ['400 unknown_field fieldResolutions.bogus', resolving({ bogus: 'primary' })],
    ['400 unknown_field fieldResolutions.$owner', resolving({ $owner: 'primary' })],
    ['400 invalid_configuration fieldResolutions.$accountStatus', resolving({ $accountStatus: 'primary' })],
    ['400 invalid_configuration fieldResolutions.lastInteractionAt', resolving({ lastInteractionAt: 'duplicate' })],
    ['400 invalid_type fieldResolutions.$name', resolving({ $name: 'both' })],
    ['400 invalid_type fieldResolutions.$name', resolving({ $name: null })],
    ['400 invalid_type fieldResolutions.name', resolving({ name: {} })],
    ['400 invalid_type fieldResolutions.$name', resolving({ $name: { value: 'A', valueType: 'TEXT' } })],
    ['400 invalid_type fieldResolutions.$name', resolving({ $name: ['primary'] })],
    ['400 invalid_type fieldResolutions.$name', resolving({ $name: { value: 5 } })],
    ['422 fieldResolutions.$name', resolving({ $name: { value: null } })],
    ['422 fieldResolutions.$headcount', resolving({ $headcount: { value: 'many' } })],
    ['400 unknown_field fieldResolutions.bogus', resolving({ $headcount: { value: 'many' }, bogus: 'primary' })],
    ['400 unknown_field fieldResolutions.bogus', { ...resolving({ bogus: 1 }), duplicateId: primary.id }],
    ['404', { ...resolving({ bogus: 'primary' }), duplicateId: `acc_${unknown}` }],
  ]

  it.each(refusals)('%s for %j, and nothing changes', async (answer, body) => {
    const contents = await contentsOf(api)
    expect(outcome(await api.post('/v1/accounts/merge', body))).toBe(answer)
    expect(await contentsOf(api)).toEqual(contents)
  })

  it('is needed, as JSON', async () => {
    expect(outcome(await api.post('/v1/accounts/merge'))).toBe('400 parameter_missing primaryId')
    const headers = { 'content-type': 'text/plain' }
    expect(outcome(await api.post('/v1/accounts/merge', ids, { headers }))).toBe('415')
  })

  it('names a custom object type that there is: else 404', async () => {
    expect(outcome(await api.post('/v1/objects/nothing/merge', ids))).toBe('404')
    expect(outcome(await api.post('/v1/objects/account/merge', ids))).toBe('404')
  })
})

describe('the links of the primary after a merge', () => {
  it('are those of both, at every other record, each once', async () => {
    const shared = await aContact(api)
    const [first, second] = [await aContact(api), await aContact(api)]
    const primary = await anAccount(api, {}, { $contact: [shared.id, first.id] })
    const duplicate = await anAccount(api, {}, { $contact: [shared.id, second.id], $owner: api.memberId })
    const links = { $account: duplicate.id }
    const opportunity = await anOpportunity(api, {}, links)
    const task = await aTask(api, {}, links)
    const note = await aNote(api, {}, { $account: [primary.id, duplicate.id] })
    const list = await aList(api, {}, { $accounts: [primary.id, duplicate.id] })
    const another = await aList(api, {}, { $accounts: duplicate.id })

    const { summary, ...answer } = await mergeAccounts([primary, duplicate])

    // Moved: a contact, the owner, the opportunity, the task, a list; the others it had.
    expect(summary).toEqual({ fieldWriteCount: 0, syncRepointedCount: 5, warnings: [] })
    expect(linksOf(answer.primary)).toEqual({
      $owner: [api.memberId],
      $contact: newestFirst(shared, first, second),
      $opportunity: [opportunity.id],
      $task: [task.id],
      $note: [note.id],
      $meeting: [],
    })
    expect(linksOf(await read(`/v1/accounts/${primary.id}`))).toEqual(linksOf(answer.primary))
    for (const path of [`/v1/opportunities/${opportunity.id}`, `/v1/tasks/${task.id}`, `/v1/notes/${note.id}`]) {
      expect(linksOf(await read(path)).$account).toEqual([primary.id])
    }
    expect(linksOf(await read(`/v1/contacts/${shared.id}`)).$account).toEqual([primary.id])
    expect(linksOf(await read(`/v1/contacts/${second.id}`)).$account).toEqual([primary.id])
    for (const { id } of [list, another]) {
      const members = successOf(await api.get<ListBody>(`/v1/lists/${id}/accounts`))
      expect(members.data.map((one) => one.id)).toEqual([primary.id])
    }
    const refused = await api.post(`/v1/contacts/${first.id}`, { relationships: { $account: { add: duplicate.id } } })
    expect(outcome(refused)).toBe('400 relationship_entity_inactive relationships.$account')
    const filtered = successOf(await api.get<ListBody>(`/v1/contacts?$account-contact=${duplicate.id}`))
    expect(filtered).toMatchObject({ data: [], totalCount: 0 })
    expect(await faultsOf(api)).toEqual({})
  })

  it('keep what the primary has where there is place for one, and a warning names what was dropped', async () => {
    const [mine, theirs] = [await aMember(api), await aMember(api)]
    const [champion, evaluator] = [await aContact(api), await aContact(api)]
    const pair: Pair = [
      await anOpportunity(api, {}, { $owner: mine.id, $champion: champion.id }),
      await anOpportunity(api, {}, { $owner: theirs.id, $champion: champion.id, $evaluator: evaluator.id }),
    ]
    const { primary, summary } = successOf(await merge('/v1/opportunities', pair))
    expect(linksOf(primary)).toMatchObject({
      $owner: [mine.id],
      $champion: [champion.id],
      $evaluator: [evaluator.id],
      $account: [api.accountId],
    })
    expect(summary.warnings).toEqual([expect.stringContaining('$owner')])
    expect(summary.syncRepointedCount).toBe(1)
    expect(linksOf(await read(`/v1/opportunities/${primary.id}`))).toEqual(linksOf(primary))
    expect(linksOf(await read(`/v1/contacts/${evaluator.id}`)).$opportunity).toEqual([primary.id])
  })

  it('do not hold one to itself, and what stood in a place for one is free for the duplicate’s', async () => {
    const one = { to: 'account', cardinality: 'HAS_ONE' }
    const { slug } = await aRelationship(api, 'account', one)
    const [parent, child] = [await anAccount(api), await anAccount(api)]
    const duplicate = await anAccount(api, {}, { [slug]: parent.id })
    const primary = await anAccount(api, {}, { [slug]: duplicate.id })
    successOf(await api.post(`/v1/accounts/${child.id}`, { relationships: { [slug]: { add: duplicate.id } } }))

    const { summary, ...answer } = await mergeAccounts([primary, duplicate])

    expect(summary).toMatchObject({ syncRepointedCount: 2, warnings: [] })
    expect(linksOf(answer.primary)).toMatchObject({ [slug]: [parent.id], [`${slug}-inverse`]: [child.id] })
    expect(linksOf(await read(`/v1/accounts/${primary.id}`))).toEqual(linksOf(answer.primary))

    const self = await anAccount(api)
    successOf(await api.post(`/v1/accounts/${self.id}`, { relationships: { [slug]: { add: self.id } } }))
    const merged = await mergeAccounts([await anAccount(api), self])
    expect(linksOf(merged.primary)).toMatchObject({ [slug]: [], [`${slug}-inverse`]: [] })
    expect(linksOf(await read(`/v1/accounts/${merged.primary.id}`))).toMatchObject({ [slug]: [] })
  })

  it('of opportunities lead to the one account that both have: else 422', async () => {
    const [one, other] = [await anAccount(api), await anAccount(api)]
    const pair: Pair = [
      await anOpportunity(api, {}, { $account: one.id }),
      await anOpportunity(api, {}, { $account: other.id }),
    ]
    const contents = await contentsOf(api)
    expect(outcome(await merge('/v1/opportunities', pair))).toBe('422 duplicateId')
    expect(await contentsOf(api)).toEqual(contents)
    successOf(await api.post(`/v1/opportunities/${pair[1].id}`, { relationships: { $account: { replace: one.id } } }))
    expect(successOf(await merge('/v1/opportunities', pair)).summary.warnings).toEqual([])
  })
})

describe('an idempotency key', () => {
  it('replays the answer of a merge byte for byte, and is not used up by a refusal', async () => {
    const [primary, duplicate] = await twoAccounts({}, { $headcount: '1-10' })
    const once = { headers: { 'idempotency-key': 'merge-1' } }
    const body = { primaryId: primary.id, duplicateId: duplicate.id }
    const refused = await api.post('/v1/accounts/merge', { ...body, duplicateId: primary.id }, once)
    expect(outcome(refused)).toBe('422 duplicateId')
    const twins = await Promise.all([1, 2, 3, 4].map(() => api.post('/v1/accounts/merge', body, once)))
    const again = await api.post('/v1/accounts/merge', body, once)
    expect([...twins, again].map(outcome)).toEqual(['200', '200', '200', '200', '200'])
    expect(new Set([...twins, again].map(({ text }) => text)).size).toBe(1)
    expect(outcome(await api.post('/v1/accounts/merge', body))).toBe('404')
    expect(outcome(await api.post('/v1/contacts/merge', body, once))).toBe('400 referenced_resource_missing primaryId')
  })
})

describe('GET /v1/merges/{id}', () => {
  it('needs the scope to read what was merged, and knows no other ids', async () => {
    const { merge: one } = await mergeAccounts(await twoAccounts())
    const custom = successOf(
      await merge('/v1/objects/project', [await aCustomRecord(api, project), await aCustomRecord(api, project)]),
    )
    const keyFor = async (scope: string) => ({ key: (await aKey(api, { scopes: [scope] })).key })
    const [accounts, objects] = [await keyFor('accounts:read'), await keyFor('custom_objects:read')]
    expect(outcome(await api.get(`/v1/merges/${one.id}`, accounts))).toBe('200')
    expect(outcome(await api.get(`/v1/merges/${one.id}`, objects))).toBe('403')
    expect(outcome(await api.get(`/v1/merges/${custom.merge.id}`, accounts))).toBe('403')
    expect(outcome(await api.get(`/v1/merges/${custom.merge.id}`, objects))).toBe('200')
    const elsewhere = await anotherWorkspace(api)
    for (const id of [`mrg_${unknown}`, custom.primary.id, 'x']) {
      expect(outcome(await api.get(`/v1/merges/${id}`))).toBe('404')
    }
    expect(outcome(await elsewhere.get(`/v1/merges/${one.id}`))).toBe('404')
  })
})

describe('at the same time', () => {
  /** Contacts that are linked to one account each, in the order of the accounts. */
  const contactsOf = (accounts: RecordBody[]) =>
    Promise.all(accounts.map(({ id }) => aContact(api, {}, { $account: id })))
  const accountsOf = (contacts: RecordBody[]) =>
    Promise.all(contacts.map(async ({ id }) => linksOf(await read(`/v1/contacts/${id}`)).$account))
  const outcomesOf = async (requests: Promise<{ status: number; body: unknown }>[]) =>
    (await Promise.all(requests)).map(({ status }) => status).toSorted()

  it('the same merge, either way round, is done once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const pair = await twoAccounts()
      const contacts = await contactsOf(pair)
      const ways = [0, 1, 2, 3].map((turn) => merge('/v1/accounts', turn % 2 === 0 ? pair : [pair[1], pair[0]]))
      expect(await outcomesOf(ways)).toEqual([200, 404, 404, 404])
      const [survivor] = successOf(await api.get<ListBody>('/v1/accounts?limit=1')).data
      expect(await accountsOf(contacts)).toEqual([[survivor?.id], [survivor?.id]])
    }
    expect(await faultsOf(api)).toEqual({})
  })

  it('merges that share records, and new links, lose no link', async () => {
    for (let round = 0; round < 5; round += 1) {
      const accounts = await Promise.all(Array.from({ length: 4 }, () => anAccount(api)))
      const contacts = await contactsOf(accounts)
      const [a, b, c, d] = accounts as [RecordBody, RecordBody, RecordBody, RecordBody]
      const pairs: Pair[] = [
        [a, b],
        [b, c],
        [c, d],
        [d, a],
      ]
      const late = await Promise.all(accounts.map(() => aContact(api)))
      const links = late.map(({ id }, index) =>
        api.post(`/v1/contacts/${id}`, { relationships: { $account: { add: accounts[index]?.id } } }),
      )
      const statuses = await outcomesOf(pairs.map((pair) => merge('/v1/accounts', pair)))
      expect(statuses.filter((status) => status !== 200 && status !== 404)).toEqual([])
      expect(statuses).toContain(200)
      const linked = (await Promise.all(links)).map(outcome)
      const alive = await Promise.all(accounts.map(({ id }) => api.get(`/v1/accounts/${id}`)))
      const survivors = alive.filter(({ status }) => status === 200).map(({ body }) => body.id)
      for (const found of await accountsOf(contacts)) {
        expect(found).toHaveLength(1)
        expect(survivors).toContain(found?.[0])
      }
      for (const [index, found] of (await accountsOf(late)).entries()) {
        const isLinked = linked[index] === '200'
        if (!isLinked) expect(linked[index]).toBe('400 relationship_entity_inactive relationships.$account')
        expect(found?.filter((id) => survivors.includes(id))).toHaveLength(isLinked ? 1 : 0)
      }
    }
    expect(await faultsOf(api)).toEqual({})
  })

  it('as a merge, the deletion of a linked record puts its link aside, and a restoration finds the survivor', async () => {
    const [primary, duplicate] = await twoAccounts()
    const contact = await aContact(api, {}, { $account: duplicate.id })
    const path = `/v1/contacts/${contact.id}`
    const held = await holdWork(api, 'account-summary', duplicate.id)
    const deletion = api.delete(path)
    await held.waiting('trash_record', 1)
    const merging = merge('/v1/accounts', [primary, duplicate])
    await held.waiting('merge_records', 1)
    await held.release()
    expect([(await deletion).status, (await merging).status]).toEqual([200, 200])
    expect(await faultsOf(api)).toEqual({})
    successOf(await api.post(`${path}/restore`))
    expect(await accountsOf([contact])).toEqual([[primary.id]])
  })

  it('as a merge, updates and deletions of both are done before it or find nothing after it', async () => {
    for (let round = 0; round < 5; round += 1) {
      const pair = await twoAccounts()
      const contacts = await contactsOf(pair)
      const [primary, duplicate] = pair.map(({ id }) => `/v1/accounts/${id}`) as [string, string]
      const requests = [
        merge('/v1/accounts', pair),
        api.post(primary, { fields: { $headcount: '1-10' } }),
        api.post(duplicate, { fields: { $headcount: '11-50' } }),
        api.delete(round % 2 === 0 ? primary : duplicate),
      ]
      const statuses = await outcomesOf(requests)
      expect(statuses.filter((status) => status !== 200 && status !== 404)).toEqual([])
      expect(await faultsOf(api)).toEqual({})
      const [merged, , , deleted] = (await Promise.all(requests)).map(({ status }) => status)
      if (deleted === 200) successOf(await api.post(`${round % 2 === 0 ? primary : duplicate}/restore`))
      const found = await accountsOf(contacts)
      const both = merged === 200 ? [[pair[0].id], [pair[0].id]] : [[pair[0].id], [pair[1].id]]
      expect(found).toEqual(both)
    }
  })
})
