import { describe, expect, it } from 'vitest'
import {
  aContact,
  aCustomRecord,
  aField,
  aKey,
  anAccount,
  anObjectType,
  meetingFields,
  successOf,
} from '../../../test/factories.ts'
import {
  anotherWorkspace,
  contentsOf,
  type ListBody,
  outcome,
  type RecordBody,
  startApi,
} from '../../../test/harness.ts'

const api = await startApi()

type Row = { externalId: string; fields: object; relationships?: object }
type Result = {
  externalId: string
  outcome: string
  id?: string
  error?: { type: string; code?: string; param?: string }
}
const bringIn = (objectType: string, records: unknown, to = api) =>
  to.post<{ results: Result[] }>(`/admin/v1/objects/${objectType}/import`, { records })
const results = async (objectType: string, rows: Row[], to = api) =>
  successOf(await bringIn(objectType, rows, to)).results
const one = async (objectType: string, row: Row) => (await results(objectType, [row]))[0] as Result
const read = async (path: string) => successOf(await api.get(path))
const valuesOf = ({ fields }: RecordBody) =>
  Object.fromEntries(Object.entries(fields).map(([key, { value }]) => [key, value]))

describe('an import', () => {
  it('makes a record under the id it has elsewhere, and changes that record when it comes again', async () => {
    const first = await one('account', { externalId: 'crm-1', fields: { $name: 'Acme', $headcount: '1-10' } })
    expect(first).toEqual({ externalId: 'crm-1', outcome: 'created', id: expect.stringMatching(/^acc_/) })
    const record = await read(`/v1/accounts/${first.id}`)
    expect(record).toMatchObject({ externalId: 'crm-1', fields: { $name: { value: 'Acme' } } })

    const again = await one('account', { externalId: 'crm-1', fields: { $name: 'Acme Inc' } })

    expect(again).toEqual({ externalId: 'crm-1', outcome: 'updated', id: first.id })
    const changed = await read(`/v1/accounts/${first.id}`)
    expect(valuesOf(changed)).toMatchObject({ $name: 'Acme Inc', $headcount: record.fields.$headcount?.value })
    expect(changed.externalId).toBe('crm-1')
  })

  it('changes nothing when it is sent again as it was', async () => {
    const rows = ['a', 'b'].map((externalId) => ({ externalId, fields: { $name: { firstName: externalId } } }))
    const first = await results('contact', rows)
    const contents = await contentsOf(api)
    const again = await results('contact', rows)
    expect(again.map(({ id, outcome }) => [id, outcome])).toEqual(first.map(({ id }) => [id, 'updated']))
    expect(await contentsOf(api)).toEqual(contents)
  })

  it('goes on after rows that are refused, and says why', async () => {
    const known = await anAccount(api)
    const rows = [
      { externalId: 'r-1', fields: { $name: null } },
      { externalId: 'r-2', fields: { $name: 'Fine' } },
      { externalId: 'r-3', fields: { $name: 'A', bogus: 1 } },
      { externalId: 'r-4', fields: { $name: 'A' }, relationships: { $contact: 'con_01h455vb4pex5vsknk084sn02q' } },
      { externalId: 'r-5', fields: { $name: 'A' }, relationships: { $task: [] } },
      { externalId: 'r-2', fields: { $name: 'Finer' } },
      { externalId: 'r-6', fields: { $accountStatus: 'Good', $name: 'A' } },
    ]
    const found = await results('account', rows)
    expect(found.map(({ outcome, error }) => [outcome, error?.code ?? error?.type, error?.param])).toEqual([
      ['refused', 'unprocessable_content', 'fields.$name'],
      ['created', undefined, undefined],
      ['refused', 'unknown_field', 'fields.bogus'],
      ['refused', 'relationship_entity_missing', 'relationships.$contact'],
      ['refused', 'invalid_configuration', 'relationships.$task'],
      ['updated', undefined, undefined],
      ['refused', 'invalid_configuration', 'fields.$accountStatus'],
    ])
    expect(found.map(({ externalId }) => externalId)).toEqual(rows.map(({ externalId }) => externalId))
    const { data } = successOf(await api.get<ListBody>('/v1/accounts?limit=2'))
    expect(data.map(({ id }) => id)).toEqual([found[1]?.id, known.id])
    expect(data[0]?.fields.$name?.value).toBe('Finer')
  })

  it('links to what a row names, in place of what was linked', async () => {
    const [first, second] = [await aContact(api), await aContact(api)]
    const row = (...ids: string[]) => ({
      externalId: 'l-1',
      fields: { $name: 'A' },
      relationships: { $contact: ids, $owner: api.memberId },
    })
    const { id } = await one('account', row(first.id))
    await one('account', row(second.id))
    expect((await read(`/v1/accounts/${id}`)).relationships).toMatchObject({
      $contact: { values: [second.id] },
      $owner: { values: [api.memberId] },
    })
    await one('account', { externalId: 'l-1', fields: {} })
    expect((await read(`/v1/accounts/${id}`)).relationships.$contact?.values).toEqual([second.id])
    await one('account', row())
    expect((await read(`/v1/accounts/${id}`)).relationships.$contact?.values).toEqual([])
  })

  it('can be sent again for every type, also where less can be changed than set', async () => {
    const account = await anAccount(api)
    const project = await anObjectType(api)
    const links = { $account: account.id }
    const rows: Record<string, Omit<Row, 'externalId'>> = {
      task: {
        fields: { $title: 'A', $status: 'TODO' },
        relationships: { ...links, $assignedTo: api.memberId, $createdBy: api.memberId },
      },
      note: { fields: { $title: 'A', $content: 'B' }, relationships: links },
      meeting: { fields: { ...meetingFields(), $privacySetting: 'FULL' } },
      list: { fields: { $name: 'A', $objectType: '$account' }, relationships: { $accounts: [account.id] } },
      opportunity: { fields: { $name: 'A', $stage: 'Lead' }, relationships: { ...links, $createdBy: api.memberId } },
      contact: { fields: { $title: 'CTO' }, relationships: links },
      [project]: { fields: { $name: 'A' } },
    }
    for (const [objectType, row] of Object.entries(rows)) {
      const [first, again] = [
        await one(objectType, { externalId: 'x', ...row }),
        await one(objectType, { externalId: 'x', ...row }),
      ]
      expect([objectType, first.outcome, again.outcome, again.id]).toEqual([objectType, 'created', 'updated', first.id])
    }
  })

  it('keeps the ids of each type, and of each workspace, apart', async () => {
    const project = await anObjectType(api)
    const elsewhere = await anotherWorkspace(api)
    const row = { externalId: 'same', fields: { $name: 'A' } }
    const made = [
      await one('account', row),
      await one('contact', { ...row, fields: {} }),
      await one(project, row),
      (await results('account', [row], elsewhere))[0],
    ]
    expect(made.map((result) => result?.outcome)).toEqual(['created', 'created', 'created', 'created'])
    expect(new Set(made.map((result) => result?.id)).size).toBe(4)
    const theirs = { ...row, relationships: { $contact: [(await aContact(elsewhere)).id] } }
    expect((await one('account', theirs)).error?.code).toBe('relationship_entity_missing')
  })

  it('says who has a unique value', async () => {
    const { slug } = await aField(api, 'account', {
      valueType: 'EMAIL',
      typeConfiguration: { unique: true, multipleValues: false },
    })
    const holder = await anAccount(api, { [slug]: 'a@taken.example' })
    const refused = await one('account', { externalId: 'u', fields: { $name: 'A', [slug]: 'a@taken.example' } })
    expect(refused).toMatchObject({ outcome: 'refused', error: { param: `fields.${slug}` } })
    expect(JSON.stringify(refused)).toContain(holder.id)
  })

  it('makes one record of a row that comes twice at once', async () => {
    const row = { externalId: 'twin', fields: { $name: 'Twin' } }
    const twins = await Promise.all(Array.from({ length: 6 }, () => one('account', row)))
    expect(twins.filter(({ outcome }) => outcome === 'created')).toHaveLength(1)
    expect(new Set(twins.flatMap(({ id }) => id ?? [])).size).toBe(1)
    for (const { error } of twins.filter(({ outcome }) => outcome === 'refused')) {
      expect(error).toMatchObject({ type: 'unprocessable_content', param: 'externalId' })
    }
  })
})

