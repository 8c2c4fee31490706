import { describe, expect, it } from 'vitest'
import { aContact, aKey, aMember, anAccount, anOpportunity, aTask, successOf } from '../../../test/factories.ts'
import { contentsOf, type ListBody, outcome, type RecordBody, type Response, startApi } from '../../../test/harness.ts'

const api = await startApi()

const fields = { $title: 'Call', $status: 'TODO' }
const create = (given: object, relationships: object = { $assignedTo: api.memberId }, key = api.key) =>
  api.post('/v1/tasks', { fields: given, relationships }, { key })
const update = ({ id }: RecordBody, body: object) => api.post(`/v1/tasks/${id}`, body)
const linksOf = ({ relationships }: RecordBody) =>
  Object.fromEntries(Object.entries(relationships).map(([key, { values }]) => [key, values]))
const valuesOf = ({ fields: all }: RecordBody) =>
  Object.fromEntries(Object.entries(all).map(([key, { value }]) => [key, value]))
const listed = async (query: string) =>
  successOf(await api.get<ListBody>(`/v1/tasks?${query}`)).data.map(({ id }) => id)

async function expectRefusal(answer: string, request: () => Promise<Response<unknown>>) {
  const contents = await contentsOf(api)
  expect(outcome(await request())).toBe(answer)
  expect(await contentsOf(api)).toEqual(contents)
}

