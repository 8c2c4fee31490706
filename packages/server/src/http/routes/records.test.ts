import { describe, expect, it } from 'vitest'
import { aContact, aMember, anAccount, anOpportunity, successOf } from '../../../test/factories.ts'
import { asWritten, contentsOf, type ListBody, outcome, type RecordBody, startApi } from '../../../test/harness.ts'

const api = await startApi({ OPENFIELD_PUBLIC_URL: 'https://crm.example/base/' })
const member = await aMember(api)

const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const valuesOf = ({ fields }: RecordBody) =>
  Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, field.value]))
const linksOf = ({ relationships }: RecordBody) =>
  Object.fromEntries(Object.entries(relationships).map(([key, { values }]) => [key, values]))

const types = {
  accounts: {
    prefix: 'acc',
    create: () => anAccount(api, { $name: 'Acme' }),
    fields: {
      $name: 'TEXT',
      $website: 'URL',
      $industry: 'MULTI_SELECT',
      $headcount: 'SINGLE_SELECT',
      $lastFundingType: 'SINGLE_SELECT',
      $linkedIn: 'SOCIAL_HANDLE',
      $twitter: 'SOCIAL_HANDLE',
      $facebook: 'SOCIAL_HANDLE',
      $instagram: 'SOCIAL_HANDLE',
      $primaryAddress: 'ADDRESS',
      $howTheyMakeMoney: 'MARKDOWN',
      $accountStatus: 'MARKDOWN',
      $lastInteractionAt: 'DATETIME',
    },
    relationships: {
      $owner: ['HAS_ONE', 'member'],
      $contact: ['HAS_MANY', 'contact'],
      $opportunity: ['HAS_MANY', 'opportunity'],
      $task: ['HAS_MANY', 'task'],
      $note: ['HAS_MANY', 'note'],
      $meeting: ['HAS_MANY', 'meeting'],
    },
  },
  contacts: {
    prefix: 'con',
    create: () => aContact(api),
    fields: {
      $name: 'FULL_NAME',
      $email: 'EMAIL',
      $phone: 'TELEPHONE',
      $title: 'TEXT',
      $profilePhotoUrl: 'URL',
      $linkedIn: 'SOCIAL_HANDLE',
      $twitter: 'SOCIAL_HANDLE',
      $facebook: 'SOCIAL_HANDLE',
      $instagram: 'SOCIAL_HANDLE',
      $doNotContact: 'CHECKBOX',
      $lastInteractionAt: 'DATETIME',
    },
    relationships: {
      $account: ['HAS_MANY', 'account'],
      $owner: ['HAS_ONE', 'member'],
      $opportunity: ['HAS_MANY', 'opportunity'],
      $task: ['HAS_MANY', 'task'],
      $note: ['HAS_MANY', 'note'],
      $meeting: ['HAS_MANY', 'meeting'],
    },
  },
  opportunities: {
    prefix: 'opp',
    create: () => anOpportunity(api, { $name: 'Deal' }),
    fields: {
      $name: 'TEXT',
      $stage: 'SINGLE_SELECT',
      $amount: 'CURRENCY',
      $closeDate: 'DATETIME',
      $nextStep: 'TEXT',
      $closeReason: 'TEXT',
      $opportunityStatus: 'MARKDOWN',
      $lastInteractionAt: 'DATETIME',
    },
    relationships: {
      $account: ['HAS_ONE', 'account'],
      $owner: ['HAS_ONE', 'member'],
      $createdBy: ['HAS_ONE', 'member'],
      $champion: ['HAS_ONE', 'contact'],
      $evaluator: ['HAS_ONE', 'contact'],
      $task: ['HAS_MANY', 'task'],
      $note: ['HAS_MANY', 'note'],
      $meeting: ['HAS_MANY', 'meeting'],
    },
  },
} as const

const eachType = Object.entries(types).map(([plural, type]) => ({ plural, ...type }))

