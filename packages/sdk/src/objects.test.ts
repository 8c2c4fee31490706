import { beforeAll, expect, expectTypeOf, test } from 'vitest'
import { startApi } from '../../server/test/harness.ts'
import { type CustomRecord, NotFoundError, Openfield, OpenfieldError } from './index.ts'

const api = await startApi()
const client = new Openfield({ apiKey: api.key, baseURL: api.url })
const { accountId } = api

beforeAll(async () => {
  for (const [slug, label] of Object.entries({ vehicle: 'Vehicle', boat: 'Boat' })) {
    await api.post('/admin/v1/objects', { slug, label })
  }
  await api.post('/admin/v1/objects/vehicle/fields', { slug: 'wheels', label: 'Wheels', valueType: 'NUMBER' })
  await api.post('/admin/v1/objects/vehicle/relationships', {
    slug: 'keeper',
    label: 'Keeper',
    to: 'account',
    cardinality: 'HAS_ONE',
    inverse: { slug: 'fleet', label: 'Fleet', cardinality: 'HAS_MANY' },
  })
})

const newVehicle = (name: string, wheels: number) =>
  client.object.create('vehicle', { fields: { $name: name, wheels }, relationships: { keeper: accountId } })

test('the types are listed by the alphabet, and their fields and relationships described', async () => {
  const { data } = await client.object.listDefinitions()
  expect(data).toEqual([
    { objectType: 'boat', label: 'Boat' },
    { objectType: 'vehicle', label: 'Vehicle' },
  ])
  const { objectType, fieldDefinitions, relationshipDefinitions } = await client.object.definitions('vehicle')
  expect(objectType).toBe('vehicle')
  expect([fieldDefinitions.$name.label, fieldDefinitions.wheels?.valueType]).toEqual(['Name', 'NUMBER'])
  expect(relationshipDefinitions.keeper?.objectType).toBe('account')
})

test('records are created, retrieved, updated and listed', async () => {
  const van = await newVehicle('Van', 4)
  expectTypeOf(van).toEqualTypeOf<CustomRecord>()
  expectTypeOf(van.fields.$name.value).toEqualTypeOf<string | null>()
  expect(van.fields.wheels).toEqual({ value: 4, valueType: 'NUMBER' })
  expect(van.relationships.keeper?.values).toEqual([accountId])
  expect((await client.account.retrieve(accountId)).relationships.fleet?.values).toEqual([van.id])
  expect(await client.object.retrieve('vehicle', van.id)).toEqual(van)
  const updated = await client.object.update('vehicle', van.id, {
    fields: { wheels: 6 },
    relationships: { keeper: { replace: null } },
  })
  expect([updated.fields.wheels?.value, updated.relationships.keeper?.values]).toEqual([6, []])
  const page = await client.object.list('vehicle', { filter: { 'wheels[greaterThan]': 5, '$name[startsWith]': 'v' } })
  expect([page.totalCount, page.data]).toEqual([1, [updated]])
  const found: string[] = []
  for await (const { id } of client.object.list('vehicle')) found.push(id)
  expect(found).toEqual([van.id])
})

test('records go to the trash and come back', async () => {
  const { id } = await newVehicle('Tandem', 2)
  expect(await client.object.delete('vehicle', id)).toMatchObject({ id })
  await expect(client.object.retrieve('vehicle', id)).rejects.toBeInstanceOf(NotFoundError)
  expect((await client.object.list('vehicle', { status: 'trashed' })).data.map((record) => record.id)).toEqual([id])
  expect(await client.object.restore('vehicle', id)).toMatchObject({ id })
})

test('fields have a history', async () => {
  const { id } = await newVehicle('Trike', 2)
  await client.object.update('vehicle', id, { fields: { wheels: 3, $name: 'Tricycle' } })
  expect((await client.object.fieldHistory('vehicle', id, 'wheels')).data.map(({ value }) => value)).toEqual([3, 2])
  const names: (string | null)[] = []
  for await (const { value } of client.object.fieldHistory('vehicle', id, '$name', { limit: 1 })) names.push(value)
  expect(names).toEqual(['Tricycle', 'Trike'])
})

test('records are merged', async () => {
  const [primary, duplicate] = [await newVehicle('Bus', 4), await newVehicle('Coach', 8)]
  const { merge, primary: merged } = await client.merge.mergeObjectValues('vehicle', {
    primaryId: primary.id,
    duplicateId: duplicate.id,
    fieldResolutions: { wheels: 'duplicate' },
  })
  expect([merged.fields.$name.value, merged.fields.wheels?.value]).toEqual(['Bus', 8])
  expect(await client.merge.getMerge(merge.id)).toMatchObject({ entityType: 'vehicle', duplicateId: duplicate.id })
})

test('a name is needed, the type must be one, and an id is of that type', async () => {
  // @ts-expect-error $name is required
  const nameless = client.object.create('vehicle', { fields: { wheels: 4 } })
  await expect(nameless).rejects.toMatchObject({ status: 422, param: 'fields.$name' })
  await expect(client.object.list('unicorn')).rejects.toBeInstanceOf(NotFoundError)
  const { id } = await newVehicle('Cart', 4)
  await expect(client.object.retrieve('boat', id)).rejects.toBeInstanceOf(NotFoundError)
  await expect(client.object.retrieve('', id)).rejects.toBeInstanceOf(OpenfieldError)
})
