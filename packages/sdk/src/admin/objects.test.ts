import { expect, it } from 'vitest'
import { startApi } from '../../../server/test/harness.ts'
import { Openfield } from '../index.ts'

const api = await startApi()
const client = new Openfield({ apiKey: api.key, baseURL: api.url })
const { objects, trash } = client.admin

it('defines an object type, changes what it is called, and removes it', async () => {
  await objects.create({ slug: 'ship', label: 'Ship' })
  expect((await objects.list()).data.at(-1)).toMatchObject({ objectType: 'ship', custom: true, recordCount: 0 })
  expect((await objects.update('ship', { pluralLabel: 'Ships' })).pluralLabel).toBe('Ships')
  await objects.remove('ship')
  await expect(objects.retrieve('ship')).rejects.toMatchObject({ status: 404 })
})

it('defines a field, renames, orders and retires its options, and removes it', async () => {
  const { typeConfiguration } = await objects.fields.create('account', {
    slug: 'tier',
    label: 'Tier',
    valueType: 'SINGLE_SELECT',
    typeConfiguration: { options: [{ label: 'Gold' }, { label: 'Silver' }] },
  })
  const [gold, silver] = typeConfiguration.options ?? []
  await objects.fields.update('account', 'tier', {
    label: 'Level',
    options: [{ label: 'Bronze' }, { id: gold?.id ?? '', label: 'Golden' }],
  })
  const { fieldDefinitions } = await objects.retrieve('account')
  expect(fieldDefinitions.tier).toMatchObject({
    label: 'Level',
    typeConfiguration: {
      options: [
        { label: 'Bronze', retired: false },
        { id: gold?.id, label: 'Golden', retired: false },
        { id: silver?.id, label: 'Silver', retired: true },
      ],
    },
  })
  await objects.fields.remove('account', 'tier')
  expect((await objects.retrieve('account')).fieldDefinitions).not.toHaveProperty('tier')
})

it('defines a relationship, changes what it is called, and removes it', async () => {
  await objects.relationships.create('account', {
    slug: 'parent',
    label: 'Parent',
    to: 'account',
    cardinality: 'HAS_ONE',
    inverse: { slug: 'children', label: 'Children', cardinality: 'HAS_MANY' },
  })
  await objects.relationships.update('account', 'children', { label: 'Subsidiaries' })
  const { relationshipDefinitions } = await objects.retrieve('account')
  expect([relationshipDefinitions.parent?.label, relationshipDefinitions.children?.label]).toEqual([
    'Parent',
    'Subsidiaries',
  ])
  await objects.relationships.remove('account', 'parent')
  expect((await objects.retrieve('account')).relationshipDefinitions).not.toHaveProperty('children')
})

it('gives an object type pipelines and takes them away', async () => {
  const { pipeline, stage } = await objects.pipelines.set('opportunity', [
    { name: 'Sales', stages: [{ label: 'New' }] },
    { name: 'Renewals', stages: [{ label: 'Due' }] },
  ])
  expect([pipeline, stage].map(({ typeConfiguration }) => typeConfiguration.options?.[1]?.label)).toEqual([
    'Renewals',
    'Due',
  ])
  await objects.pipelines.remove('opportunity')
  expect((await objects.retrieve('opportunity')).fieldDefinitions).not.toHaveProperty('$pipeline')
})

it('lists the trash and brings something back', async () => {
  const { id } = await client.account.create({ fields: { $name: 'Gone' } })
  await client.account.delete(id)
  const { data, totalCount } = await trash.list({ limit: 5 })
  expect([data[0]?.objectType, data[0]?.record?.id, totalCount]).toEqual(['account', id, 1])
  expect((await trash.restore(id)).id).toBe(id)
  expect((await client.account.retrieve(id)).id).toBe(id)
})