describe.each(eachType)('a record of $plural', ({ plural, prefix, create, fields, relationships }) => {
  it('has its six documented keys, and a place where people see it', async () => {
    const record = await create()
    expect(Object.keys(record).sort()).toEqual(
      ['id', 'createdAt', 'updatedAt', 'httpLink', 'externalId', 'fields', 'relationships'].sort(),
    )
    expect(record).toMatchObject({
      id: expect.stringMatching(new RegExp(`^${prefix}_[0-9a-z]{26}$`)),
      createdAt: expect.stringMatching(moment),
      updatedAt: record.createdAt,
      httpLink: `https://crm.example/base/crm/${plural}/${record.id}`,
      externalId: null,
    })
    expect(Math.abs(Date.parse(record.createdAt) - Date.now())).toBeLessThan(60_000)
  })

  it('shows every field and relationship, whether it is set or not', async () => {
    const record = await create()
    const valueTypes = Object.entries(record.fields).map(([key, { valueType }]) => [key, valueType])
    expect(Object.fromEntries(valueTypes)).toEqual(fields)
    for (const field of Object.values(record.fields)) expect(Object.keys(field).sort()).toEqual(['value', 'valueType'])
    const ends = Object.entries(record.relationships).map(([key, end]) => [key, [end.cardinality, end.objectType]])
    expect(Object.fromEntries(ends)).toEqual(relationships)
    for (const { values } of Object.values(record.relationships)) expect(Array.isArray(values)).toBe(true)
  })

  it('is retrieved as it was created, and is the newest in the list', async () => {
    const record = await create()
    expect(asWritten((await api.get(`/v1/${plural}/${record.id}`)).body)).toEqual(asWritten(record))
    const { body } = await api.get<ListBody>(`/v1/${plural}?limit=1`)
    expect(body).toEqual({ object: 'list', data: [expect.any(Object)], totalCount: expect.any(Number) })
    expect(body.data.map(asWritten)).toEqual([asWritten(record)])
  })

  it('is defined by the definitions of its type', async () => {
    const { body } = await api.get<{
      objectType: string
      fieldDefinitions: Record<string, { valueType: string; slug: string; id: string }>
      relationshipDefinitions: Record<string, { cardinality: string; objectType: string }>
    }>(`/v1/${plural}/definitions`)
    const record = await create()
    expect(Object.keys(body.fieldDefinitions).sort()).toEqual(Object.keys(record.fields).sort())
    expect(Object.keys(body.relationshipDefinitions).sort()).toEqual(Object.keys(record.relationships).sort())
    for (const [key, { valueType, slug, id }] of Object.entries(body.fieldDefinitions)) {
      expect([`$${slug}`, valueType]).toEqual([key, record.fields[key]?.valueType])
      expect(id).toMatch(/^ad_/)
    }
    for (const [key, { cardinality, objectType }] of Object.entries(body.relationshipDefinitions)) {
      expect(record.relationships[key]).toMatchObject({ cardinality, objectType })
    }
  })

  it.each(['acc_01h455vb4pex5vsknk084sn02q', 'con_01h455vb4pex5vsknk084sn02q', 'opp_01h455vb4pex5vsknk084sn02q', 'x'])(
    '404: is not there under the id %s',
    async (id) => {
      expect(outcome(await api.get(`/v1/${plural}/${id}`))).toBe('404')
      expect(outcome(await api.post(`/v1/${plural}/${id}`, { fields: {} }))).toBe('404')
    },
  )

  it('404: is not there under its id in capitals, with another prefix, or cut short', async () => {
    const { id } = await create()
    const others = [id.toUpperCase(), id.replace(/^[a-z]+_/, 'mem_'), id.slice(0, -1), `${id}0`, id.slice(4)]
    for (const other of others) expect(outcome(await api.get(`/v1/${plural}/${other}`))).toBe('404')
  })

  it('404: is no record of another type', async () => {
    const { id } = await create()
    for (const other of ['accounts', 'contacts', 'opportunities', 'members'].filter((one) => one !== plural)) {
      expect(outcome(await api.get(`/v1/${other}/${id}`))).toBe('404')
    }
  })
})

