import { describe, expect, it } from 'vitest'
import {
  aContact,
  aField,
  aMember,
  anAccount,
  anOpportunity,
  type FieldBody,
  successOf,
} from '../../../test/factories.ts'
import {
  asWritten,
  contentsOf,
  type ListBody,
  outcome,
  type RecordBody,
  settled,
  startApi,
} from '../../../test/harness.ts'

const api = await startApi()

type Definitions = { fieldDefinitions: Record<string, FieldBody & { system: boolean; readOnly: boolean }> }
const definitionsOf = async (plural: string) =>
  successOf(await api.get<Definitions>(`/v1/${plural}/definitions`)).fieldDefinitions

const define = (body: unknown, objectType = 'account') =>
  api.post<FieldBody>(`/admin/v1/objects/${objectType}/fields`, body)
const redefine = (slug: string, body: unknown, objectType = 'account') =>
  api.patch<FieldBody>(`/admin/v1/objects/${objectType}/fields/${slug}`, body)
const remove = (slug: string, objectType = 'account') =>
  api.delete<FieldBody>(`/admin/v1/objects/${objectType}/fields/${slug}`)

const selectOptions = [
  { id: expect.stringMatching(/^opt_/), label: 'One', description: null },
  { id: expect.stringMatching(/^opt_/), label: 'Two', description: 'The second' },
]
const givenOptions = [{ label: 'One' }, { label: ' Two ', description: 'The second' }]

/** What a definition of each type asks for, what it becomes, and a value with its normal form. */
const valueTypes: [valueType: string, given: object | undefined, becomes: object, value: unknown, read: unknown][] = [
  ['TEXT', undefined, {}, 'A', 'A'],
  ['MARKDOWN', {}, {}, '# A', '# A'],
  ['NUMBER', undefined, {}, 1.25, 1.25],
  ['CURRENCY', undefined, { currency: 'USD' }, 10, 10],
  ['CURRENCY', { currency: 'JPY' }, { currency: 'JPY' }, 0, 0],
  ['CHECKBOX', undefined, {}, false, false],
  ['DATETIME', undefined, {}, '2026-07-01T10:00:00+02:00', '2026-07-01T08:00:00.000Z'],
  ['EMAIL', undefined, { unique: false, multipleValues: false }, 'Ada@A.Example', 'Ada@a.example'],
  ['EMAIL', { multipleValues: true }, { unique: false, multipleValues: true }, 'a@a.example', ['a@a.example']],
  ['TELEPHONE', undefined, { unique: false, multipleValues: true }, '202 555 1234', ['+12025551234']],
  ['TELEPHONE', { multipleValues: false }, { unique: false, multipleValues: false }, ['5551234'], '5551234'],
  ['URL', { unique: true }, { unique: true, multipleValues: false }, 'a.example', 'https://a.example'],
  ['URL', { multipleValues: true }, { unique: false, multipleValues: true }, ['b.example/x'], ['https://b.example/x']],
  [
    'SOCIAL_HANDLE',
    { handleService: 'LINKEDIN' },
    { handleService: 'LINKEDIN' },
    'ada',
    'https://www.linkedin.com/in/ada',
  ],
  [
    'SOCIAL_HANDLE',
    { handleService: 'FACEBOOK' },
    { handleService: 'FACEBOOK' },
    'acme',
    'https://www.facebook.com/acme',
  ],
  ['FULL_NAME', undefined, {}, { firstName: 'Ada' }, { firstName: 'Ada', lastName: null }],
  [
    'ADDRESS',
    undefined,
    {},
    { country: 'no' },
    {
      street: null,
      street2: null,
      city: null,
      state: null,
      postalCode: null,
      country: 'NO',
      latitude: null,
      longitude: null,
    },
  ],
  ['SINGLE_SELECT', { options: givenOptions }, { options: selectOptions }, 'two', expect.stringMatching(/^opt_/)],
  ['SINGLE_SELECT', undefined, { options: [] }, null, null],
  [
    'MULTI_SELECT',
    { options: givenOptions },
    { options: selectOptions },
    ['two', 'ONE'],
    [expect.any(String), expect.any(String)],
  ],
]

