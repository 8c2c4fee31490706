import { describe, expect, it } from 'vitest'
import {
  aContact,
  aCustomRecord,
  aField,
  aKey,
  aMember,
  anAccount,
  anObjectType,
  aRelationship,
  successOf,
} from '../../../test/factories.ts'
import {
  anotherWorkspace,
  contentsOf,
  type ListBody,
  outcome,
  type RecordBody,
  type Response,
  settled,
  startApi,
} from '../../../test/harness.ts'

const api = await startApi({ OPENFIELD_PUBLIC_URL: 'https://crm.example' })

type ObjectTypeBody = { objectType: string; label: string; pluralLabel: string | null }
type Definitions = {
  objectType: string
  fieldDefinitions: Record<string, object>
  relationshipDefinitions: Record<string, object>
}
const define = (input: object, to = api) => to.post<ObjectTypeBody>('/admin/v1/objects', input)
const listed = async (of = api) =>
  successOf(await of.get<{ data: { objectType: string; label: string }[] }>('/v1/objects')).data
const linksOf = ({ relationships }: RecordBody) =>
  Object.fromEntries(Object.entries(relationships).map(([key, { values }]) => [key, values]))
const unknown = '01h455vb4pex5vsknk084sn02q'

async function expectRefusal(answer: string, request: () => Promise<Response<unknown>>) {
  const contents = await contentsOf(api)
  expect(outcome(await request())).toBe(answer)
  expect(await contentsOf(api)).toEqual(contents)
}

describe('a custom object type', () => {
  it('is there for the next request, with a name as its only field', async () => {
    const made = await define({ slug: 'asset-kind', label: 'Asset kind', pluralLabel: 'Asset kinds' })
    expect([made.status, made.body]).toEqual([
      200,
      { objectType: 'asset-kind', label: 'Asset kind', pluralLabel: 'Asset kinds' },
    ])
    expect(await listed()).toContainEqual({ objectType: 'asset-kind', label: 'Asset kind' })
    const definitions = await api.get<Definitions>('/v1/objects/asset-kind/definitions')
    expect(successOf(definitions)).toEqual({
      objectType: 'asset-kind',
      fieldDefinitions: {
        $name: {
          id: expect.stringMatching(/^ad_/),
          slug: 'name',
          label: 'Name',
          description: null,
          valueType: 'TEXT',
          system: true,
          readOnly: false,
          typeConfiguration: {},
        },
      },
      relationshipDefinitions: {},
    })
    expect(successOf(await api.get<ListBody>('/v1/objects/asset-kind'))).toEqual({
      object: 'list',
      data: [],
      totalCount: 0,
    })
  })

  it('is listed beside others, and built-in types are not', async () => {
    const [first, second] = [await anObjectType(api), await anObjectType(api)]
    const types = (await listed()).map(({ objectType }) => objectType)
    expect(types).toEqual(expect.arrayContaining([first, second]))
    expect(types).not.toContain('account')
  })

  const refusals: [answer: string, input: object][] = [
    ['400 parameter_missing slug', { label: 'A' }],
    ['400 parameter_missing label', { slug: 'a' }],
    ['400 unknown_field fields', { slug: 'a', label: 'A', fields: [] }],
    ['400 invalid_type slug', { slug: 5, label: 'A' }],
    ['422 slug', { slug: '$a', label: 'A' }],
    ['422 slug', { slug: '1a', label: 'A' }],
    ['422 slug', { slug: 'a/b', label: 'A' }],
    ['422 slug', { slug: '', label: 'A' }],
    ['422 slug', { slug: 'a'.repeat(64), label: 'A' }],
    ['422 label', { slug: 'a', label: ' ' }],
    ['422 pluralLabel', { slug: 'a', label: 'A', pluralLabel: '' }],
    ...['account', 'accounts', 'opportunities', 'member', 'file', 'message'].map((slug): [string, object] => [
      '409 conflict slug',
      { slug, label: 'A' },
    ]),
    ...['definitions', 'merge', 'values'].map((slug): [string, object] => ['409 conflict slug', { slug, label: 'A' }]),
  ]
  it.each(refusals)('%s for %j', async (answer, input) => {
    await expectRefusal(answer, () => define(input))
  })

  it('has a slug of its own: the same again is a 409 that no retry helps', async () => {
    const slug = await anObjectType(api)
    const again = await define({ slug, label: 'Another' })
    expect([outcome(again), again.headers['x-should-retry']]).toEqual(['409 conflict slug', 'false'])
  })

  it('is made once when it is asked for several times at once', async () => {
    const twins = await Promise.all(Array.from({ length: 6 }, () => define({ slug: 'twin', label: 'Twin' })))
    expect(twins.map(outcome).toSorted()).toEqual(['200', ...Array.from({ length: 5 }, () => '409 conflict slug')])
    expect((await listed()).filter(({ objectType }) => objectType === 'twin')).toHaveLength(1)
  })

  it('is the workspace’s own', async () => {
    const elsewhere = await anotherWorkspace(api)
    const slug = await anObjectType(api)
    const record = await aCustomRecord(api, slug)
    expect((await listed(elsewhere)).map(({ objectType }) => objectType)).not.toContain(slug)
    expect(outcome(await elsewhere.get(`/v1/objects/${slug}`))).toBe('404')
    successOf(await define({ slug, label: 'Theirs' }, elsewhere))
    expect(outcome(await elsewhere.get(`/v1/objects/${slug}/values/${record.id}`))).toBe('404')
    expect(successOf(await elsewhere.get<ListBody>(`/v1/objects/${slug}`)).totalCount).toBe(0)
  })

  it('may be called what programs call things of their own', async () => {
    for (const slug of ['constructor', 'toString', 'hasOwnProperty']) {
      await anObjectType(api, { slug })
      await aRelationship(api, 'account', { slug: `to-${slug}`, to: slug })
      const record = await aCustomRecord(api, slug)
      const account = await anAccount(api, {}, { [`to-${slug}`]: record.id })
      expect(linksOf(account)[`to-${slug}`]).toEqual([record.id])
      successOf(await api.delete(`/v1/objects/${slug}/values/${record.id}`))
      successOf(await api.post(`/v1/objects/${slug}/values/${record.id}/restore`))
    }
  })
})