describe('create', () => {
  it('200: an account with all that can be said about one', async () => {
    const [one, two] = [await aContact(api), await aContact(api)]
    const account = await anAccount(
      api,
      {
        $name: 'Northwind',
        $website: ['northwind.example', 'https://Shop.Northwind.example/a?b=c#d'],
        $industry: ['software', 'Retail'],
        $headcount: '51-200',
        $lastFundingType: 'series a',
        $linkedIn: 'https://de.linkedin.com/company/northwind?trk=x',
        $twitter: '@northwind',
        $facebook: 'https://facebook.com/northwind',
        $instagram: 'northwind',
        $primaryAddress: { street: '1 High St', city: 'Town', country: 'gb', latitude: 51.5, longitude: null },
      },
      { $owner: member.id, $contact: [one.id, two.id] },
    )
    expect(valuesOf(account)).toMatchObject({
      $name: 'Northwind',
      $website: ['https://northwind.example', 'https://shop.northwind.example/a?b=c#d'],
      $industry: [expect.stringMatching(/^opt_/), expect.stringMatching(/^opt_/)],
      $headcount: expect.stringMatching(/^opt_/),
      $lastFundingType: expect.stringMatching(/^opt_/),
      $linkedIn: 'https://www.linkedin.com/company/northwind',
      $twitter: 'https://x.com/northwind',
      $facebook: 'https://www.facebook.com/northwind',
      $instagram: 'https://www.instagram.com/northwind',
      $primaryAddress: {
        street: '1 High St',
        street2: null,
        city: 'Town',
        state: null,
        postalCode: null,
        country: 'GB',
        latitude: 51.5,
        longitude: null,
      },
      $howTheyMakeMoney: null,
      $accountStatus: null,
      $lastInteractionAt: null,
    })
    expect(linksOf(account)).toMatchObject({ $owner: [member.id], $contact: [two.id, one.id] })
  })

  it('200: a contact with all that can be said about one', async () => {
    const contact = await aContact(
      api,
      {
        $name: { firstName: 'Ada' },
        $email: ['Ada@A.example', 'ada@b.example'],
        $phone: ['(202) 555-1234 x100', '+49 30 901820'],
        $title: 'CTO',
        $profilePhotoUrl: 'https://a.example/ada.png',
        $linkedIn: 'ada',
        $doNotContact: true,
      },
      { $account: [api.accountId], $owner: [member.id] },
    )
    expect(valuesOf(contact)).toMatchObject({
      $name: { firstName: 'Ada', lastName: null },
      $email: ['Ada@a.example', 'ada@b.example'],
      $phone: ['+12025551234;ext=100', '+4930901820'],
      $title: 'CTO',
      $profilePhotoUrl: 'https://a.example/ada.png',
      $linkedIn: 'https://www.linkedin.com/in/ada',
      $twitter: null,
      $doNotContact: true,
    })
    expect(linksOf(contact)).toMatchObject({ $account: [api.accountId], $owner: [member.id] })
  })

  it('200: an opportunity as the public documentation creates it', async () => {
    const [champion, evaluator] = [await aContact(api), await aContact(api)]
    const opportunity = await anOpportunity(
      api,
      {
        $name: 'Northwind renewal',
        $stage: 'proposal',
        $amount: 48_000.5,
        $closeDate: '2026-07-01T10:00:00+02:00',
        $nextStep: 'Call',
        $closeReason: null,
      },
      { $owner: [member.id], $champion: champion.id, $evaluator: evaluator.id, $createdBy: member.id },
    )
    expect(valuesOf(opportunity)).toMatchObject({
      $name: 'Northwind renewal',
      $stage: expect.stringMatching(/^opt_/),
      $amount: 48_000.5,
      $closeDate: '2026-07-01T08:00:00.000Z',
      $nextStep: 'Call',
      $closeReason: null,
      $opportunityStatus: null,
    })
    expect(linksOf(opportunity)).toEqual({
      $account: [api.accountId],
      $owner: [member.id],
      $createdBy: [member.id],
      $champion: [champion.id],
      $evaluator: [evaluator.id],
      $task: [],
      $note: [],
      $meeting: [],
    })
  })

  it('200: every stage can be given by its id as well as by its label', async () => {
    const { body } = await api.get<{
      fieldDefinitions: { $stage: { typeConfiguration: { options: { id: string; label: string }[] } } }
    }>('/v1/opportunities/definitions')
    const { options } = body.fieldDefinitions.$stage.typeConfiguration
    expect(options.map(({ label }) => label)).toEqual([
      'Lead',
      'Qualification',
      'Demo',
      'Trial',
      'Proposal',
      'Won',
      'Lost',
    ])
    for (const { id, label } of options) {
      for (const $stage of [id, label, ` ${label.toUpperCase()} `]) {
        expect((await anOpportunity(api, { $stage })).fields.$stage?.value).toBe(id)
      }
    }
  })

  it('200: $createdBy is the member whose key it is, unless the body names another', async () => {
    expect((await anOpportunity(api)).relationships.$createdBy?.values).toEqual([api.memberId])
    expect((await anOpportunity(api, {}, { $createdBy: member.id })).relationships.$createdBy?.values).toEqual([
      member.id,
    ])
    expect((await anOpportunity(api, {}, { $createdBy: [] })).relationships.$createdBy?.values).toEqual([])
  })

  it('200: null on create is the same as nothing', async () => {
    const account = await anAccount(api, { $website: null, $industry: null, $primaryAddress: null, $headcount: null })
    expect(valuesOf(account)).toMatchObject({
      $website: null,
      $industry: null,
      $primaryAddress: null,
      $headcount: null,
    })
  })

  it.each([
    ['accounts', '422 fields.$name', {}, {}],
    ['accounts', '422 fields.$name', { $name: null }, {}],
    ['accounts', '422 fields.$name', { $twitter: 'acme' }, {}],
    ['opportunities', '422 fields.$name', { $stage: 'Lead' }, { $account: 'sample' }],
    ['opportunities', '422 fields.$name', { $name: null, $stage: 'Lead' }, { $account: 'sample' }],
    ['opportunities', '422 fields.$stage', { $name: 'A' }, { $account: 'sample' }],
    ['opportunities', '422 fields.$stage', { $name: 'A', $stage: null }, { $account: 'sample' }],
    ['opportunities', '422 fields.$stage', { $name: 'A', $stage: 'Closed' }, { $account: 'sample' }],
    ['opportunities', '422 relationships.$account', { $name: 'A', $stage: 'Lead' }, {}],
    ['opportunities', '422 relationships.$account', { $name: 'A', $stage: 'Lead' }, { $account: [] }],
    ['opportunities', '400 invalid_type relationships.$account', { $name: 'A', $stage: 'Lead' }, { $account: null }],
  ])('422: %s without what it requires: %s', async (plural, answer, fields, relationships) => {
    const links = Object.fromEntries(
      Object.entries(relationships).map(([key, id]) => [key, id === 'sample' ? api.accountId : id]),
    )
    expect(outcome(await api.post(`/v1/${plural}`, { fields, relationships: links }))).toBe(answer)
  })

  it.each([
    ['accounts', '$accountStatus', 'x'],
    ['accounts', '$howTheyMakeMoney', 'x'],
    ['accounts', '$lastInteractionAt', '2026-01-01T00:00:00Z'],
    ['contacts', '$lastInteractionAt', null],
    ['opportunities', '$opportunityStatus', 'x'],
    ['opportunities', '$opportunityStatus', null],
    ['opportunities', '$lastInteractionAt', 5],
  ])('400 invalid_configuration: %s %s is written by the system only', async (plural, key, value) => {
    const fields = { $name: plural === 'contacts' ? { firstName: 'A' } : 'A', $stage: 'Lead', [key]: value }
    if (plural !== 'opportunities') Reflect.deleteProperty(fields, '$stage')
    const response = await api.post(`/v1/${plural}`, { fields, relationships: {} })
    expect(outcome(response)).toBe(`400 invalid_configuration fields.${key}`)
  })

  it.each([
    ['accounts', '$opportunity'],
    ['accounts', '$task'],
    ['accounts', '$note'],
    ['accounts', '$meeting'],
    ['contacts', '$opportunity'],
    ['contacts', '$task'],
    ['contacts', '$note'],
    ['contacts', '$meeting'],
    ['opportunities', '$task'],
    ['opportunities', '$note'],
    ['opportunities', '$meeting'],
  ])('400 invalid_configuration: %s %s is changed from the other record only', async (plural, key) => {
    const answer = `400 invalid_configuration relationships.${key}`
    expect(outcome(await api.post(`/v1/${plural}`, { fields: {}, relationships: { [key]: [] } }))).toBe(answer)
    const { id } = await types[plural as keyof typeof types].create()
    const changed = await api.post(`/v1/${plural}/${id}`, { relationships: { [key]: { add: [] } } })
    expect(outcome(changed)).toBe(answer)
  })
})

