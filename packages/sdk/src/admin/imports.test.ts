import { expect, it } from 'vitest'
import { startApi } from '../../../server/test/harness.ts'
import { type BulkResult, type BulkRow, Openfield } from '../index.ts'

const api = await startApi()
const client = new Openfield({ apiKey: api.key, baseURL: api.url })
const { imports } = client.admin

it('uploads a table, previews it, imports it, and takes it back', async () => {
  const data = new TextEncoder().encode('Name,Website\nClient Ltd,client.example\n')
  const { id: fileId } = await client.file.upload({ filename: 'a.csv', mimeType: 'text/csv', data })
  const draft = await imports.create({ objectType: 'account', fileId })
  await imports.update(draft.id, { mapping: draft.mapping, match: { by: '$name' } })
  expect((await imports.preview(draft.id, { limit: 5 })).data).toMatchObject([{ row: 2, outcome: 'create' }])
  expect((await imports.start(draft.id)).state).toBe('running')
  const state = async () => (await imports.retrieve(draft.id)).state
  await expect.poll(state, { timeout: 20_000 }).toBe('done')
  expect((await imports.list()).data).toMatchObject([{ id: draft.id, counts: { created: 1 } }])
  await expect(imports.cancel(draft.id)).rejects.toMatchObject({ status: 422 })
  await imports.undo(draft.id)
  await expect.poll(state, { timeout: 20_000 }).toBe('undone')
})

it('brings in any number of records, request by request, and knows them again', async () => {
  async function* rows(): AsyncGenerator<BulkRow> {
    yield { objectType: 'account', externalId: 'bulk', fields: { $name: 'Bulk' } }
    for (let n = 0; n < 2500; n += 1) {
      yield {
        objectType: 'contact',
        fields: { $name: { firstName: 'Ada', lastName: `Number ${n}` } },
        relationships: { $account: { externalId: n === 2400 ? 'nobody' : 'bulk' } },
      }
    }
  }
  const outcomes = async () => {
    const found: BulkResult[] = []
    for await (const result of client.admin.import(rows(), { idempotencyKey: 'bulk' })) found.push(result)
    expect(found.map(({ row }) => row)).toEqual(found.map((_, at) => at + 1))
    return Map.groupBy(found, ({ outcome }) => outcome)
  }
  const first = await outcomes()
  expect(first.get('created')).toHaveLength(2500)
  expect(first.get('refused')).toMatchObject([{ row: 2402, error: { code: 'relationship_entity_missing' } }])
  expect((await outcomes()).get('exists')).toHaveLength(2500)
})