describe('a new field', () => {
  it.each(valueTypes)('200: of the type %s %j', async (valueType, typeConfiguration, becomes, value, read) => {
    const slug = `field-${Math.random().toString(36).slice(2)}`
    const { status, body } = await define({
      slug,
      label: 'A label',
      valueType,
      ...(typeConfiguration && { typeConfiguration }),
    })
    const definition = {
      id: expect.stringMatching(/^ad_[0-9a-z]{26}$/),
      slug,
      label: 'A label',
      description: null,
      valueType,
      system: false,
      readOnly: false,
      typeConfiguration: becomes,
    }
    expect([status, body]).toEqual([200, definition])
    expect((await definitionsOf('accounts'))[slug]).toEqual(body)

    const older = successOf(await api.get(`/v1/accounts/${api.accountId}`))
    expect(older.fields[slug]).toEqual({ value: null, valueType })
    const account = await anAccount(api, { [slug]: value })
    expect(account.fields[slug]).toEqual({ value: read, valueType })
    expect((await api.get(`/v1/accounts/${account.id}`)).body.fields[slug]).toEqual({ value: read, valueType })
    const changed = await api.post(`/v1/accounts/${account.id}`, { fields: { [slug]: null } })
    expect(changed.body.fields[slug]).toEqual({ value: null, valueType })
    expect((await definitionsOf('contacts'))[slug]).toBeUndefined()
  })

  it('200: belongs to one type: others can have the slug, for another type of value', async () => {
    for (const [objectType, valueType] of [
      ['account', 'TEXT'],
      ['contact', 'NUMBER'],
      ['opportunity', 'CHECKBOX'],
    ] as const) {
      expect((await define({ slug: 'priority', label: 'Priority', valueType }, objectType)).status).toBe(200)
    }
    expect((await anAccount(api, { priority: 'high' })).fields.priority?.value).toBe('high')
    expect((await aContact(api, { priority: 1 })).fields.priority?.value).toBe(1)
    expect((await anOpportunity(api, { priority: true })).fields.priority?.value).toBe(true)
  })

  it('200: can have the slug of a system field, which keeps its $', async () => {
    expect((await define({ slug: 'name', label: 'Other name', valueType: 'TEXT' })).status).toBe(200)
    const account = await anAccount(api, { $name: 'System', name: 'Custom' })
    expect([account.fields.$name?.value, account.fields.name?.value]).toEqual(['System', 'Custom'])
    const { body } = await api.get<ListBody>('/v1/accounts?name=custom')
    expect(body.data.map(({ id }) => id)).toEqual([account.id])
    await remove('name')
  })

  it.each([
    'a',
    'icp-score',
    'renewalDate',
    'Tier_2',
    'x'.repeat(63),
    'limits',
    'constructor',
    'toString',
    'hasOwnProperty',
  ])('200: with the slug %s', async (slug) => {
    expect((await define({ slug, label: 'L', valueType: 'TEXT' })).status).toBe(200)
    const { id } = await anAccount(api, { [slug]: 'here' })
    const { body } = await api.get<ListBody>(`/v1/accounts?${slug}=here`)
    expect(body.data.map((record) => record.id)).toEqual([id])
    expect((await remove(slug)).status).toBe(200)
  })

  const good = { slug: 'good', label: 'Good', valueType: 'TEXT' }
  it.each([
    ['400 parameter_missing slug', { label: 'L', valueType: 'TEXT' }],
    ['400 parameter_missing label', { slug: 's', valueType: 'TEXT' }],
    ['400 parameter_missing valueType', { slug: 's', label: 'L' }],
    ['400 parameter_missing slug', {}],
    ['400 parameter_missing slug', undefined],
    ['400 invalid_type', null],
    ['400 invalid_type', []],
    ['400 invalid_type slug', { ...good, slug: 5 }],
    ['400 invalid_type slug', { ...good, slug: null }],
    ['400 invalid_type label', { ...good, label: {} }],
    ['400 invalid_type valueType', { ...good, valueType: 5 }],
    ['400 invalid_type valueType', { ...good, valueType: null }],
    ['400 invalid_type description', { ...good, description: 5 }],
    ['400 invalid_type typeConfiguration', { ...good, typeConfiguration: 'x' }],
    [
      '400 invalid_type typeConfiguration.options',
      { ...good, valueType: 'SINGLE_SELECT', typeConfiguration: { options: {} } },
    ],
    [
      '400 invalid_type typeConfiguration.unique',
      { ...good, valueType: 'EMAIL', typeConfiguration: { unique: 'yes' } },
    ],
    [
      '400 parameter_missing typeConfiguration.options.0.label',
      { ...good, valueType: 'SINGLE_SELECT', typeConfiguration: { options: [{}] } },
    ],
    ['400 unknown_field colour', { ...good, colour: 'red' }],
    ['400 unknown_field __proto__', JSON.parse(`{"slug":"s","label":"L","valueType":"TEXT","__proto__":{}}`)],
    ['400 unknown_field typeConfiguration.colour', { ...good, typeConfiguration: { colour: 'red' } }],
    ['400 invalid_configuration typeConfiguration.options', { ...good, typeConfiguration: { options: [] } }],
    ['400 invalid_configuration typeConfiguration.unique', { ...good, typeConfiguration: { unique: true } }],
    [
      '400 invalid_configuration typeConfiguration.currency',
      { ...good, valueType: 'NUMBER', typeConfiguration: { currency: 'USD' } },
    ],
    [
      '400 referenced_resource_missing options.0.id',
      { ...good, valueType: 'SINGLE_SELECT', typeConfiguration: { options: [{ id: 'opt_x', label: 'A' }] } },
    ],
    ['422 slug', { ...good, slug: '' }],
    ['422 slug', { ...good, slug: '$good' }],
    ['422 slug', { ...good, slug: '1st' }],
    ['422 slug', { ...good, slug: 'with space' }],
    ['422 slug', { ...good, slug: 'naïve' }],
    ['422 slug', { ...good, slug: 'a[b]' }],
    ['422 slug', { ...good, slug: '__proto__' }],
    ['422 slug', { ...good, slug: 'x'.repeat(64) }],
    ['422 slug', { ...good, slug: 'a\0' }],
    ['422 label', { ...good, label: '' }],
    ['422 label', { ...good, label: '   ' }],
    ['422 label', { ...good, label: 'x'.repeat(201) }],
    ['422 label', { ...good, label: 'a\0' }],
    ['422 label', { ...good, label: '\ud800' }],
    ['422 description', { ...good, description: 'x'.repeat(2001) }],
    ['422 valueType', { ...good, valueType: 'text' }],
    ['422 valueType', { ...good, valueType: 'HTML' }],
    ['422 valueType', { ...good, valueType: 'JSON' }],
    ['422 typeConfiguration.currency', { ...good, valueType: 'CURRENCY', typeConfiguration: { currency: 'XYZ' } }],
    ['422 typeConfiguration.currency', { ...good, valueType: 'CURRENCY', typeConfiguration: { currency: 'usd' } }],
    ['422 typeConfiguration.handleService', { ...good, valueType: 'SOCIAL_HANDLE' }],
    [
      '422 typeConfiguration.handleService',
      { ...good, valueType: 'SOCIAL_HANDLE', typeConfiguration: { handleService: 'MYSPACE' } },
    ],
    [
      '422 options',
      { ...good, valueType: 'SINGLE_SELECT', typeConfiguration: { options: [{ label: 'A' }, { label: ' a ' }] } },
    ],
    [
      '422 options',
      {
        ...good,
        valueType: 'MULTI_SELECT',
        typeConfiguration: { options: Array.from({ length: 1001 }, (_, index) => ({ label: `${index}` })) },
      },
    ],
    [
      '422 typeConfiguration.options.0.label',
      { ...good, valueType: 'SINGLE_SELECT', typeConfiguration: { options: [{ label: '' }] } },
    ],
  ])('%s', async (answer, body) => {
    await settled(api)
    const before = await contentsOf(api)
    expect(outcome(await define(body))).toBe(answer)
    expect(await contentsOf(api)).toEqual(before)
  })

  it('404: of a type that does not exist', async () => {
    for (const objectType of ['nothing', 'accounts', 'Account', '$account', '__proto__', '%00', 'x'.repeat(90)]) {
      expect(outcome(await define(good, objectType))).toBe('404')
    }
  })

  it('422: of a type whose fields are fixed', async () => {
    for (const objectType of ['member', 'task', 'note', 'meeting']) {
      expect(outcome(await define(good, objectType))).toBe('422 objectType')
    }
  })

  it('409: cannot have the slug of another field or relationship, and a retry would not help', async () => {
    await aField(api, 'account', { slug: 'taken', valueType: 'TEXT' })
    const response = await define({ ...good, slug: 'taken' })
    expect([outcome(response), response.headers['x-should-retry']]).toEqual(['409 conflict slug', 'false'])
  })

  it('409: is made once by a crowd', async () => {
    const responses = await Promise.all(
      Array.from({ length: 15 }, () => define({ slug: 'crowded', label: 'Crowded', valueType: 'TEXT' })),
    )
    expect(responses.map(outcome).toSorted()).toEqual(['200', ...Array(14).fill('409 conflict slug')])
  })
})