/** Values that do not fit, by the system field they are written to. */
const wrongTypes: [plural: keyof typeof types, key: string, values: unknown[]][] = [
  ['accounts', '$name', [5, true, [], ['A'], {}, { value: 'A', valueType: 'TEXT' }]],
  ['accounts', '$website', [5, {}, [5], [null], [['a.example']], { value: [], valueType: 'URL' }]],
  ['accounts', '$industry', ['Software', 5, {}, [5], [{}], [null]]],
  ['accounts', '$headcount', [5, [], ['1-10'], {}]],
  ['accounts', '$linkedIn', [5, [], {}, ['ada']]],
  [
    'accounts',
    '$primaryAddress',
    ['1 High St', 5, [], { town: 'A' }, { city: 5 }, { latitude: '51' }, { city: ['A'] }],
  ],
  ['contacts', '$name', ['Ada', 5, [], { first: 'Ada' }, { firstName: 5 }, { firstName: 'A', middleName: 'B' }]],
  ['contacts', '$email', [5, {}, [5], [{}]]],
  ['contacts', '$phone', [5, [5], {}]],
  ['contacts', '$profilePhotoUrl', [5, {}, [], ['https://a.example', 'https://b.example']]],
  ['contacts', '$doNotContact', ['true', 1, 0, 'yes', [], {}]],
  ['opportunities', '$amount', ['5', true, [], [5], {}, { value: 5, currency: 'USD' }]],
  ['opportunities', '$closeDate', [5, true, [], {}]],
  ['opportunities', '$stage', [5, true, ['Lead'], { id: 'x' }]],
]

