import { describe, expect, it } from 'vitest'
import { faultsOf } from '../../../test/consistency.ts'
import {
  aContact,
  aCustomRecord,
  aField,
  aKey,
  aList,
  aMeeting,
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
  asWritten,
  contentsOf,
  type ListBody,
  outcome,
  type RecordBody,
  settled,
  startApi,
} from '../../../test/harness.ts'
import { holdWork } from '../../../test/held-work.ts'

const api = await startApi()
const project = await anObjectType(api, { slug: 'project', label: 'Project' })
await aField(api, project, { slug: 'budget', valueType: 'NUMBER' })

type AnyRecord = Omit<RecordBody, 'updatedAt' | 'relationships'> & Partial<RecordBody>

/** Each type of record that can be deleted: where it is listed, where one of them is, and a record of it. */
const types: Record<string, { list: string; at?: string; make: () => Promise<AnyRecord>; history?: string }> = {
  account: { list: '/v1/accounts', make: () => anAccount(api, { $website: ['a.example'] }), history: '$name' },
  contact: { list: '/v1/contacts', make: () => aContact(api, { $email: ['a@b.example'] }), history: '$email' },
  opportunity: { list: '/v1/opportunities', make: () => anOpportunity(api, { $amount: 5 }), history: '$stage' },
  task: { list: '/v1/tasks', make: () => aTask(api) },
  note: { list: '/v1/notes', make: () => aNote(api, { $content: '# Hello' }) },
  list: { list: '/v1/lists', make: () => aList(api) },
  meeting: { list: '/v1/meetings', make: () => aMeeting(api) },
  project: {
    list: '/v1/objects/project',
    at: '/v1/objects/project/values',
    make: () => aCustomRecord(api, project, { budget: 5 }),
    history: 'budget',
  },
}
const eachType = Object.entries(types).map(([name, { list, at = list, ...type }]) => ({ name, list, at, ...type }))

const totalOf = async (path: string) => successOf(await api.get<ListBody>(path)).totalCount
const listedIn = async (path: string) => successOf(await api.get<ListBody>(path)).data.map(({ id }) => id)
const restore = (path: string) => api.post(`${path}/restore`)
const unknown = '01h455vb4pex5vsknk084sn02q'

describe.each(eachType)('a $name that is deleted', ({ name, list, at, make, history }) => {
  /** Lists come back through the admin API only. */
  const bringBack = (path: string) =>
    name === 'list' ? api.post(`/admin/v1/trash/${path.slice(at.length + 1)}/restore`) : restore(path)

  it('is answered as it was, and is then found nowhere', async () => {
    const record = await make()
    const total = await totalOf(list)

    const deleted = await api.delete(`${at}/${record.id}`)

    expect([deleted.status, asWritten(deleted.body)]).toEqual([200, asWritten(record as RecordBody)])
    const attempts = [
      await api.get(`${at}/${record.id}`),
      await api.post(`${at}/${record.id}`, {}),
      ...(history ? [await api.get(`${at}/${record.id}/fields/${history}/history`)] : []),
    ]
    expect(attempts.map(outcome)).toEqual(attempts.map(() => '404'))
    expect(await totalOf(list)).toBe(total - 1)
    expect(await listedIn(list)).not.toContain(record.id)
  })

  it('stays as it is when it is deleted again; only a meeting is not found any more', async () => {
    const record = await make()
    const first = await api.delete(`${at}/${record.id}`)
    const contents = await contentsOf(api)
    const again = await api.delete(`${at}/${record.id}`)
    expect(outcome(again)).toBe(name === 'meeting' ? '404' : '200')
    if (name !== 'meeting') expect(asWritten(again.body)).toEqual(asWritten(first.body))
    expect(await contentsOf(api)).toEqual(contents)
  })

  it('comes back as it was, and then stays', async () => {
    const record = await make()
    await api.delete(`${at}/${record.id}`)

    const restored = await bringBack(`${at}/${record.id}`)

    expect([restored.status, asWritten(restored.body)]).toEqual([200, asWritten(record as RecordBody)])
    expect(outcome(await api.get(`${at}/${record.id}`))).toBe('200')
    expect(await listedIn(list)).toContain(record.id)
    const contents = await contentsOf(api)
    if (name !== 'list') expect((await restore(`${at}/${record.id}`)).status).toBe(200)
    expect(await contentsOf(api)).toEqual(contents)
  })

  it('takes no body, or an empty one, and refuses what it does not know', async () => {
    const { id } = await make()
    const contents = await contentsOf(api)
    const remove = (path: string, body: string) =>
      api.raw({ method: 'DELETE', path, headers: headers(body), body: body === '' ? undefined : body })
    expect(outcome(await remove(`${at}/${id}`, '{"force":true}'))).toBe('400 unknown_field force')
    expect(outcome(await remove(`${at}/${id}`, '[]'))).toBe('400 invalid_type')
    expect(outcome(await remove(`${at}/${id}`, '{'))).toBe('400 invalid_type')
    expect(await contentsOf(api)).toEqual(contents)
    expect(outcome(await remove(`${at}/${id}`, '{}'))).toBe('200')
  })

  it('was there: an unknown id, and one of another type, are 404', async () => {
    const { id } = await make()
    const other = name === 'contact' ? await anAccount(api) : await aContact(api)
    const contents = await contentsOf(api)
    const prefix = id.slice(0, id.indexOf('_'))
    for (const wrong of [`${prefix}_${unknown}`, `${prefix}_x`, other.id]) {
      expect(outcome(await api.delete(`${at}/${wrong}`))).toBe('404')
      expect(outcome(await restore(`${at}/${wrong}`))).toBe('404')
    }
    expect(await contentsOf(api)).toEqual(contents)
  })
})