describe('the records of a custom object type', async () => {
  const project = await anObjectType(api, { slug: 'project' })
  const ticket = await anObjectType(api, { slug: 'ticket' })
  await aField(api, project, { slug: 'budget', valueType: 'NUMBER' })
  const at = '/v1/objects/project/values'

  it('are created, retrieved, changed and listed like any other', async () => {
    const created = await aCustomRecord(api, project, { $name: 'Moon', budget: 5 })
    expect(created).toEqual({
      id: expect.stringMatching(/^obj_[0-9a-z]{26}$/),
      createdAt: expect.any(String),
      updatedAt: created.createdAt,
      httpLink: `https://crm.example/crm/project/${created.id}`,
      externalId: null,
      fields: { $name: { value: 'Moon', valueType: 'TEXT' }, budget: { value: 5, valueType: 'NUMBER' } },
      relationships: {},
    })
    expect(await api.get(`${at}/${created.id}`)).toMatchObject({ status: 200, body: created })
    const changed = successOf(await api.post(`${at}/${created.id}`, { fields: { budget: 6 } }))
    expect(changed.fields.budget?.value).toBe(6)
    expect(changed.updatedAt > created.updatedAt).toBe(true)
    for (const filter of ['budget[greaterThan]=5', '$name=moon', '$name[startsWith]=Mo', 'budget[-equal]=5']) {
      const { data } = successOf(await api.get<ListBody>(`/v1/objects/project?${filter}`))
      expect(data).toEqual([changed])
    }
  })

  const refusals: [answer: string, body: object][] = [
    ['400 parameter_missing fields', {}],
    ['422 fields.$name', { fields: {} }],
    ['422 fields.$name', { fields: { $name: null } }],
    ['400 unknown_field fields.bogus', { fields: { $name: 'A', bogus: 1 } }],
    ['400 invalid_type fields.budget', { fields: { $name: 'A', budget: 'much' } }],
    ['400 unknown_relationship relationships.$account', { fields: { $name: 'A' }, relationships: { $account: [] } }],
    ['400 unknown_field autoCreateRecords', { fields: { $name: 'A' }, autoCreateRecords: true }],
  ]
  it.each(refusals)('%s for %j', async (answer, body) => {
    await expectRefusal(answer, () => api.post(at, body))
  })

  it('are of one type, though their ids look alike', async () => {
    const other = await aCustomRecord(api, ticket)
    const paths = [`${at}/${other.id}`, `${at}/obj_${unknown}`, `${at}/x`]
    for (const path of paths) {
      for (const request of [api.get(path), api.post(path, {}), api.delete(path), api.post(`${path}/restore`)]) {
        expect(outcome(await request)).toBe('404')
      }
      expect(outcome(await api.get(`${path}/fields/$name/history`))).toBe('404')
    }
  })

  it('are under the slug of a custom type: others, and built-in ones, are 404', async () => {
    for (const slug of ['nothing', 'account', 'accounts', 'Project', 'constructor-x', '%24project']) {
      const requests = [
        api.get(`/v1/objects/${slug}`),
        api.get(`/v1/objects/${slug}/definitions`),
        api.post(`/v1/objects/${slug}/values`, { fields: { $name: 'A' } }),
        api.get(`/v1/objects/${slug}/values/obj_${unknown}`),
        api.delete(`/v1/objects/${slug}/values/obj_${unknown}`),
        api.post(`/v1/objects/${slug}/merge`, { primaryId: 'a', duplicateId: 'b' }),
      ]
      expect((await Promise.all(requests)).map(outcome)).toEqual(requests.map(() => '404'))
    }
  })

  it('are created once under an idempotency key, which counts for each type apart', async () => {
    const once = { headers: { 'idempotency-key': 'one' } }
    const body = { fields: { $name: 'Once' } }
    const first = await api.post(at, body, once)
    expect((await api.post(at, body, once)).text).toBe(first.text)
    const other = await api.post('/v1/objects/ticket/values', body, once)
    expect([other.status, other.body.id === first.body.id]).toEqual([200, false])
  })

  it('are linked to built-in types, to each other and to their own kind, from both ends', async () => {
    const link = (from: string, to: string, slug: string, cardinality: string) => {
      const inverse = { slug: `${slug}-inverse`, label: 'Inverse', cardinality: 'HAS_MANY' }
      return aRelationship(api, from, { to, slug, cardinality, inverse })
    }
    await link(project, 'account', 'customer', 'HAS_ONE')
    await link(project, ticket, 'tickets', 'HAS_MANY')
    await link(project, project, 'parent', 'HAS_ONE')
    await link('contact', project, 'projects', 'HAS_MANY')
    const [account, ticketed, parent] = [
      await anAccount(api),
      await aCustomRecord(api, ticket),
      await aCustomRecord(api, project),
    ]
    const child = await aCustomRecord(
      api,
      project,
      {},
      { customer: account.id, tickets: [ticketed.id], parent: parent.id },
    )
    const contact = await aContact(api, {}, { projects: [child.id] })
    expect(linksOf((await api.get(`${at}/${child.id}`)).body)).toEqual({
      customer: [account.id],
      tickets: [ticketed.id],
      parent: [parent.id],
      'parent-inverse': [],
      'projects-inverse': [contact.id],
    })
    expect(linksOf((await api.get(`/v1/accounts/${account.id}`)).body)['customer-inverse']).toEqual([child.id])
    expect(linksOf((await api.get(`${at}/${parent.id}`)).body)['parent-inverse']).toEqual([child.id])
    const linked = { relationships: { 'tickets-inverse': { add: parent.id } } }
    successOf(await api.post(`/v1/objects/ticket/values/${ticketed.id}`, linked))
    expect(linksOf((await api.get(`${at}/${parent.id}`)).body).tickets).toEqual([ticketed.id])
    const { data } = successOf(await api.get<ListBody>(`/v1/objects/project?customer=${account.id}`))
    expect(data.map(({ id }) => id)).toEqual([child.id])
    const wrong = { relationships: { tickets: { add: parent.id } } }
    await expectRefusal('400 relationship_entity_missing relationships.tickets', () =>
      api.post(`${at}/${child.id}`, wrong),
    )
  })
})