const brokenRules: typeof wrongTypes = [
  ['accounts', '$website', ['not a site', 'ftp://a.example', 'javascript:alert(1)', 'https://', '', ['a.example', '']]],
  ['accounts', '$industry', [['Baking'], ['Software', ''], ['opt_none']]],
  ['accounts', '$headcount', ['many', '', 'opt_none']],
  ['accounts', '$twitter', ['https://linkedin.com/in/a', '', 'a b', 'https://x.com/a/status/1']],
  ['accounts', '$primaryAddress', [{ country: 'USA' }, { country: 'XX' }, { latitude: 91 }, { city: 'a\0' }]],
  ['contacts', '$name', [{ firstName: 'a\0b' }, { lastName: '\ud800' }]],
  ['contacts', '$email', ['ada', 'a@', '@b.example', 'Ada <ada@a.example>', ['ada@a.example', 'x'], 'a@b', '']],
  ['contacts', '$phone', [['12'], ['call me'], ['+1'], ['+999999999999999999'], '']],
  ['opportunities', '$amount', [1.005, 0.001, 2 ** 53, -1e300]],
  ['opportunities', '$closeDate', ['2026-07-01', '2026-07-01T10:00:00', '2026-02-30T00:00:00Z', 'tomorrow', '']],
]

const each = (table: typeof wrongTypes) =>
  table.flatMap(([plural, key, values]) => values.map((value) => ({ plural, key, value })))