describe('a task', () => {
  it('has four fields and six relationships, and is assigned and made by somebody', async () => {
    const [account, opportunity, contact] = [await anAccount(api), await anOpportunity(api), await aContact(api)]
    const task = successOf(
      await create(
        { ...fields, $description: '**Now**', $dueAt: '2026-07-01T10:00:00+02:00' },
        { $assignedTo: api.memberId, $account: account.id, $opportunity: [opportunity.id], $contact: [contact.id] },
      ),
    )
    expect(task.id).toMatch(/^task_[0-9a-z]{26}$/)
    expect(task.fields).toEqual({
      $title: { value: 'Call', valueType: 'TEXT' },
      $status: { value: 'TODO', valueType: 'SINGLE_SELECT' },
      $description: { value: '**Now**', valueType: 'MARKDOWN' },
      $dueAt: { value: '2026-07-01T08:00:00.000Z', valueType: 'DATETIME' },
    })
    expect(linksOf(task)).toEqual({
      $assignedTo: [api.memberId],
      $account: [account.id],
      $opportunity: [opportunity.id],
      $contact: [contact.id],
      $createdBy: [api.memberId],
      $note: [],
    })
    expect((await api.get(`/v1/tasks/${task.id}`)).body).toEqual(task)
  })

  it.each(['TODO', 'IN_PROGRESS', 'COMPLETE', 'CANCELLED'])('may be %s, by id and by filter', async ($status) => {
    const task = await aTask(api, { $status })
    expect(valuesOf(task)).toMatchObject({ $status })
    expect(await listed(`$status[equal]=${$status}&limit=1`)).toEqual([task.id])
    expect(await listed(`$status[-equal]=${$status}`)).not.toContain(task.id)
  })

  it('is by default made by who calls, and by whom the body says otherwise', async () => {
    const member = await aMember(api)
    const { key } = await aKey(api, { memberId: member.id })
    const own = successOf(await create(fields, { $assignedTo: api.memberId }, key))
    expect(linksOf(own)).toMatchObject({ $assignedTo: [api.memberId], $createdBy: [member.id] })
    const given = successOf(await create(fields, { $assignedTo: member.id, $createdBy: api.memberId }, key))
    expect(linksOf(given).$createdBy).toEqual([api.memberId])
    const ofWorkspace = successOf(await create(fields, undefined, (await aKey(api)).key))
    expect(linksOf(ofWorkspace).$createdBy).toEqual([api.memberId])
  })

  const refusals: [answer: string, fields: object, relationships?: object][] = [
    ['422 fields.$title', { $status: 'TODO' }],
    ['422 fields.$status', { $title: 'A' }],
    ['422 fields.$status', { ...fields, $status: 'DONE' }],
    ['422 fields.$title', { ...fields, $title: null }],
    ['422 relationships.$assignedTo', fields, {}],
    ['422 relationships.$assignedTo', fields, { $assignedTo: [] }],
    ['422 fields.$dueAt', { ...fields, $dueAt: 'soon' }],
    ['400 invalid_type fields.$description', { ...fields, $description: 5 }],
    ['400 unknown_field fields.$name', { ...fields, $name: 'A' }],
    ['400 unknown_field fields.priority', { ...fields, priority: 1 }],
    ['400 unknown_relationship relationships.$owner', fields, { $assignedTo: api.memberId, $owner: api.memberId }],
    ['400 invalid_configuration relationships.$note', fields, { $assignedTo: api.memberId, $note: [] }],
    [
      '400 relationship_entity_missing relationships.$assignedTo',
      fields,
      { $assignedTo: 'mem_01h455vb4pex5vsknk084sn02q' },
    ],
    ['400 relationship_entity_missing relationships.$account', fields, { $assignedTo: api.memberId, $account: 'x' }],
    ['400 invalid_type relationships.$account', fields, { $assignedTo: api.memberId, $account: ['a', 'b'] }],
  ]
  it.each(refusals)('%s for %j %j', async (answer, given, relationships) => {
    await expectRefusal(answer, () => create(given, relationships))
  })

  it('needs both halves of its body: 400 parameter_missing', async () => {
    const relationships = { $assignedTo: api.memberId }
    await expectRefusal('400 parameter_missing fields', () => api.post('/v1/tasks', { relationships }))
    await expectRefusal('400 parameter_missing relationships', () => api.post('/v1/tasks', { fields }))
  })

  it('is changed in all but who made it, and stays assigned', async () => {
    const [member, account] = [await aMember(api), await anAccount(api)]
    const task = await aTask(api, { $description: 'A' }, { $account: account.id })
    const changed = successOf(
      await update(task, {
        fields: { $status: 'complete', $description: null, $dueAt: null },
        relationships: { $assignedTo: { replace: member.id }, $account: { remove: account.id } },
      }),
    )
    expect(valuesOf(changed)).toMatchObject({ $status: 'COMPLETE', $description: null, $dueAt: null })
    expect(linksOf(changed)).toMatchObject({ $assignedTo: [member.id], $account: [] })
    const emptied = '422 relationships.$assignedTo'
    for (const operation of [{ replace: null }, { remove: member.id }]) {
      await expectRefusal(emptied, () => update(task, { relationships: { $assignedTo: operation } }))
    }
    await expectRefusal('400 invalid_configuration relationships.$createdBy', () =>
      update(task, { relationships: { $createdBy: { replace: member.id } } }),
    )
    await expectRefusal('422 fields.$status', () => update(task, { fields: { $status: null } }))
  })

  it('is found by what it is about', async () => {
    const [account, opportunity, member] = [await anAccount(api), await anOpportunity(api), await aMember(api)]
    const links = { $account: account.id, $opportunity: opportunity.id, $assignedTo: member.id }
    const task = await aTask(api, { $title: 'Find me', $dueAt: '2031-01-01T00:00:00Z' }, links)
    const queries = [
      `$task-account[contains]=${account.id}`,
      `$account=${account.id}`,
      `$task-opportunity=${opportunity.id}`,
      `$task-assigned-to[equal]=${member.id}`,
      '$title=find%20me',
      '$title[startsWith]=Find',
      '$dueAt[greaterThan]=2030-12-31T00:00:00Z',
      `$task-account=${account.id}&$status=TODO&$status[-equal]=COMPLETE`,
    ]
    for (const query of queries) expect([query, await listed(query)]).toEqual([query, [task.id]])
    expect(await listed(`$task-account=${account.id}&$status=COMPLETE`)).toEqual([])
    const refusals = {
      'bogus=1': '400 unknown_field bogus',
      '$description=A': '400 invalid_configuration $description',
    }
    for (const [query, answer] of Object.entries(refusals)) {
      expect(outcome(await api.get(`/v1/tasks?${query}`))).toBe(answer)
    }
  })

  it('has definitions, and no place for fields of one’s own', async () => {
    type Body = { objectType: string; fieldDefinitions: Record<string, object> }
    const { objectType, fieldDefinitions } = successOf(await api.get<Body>('/v1/tasks/definitions'))
    expect([objectType, Object.keys(fieldDefinitions)]).toEqual([
      'task',
      ['$title', '$status', '$description', '$dueAt'],
    ])
    const field = { slug: 'priority', label: 'Priority', valueType: 'NUMBER' }
    await expectRefusal('422 objectType', () => api.post('/admin/v1/objects/task/fields', field))
  })
})
