import { expect, it } from 'vitest'
import { startApi } from '../../../server/test/harness.ts'
import { Openfield } from '../index.ts'

const api = await startApi()
const client = new Openfield({ apiKey: api.key, baseURL: api.url })
const { exports } = client.admin
const textAt = async ({ url }: { url: string }) => (await fetch(url)).text()

it('gives addresses of tables and lines, with the filters of a view', async () => {
  for (const name of ['Export & A', 'Export B']) await client.account.create({ fields: { $name: name } })
  const query = {
    filter: { '$name[startsWith]': 'Export', '$name[-equal]': 'Export B' },
    fields: ['$name'],
    sort: '-createdAt',
  }
  const table = await textAt(await exports.table('account', query))
  expect(table.split('\r\n').map((line) => line.split(',')[2])).toEqual(['Name', 'Export & A', undefined])
  const lines = await textAt(await exports.lines('account', query))
  expect(JSON.parse(lines).fields.$name.value).toBe('Export & A')
  await expect(exports.table('nothing')).rejects.toMatchObject({ status: 404 })
})

it('gives an address of everything', async () => {
  expect((await textAt(await exports.archive())).startsWith('PK')).toBe(true)
  await expect(exports.importErrors('imp_none')).rejects.toMatchObject({ status: 404 })
})
