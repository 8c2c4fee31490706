import { afterAll, expect, it } from 'vitest'
import { aContact, aField, anAccount, aRelationship, successOf } from '../../test/factories.ts'
import { type ListBody, type RecordBody, startApi } from '../../test/harness.ts'
import { withSystem } from '../commands/system.ts'
import type { System } from '../domain/context.ts'
import { examine } from '../domain/doctor/examine.ts'
import { Drain } from '../jobs/drain.ts'
import { openDatabase } from './database.ts'
import { keeping } from './kept.ts'

const api = await startApi({ OPENFIELD_WORKER: 'off' })
// Every list takes long.
keeping.slowMs = 0

const field = async (valueType: string) => (await aField(api, 'contact', { valueType })).slug
const [size, word] = [await field('NUMBER'), await field('TEXT')]
/** A contact has one of these accounts, an account any number of contacts. */
const { slug: only } = await aRelationship(api, 'contact', {
  to: 'account',
  cardinality: 'HAS_ONE',
  inverse: { slug: 'holds', label: 'Holds', cardinality: 'HAS_MANY' },
})
const [first, second] = [await anAccount(api), await anAccount(api)]
const linkedTo =
  (key: string, { id }: RecordBody) =>
  ({ relationships }: RecordBody) =>
    relationships[key]?.values.includes(id) === true
const heldIn = ({ fields }: RecordBody, key: string) => fields[key]?.value ?? null
const isMore = (record: RecordBody) => (heldIn(record, size) as number) > 2 && heldIn(record, size) !== null
const isOne = (record: RecordBody) => String(heldIn(record, word)).toLowerCase().startsWith('one')
const hasMail = (record: RecordBody) => JSON.stringify(heldIn(record, '$email')).includes('@a.example')

type Query = [query: string, holds: (record: RecordBody) => boolean]
const queries: Query[] = [
  [`${size}[greaterThan]=2`, isMore],
  [`${word}[startsWith]=one`, isOne],
  ['$email[contains]=@a.example', hasMail],
  [`${size}[greaterThan]=2&${word}[startsWith]=One`, (record) => isMore(record) && isOne(record)],
  [`${word}[startsWith]=one&$email[-contains]=@a.example`, (record) => isOne(record) && !hasMail(record)],
  [`${size}[-greaterThan]=2&${word}[-startsWith]=one`, (record) => !isMore(record) && !isOne(record)],
  [`${word}[-equal]=one`, (record) => String(heldIn(record, word)).toLowerCase() !== 'one'],
  ...[first, second].flatMap((account): Query[] => [
    [`${only}=${account.id}`, linkedTo(only, account)],
    [`$account=${account.id}`, linkedTo('$account', account)],
    [`$account=${account.id}&${size}[greaterThan]=2`, (one) => linkedTo('$account', account)(one) && isMore(one)],
    [`${only}[-equal]=${account.id}&${word}[startsWith]=one`, (one) => !linkedTo(only, account)(one) && isOne(one)],
  ]),
]

async function contacts(): Promise<RecordBody[]> {
  const all: RecordBody[] = []
  for (;;) {
    const page = successOf(await api.get<ListBody>(`/v1/contacts?offset=${all.length}`))
    all.push(...page.data)
    if (all.length >= page.totalCount) return all
  }
}

/** Every list, asked until it is kept and once more, finds what a look at every record finds; also further on. */
async function expectRight(what: string) {
  const all = await contacts()
  for (const [query, holds] of queries) {
    const expected = all.filter(holds).map(({ id }) => id)
    for (const offset of [0, 0, 3]) {
      const { data, totalCount } = successOf(await api.get<ListBody>(`/v1/contacts?${query}&limit=10&offset=${offset}`))
      expect([what, query, totalCount, data.map(({ id }) => id)]).toEqual([
        what,
        query,
        expected.length,
        expected.slice(offset, offset + 10),
      ])
    }
  }
}

const some = <T>(values: readonly T[], n: number) => values[n % values.length] as T
const fieldsOf = (n: number) => ({
  [size]: some([1, 2, 3, 50, null], n),
  [word]: some(['one', 'Onerous', 'two', null], n * 3),
  $email: some([[`p${n}@a.example`], [`p${n}@b.example`], []], n),
})
const linksOf = (n: number) => ({
  $account: some([[first.id], [second.id], [first.id, second.id], []], n),
  [only]: some([[first.id], [second.id], []], n),
})
const write = async (path: string, body: object = {}) => successOf(await api.post<RecordBody>(path, body))