describe('the body of an import', () => {
  const row = { externalId: 'b', fields: { $name: 'A' } }
  const refusals: [answer: string, records: unknown][] = [
    ['400 parameter_missing records', undefined],
    ['400 invalid_type records', row],
    ['400 parameter_missing records.0.externalId', [{ fields: {} }]],
    ['400 parameter_missing records.1.fields', [row, { externalId: 'c' }]],
    ['400 invalid_type records.0.fields', [{ ...row, fields: [] }]],
    ['422 records.0.externalId', [{ ...row, externalId: '' }]],
    ['422 records.0.externalId', [{ ...row, externalId: 'x'.repeat(201) }]],
    ['422 records.0.externalId', [{ ...row, externalId: 'a\u0000' }]],
    ['400 unknown_field records.0.id', [{ ...row, id: 'acc_x' }]],
    ['422 records', Array.from({ length: 101 }, () => row)],
  ]
  it.each(refusals)('%s', async (answer, records) => {
    const contents = await contentsOf(api)
    expect(outcome(await bringIn('account', records))).toBe(answer)
    expect(await contentsOf(api)).toEqual(contents)
  })

  it('may have 100 records, or none', async () => {
    const rows = Array.from({ length: 100 }, (_, index) => ({ externalId: `h-${index}`, fields: {} }))
    expect(await results('contact', rows)).toHaveLength(100)
    expect(await results('contact', [])).toEqual([])
  })

  it.each(['member', 'file', 'channel', 'message'])('is not for the type %s: 422', async (objectType) => {
    const contents = await contentsOf(api)
    const fields = { $email: 'a@b.example', $role: 'owner', $name: 'A' }
    expect(outcome(await bringIn(objectType, [{ externalId: 'x', fields }]))).toBe('422 objectType')
    expect(await contentsOf(api)).toEqual(contents)
  })

  it('is for a type that there is, and comes from an admin', async () => {
    expect(outcome(await bringIn('nothing', []))).toBe('404')
    expect(outcome(await bringIn('accounts', []))).toBe('404')
    const { key } = await aKey(api, { scopes: ['accounts:create', 'accounts:update'] })
    expect(outcome(await api.post('/admin/v1/objects/account/import', { records: [] }, { key }))).toBe('403')
  })

  it('reaches custom fields and objects', async () => {
    const project = await anObjectType(api)
    const { slug } = await aField(api, project, { valueType: 'NUMBER' })
    const { id } = await one(project, { externalId: 'p', fields: { $name: 'A', [slug]: 4 } })
    await aCustomRecord(api, project, { [slug]: 5 })
    const { data } = successOf(await api.get<ListBody>(`/v1/objects/${project}?${slug}=4`))
    expect(data.map((record) => [record.id, record.externalId])).toEqual([[id, 'p']])
  })
})