const headers = (body: string) => ({
  authorization: `Bearer ${api.key}`,
  'lightfield-version': '2026-03-01',
  ...(body !== '' && { 'content-type': 'application/json' }),
})

const linksOf = async (path: string) => {
  const { relationships } = successOf(await api.get(path))
  return Object.fromEntries(Object.entries(relationships).map(([key, { values }]) => [key, values]))
}

describe('the links of a deleted record', () => {
  it('go from every other record, and come back to every one', async () => {
    const contacts = await Promise.all(Array.from({ length: 120 }, () => aContact(api)))
    const account = await anAccount(api, {}, { $owner: api.memberId })
    for (let from = 0; from < contacts.length; from += 20) {
      const add = contacts.slice(from, from + 20).map(({ id }) => id)
      successOf(await api.post(`/v1/accounts/${account.id}`, { relationships: { $contact: { add } } }))
    }
    const links = { $account: account.id }
    const others = {
      opportunity: `/v1/opportunities/${(await anOpportunity(api, {}, links)).id}`,
      task: `/v1/tasks/${(await aTask(api, {}, links)).id}`,
      note: `/v1/notes/${(await aNote(api, {}, links)).id}`,
      contact: `/v1/contacts/${contacts[7]?.id}`,
    }
    const list = await aList(api, {}, { $accounts: account.id })
    const path = `/v1/accounts/${account.id}`
    await settled(api)
    const { body: before } = await api.get(path)
    expect(before.relationships.$contact).toMatchObject({ hasMore: true })
    for (const other of Object.values(others)) expect((await linksOf(other)).$account).toEqual([account.id])

    const deleted = await api.delete(path)

    expect(deleted.body).toEqual(before)
    expect((await api.delete(path)).body).toEqual(before)
    for (const other of Object.values(others)) expect((await linksOf(other)).$account).toEqual([])
    expect(await listedIn(`/v1/lists/${list.id}/accounts`)).toEqual([])
    expect(await listedIn(`/v1/tasks?$task-account=${account.id}`)).toEqual([])

    expect((await restore(path)).body).toEqual(before)
    for (const other of Object.values(others)) expect((await linksOf(other)).$account).toEqual([account.id])
    expect(await listedIn(`/v1/lists/${list.id}/accounts`)).toEqual([account.id])
    expect(await totalOf(`/v1/contacts?$account-contact=${account.id}`)).toBe(120)
  })

  it('do not take back a place for one that has been taken meanwhile', async () => {
    const [first, second] = [await anAccount(api), await anAccount(api)]
    const task = await aTask(api, {}, { $account: first.id })
    await api.delete(`/v1/accounts/${first.id}`)
    successOf(await api.post(`/v1/tasks/${task.id}`, { relationships: { $account: { replace: second.id } } }))
    successOf(await restore(`/v1/accounts/${first.id}`))
    expect((await linksOf(`/v1/tasks/${task.id}`)).$account).toEqual([second.id])
    expect((await linksOf(`/v1/accounts/${first.id}`)).$task).toEqual([])
    expect((await linksOf(`/v1/accounts/${second.id}`)).$task).toEqual([task.id])
  })

  it.each([
    ['in the order they went', true],
    ['in the other order', false],
  ])('come back when both ends were deleted and are restored %s', async (_, sameOrder) => {
    const contact = await aContact(api)
    const account = await anAccount(api, {}, { $contact: contact.id })
    const paths = [`/v1/accounts/${account.id}`, `/v1/contacts/${contact.id}`]
    for (const path of paths) successOf(await api.delete(path))
    const [first = '', second = ''] = sameOrder ? paths : paths.toReversed()
    successOf(await restore(first))
    expect(Object.values(await linksOf(first)).flat()).toEqual([])
    successOf(await restore(second))
    expect((await linksOf(`/v1/contacts/${contact.id}`)).$account).toEqual([account.id])
    expect((await linksOf(`/v1/accounts/${account.id}`)).$contact).toEqual([contact.id])
  })

  it('lead to the survivor when the other end was merged meanwhile, even if that was deleted then', async () => {
    const [primary, duplicate] = [await anAccount(api), await anAccount(api)]
    const [note, task] = [
      await aNote(api, {}, { $account: [primary.id, duplicate.id] }),
      await aTask(api, {}, { $account: duplicate.id }),
    ]
    await api.delete(`/v1/notes/${note.id}`)
    await api.delete(`/v1/tasks/${task.id}`)
    successOf(await api.post('/v1/accounts/merge', { primaryId: primary.id, duplicateId: duplicate.id }))
    successOf(await restore(`/v1/notes/${note.id}`))
    expect((await linksOf(`/v1/notes/${note.id}`)).$account).toEqual([primary.id])
    await api.delete(`/v1/accounts/${primary.id}`)
    successOf(await restore(`/v1/tasks/${task.id}`))
    expect((await linksOf(`/v1/tasks/${task.id}`)).$account).toEqual([])
    successOf(await restore(`/v1/accounts/${primary.id}`))
    expect(await linksOf(`/v1/accounts/${primary.id}`)).toMatchObject({ $note: [note.id], $task: [task.id] })
  })

  it('stay away when their relationship was removed meanwhile', async () => {
    const { slug } = await aRelationship(api, 'account', { to: 'project' })
    const one = await aCustomRecord(api, project)
    const account = await anAccount(api, {}, { [slug]: one.id })
    await api.delete(`/v1/accounts/${account.id}`)
    successOf(await api.delete(`/admin/v1/objects/account/relationships/${slug}`))
    await settled(api)
    expect(successOf(await restore(`/v1/accounts/${account.id}`)).relationships).not.toHaveProperty(slug)
  })

  it('cannot be made while it is in the trash: 400 relationship_entity_inactive', async () => {
    const [account, contact] = [await anAccount(api), await aContact(api)]
    const opportunity = await anOpportunity(api)
    await api.delete(`/v1/accounts/${account.id}`)
    const contents = await contentsOf(api)
    const task = { fields: { $title: 'A', $status: 'TODO' }, relationships: { $assignedTo: api.memberId } }
    const answers = [
      await api.post('/v1/contacts', { fields: {}, relationships: { $account: [account.id] } }),
      await api.post('/v1/tasks', { ...task, relationships: { ...task.relationships, $account: account.id } }),
      await api.post(`/v1/contacts/${contact.id}`, { relationships: { $account: { add: account.id } } }),
      await api.post(`/v1/contacts/${contact.id}`, { relationships: { $account: { replace: [account.id] } } }),
      await api.post(`/v1/opportunities/${opportunity.id}`, { relationships: { $account: { replace: account.id } } }),
    ]
    const answer = '400 relationship_entity_inactive relationships.$account'
    expect(answers.map(outcome)).toEqual(answers.map(() => answer))
    const unlinked = await api.post(`/v1/contacts/${contact.id}`, {
      relationships: { $account: { remove: account.id } },
    })
    expect([unlinked.status, unlinked.body]).toEqual([200, contact])
    expect(await contentsOf(api)).toEqual(contents)
  })
})