it('stay right whatever is written', async () => {
  const made: string[] = []
  for (let n = 0; n < 30; n += 1) made.push((await aContact(api, fieldsOf(n), linksOf(n))).id)
  const [a = '', b = '', c = '', d = '', e = '', f = ''] = made
  await expectRight('nothing written')
  await aContact(api, fieldsOf(3), linksOf(2))
  await expectRight('created')
  await write(`/v1/contacts/${a}`, { fields: { [size]: 77, [word]: 'one more', $email: ['new@a.example'] } })
  await write(`/v1/contacts/${b}`, { fields: { [size]: null, [word]: null, $email: [] } })
  await expectRight('updated')
  await write(`/v1/contacts/${c}`, { relationships: { $account: { replace: [second.id] } } })
  await write(`/v1/accounts/${first.id}`, { relationships: { $contact: { add: [d], remove: [e] } } })
  await expectRight('linked from both ends')
  const holders = async () => {
    const all = [1, 2, 3].map(() => api.get<ListBody>(`/v1/accounts?holds=${d}`))
    return (await Promise.all(all)).map((one) => successOf(one).data.map(({ id }) => id))
  }
  await holders()
  expect(await holders()).toEqual([[first.id], [first.id], [first.id]])
  await write(`/v1/accounts/${second.id}`, { relationships: { holds: { add: [a, d] } } })
  expect(await holders()).toEqual([[second.id], [second.id], [second.id]])
  await expectRight('taken from the other account')
  await write(`/v1/accounts/${first.id}`, { fields: { $name: 'Of the same contacts' } })
  await expectRight('beside an account with another name')
  successOf(await api.delete(`/v1/contacts/${e}`))
  await expectRight('trashed')
  await write(`/v1/contacts/${e}/restore`)
  await write(`/v1/contacts/${e}`, { fields: fieldsOf(8) })
  await expectRight('restored and updated')
  successOf(await api.delete(`/v1/accounts/${second.id}`))
  await expectRight('without the account')
  await write(`/v1/accounts/${second.id}/restore`)
  await expectRight('with the account again')
  await write('/v1/contacts/merge', { primaryId: d, duplicateId: f })
  await expectRight('merged')
  const duplicate = await anAccount(api)
  await aContact(api, fieldsOf(6), { $account: [duplicate.id], [only]: [duplicate.id] })
  await expectRight('beside a duplicate')
  await write('/v1/accounts/merge', { primaryId: first.id, duplicateId: duplicate.id })
  await expectRight('merged with the duplicate')
  const rows = Array.from({ length: 600 }, (_, n) =>
    JSON.stringify({ objectType: 'contact', externalId: `n-${n}`, fields: fieldsOf(n), relationships: linksOf(n) }),
  )
  const headers = { authorization: `Bearer ${api.key}`, 'content-type': 'application/x-ndjson' }
  const { text } = await api.raw({ method: 'POST', path: '/admin/v1/import', headers, body: rows.join('\n') })
  expect(text).toContain('"created":600')
  await expectRight('imported, more than is followed')
})

it('show what others write at the same time', async () => {
  const [query, holds] = queries[3] as Query
  const count = async () => successOf(await api.get<ListBody>(`/v1/contacts?${query}&limit=1`)).totalCount
  for (let round = 0; round < 4; round += 1) {
    const writes = Array.from({ length: 8 }, (_, n) => aContact(api, fieldsOf(round * 8 + n)))
    await Promise.all([...writes, count(), count()])
    expect(await count()).toBe((await contacts()).filter(holds).length)
  }
})

it('are not kept while links are moved in the background', async () => {
  const [primary, duplicate] = [await anAccount(api), await anAccount(api)]
  await api.sql(
    `with made as (
       insert into record (workspace_id, id, object_type, created_at, updated_at, fields)
       select 1, ('019f0000' || substr(gen_random_uuid()::text, 9))::uuid, 2, now(), now(), '{}' from generate_series(1, 600) returning id)
     insert into edge (workspace_id, relationship, from_id, to_id, from_one, to_one)
     select 1, 2, a.id, m.id, false, false from made m, record a where a.object_type = 1 and a.created_at = $1`,
    [duplicate.createdAt],
  )
  const count = async ({ id }: RecordBody) =>
    successOf(await api.get<ListBody>(`/v1/contacts?$account=${id}&limit=1`)).totalCount
  const counts = async () => [
    await count(primary),
    await count(primary),
    await count(duplicate),
    await count(duplicate),
  ]
  expect(await counts()).toEqual([0, 0, 600, 600])
  await write('/v1/accounts/merge', { primaryId: primary.id, duplicateId: duplicate.id })
  expect(await counts()).toEqual([0, 0, 600, 600])
  const db = openDatabase({ connectionString: api.database })
  afterAll(() => db.end())
  const log = { error: (details: object) => expect.fail(JSON.stringify(details)) }
  const around = { system: { db } as System, stopping: new AbortController().signal, log }
  await new Drain(1, 'quick', around, () => false).run()
  expect(await counts()).toEqual([600, 600, 0, 0])
})

it('are not looked up while nothing changes, and anew once the doctor has put something right', async () => {
  const { id } = await aContact(api, { [word]: 'one of a kind' })
  const count = async () =>
    successOf(await api.get<ListBody>(`/v1/contacts?${word}[startsWith]=one%20of%20a%20kind`)).totalCount
  await api.sql("delete from index_text where value = 'one of a kind'")
  expect([await count(), await count()]).toEqual([0, 0])
  await api.sql(
    `insert into index_text select r.workspace_id, d.id, 'one of a kind', r.id from record r join field_definition d
     on d.workspace_id = r.workspace_id and d.slug = $1 where r.fields->$1->>'value' = 'one of a kind'`,
    [word],
  )
  expect(await count()).toBe(0)
  await api.sql("delete from index_text where value = 'one of a kind'")
  await withSystem(api.config, (system) => examine(system, { repair: true, kinds: [], key: undefined }))
  expect([id, await count()]).toEqual([id, 1])
})
