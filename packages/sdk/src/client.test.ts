import { beforeAll, describe, expect, expectTypeOf, test, vi } from 'vitest'
import { startApi } from '../../server/test/harness.ts'
import manifest from '../package.json' with { type: 'json' }
import { json, startMisbehaving } from '../test/misbehaving.ts'
import {
  type Account,
  type Contact,
  type FiltersOf,
  type KeyInformation,
  type Member,
  Openfield,
  OpenfieldError,
  type Opportunity,
} from './index.ts'

const api = await startApi()
const apiKey = api.key
const client = new Openfield({ apiKey, baseURL: api.url })
let account: Account

beforeAll(async () => {
  account = await client.account.create({ fields: { $name: 'Acme' } })
  await api.post('/admin/v1/objects/opportunity/fields', { slug: 'icp-score', label: 'Score', valueType: 'NUMBER' })
  await api.post('/admin/v1/objects/opportunity/relationships', {
    slug: 'partner',
    label: 'Partners',
    to: 'account',
    cardinality: 'HAS_MANY',
    inverse: { slug: 'brokered', label: 'Brokered', cardinality: 'HAS_MANY' },
  })
})

const newOpportunity = () =>
  client.opportunity.create({ fields: { $name: 'Deal', $stage: 'Lead' }, relationships: { $account: account.id } })

describe('accounts', () => {
  test('are created, retrieved, updated and listed', async () => {
    const created = await client.account.create({
      fields: { $name: 'Globex', $website: ['globex.com'], $primaryAddress: { city: 'Springfield', country: 'US' } },
    })
    expect(created.fields.$website).toEqual({ value: ['https://globex.com'], valueType: 'URL' })
    expectTypeOf(created.fields.$website).toEqualTypeOf<{ value: string[] | null; valueType: 'URL' }>()
    expect(created.fields.$primaryAddress.value?.city).toBe('Springfield')
    expect((await client.account.retrieve(created.id)).fields.$name.value).toBe('Globex')

    const updated = await client.account.update(created.id, { fields: { $headcount: '11-50', $website: null } })
    expect(updated.fields.$website.value).toBeNull()
    expect(updated.fields.$headcount.value).toMatch(/^opt_/)
    expect((await client.account.list({ filter: { $name: 'globex' } })).data.map(({ id }) => id)).toEqual([created.id])
  })
})

describe('contacts', () => {
  test('are created, retrieved, updated and listed', async () => {
    const created = await client.contact.create({
      fields: { $name: { firstName: 'Ada', lastName: 'Byron' }, $email: 'ada@acme.com', $phone: ['+12025551234'] },
      relationships: { $account: [account.id] },
    })
    expectTypeOf(created).toEqualTypeOf<Contact>()
    expect(created.fields.$email).toEqual({ value: ['ada@acme.com'], valueType: 'EMAIL' })
    expect(created.fields.$name.value?.lastName).toBe('Byron')
    expect((await client.contact.retrieve(created.id)).relationships).toEqual(created.relationships)

    const updated = await client.contact.update(created.id, { relationships: { $account: { remove: account.id } } })
    expect(updated.relationships.$account.values).toEqual([])
    const { data } = await client.contact.list({ filter: { '$email[contains]': 'ada@' } })
    expect(data.map(({ id }) => id)).toEqual([created.id])
  })
})