describe('a changed field', () => {
  it('200: has another label or description; what the body does not name stays', async () => {
    const field = await aField(api, 'account', {
      valueType: 'CURRENCY',
      description: 'Old',
      typeConfiguration: { currency: 'EUR' },
    })
    const relabelled = await redefine(field.slug, { label: 'New label' })
    expect([relabelled.status, relabelled.body]).toEqual([200, { ...field, label: 'New label' }])
    const described = await redefine(field.slug, { description: 'New' })
    expect(described.body).toEqual({ ...field, label: 'New label', description: 'New' })
    expect((await redefine(field.slug, { description: null })).body.description).toBeNull()
    expect((await redefine(field.slug, {})).body).toEqual({ ...field, label: 'New label', description: null })
  })

  it('200: has its options renamed, moved, added and retired; records keep what they hold', async () => {
    const options = ['Red', 'Green', 'Blue'].map((label) => ({ label }))
    const field = await aField(api, 'account', { valueType: 'SINGLE_SELECT', typeConfiguration: { options } })
    const [red, green, blue] = field.typeConfiguration.options ?? []
    const account = await anAccount(api, { [field.slug]: 'Green' })
    const { body } = await redefine(field.slug, {
      options: [{ id: blue?.id, label: 'Navy' }, { id: red?.id, label: 'Red', description: 'Warm' }, { label: 'Grey' }],
    })
    expect(body.typeConfiguration.options).toEqual([
      { id: blue?.id, label: 'Navy', description: null },
      { id: red?.id, label: 'Red', description: 'Warm' },
      { id: expect.stringMatching(/^opt_/), label: 'Grey', description: null },
    ])
    expect((await definitionsOf('accounts'))[field.slug]).toEqual(body)
    expect(asWritten((await api.get(`/v1/accounts/${account.id}`)).body)).toEqual(asWritten(account))

    const found = await api.get<ListBody>(`/v1/accounts?${field.slug}=green`)
    expect(found.body.data.map(({ id }) => id)).toEqual([account.id])
    for (const gone of ['Green', green?.id, 'Blue']) {
      const response = await api.post('/v1/accounts', { fields: { $name: 'A', [field.slug]: gone } })
      expect(outcome(response)).toBe(`422 fields.${field.slug}`)
    }
    expect((await anAccount(api, { [field.slug]: 'navy' })).fields[field.slug]?.value).toBe(blue?.id)

    const back = await redefine(field.slug, { options: [{ id: green?.id, label: 'Green' }] })
    expect(back.body.typeConfiguration.options).toEqual([{ id: green?.id, label: 'Green', description: null }])
    expect((await anAccount(api, { [field.slug]: 'green' })).fields[field.slug]?.value).toBe(green?.id)
  })

  it('200: can be of the system: stages are what a workspace makes of them', async () => {
    const before = (await definitionsOf('opportunities')).$stage
    const options = [...(before?.typeConfiguration.options ?? [])]
    const deal = await anOpportunity(api, { $stage: 'Won' })
    for (const slug of ['$stage', 'stage', '%24stage']) {
      const { status, body } = await redefine(
        slug,
        { label: 'Phase', options: [{ label: `New ${slug}` }, ...options] },
        'opportunity',
      )
      expect([status, body.label]).toEqual([200, 'Phase'])
      expect((await anOpportunity(api, { $stage: `new ${slug}` })).fields.$stage?.value).toBe(
        body.typeConfiguration.options?.[0]?.id,
      )
    }
    const after = (await definitionsOf('opportunities')).$stage
    expect([after?.id, after?.slug, after?.system]).toEqual([before?.id, 'stage', true])
    expect((await api.get(`/v1/opportunities/${deal.id}`)).body.fields.$stage).toEqual(deal.fields.$stage)
    expect((await definitionsOf('accounts')).$name?.label).toBe('Name')
  })

  it('answers each of a crowd, and forgets no option that any of them has made', async () => {
    const field = await aField(api, 'account', { valueType: 'SINGLE_SELECT' })
    const added = await Promise.all(
      Array.from({ length: 10 }, (_, index) => redefine(field.slug, { options: [{ label: `Option ${index}` }] })),
    )
    const ids = added.map((response) => successOf(response).typeConfiguration.options?.[0]?.id)
    expect(new Set(ids).size).toBe(10)
    const [row] = await api.sql<{ ids: string[] }>(
      `select array(select o->>'id' from jsonb_array_elements(configuration->'options') o) as ids
       from field_definition where slug = $1`,
      [field.slug],
    )
    expect(row?.ids.toSorted()).toEqual(ids.toSorted())
  })

  it.each([
    ['400 unknown_field valueType', { valueType: 'NUMBER' }],
    ['400 unknown_field slug', { slug: 'other' }],
    ['400 unknown_field typeConfiguration', { typeConfiguration: { options: [] } }],
    ['400 invalid_type label', { label: null }],
    ['422 label', { label: '' }],
    ['400 invalid_type options', { options: 'Red' }],
    ['422 options', { options: [{ label: 'A' }, { label: 'A' }] }],
    ['400 referenced_resource_missing options.1.id', { options: [{ label: 'A' }, { id: 'opt_none', label: 'B' }] }],
    ['400 invalid_type', []],
    ['400 invalid_type', 'x'],
  ])('%s', async (answer, body) => {
    const { slug } = await aField(api, 'account', { valueType: 'MULTI_SELECT' })
    await settled(api)
    const before = await contentsOf(api)
    expect(outcome(await redefine(slug, body))).toBe(answer)
    expect(await contentsOf(api)).toEqual(before)
  })

  it('422: has no options when it is no select', async () => {
    const { slug } = await aField(api, 'account', { valueType: 'TEXT' })
    expect(outcome(await redefine(slug, { options: [] }))).toBe('422 options')
  })

  it('404: when it does not exist', async () => {
    for (const slug of ['nothing', '$nothing', '__proto__', '%00', 'x'.repeat(90)]) {
      expect(outcome(await redefine(slug, { label: 'L' }))).toBe('404')
      expect(outcome(await remove(slug))).toBe('404')
    }
    expect(outcome(await redefine('x', { label: 'L' }, 'nothing'))).toBe('404')
  })
})