describe('what filters know of a deleted record', () => {
  it('is nothing, by whatever they ask, until it is back', async () => {
    await aField(api, 'contact', { slug: 'score', valueType: 'NUMBER' })
    const account = await anAccount(api)
    const fields = { $name: { firstName: 'Zoe', lastName: 'Quill' }, $email: ['zoe@quill.example'], score: 77 }
    const { id } = await aContact(api, fields, { $account: account.id })
    await aNote(api, {}, { $contact: id })
    await settled(api)
    const filters = [
      '$name[equal]=Zoe Quill',
      '$name[startsWith]=Zoe Q',
      '$email[contains]=quill.example',
      'score[equal]=77',
      'score[greaterThan]=76',
      `$account-contact=${account.id}`,
      '$lastInteractionAt[greaterThan]=2026-01-01T00:00:00Z',
      'score[-equal]=1',
      '$name[-equal]=Nobody',
      'score[equal]=77&$name[startsWith]=Zoe',
    ]
    const paths = filters.map((filter) => `/v1/contacts?${encodeURI(filter)}`)
    const found = () => Promise.all(paths.map(async (path) => (await listedIn(path)).includes(id)))
    expect(await found()).toEqual(filters.map(() => true))
    await api.delete(`/v1/contacts/${id}`)
    expect(await found()).toEqual(filters.map(() => false))
    expect(await totalOf('/v1/contacts?score[equal]=77')).toBe(0)
    await restore(`/v1/contacts/${id}`)
    expect(await found()).toEqual(filters.map(() => true))
  })
})