describe('values of system fields', () => {
  it.each(each(wrongTypes))('400 invalid_type: $plural $key is not $value', async ({ plural, key, value }) => {
    const answer = `400 invalid_type fields.${key}`
    expect(outcome(await api.post(`/v1/${plural}`, { fields: { [key]: value }, relationships: {} }))).toBe(answer)
  })

  it.each(each(brokenRules))('422: $plural $key cannot be $value', async ({ plural, key, value }) => {
    const { id } = await types[plural].create()
    const before = await contentsOf(api)
    const created = await api.post(`/v1/${plural}`, {
      fields: {
        ...(plural !== 'contacts' && { $name: 'A' }),
        ...(plural === 'opportunities' && { $stage: 'Lead' }),
        [key]: value,
      },
      relationships: plural === 'opportunities' ? { $account: api.accountId } : {},
    })
    expect(outcome(created)).toBe(`422 fields.${key}`)
    expect(outcome(await api.post(`/v1/${plural}/${id}`, { fields: { [key]: value } }))).toBe(`422 fields.${key}`)
    expect(await contentsOf(api)).toEqual(before)
  })

  it('422: $amount cannot be a number that JSON can write and nobody can hold', async () => {
    const { id } = await anOpportunity(api)
    for (const number of ['1e999', '-1e999']) {
      const response = await api.raw({
        method: 'POST',
        path: `/v1/opportunities/${id}`,
        headers: {
          authorization: `Bearer ${api.key}`,
          'lightfield-version': '2026-03-01',
          'content-type': 'application/json',
        },
        body: `{"fields":{"$amount":${number}}}`,
      })
      expect(outcome(response)).toBe('422 fields.$amount')
    }
  })
})

describe('update', () => {
  it('200: changes what it names, and nothing else', async () => {
    const before = await anAccount(
      api,
      { $name: 'Old', $website: ['a.example'], $twitter: 'acme' },
      { $owner: member.id },
    )
    const { body } = await api.post(`/v1/accounts/${before.id}`, {
      fields: { $name: 'New', $twitter: null, $headcount: '1-10' },
    })
    expect(valuesOf(body)).toEqual({
      ...valuesOf(before),
      $name: 'New',
      $twitter: null,
      $headcount: expect.stringMatching(/^opt_/),
    })
    expect(linksOf(body)).toEqual(linksOf(before))
    expect([body.id, body.createdAt, body.httpLink]).toEqual([before.id, before.createdAt, before.httpLink])
    expect(Date.parse(body.updatedAt)).toBeGreaterThan(Date.parse(before.updatedAt))
    expect((await api.get(`/v1/accounts/${before.id}`)).body).toEqual(body)
  })

  it('200: nothing new, such as the same value in other words, leaves updatedAt and the history alone', async () => {
    const account = await anAccount(
      api,
      { $website: ['a.example'], $primaryAddress: { city: 'A' }, $headcount: '1-10', $industry: ['Legal', 'Retail'] },
      { $owner: member.id },
    )
    const before = await contentsOf(api)
    for (const body of [
      {},
      { fields: {}, relationships: {} },
      { fields: { $website: 'https://A.example/', $headcount: account.fields.$headcount?.value } },
      { fields: { $primaryAddress: { city: 'A', state: null, latitude: null } } },
      { fields: { $industry: ['legal', 'RETAIL', 'Legal'], $twitter: null } },
      { relationships: { $owner: { replace: member.id } } },
      { relationships: { $owner: { add: [member.id] }, $contact: { remove: [] } } },
      { relationships: { $contact: { replace: [] } } },
    ]) {
      const response = await api.post(`/v1/accounts/${account.id}`, body)
      expect([response.status, asWritten(response.body)]).toEqual([200, asWritten(account)])
    }
    expect(await contentsOf(api)).toEqual(before)
  })

  it('200: replaces a set of options or addresses as a whole', async () => {
    const { id } = await anAccount(api, { $industry: ['Legal', 'Retail'], $website: ['a.example', 'b.example'] })
    const { body } = await api.post(`/v1/accounts/${id}`, { fields: { $industry: ['Energy'], $website: 'c.example' } })
    expect(body.fields.$website?.value).toEqual(['https://c.example'])
    expect(body.fields.$industry?.value).toHaveLength(1)
    const emptied = await api.post(`/v1/accounts/${id}`, { fields: { $industry: [], $website: [] } })
    expect(valuesOf(emptied.body)).toMatchObject({ $industry: [], $website: [] })
  })

  it.each([
    ['accounts', '$name'],
    ['opportunities', '$name'],
    ['opportunities', '$stage'],
  ] as const)('422: %s %s cannot be cleared', async (plural, key) => {
    const { id } = await types[plural].create()
    expect(outcome(await api.post(`/v1/${plural}/${id}`, { fields: { [key]: null } }))).toBe(`422 fields.${key}`)
  })

  it('200: a contact can be without a name', async () => {
    const { id } = await aContact(api, { $name: { firstName: 'Ada', lastName: 'Byron' } })
    const { body } = await api.post(`/v1/contacts/${id}`, { fields: { $name: null } })
    expect(body.fields.$name).toEqual({ value: null, valueType: 'FULL_NAME' })
  })

  it('200: every one of a crowd of updates of one record is kept', async () => {
    const { id } = await anOpportunity(api)
    const changes = Array.from({ length: 20 }, (_, index) => ({ $amount: index }))
    const others = ['$nextStep', '$closeReason', '$name'].map((key) => ({ [key]: `by ${key}` }))
    const responses = await Promise.all(
      [...changes, ...others].map((fields) => api.post(`/v1/opportunities/${id}`, { fields })),
    )
    expect(responses.map(outcome)).toEqual(responses.map(() => '200'))
    const { body } = await api.get(`/v1/opportunities/${id}`)
    expect(valuesOf(body)).toMatchObject({
      $nextStep: 'by $nextStep',
      $closeReason: 'by $closeReason',
      $name: 'by $name',
    })
    const last = responses.map((response) => response.body).find(({ updatedAt }) => updatedAt === body.updatedAt)
    expect(last && asWritten(last)).toEqual(asWritten(body))
    const [log] = await api.sql<{ count: number }>(
      `select count(*)::int from change where kind = 'updated' and before <> after and record_id =
        (select record_id from change where after->>'$name' = 'by $name' limit 1)`,
    )
    expect(log?.count).toBe(new Set(responses.map((response) => response.body.updatedAt)).size)
  })
})