describe('a removed field', () => {
  it('200: is gone at once, everywhere', async () => {
    const field = await aField(api, 'account', { valueType: 'TEXT' })
    const account = await anAccount(api, { [field.slug]: 'Gone' })
    const { status, body } = await remove(field.slug)
    expect([status, body]).toEqual([200, field])
    expect((await definitionsOf('accounts'))[field.slug]).toBeUndefined()
    const { [field.slug]: gone, ...left } = account.fields
    expect(gone?.value).toBe('Gone')
    const expected = asWritten({ ...account, fields: left })
    expect(asWritten((await api.get(`/v1/accounts/${account.id}`)).body)).toEqual(expected)
    const { body: listed } = await api.get<ListBody>('/v1/accounts?limit=1')
    expect(listed.data.map(asWritten)).toEqual([expected])
    const answer = '400 unknown_field'
    expect(outcome(await api.get(`/v1/accounts?${field.slug}=Gone`))).toBe(`${answer} ${field.slug}`)
    const write = { fields: { [field.slug]: 'Again' } }
    expect(outcome(await api.post(`/v1/accounts/${account.id}`, write))).toBe(`${answer} fields.${field.slug}`)
    expect(outcome(await remove(field.slug))).toBe('404')
  })

  it('200: makes room for a new one with its slug, which knows nothing of the old values', async () => {
    const { slug } = await aField(api, 'account', { valueType: 'TEXT' })
    const account = await anAccount(api, { [slug]: 'Old' })
    await remove(slug)
    const again = { slug, label: 'Again', valueType: 'NUMBER' }
    // The old values go in the background; until they are gone the slug is taken.
    await expect.poll(async () => (await define(again)).status, { timeout: 15_000 }).toBe(200)
    expect((await api.get(`/v1/accounts/${account.id}`)).body.fields[slug]).toEqual({
      value: null,
      valueType: 'NUMBER',
    })
    expect((await anAccount(api, { [slug]: 5 })).fields[slug]?.value).toBe(5)
    expect((await api.get<ListBody>(`/v1/accounts?${slug}=5`)).body.totalCount).toBe(1)
  })

  it('422: is never one of the system', async () => {
    for (const slug of ['$name', 'name', '$website', 'headcount']) expect(outcome(await remove(slug))).toBe('422 slug')
    expect(outcome(await remove('email', 'member'))).toBe('422 objectType')
  })
})