describe('a unique value of a deleted record', () => {
  it('is free for others, and until it is free again the record does not come back', async () => {
    const { slug } = await aField(api, 'account', {
      valueType: 'EMAIL',
      typeConfiguration: { unique: true, multipleValues: false },
    })
    const first = await anAccount(api, { [slug]: 'taken@one.example' })
    await api.delete(`/v1/accounts/${first.id}`)
    const second = await anAccount(api, { [slug]: 'Taken@one.example' })
    const contents = await contentsOf(api)

    const refused = await restore(`/v1/accounts/${first.id}`)

    expect(outcome(refused)).toBe(`422 fields.${slug}`)
    expect(refused.text).toContain(second.id)
    expect(outcome(await api.post(`/admin/v1/trash/${first.id}/restore`))).toBe(`422 fields.${slug}`)
    expect(await contentsOf(api)).toEqual(contents)
    successOf(await api.post(`/v1/accounts/${second.id}`, { fields: { [slug]: null } }))
    successOf(await restore(`/v1/accounts/${first.id}`))
    const clash = await api.post(`/v1/accounts/${second.id}`, { fields: { [slug]: 'taken@one.example' } })
    expect(outcome(clash)).toBe(`422 fields.${slug}`)
    expect(clash.text).toContain(first.id)
  })

  it('may be the id it has elsewhere', async () => {
    const bringIn = async () => {
      const records = [{ externalId: 'x-1', fields: { $name: 'Imported' } }]
      const { results } = successOf(
        await api.post<{ results: { id: string }[] }>('/admin/v1/objects/account/import', { records }),
      )
      return results[0]?.id ?? ''
    }
    const first = await bringIn()
    await api.delete(`/v1/accounts/${first}`)
    const second = await bringIn()
    expect(second).not.toBe(first)
    expect(outcome(await restore(`/v1/accounts/${first}`))).toBe('422 externalId')
    await api.delete(`/v1/accounts/${second}`)
    expect(successOf(await restore(`/v1/accounts/${first}`)).externalId).toBe('x-1')
  })
})