describe('members', () => {
  it('200: are read with exactly their documented keys', async () => {
    const made = await aMember(api, {
      email: 'grace@team.example',
      firstName: 'Grace',
      lastName: 'Hopper',
      role: 'admin',
    })
    const { body } = await api.get(`/v1/members/${made.id}`)
    expect(body).toMatchObject({
      id: expect.stringMatching(/^mem_[0-9a-z]{26}$/),
      createdAt: expect.stringMatching(moment),
      updatedAt: made.createdAt,
      httpLink: expect.stringContaining(made.id),
      fields: {
        $email: { value: 'grace@team.example', valueType: 'EMAIL' },
        $name: { value: { firstName: 'Grace', lastName: 'Hopper' }, valueType: 'FULL_NAME' },
        $profileImage: { value: null, valueType: 'URL' },
        $role: { value: 'admin', valueType: 'TEXT' },
      },
      relationships: {},
    })
    expect(body).toEqual(made)
    const keys = ['createdAt', 'fields', 'httpLink', 'id', 'relationships', 'updatedAt']
    expect(Object.keys(body).sort()).toEqual(keys)
  })

  it('200: are listed newest first', async () => {
    const made = await aMember(api)
    const { body } = await api.get<ListBody>('/v1/members?limit=2')
    expect(body.data[0]).toEqual(made)
    const all = successOf(await api.get<ListBody>('/v1/members'))
    expect(all.totalCount).toBe(all.data.length)
    expect(all.data.map(({ id }) => id)).toEqual(
      all.data
        .map(({ id }) => id)
        .toSorted()
        .reverse(),
    )
  })

  it('200: ignore what is no page parameter, for they cannot be filtered', async () => {
    const plain = await api.get<ListBody>('/v1/members')
    for (const query of ['$email[contains]=nobody', 'bogus=1', '$name=x', '$role[greaterThan]=1']) {
      expect((await api.get<ListBody>(`/v1/members?${query}`)).body).toEqual(plain.body)
    }
  })

  it('404: for ids that are not of members', async () => {
    for (const id of ['mem_none', 'mem_01h455vb4pex5vsknk084sn02q', api.accountId]) {
      expect(outcome(await api.get(`/v1/members/${id}`))).toBe('404')
    }
  })
})