describe('a unique field', async () => {
  const unique = (objectType: string, valueType: string, multipleValues: boolean) =>
    aField(api, objectType, { valueType, typeConfiguration: { unique: true, multipleValues } })
  const email = await unique('contact', 'EMAIL', true)
  const phone = await unique('contact', 'TELEPHONE', false)
  const site = await unique('contact', 'URL', true)
  const holders: [slug: string, held: unknown, clashing: unknown[]][] = [
    [email.slug, ['Ada@Unique.example'], ['ada@UNIQUE.example', ['x@unique.example', 'ADA@unique.example']]],
    [phone.slug, '+1 202 555 0101', ['(202) 555-0101', ['12025550101']]],
    [site.slug, ['unique.example/Path'], ['https://Unique.example/Path', ['z.example', 'https://unique.example/Path']]],
  ]

  it.each(holders)(
    '422: %s: a value that another record has, by the name of that record',
    async (slug, held, clashing) => {
      const holder = await aContact(api, { [slug]: held })
      const other = await aContact(api)
      for (const value of clashing) {
        const before = await contentsOf(api)
        const write = { fields: { [slug]: value, $title: 'Lost' } }
        for (const response of [
          await api.post('/v1/contacts', write),
          await api.post(`/v1/contacts/${other.id}`, write),
        ]) {
          expect(outcome(response)).toBe(`422 fields.${slug}`)
          expect(response.text).toContain(holder.id)
        }
        expect(await contentsOf(api)).toEqual(before)
      }
    },
  )

  it('200: the record itself can have it again, in any form, and give it up for others', async () => {
    const holder = await aContact(api, { [email.slug]: ['one@free.example', 'two@free.example'] })
    const write = (value: unknown) => api.post(`/v1/contacts/${holder.id}`, { fields: { [email.slug]: value } })
    expect((await write(['TWO@free.example', 'one@free.example'])).status).toBe(200)
    expect((await write(['two@free.example'])).status).toBe(200)
    const next = await aContact(api, { [email.slug]: ['one@free.example'] })
    expect(outcome(await write(['one@free.example', 'two@free.example']))).toBe(`422 fields.${email.slug}`)
    expect((await write(null)).status).toBe(200)
    expect((await aContact(api, { [email.slug]: ['two@free.example'] })).id).not.toBe(next.id)
  })

  it('200: many records can be without one', async () => {
    for (const nothing of [null, []]) {
      await aContact(api, { [email.slug]: nothing })
      await aContact(api, { [email.slug]: nothing })
    }
  })

  it('422: counts for one field of one type', async () => {
    const other = await unique('contact', 'EMAIL', false)
    const onAccounts = await unique('account', 'EMAIL', false)
    const record = (value: string): Promise<RecordBody> => aContact(api, { [other.slug]: value })
    await aContact(api, { [email.slug]: ['same@field.example'] })
    await record('same@field.example')
    await anAccount(api, { [onAccounts.slug]: 'same@field.example' })
    await expect(record('same@field.example')).rejects.toThrow('422')
  })

  it('200: a member who is gone frees the address', async () => {
    const member = await aMember(api, { email: 'free@team.example' })
    const again = await api.post('/admin/v1/members', { email: 'FREE@team.example', role: 'member' })
    expect(outcome(again)).toBe('422 fields.$email')
    expect(again.text).toContain(member.id)
    await api.delete(`/admin/v1/members/${member.id}`)
    expect((await aMember(api, { email: 'free@team.example' })).id).not.toBe(member.id)
  })
})