describe('a list of what was deleted', () => {
  it('is one of the type, newest first, in pages, with the links they had', async () => {
    const contact = await aContact(api)
    const made = [await aNote(api, {}, { $contact: contact.id }), await aNote(api), await aNote(api)]
    const before = await totalOf('/v1/notes?status=trashed')
    for (const { id } of made) await api.delete(`/v1/notes/${id}`)
    const ids = made.map(({ id }) => id).toReversed()
    const { data, totalCount } = successOf(await api.get<ListBody>('/v1/notes?status=trashed&limit=3'))
    expect([totalCount, data.map(({ id }) => id)]).toEqual([before + 3, ids])
    expect(data[2]).toEqual(made[0])
    expect(await listedIn('/v1/notes?status=trashed&limit=1&offset=1')).toEqual(ids.slice(1, 2))
    expect(successOf(await api.get<ListBody>('/v1/notes?status=trashed&offset=5000'))).toMatchObject({
      data: [],
      totalCount: before + 3,
    })
    expect(await listedIn('/v1/notes?status=active')).not.toContain(ids[0])
  })

  it('needs the scope to restore, and is not filtered', async () => {
    const reader = (await aKey(api, { scopes: ['notes:read'] })).key
    const restorer = (await aKey(api, { scopes: ['notes:read', 'notes:restore'] })).key
    expect(outcome(await api.get('/v1/notes?status=trashed', { key: reader }))).toBe('403')
    expect(outcome(await api.get('/v1/notes?status=active', { key: reader }))).toBe('200')
    expect(outcome(await api.get('/v1/notes?status=trashed', { key: restorer }))).toBe('200')
    expect(outcome(await api.get('/v1/notes?status=deleted'))).toBe('400 invalid_type status')
    expect(outcome(await api.get('/v1/notes?status=trashed&$title=A'))).toBe('400 invalid_configuration $title')
  })

  it('gives way to a custom field with the slug status', async () => {
    await aField(api, 'project', { slug: 'status', valueType: 'TEXT' })
    const { id } = await aCustomRecord(api, project, { status: 'trashed' })
    expect(await listedIn('/v1/objects/project?status=trashed')).toEqual([id])
  })
})

describe('the trash', async () => {
  type Trash = {
    data: { objectType: string; deletedAt: string; deletedBy: string | null; record: RecordBody }[]
    totalCount: number
  }
  const trash = async (query = '') => successOf(await api.get<Trash>(`/admin/v1/trash${query}`))

  it('shows everything, most recently deleted first, and who deleted it', async () => {
    const key = await aKey(api, {})
    const made = await Promise.all([anAccount(api), aList(api), aCustomRecord(api, project), aMeeting(api)])
    const paths = ['/v1/accounts', '/v1/lists', '/v1/objects/project/values', '/v1/meetings']
    const { totalCount: before } = await trash()
    for (const [index, { id }] of made.entries()) {
      successOf(await api.delete(`${paths[index]}/${id}`, { key: key.key }))
    }
    const { data, totalCount } = await trash('?limit=4')
    expect(totalCount).toBe(before + 4)
    expect(data.map(({ objectType, record }) => [objectType, record.id])).toEqual([
      ['meeting', made[3]?.id],
      ['project', made[2]?.id],
      ['list', made[1]?.id],
      ['account', made[0]?.id],
    ])
    expect(data.map(({ deletedBy }) => deletedBy)).toEqual(data.map(() => key.id))
    for (const { deletedAt } of data) expect(Math.abs(Date.parse(deletedAt) - Date.now())).toBeLessThan(60_000)
    expect(data[1]?.record).toEqual(made[2])
    expect((await trash('?limit=1&offset=1')).data).toEqual(data.slice(1, 2))
    expect(await trash('?offset=9000')).toMatchObject({ data: [], totalCount: before + 4 })
  })

  it('gives back whatever it has by its id, lists and members too', async () => {
    const list = await aList(api)
    const member = await aMember(api)
    const one = await aCustomRecord(api, project)
    await api.delete(`/v1/lists/${list.id}`)
    await api.delete(`/admin/v1/members/${member.id}`)
    await api.delete(`/v1/objects/project/values/${one.id}`)
    for (const record of [list, member, one]) {
      expect(successOf(await api.post(`/admin/v1/trash/${record.id}/restore`))).toEqual(record)
    }
    expect(successOf(await api.get(`/v1/lists/${list.id}`))).toEqual(list)
  })

  it('has nothing by an id that is live, unknown, merged away or of another workspace: 404', async () => {
    const [account, duplicate] = [await anAccount(api), await anAccount(api)]
    successOf(await api.post('/v1/accounts/merge', { primaryId: account.id, duplicateId: duplicate.id }))
    const elsewhere = await anotherWorkspace(api)
    const theirs = await anAccount(elsewhere)
    await elsewhere.delete(`/v1/accounts/${theirs.id}`)
    for (const id of [account.id, duplicate.id, `acc_${unknown}`, 'x', theirs.id]) {
      expect(outcome(await api.post(`/admin/v1/trash/${id}/restore`))).toBe('404')
    }
    const all = await trash()
    expect(all.data.map(({ record }) => record.id)).not.toContain(duplicate.id)
    expect(all.data.map(({ record }) => record.id)).not.toContain(theirs.id)
    expect(outcome(await elsewhere.post(`/v1/accounts/${theirs.id}/restore`))).toBe('200')
  })
})