describe('opportunities', () => {
  test('are created with a stage and an account, and read back with a type for each value', async () => {
    const opportunity = await client.opportunity.create({
      fields: { $name: 'Renewal', $stage: 'Lead', $amount: 4800, $closeDate: '2026-05-01T09:00:00+02:00' },
      relationships: { $account: account.id },
    })
    expectTypeOf(opportunity).toEqualTypeOf<Opportunity>()
    expect(opportunity.fields.$amount).toEqual({ value: 4800, valueType: 'CURRENCY' })
    expectTypeOf(opportunity.fields.$amount).toEqualTypeOf<{ value: number | null; valueType: 'CURRENCY' }>()
    expect(opportunity.fields.$closeDate.value).toBe('2026-05-01T07:00:00.000Z')
    expect(opportunity.relationships.$account).toEqual({
      cardinality: 'HAS_ONE',
      objectType: 'account',
      values: [account.id],
    })
    expectTypeOf(opportunity.relationships.$account.objectType).toEqualTypeOf<'account'>()
    const { fields, relationships } = await client.opportunity.retrieve(opportunity.id)
    expect(fields.$amount).toEqual(opportunity.fields.$amount)
    expect(relationships).toEqual(opportunity.relationships)
  })

  test('are updated: null clears a field, replace states the links', async () => {
    const { id } = await newOpportunity()
    const champion = await client.contact.create({ fields: {} })
    const updated = await client.opportunity.update(id, {
      fields: { $nextStep: null, $amount: 12.5 },
      relationships: { $champion: { replace: champion.id } },
    })
    expect(updated.fields.$amount.value).toBe(12.5)
    expect(updated.relationships.$champion.values).toEqual([champion.id])
    const cleared = await client.opportunity.update(id, { relationships: { $champion: { replace: null } } })
    expect(cleared.relationships.$champion.values).toEqual([])
  })

  test('have what the workspace has added, under bare slugs', async () => {
    const created = await client.opportunity.create({
      fields: { $name: 'Custom', $stage: 'Lead', 'icp-score': 7 },
      relationships: { $account: account.id, partner: [account.id] },
    })
    const score = created.fields['icp-score']
    expect(score).toEqual({ value: 7, valueType: 'NUMBER' })
    if (score?.valueType === 'NUMBER') expectTypeOf(score.value).toEqualTypeOf<number | null>()
    expect(created.relationships.partner?.values).toEqual([account.id])
    const { data } = await client.opportunity.list({ filter: { 'icp-score[greaterThan]': 6, partner: account.id } })
    expect(data.map(({ id }) => id)).toEqual([created.id])
  })

  test('are filtered by every kind of key', async () => {
    const other = await client.account.create({ fields: { $name: 'Filtered' } })
    const { id } = await client.opportunity.create({
      fields: { $name: 'Acquisition & more', $stage: 'Demo', $amount: 6 },
      relationships: { $account: other.id },
    })
    const page = await client.opportunity.list({
      filter: {
        '$name[startsWith]': 'acquisition &',
        '$amount[greaterThan]': 5,
        '$amount[lessThanOrEqual]': 6,
        '$stage[-equal]': 'Lead',
        '$opportunity-account[contains]': other.id,
        $account: other.id,
        '$closeDate[-lessThan]': '2026-01-01',
      },
    })
    expect(page.data.map((record) => record.id)).toEqual([id])
    expect(page.totalCount).toBe(1)
    expect((await client.opportunity.list({ filter: { '$account[-equal]': other.id, $amount: 6 } })).data).toEqual([])
    const { data } = await client.account.list({ filter: { '$opportunity-account[equal]': id } })
    expect(data.map((record) => record.id)).toEqual([other.id])
    expectTypeOf<FiltersOf<'opportunity'>['$amount[-equal]']>().toEqualTypeOf<number | undefined>()
    expectTypeOf<FiltersOf<'contact'>['$doNotContact']>().toEqualTypeOf<boolean | undefined>()
    expectTypeOf<Extract<keyof FiltersOf<'contact'>, `$email${string}`>>().toEqualTypeOf<
      '$email' | '$email[contains]' | '$email[-contains]'
    >()
  })
})

test('definitions name the options of a select', async () => {
  const { objectType, fieldDefinitions, relationshipDefinitions } = await client.opportunity.definitions()
  expectTypeOf(objectType).toEqualTypeOf<'opportunity'>()
  expect(fieldDefinitions.$stage.typeConfiguration.options?.map(({ label }) => label)).toContain('Proposal')
  expect(fieldDefinitions['icp-score']?.valueType).toBe('NUMBER')
  expect(relationshipDefinitions.$account.slug).toBe('opportunity-account')
  expect((await client.account.definitions()).objectType).toBe('account')
  expect((await client.contact.definitions()).fieldDefinitions.$name.valueType).toBe('FULL_NAME')
})

test('members are listed and retrieved, and only that', async () => {
  const { data } = await client.member.list({ limit: 1 })
  const [member] = data
  expectTypeOf(data).toEqualTypeOf<Member[]>()
  expect(member?.fields.$email.value).toBe('admin@example.com')
  expectTypeOf(data[0]?.fields.$email.value).toEqualTypeOf<string | null | undefined>()
  expect(await client.member.retrieve(member?.id ?? '')).toEqual(member)
  expectTypeOf<keyof Openfield['member']>().toEqualTypeOf<'retrieve' | 'list'>()
})

test('auth.validate says what the key is', async () => {
  const key = await client.auth.validate()
  expectTypeOf(key).toEqualTypeOf<KeyInformation>()
  expect(key).toEqual({ active: true, tokenType: 'api_key', subjectType: 'user', scopes: [] })
})