describe('the name of a custom object type', () => {
  it('can be changed, one label or both', async () => {
    const slug = await anObjectType(api, { label: 'Sites' })
    const change = async (input: object) =>
      successOf(await api.patch<ObjectTypeBody>(`/admin/v1/objects/${slug}`, input))
    expect(await change({ label: 'Site' })).toEqual({ objectType: slug, label: 'Site', pluralLabel: 'Sites' })
    expect(await change({ pluralLabel: 'All sites' })).toMatchObject({ label: 'Site', pluralLabel: 'All sites' })
    expect(await listed()).toContainEqual({ objectType: slug, label: 'Site' })
  })

  it('of a type that comes with the product cannot: 422, and of none: 404', async () => {
    await expectRefusal('422 objectType', () => api.patch('/admin/v1/objects/account', { label: 'Firm' }))
    await expectRefusal('404', () => api.patch('/admin/v1/objects/nothing', { label: 'A' }))
    await expectRefusal('400 unknown_field slug', () => api.patch('/admin/v1/objects/account', { slug: 'firm' }))
  })
})

describe('removing a custom object type', () => {
  it('leaves nothing of it, and its slug is free again', async () => {
    const slug = await anObjectType(api)
    await aField(api, slug, { valueType: 'TEXT' })
    const { slug: link } = await aRelationship(api, slug, { to: 'account' })
    const record = await aCustomRecord(api, slug, {}, { [link]: api.accountId })
    await expectRefusal('422 objectType', () => api.delete(`/admin/v1/objects/${slug}`))
    successOf(await api.delete(`/v1/objects/${slug}/values/${record.id}`))

    expect(outcome(await api.delete(`/admin/v1/objects/${slug}`))).toBe('200')

    expect(outcome(await api.get(`/v1/objects/${slug}`))).toBe('404')
    expect(outcome(await api.post(`/admin/v1/trash/${record.id}/restore`))).toBe('404')
    expect((await api.get(`/v1/accounts/${api.accountId}`)).text).not.toContain(link)
    await settled(api)
    expect((await api.get<ListBody>('/admin/v1/trash')).text).not.toContain(record.id)
    for (const [table, column] of [
      ['object_type', 'slug'],
      ['field_definition', 'object_type'],
      ['relationship_definition', 'from_object'],
    ]) {
      expect(await api.sql(`select 1 from ${table} where ${column} = $1`, [slug])).toEqual([])
    }
    expect(successOf(await define({ slug, label: 'Again' })).objectType).toBe(slug)
    expect(successOf(await api.get<ListBody>(`/v1/objects/${slug}`)).totalCount).toBe(0)
  })

  it('is not for types that come with the product: 422, nor for none: 404', async () => {
    await expectRefusal('422 objectType', () => api.delete('/admin/v1/objects/task'))
    await expectRefusal('404', () => api.delete('/admin/v1/objects/nothing'))
  })
})