describe('what became of a record', () => {
  type Gone = { objectType: string; deletedBy: string | null; record: AnyRecord | null; mergedInto: string | null }
  const goneOf = async (id: string) => successOf(await api.get<Gone>(`/admin/v1/trash/${id}`))

  for (const [objectType, { list, at = list, make }] of Object.entries(types)) {
    it(`200: a deleted ${objectType} is told with who deleted it`, async () => {
      const { id } = await make()
      expect(outcome(await api.get(`/admin/v1/trash/${id}`))).toBe('404')
      successOf(await api.delete(`${at}/${id}`))
      const gone = await goneOf(id)
      expect(gone).toMatchObject({ deletedBy: expect.stringMatching(/^(key|mem)_/), record: { id }, mergedInto: null })
    })
  }

  it('200: a merged one names the record that stayed, after however many merges', async () => {
    const [first, second, third] = [await anAccount(api), await anAccount(api), await anAccount(api)]
    successOf(await api.post('/v1/accounts/merge', { primaryId: second.id, duplicateId: first.id }))
    successOf(await api.post('/v1/accounts/merge', { primaryId: third.id, duplicateId: second.id }))
    expect(await goneOf(first.id)).toMatchObject({ objectType: 'account', record: null, mergedInto: third.id })
    expect(await goneOf(second.id)).toMatchObject({ mergedInto: third.id })
  })

  it('403, 404: for whom it is, and of what', async () => {
    const account = await anAccount(api)
    successOf(await api.delete(`/v1/accounts/${account.id}`))
    const other = await anotherWorkspace(api)
    expect(outcome(await other.get(`/admin/v1/trash/${account.id}`))).toBe('404')
    expect(outcome(await api.get(`/admin/v1/trash/${account.id.replace('acc', 'con')}`))).toBe('404')
    expect(outcome(await api.get('/admin/v1/trash/nothing'))).toBe('404')
    const { key } = await aKey(api, { scopes: ['accounts:read'] })
    expect(outcome(await api.get(`/admin/v1/trash/${account.id}`, { key }))).toMatch(/^403/)
    const meeting = await aMeeting(api)
    successOf(await api.delete(`/v1/meetings/${meeting.id}`))
    const outsider = await aKey(api, { memberId: (await aMember(api)).id })
    expect(outcome(await api.get(`/admin/v1/trash/${meeting.id}`, { key: outsider.key }))).toBe('404')
  })
})

describe('summaries', () => {
  const summaryOf = async (id: string) =>
    (await api.get(`/v1/opportunities/${id}`)).body.fields.$opportunityStatus?.value as string
  const statusOf = async (id: string) => (await api.get(`/v1/accounts/${id}`)).body.fields.$accountStatus?.value

  it('no longer mention what was deleted, and mention it again when it is back', async () => {
    const account = await anAccount(api, { $name: 'Northwind' }, { $owner: api.memberId })
    const champion = await aContact(api, { $name: { firstName: 'Ada' } }, { $account: account.id })
    const opportunity = await anOpportunity(api, {}, { $account: account.id, $champion: champion.id })
    const task = await aTask(api, { $title: 'Call' }, { $opportunity: opportunity.id, $account: account.id })
    await settled(api)
    expect(await summaryOf(opportunity.id)).toBe(
      '**Lead** · Northwind\n\n- Champion: Ada\n- Open tasks: 1 (next: Call)',
    )
    const full = await statusOf(account.id)
    expect(full).toMatch(/1 open opportunity.*\n\n- Stages: Lead 1\n[\s\S]*- People: 1 contact\n- Open tasks: 1/)

    await api.delete(`/v1/contacts/${champion.id}`)
    await api.delete(`/v1/tasks/${task.id}`)
    await settled(api)
    expect(await summaryOf(opportunity.id)).toBe('**Lead** · Northwind')
    expect(await statusOf(account.id)).not.toMatch(/contact|tasks/)
    await api.delete(`/v1/accounts/${account.id}`)
    await settled(api)
    expect(await summaryOf(opportunity.id)).toBe('**Lead**')

    for (const path of [`/v1/contacts/${champion.id}`, `/v1/tasks/${task.id}`, `/v1/accounts/${account.id}`]) {
      successOf(await restore(path))
    }
    await settled(api)
    expect(await summaryOf(opportunity.id)).toMatch(/^\*\*Lead\*\* · Northwind\n\n- Champion: Ada\n- Open tasks: 1/)
    expect(await statusOf(account.id)).toBe(full)
    await api.delete(`/v1/opportunities/${opportunity.id}`)
    await settled(api)
    expect(await statusOf(account.id)).not.toMatch(/opportunity/)
  })
})

