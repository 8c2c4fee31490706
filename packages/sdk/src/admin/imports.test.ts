import { expect, it } from 'vitest'
import { startApi } from '../../../server/test/harness.ts'
import { Openfield } from '../index.ts'

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