describe('all object types', () => {
  type Summary = { objectType: string; label: string; pluralLabel: string; recordCount: number | null }
  const summaries = async (key?: string) =>
    successOf(await api.get<{ data: Summary[] }>('/admin/v1/objects', key === undefined ? {} : { key })).data
  type Full = { fieldDefinitions: Record<string, object>; relationshipDefinitions: Record<string, object> }

  it('are listed with what they are called and how many live records they have', async () => {
    const slug = await anObjectType(api, { label: 'Ship', pluralLabel: 'Ships' })
    const [, gone] = [await aCustomRecord(api, slug), await aCustomRecord(api, slug)]
    await api.delete(`/v1/objects/${slug}/values/${gone.id}`)
    const all = await summaries()
    expect(all.slice(0, 3).map(({ pluralLabel }) => pluralLabel)).toEqual(['Accounts', 'Contacts', 'Opportunities'])
    expect(all.find(({ objectType }) => objectType === slug)).toMatchObject({
      label: 'Ship',
      pluralLabel: 'Ships',
      custom: true,
      open: true,
      recordCount: 1,
    })
    expect(all.find(({ objectType }) => objectType === 'channel')?.recordCount).toBe(null)
  })

  it('are defined in full for every one of them, retired options too', async () => {
    for (const { objectType } of await summaries()) {
      const { fieldDefinitions } = successOf(await api.get<Full>(`/admin/v1/objects/${objectType}`))
      expect(Object.keys(fieldDefinitions).length).toBeGreaterThan(objectType === 'file' ? -1 : 0)
    }
    const { slug, typeConfiguration } = await aField(api, 'account', {
      valueType: 'SINGLE_SELECT',
      typeConfiguration: { options: [{ label: 'Old' }, { label: 'New' }] },
    })
    const [, kept] = typeConfiguration.options ?? []
    await api.patch(`/admin/v1/objects/account/fields/${slug}`, { options: [kept] })
    const { fieldDefinitions, relationshipDefinitions } = successOf(await api.get<Full>('/admin/v1/objects/account'))
    expect(fieldDefinitions[slug]).toMatchObject({
      required: false,
      createOnly: false,
      typeConfiguration: {
        options: [
          { label: 'New', retired: false },
          { label: 'Old', retired: true },
        ],
      },
    })
    expect(fieldDefinitions.$name).toMatchObject({ required: true, system: true })
    expect(relationshipDefinitions.$owner).toMatchObject({ system: true, required: false, readOnly: false })
  })

  it('are shown to a key as far as it may read them', async () => {
    const slug = await anObjectType(api)
    const { key } = await aKey(api, { scopes: ['accounts:read', 'notes:create'] })
    expect((await summaries(key)).map(({ objectType }) => objectType)).toEqual(['account'])
    expect(outcome(await api.get('/admin/v1/objects/account', { key }))).toBe('200')
    expect(outcome(await api.get('/admin/v1/objects/note', { key }))).toBe('403')
    expect(outcome(await api.get(`/admin/v1/objects/${slug}`, { key }))).toBe('403')
    expect(outcome(await api.get('/admin/v1/objects/nothing', { key }))).toBe('404')
    const member = await aKey(api, { memberId: (await aMember(api)).id })
    expect((await summaries(member.key)).length).toBe((await summaries()).length)
    const elsewhere = await anotherWorkspace(api)
    expect(outcome(await elsewhere.get(`/admin/v1/objects/${slug}`))).toBe('404')
  })
})