describe('at the same time', () => {
  const rounds = 8
  const statusesOf = (responses: { status: number }[]) => new Set(responses.map(({ status }) => status))

  it('as a deletion, updates of the record and links to it are done before it or refused after it', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const account = await anAccount(api)
      const contacts = await Promise.all(Array.from({ length: 4 }, () => aContact(api)))
      const path = `/v1/accounts/${account.id}`
      const links = contacts.map(({ id }) =>
        api.post(`/v1/contacts/${id}`, { relationships: { $account: { add: account.id } } }),
      )
      const updates = ['A', 'B', 'C'].map(($name) => api.post(path, { fields: { $name } }))
      const note = api.post('/v1/notes', { fields: { $title: 'A' }, relationships: { $account: account.id } })
      const deletions = [api.delete(path), api.delete(path)]

      const linked = [...(await Promise.all(links)), await note]
      const done = [...linked, ...(await Promise.all(updates)), ...(await Promise.all(deletions))]

      expect(done.map(outcome).filter((one) => !/^(200|404|400 relationship_entity_inactive .*)$/.test(one))).toEqual(
        [],
      )
      expect(statusesOf(await Promise.all(deletions))).toEqual(new Set([200]))
      expect(outcome(await api.get(path))).toBe('404')
      expect(await faultsOf(api)).toEqual({})
      successOf(await restore(path))
      const made = linked.filter(({ status }) => status === 200).map(({ body }) => body.id)
      const { $contact = [], $note = [] } = await linksOf(path)
      expect([...$contact, ...$note].sort()).toEqual(made.sort())
    }
  })

  it('as each other, deletions and restorations of linked records lose no link', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const contact = await aContact(api)
      const account = await anAccount(api, {}, { $contact: contact.id })
      const paths = [`/v1/accounts/${account.id}`, `/v1/contacts/${contact.id}`]
      for (const path of await Promise.all(paths.map((one) => api.delete(one)))) successOf(path)
      for (const path of await Promise.all(paths.map(restore))) successOf(path)
      expect((await linksOf(`/v1/contacts/${contact.id}`)).$account).toEqual([account.id])
    }
    expect(await faultsOf(api)).toEqual({})
  })

  it('as each other, of two restorations the second sees the first, also when that is not quite done', async () => {
    const contact = await aContact(api)
    const account = await anAccount(api, {}, { $contact: contact.id })
    const paths = [`/v1/accounts/${account.id}`, `/v1/contacts/${contact.id}`] as const
    for (const path of paths) successOf(await api.delete(path))
    const held = await holdWork(api, 'account-summary', account.id)
    const first = restore(paths[0])
    await held.waiting('restore_record', 1)
    const second = restore(paths[1])
    await held.waiting('restore_record', 2)
    await held.release()
    for (const response of await Promise.all([first, second])) successOf(response)
    expect((await linksOf(paths[1])).$account).toEqual([account.id])
    expect(await faultsOf(api)).toEqual({})
  })

  it('as each other, deletions and restorations of one record all succeed', async () => {
    const contact = await aContact(api)
    const account = await anAccount(api, {}, { $contact: contact.id })
    const path = `/v1/accounts/${account.id}`
    const hammer = Array.from({ length: 24 }, (_, turn) => (turn % 2 === 0 ? api.delete(path) : restore(path)))
    expect(statusesOf(await Promise.all(hammer))).toEqual(new Set([200]))
    successOf(await restore(path))
    expect((await linksOf(path)).$contact).toEqual([contact.id])
    expect(await faultsOf(api)).toEqual({})
  })
})