describe('idempotency', () => {
  const body = () => ({ fields: { $name: 'Once', $stage: 'Lead' }, relationships: { $account: account.id } })

  test('two calls are two records', async () => {
    const [one, two] = [await client.opportunity.create(body()), await client.opportunity.create(body())]
    expect(one.id).not.toBe(two.id)
  })

  test('calls with one idempotencyKey are one record', async () => {
    const options = { idempotencyKey: crypto.randomUUID() }
    const [one, two] = await Promise.all([
      client.opportunity.create(body(), options),
      client.opportunity.create(body(), options),
    ])
    expect(two).toEqual(one)
  })

  test('the key can be given as a header, as with the official libraries', async () => {
    const options = { headers: { 'Idempotency-Key': crypto.randomUUID() } }
    const one = await client.opportunity.create(body(), options)
    expect(await client.opportunity.create(body(), options)).toEqual(one)
  })
})

describe('requests', () => {
  test('carry the key, the version, and their own idempotency key when they write', async () => {
    using other = await startMisbehaving(json(200, {}))
    const spy = new Openfield({ apiKey: ' sk_of_x\n', baseURL: other.url, defaultHeaders: { 'X-Team': 'sales' } })
    await spy.account.create({ fields: { $name: 'A' } }, { headers: { 'X-Team': 'support' } })
    await spy.account.create({ fields: { $name: 'A' } }, { maxRetries: 0 })
    await spy.account.retrieve('acc_1')
    const [write, writeOnce, read] = other.seen
    expect(write?.headers).toMatchObject({
      authorization: 'Bearer sk_of_x',
      accept: 'application/json',
      'content-type': 'application/json',
      'lightfield-version': '2026-03-01',
      'user-agent': `Openfield/JS ${manifest.version}`,
      'x-team': 'support',
      'idempotency-key': expect.stringMatching(/^[0-9a-f]{32}$/),
    })
    expect(writeOnce?.headers).not.toHaveProperty('idempotency-key')
    expect(read?.headers).toMatchObject({ 'x-team': 'sales', 'lightfield-version': '2026-03-01' })
    expect(read?.headers).not.toHaveProperty('idempotency-key')
    expect(read?.headers).not.toHaveProperty('content-type')
  })

  test.each(['', '/', '/crm', '/crm/'])('go below the path of the baseURL: "%s"', async (path) => {
    using other = await startMisbehaving(json(200, {}))
    await new Openfield({ apiKey, baseURL: other.url + path }).account.retrieve('a/b?c#d')
    expect(other.seen[0]?.url).toBe(`${path.replace(/\/$/, '')}/v1/accounts/a%2Fb%3Fc%23d`)
  })

  test('go where the environment says when there is no baseURL', async () => {
    using other = await startMisbehaving(json(200, {}))
    vi.stubEnv('LIGHTFIELD_BASE_URL', other.url)
    await new Openfield({ apiKey }).auth.validate()
    vi.unstubAllEnvs()
    expect(other.seen).toHaveLength(1)
  })

  test('go through the fetch that is given', async () => {
    const answer = { active: true }
    const given = new Openfield({ apiKey, fetch: async (url, { method }) => Response.json({ ...answer, url, method }) })
    expect(await given.auth.validate()).toMatchObject({
      ...answer,
      url: 'http://127.0.0.1:3000/v1/auth/validate',
      method: 'GET',
    })
  })
})

describe('mistakes are told before anything is sent', () => {
  const closed = new Openfield({ apiKey, baseURL: 'http://127.0.0.1:9', maxRetries: 0 })

  test.each(['', '.', '..'])('the id "%s"', async (id) => {
    await expect(closed.account.retrieve(id)).rejects.toThrow(/^An id is needed/)
    await expect(closed.account.update(id, {})).rejects.toBeInstanceOf(OpenfieldError)
  })

  test.each(['', '  ', 'two words', 'sk_…'])('the apiKey "%s"', (wrong) => {
    expect(() => new Openfield({ apiKey: wrong })).toThrow(/^An apiKey is needed/)
  })

  test.each(['localhost:3000', 'crm.example.com', 'ftp://crm.example.com', 'http://'])(
    'the baseURL "%s"',
    (baseURL) => {
      expect(() => new Openfield({ apiKey, baseURL })).toThrow(/^The baseURL must be an address/)
    },
  )
})
