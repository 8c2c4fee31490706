import { describe, expect, it } from 'vitest'
import {
  aContact,
  aField,
  aMember,
  anAccount,
  anOpportunity,
  aRelationship,
  successOf,
} from '../../../test/factories.ts'
import { type ListBody, outcome, type RecordBody, startApi } from '../../../test/harness.ts'

const api = await startApi({ OPENFIELD_WORKER: 'off' })

type Query = Record<string, string>
const list = async (plural: string, ...queries: Query[]) => {
  const text = queries.map((query) => new URLSearchParams(query).toString()).join('&')
  return successOf(await api.get<ListBody>(`/v1/${plural}?${text}`))
}
const idsOf = async (plural: string, ...queries: Query[]) => (await list(plural, ...queries)).data.map(({ id }) => id)
const newestFirst = (records: RecordBody[]) =>
  records
    .map(({ id }) => id)
    .toSorted()
    .reverse()

type Case = {
  valueType: string
  typeConfiguration?: object
  /** A record for each; one more has no value. */
  values: unknown[]
  /** Filters, as `operator=text`, with the places of the values that they find. */
  finds: Record<string, number[]>
  /** Filters that cannot be, with what is answered. */
  refused: Record<string, string>
}

const comparisons = {
  '[contains]=1': '400 invalid_configuration',
  '[startsWith]=1': '400 invalid_configuration',
  '[bogus]=1': '400 invalid_configuration',
  '[]=1': '400 unknown_field',
  '[Equal]=1': '400 invalid_configuration',
  '=ten': '400 invalid_type',
  '[greaterThan]=': '400 invalid_type',
}
const onlyContains = {
  '[equal]=a': '400 invalid_configuration',
  '[startsWith]=a': '400 invalid_configuration',
  '[greaterThan]=1': '400 invalid_configuration',
}

const cases: Case[] = [
  {
    valueType: 'TEXT',
    values: [
      'Alpha',
      'alpha',
      'Alphabet',
      'Café',
      'a%_\\b',
      '',
      ' spaced ',
      'a=b&c',
      'x'.repeat(600),
      `${'x'.repeat(600)}y`,
      'omega\u{10ffff}\u{10ffff}z',
      '\ud7ff\ue000',
      '\u{10ffff}',
    ],
    finds: {
      '=alpha': [0, 1],
      '[equal]=ALPHA': [0, 1],
      '[equal]=Alph': [],
      '[equal]=Cafe\u0301': [3],
      '[equal]=cafe': [],
      '[equal]=a%_\\b': [4],
      '[equal]=a%': [],
      '[equal]=': [5],
      '[equal]= spaced ': [6],
      '[equal]=spaced': [],
      '[equal]=a=b&c': [7],
      [`[equal]=${'X'.repeat(600)}`]: [8],
      '[startsWith]=alpha': [0, 1, 2],
      '[startsWith]=ALPHAB': [2],
      '[startsWith]=a%': [4],
      '[startsWith]=%': [],
      '[startsWith]=caf': [3],
      [`[startsWith]=${'x'.repeat(500)}`]: [8, 9],
      '[startsWith]=omega': [10],
      '[startsWith]=omega\u{10ffff}': [10],
      '[startsWith]=\ud7ff': [11],
      '[startsWith]=\u{10ffff}': [12],
      '[startsWith]=': [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12],
    },
    refused: {
      '[contains]=a': '400 invalid_configuration',
      '[greaterThan]=a': '400 invalid_configuration',
      [`[startsWith]=${'x'.repeat(501)}`]: '400 invalid_type',
    },
  },
  {
    valueType: 'NUMBER',
    values: [0, 1, 1.5, -2.25, 100, 9_007_199_254_740_991, 0.07],
    finds: {
      '=1.50': [2],
      '[equal]=0': [0],
      '[equal]=-0': [0],
      '[equal]=1e2': [4],
      '[equal]=0.07': [6],
      '[equal]=9007199254740991': [5],
      '[equal]=1.501': [],
      '[greaterThan]=1': [2, 4, 5],
      '[greaterThanOrEqual]=1': [1, 2, 4, 5],
      '[lessThan]=0': [3],
      '[lessThanOrEqual]=0': [0, 3],
      '[greaterThan]=-1e308': [0, 1, 2, 3, 4, 5, 6],
      '[lessThan]=-1e308': [],
    },
    refused: { ...comparisons, '=1,5': '400 invalid_type', '=0x10': '400 invalid_type', '=1e999': '400 invalid_type' },
  },
  {
    valueType: 'CURRENCY',
    typeConfiguration: { currency: 'EUR' },
    values: [10, 99.99, 100],
    finds: {
      '=99.99': [1],
      '[equal]=100': [2],
      '[greaterThan]=10': [1, 2],
      '[greaterThanOrEqual]=99.99': [1, 2],
      '[lessThan]=99.99': [0],
      '[lessThanOrEqual]=10': [0],
    },
    refused: { ...comparisons, '=100 EUR': '400 invalid_type' },
  },
  {
    valueType: 'DATETIME',
    values: [
      '2026-05-01T09:00:00Z',
      '2026-05-01T11:00:00.001+02:00',
      '1969-12-31T23:59:59.999Z',
      '9999-12-31T23:59:59Z',
    ],
    finds: {
      '=2026-05-01T09:00:00Z': [0],
      '[equal]=2026-05-01T11:00:00+02:00': [0],
      '[equal]=2026-05-01T09:00:00.001Z': [1],
      '[equal]=2026-05-01': [],
      '[greaterThan]=2026-05-01': [0, 1, 3],
      '[greaterThan]=2026-05-01T09:00:00Z': [1, 3],
      '[greaterThanOrEqual]=2026-05-01T09:00:00Z': [0, 1, 3],
      '[lessThan]=1970-01-01': [2],
      '[lessThanOrEqual]=2026-05-01T09:00:00Z': [0, 2],
    },
    refused: {
      ...comparisons,
      '=tomorrow': '400 invalid_type',
      '=2026-02-30': '400 invalid_type',
      '=1780000000': '400 invalid_type',
    },
  },
  {
    valueType: 'CHECKBOX',
    values: [true, false],
    finds: { '=true': [0], '[equal]=false': [1], '[equal]=TRUE': [0] },
    refused: {
      '=yes': '400 invalid_type',
      '=1': '400 invalid_type',
      '=': '400 invalid_type',
      '[contains]=true': '400 invalid_configuration',
      '[startsWith]=t': '400 invalid_configuration',
    },
  },
  {
    valueType: 'SINGLE_SELECT',
    typeConfiguration: { options: [{ label: 'New  Deal' }, { label: 'Old' }, { label: 'Never' }] },
    values: ['New Deal', 'Old'],
    finds: { '=new deal': [0], '[equal]= OLD ': [1], '[equal]=Never': [], '[equal]=opt_unknown': [] },
    refused: {
      '=Elsewhere': '400 invalid_type',
      '=': '400 invalid_type',
      '[contains]=Old': '400 invalid_configuration',
    },
  },
  {
    valueType: 'MULTI_SELECT',
    typeConfiguration: { options: [{ label: 'A' }] },
    values: [['A']],
    finds: {},
    refused: {
      '=A': '400 invalid_configuration',
      '[equal]=A': '400 invalid_configuration',
      '[contains]=A': '400 invalid_configuration',
    },
  },
  {
    valueType: 'MARKDOWN',
    values: ['# A'],
    finds: {},
    refused: {
      '=A': '400 invalid_configuration',
      '[equal]=# A': '400 invalid_configuration',
      '[-startsWith]=#': '400 invalid_configuration',
    },
  },
  {
    valueType: 'EMAIL',
    typeConfiguration: { multipleValues: true },
    values: [['Ada@Acme.example', 'ada@home.example'], ['bob@acme.example'], ['100%_sure@a.example'], []],
    finds: {
      '=ada@acme.example': [0],
      '[contains]=@ACME.example': [0, 1],
      '[contains]=ada': [0],
      '[contains]=%': [2],
      '[contains]=_': [2],
      '[contains]=0%_s': [2],
      '[contains]=nobody': [],
      '[contains]=acme.example,ada': [],
      '[contains]=': [0, 1, 2],
    },
    refused: onlyContains,
  },
  {
    valueType: 'EMAIL',
    values: ['ada@acme.example', 'bob@acme.example'],
    finds: { '=ada@acme.example': [0], '[contains]=acme': [0, 1] },
    refused: onlyContains,
  },
  {
    valueType: 'TELEPHONE',
    values: [['+12025551234;ext=100'], ['+4930901820', '+12025550000'], ['5551234']],
    finds: {
      '=(202) 555-1234': [0],
      '[contains]=+1 202 555': [0, 1],
      '[contains]=ext=100': [0],
      '[contains]=5551234': [0, 2],
      '[contains]=+49 30': [1],
    },
    refused: onlyContains,
  },
  {
    valueType: 'URL',
    typeConfiguration: { multipleValues: true },
    values: [['https://acme.example'], ['https://Acme.example/Careers?x=1', 'http://b.example'], ['https://c.example']],
    finds: {
      '=acme.example': [0, 1],
      '[contains]=https://ACME.example/': [0, 1],
      '[contains]=careers': [1],
      '[contains]=http://b.example': [1],
      '[contains]=?x=1': [1],
      '[contains]=example': [0, 1, 2],
    },
    refused: onlyContains,
  },
  {
    valueType: 'SOCIAL_HANDLE',
    typeConfiguration: { handleService: 'TWITTER' },
    values: ['acme', 'https://twitter.com/AcmeCorp'],
    finds: {
      '=acme': [0],
      '[equal]=@ACME': [0],
      '[equal]=https://twitter.com/acmecorp': [1],
      '[startsWith]=https://x.com/acme': [0, 1],
      '[startsWith]=': [0, 1],
      '[equal]=nobody': [],
    },
    refused: { '[contains]=acme': '400 invalid_configuration' },
  },
  {
    valueType: 'FULL_NAME',
    values: [
      { firstName: 'Alice', lastName: 'Bob' },
      { firstName: 'Alice' },
      { lastName: 'Bob' },
      { firstName: 'alice  marie', lastName: 'bob' },
      {},
    ],
    finds: {
      '=Alice Bob': [0],
      '[equal]= ALICE  bob ': [0],
      '[equal]=Alice': [1],
      '[equal]=Bob': [2],
      '[equal]=': [4],
      '[startsWith]=alice': [0, 1, 3],
      '[startsWith]=Alice Marie B': [3],
      '[startsWith]=': [0, 1, 2, 3],
    },
    refused: { '[contains]=Bob': '400 invalid_configuration', '[greaterThan]=A': '400 invalid_configuration' },
  },
  {
    valueType: 'ADDRESS',
    values: [{ street: '1 High St', city: 'Oslo', country: 'NO' }, { city: 'Oslo' }, { latitude: 1, longitude: 2 }],
    finds: {
      '=1 high st, oslo, no': [0],
      '[equal]=Oslo': [1],
      '[startsWith]=1 High': [0],
      '[startsWith]=osl': [1],
      '[startsWith]=': [0, 1],
      '[equal]=': [2],
    },
    refused: { '[contains]=Oslo': '400 invalid_configuration' },
  },
]

const title = ({ valueType, typeConfiguration = {} }: Case) => `${valueType} ${JSON.stringify(typeConfiguration)}`

describe.each(cases.map((one) => ({ ...one, title: title(one) })))('a filter on $title', async (one) => {
  const { valueType, typeConfiguration = {} } = one
  const { slug } = await aField(api, 'contact', { valueType, typeConfiguration })
  const { slug: marker } = await aField(api, 'contact', { valueType: 'TEXT' })
  const mine = { [marker]: 'mine' }
  const records: RecordBody[] = []
  for (const value of [...one.values, null]) records.push(await aContact(api, { [slug]: value, [marker]: 'mine' }))
  const at = (places: number[]) => newestFirst(places.flatMap((place) => records[place] ?? []))
  const split = (filter: string): [operator: string, text: string] => {
    const equals = filter.indexOf('=')
    return [filter.slice(0, equals), filter.slice(equals + 1)]
  }

  it.each(Object.entries(one.finds))('%s finds %j, and negated everything else', async (filter, places) => {
    const [operator, text] = split(filter)
    const query = { [`${slug}${operator}`]: text }
    const found = await list('contacts', query)
    expect({ ids: found.data.map(({ id }) => id), total: found.totalCount }).toEqual({
      ids: at(places),
      total: places.length,
    })
    if (operator === '') return
    const others = records.flatMap((_, place) => (places.includes(place) ? [] : place))
    const negated = { [`${slug}${operator.replace('[', '[-')}`]: text }
    expect(await idsOf('contacts', negated, mine)).toEqual(at(others))
    const { totalCount: all } = await list('contacts', { limit: '1' })
    expect((await list('contacts', negated, { limit: '1' })).totalCount).toBe(all - places.length)
    expect(await idsOf('contacts', query, negated)).toEqual([])
  })

  it.each(Object.entries(one.refused))('%s: %s', async (filter, answer) => {
    const [operator, text] = split(filter)
    const query = new URLSearchParams({ [`${slug}${operator}`]: text })
    expect(outcome(await api.get(`/v1/contacts?${query}`))).toBe(`${answer} ${slug}${operator}`)
  })
})

describe('filters on system fields', async () => {
  const desk = await anAccount(api)
  const here = { '$account[equal]': desk.id }
  const make = (fields: object) => anOpportunity(api, { ...fields }, { $account: desk.id })
  const [early, late, lost] = [
    await make({ $name: 'Alpha', $amount: 100, $closeDate: '2026-01-01T00:00:00Z' }),
    await make({ $name: 'Beta', $amount: 200, $closeDate: '2026-06-01T00:00:00Z', $stage: 'Won' }),
    await make({ $name: 'Gamma', $stage: 'Lost' }),
  ]

  it('find opportunities by name, stage, amount and date', async () => {
    expect(await idsOf('opportunities', { $name: 'alpha' })).toEqual([early.id])
    expect(await idsOf('opportunities', { '$stage[equal]': 'WON' })).toEqual([late.id])
    expect(await idsOf('opportunities', { '$stage[equal]': String(lost.fields.$stage?.value) })).toEqual([lost.id])
    expect(await idsOf('opportunities', { '$amount[greaterThan]': '100' })).toEqual([late.id])
    expect(await idsOf('opportunities', { '$closeDate[lessThan]': '2026-03-01' })).toEqual([early.id])
    expect(await idsOf('opportunities', { '$amount[-greaterThan]': '100' }, here)).toEqual(newestFirst([early, lost]))
  })

  it('can be combined: all of them must hold', async () => {
    const range = { '$amount[greaterThanOrEqual]': '100', '$amount[lessThan]': '200' }
    expect(await idsOf('opportunities', range)).toEqual([early.id])
    expect(await idsOf('opportunities', range, { $stage: 'Won' })).toEqual([])
    const notWon = { '$stage[-equal]': 'Won' }
    expect(await idsOf('opportunities', here, notWon, { '$stage[-equal]': 'Lost' })).toEqual([early.id])
    const three = { ...notWon, '$amount[-equal]': '100', '$name[-startsWith]': 'Z' }
    expect(await idsOf('opportunities', here, three)).toEqual([lost.id])
    const more = { $stage: 'Lead', '$amount[lessThan]': '1000', '$name[startsWith]': 'a' }
    expect(await idsOf('opportunities', more)).toEqual([early.id])
    expect(await idsOf('opportunities', { '$name[startsWith]': 'a' }, here, range)).toEqual([early.id])
  })

  it('400: name an unknown key, or one of another type', async () => {
    for (const key of [
      '$bogus',
      'name',
      '$stage',
      'createdAt',
      'updatedAt',
      'id',
      '__proto__',
      'constructor',
      '$$name',
    ]) {
      expect(outcome(await api.get(`/v1/accounts?${key}=x`))).toBe(`400 unknown_field ${key}`)
    }
    expect(outcome(await api.get('/v1/accounts?$bogus[equal]=x'))).toBe('400 unknown_field $bogus')
    expect(outcome(await api.get('/v1/accounts?=x'))).toBe('400 unknown_field ')
    for (const key of ['$name[equal', '$name]', '$name[equal]x', '$name[equal][equal]', '$name[--equal]', '[equal]']) {
      expect(outcome(await api.get(`/v1/accounts?${key}=x`))).toBe(`400 unknown_field ${key}`)
    }
  })

  it('400: name an operator of Object’s, which is none of ours', async () => {
    for (const operator of ['constructor', 'toString', 'hasOwnProperty', 'valueOf']) {
      const answer = `400 invalid_configuration $name[${operator}]`
      expect(outcome(await api.get(`/v1/accounts?$name[${operator}]=x`))).toBe(answer)
    }
  })
})

describe('filters on relationships', async () => {
  const [ada, bob] = [await aContact(api), await aContact(api)]
  const owner = await aMember(api)
  const acme = await anAccount(api, { $name: 'Acme' }, { $contact: [ada.id], $owner: owner.id })
  const both = await anAccount(api, { $name: 'Both' }, { $contact: [ada.id, bob.id] })
  const deal = await anOpportunity(api, {}, { $account: acme.id, $champion: ada.id, $evaluator: ada.id })
  const other = await anOpportunity(api, {}, { $account: both.id, $champion: bob.id, $owner: owner.id })

  const finds: [plural: string, key: string, id: string, records: RecordBody[]][] = [
    ['accounts', '$account-contact', ada.id, [acme, both]],
    ['accounts', '$contact', ada.id, [acme, both]],
    ['accounts', '$account-contact', bob.id, [both]],
    ['contacts', '$account-contact', both.id, [ada, bob]],
    ['contacts', '$account', acme.id, [ada]],
    ['accounts', '$account-owner', owner.id, [acme]],
    ['accounts', '$owner', owner.id, [acme]],
    ['accounts', '$opportunity', deal.id, [acme]],
    ['accounts', '$opportunity-account', deal.id, [acme]],
    ['opportunities', '$opportunity-account', acme.id, [deal]],
    ['opportunities', '$account', acme.id, [deal]],
    ['opportunities', '$opportunity-champion', ada.id, [deal]],
    ['opportunities', '$opportunity-evaluator', ada.id, [deal]],
    ['opportunities', '$evaluator', bob.id, []],
    ['opportunities', '$opportunity-owner', owner.id, [other]],
    ['contacts', '$opportunity', deal.id, [ada]],
  ]

  it.each(finds)('%s by %s', async (plural, key, id, records) => {
    const { totalCount: all } = await list(plural, { limit: '1' })
    for (const operator of ['', '[equal]', '[contains]']) {
      const found = await list(plural, { [`${key}${operator}`]: id })
      expect({ ids: found.data.map((one) => one.id), total: found.totalCount }).toEqual({
        ids: newestFirst(records),
        total: records.length,
      })
    }
    const negated = await list(plural, { [`${key}[-equal]`]: id })
    expect(negated.totalCount).toBe(all - records.length)
    const seen = negated.data.map((one) => one.id)
    for (const record of records) expect(seen).not.toContain(record.id)
    expect((await list(plural, { [`${key}[-contains]`]: id, [key]: id })).totalCount).toBe(0)
  })

  // The definitions of contacts give `$opportunity` the slug `opportunity-champion`, and filters go by slugs.
  it('contacts by $opportunity-champion', async () => {
    const { body } = await api.get<{ relationshipDefinitions: { $opportunity: { slug: string } } }>(
      '/v1/contacts/definitions',
    )
    const { slug } = body.relationshipDefinitions.$opportunity
    expect(await idsOf('contacts', { [`$${slug}`]: other.id })).toEqual([bob.id])
  })

  it('find opportunities by who created them', async () => {
    const { totalCount } = await list('opportunities', {})
    expect((await list('opportunities', { '$opportunity-created-by': api.memberId })).totalCount).toBe(totalCount)
    expect((await list('opportunities', { $createdBy: owner.id })).totalCount).toBe(0)
  })

  it('combine with each other and with fields', async () => {
    expect(await idsOf('accounts', { '$account-contact[equal]': ada.id, '$contact[contains]': bob.id })).toEqual([
      both.id,
    ])
    expect(await idsOf('accounts', { $contact: ada.id, '$account-contact[-equal]': bob.id })).toEqual([acme.id])
    expect(await idsOf('accounts', { $contact: ada.id, '$name[startsWith]': 'b' })).toEqual([both.id])
    expect(await idsOf('opportunities', { $champion: ada.id, $evaluator: ada.id, $account: acme.id })).toEqual([
      deal.id,
    ])
  })

  it('find nothing for an id that is none, and everything else when negated', async () => {
    const { totalCount } = await list('accounts', {})
    for (const id of ['con_01h455vb4pex5vsknk084sn02q', 'con_1', acme.id, '', 'x', 'con_'.repeat(500)]) {
      expect((await list('accounts', { $contact: id })).totalCount).toBe(0)
      expect((await list('accounts', { '$contact[-equal]': id })).totalCount).toBe(totalCount)
    }
  })

  it('400: take no other operator, and no key of a relationship the type does not have', async () => {
    expect(outcome(await api.get(`/v1/accounts?$contact[startsWith]=${ada.id}`))).toBe(
      '400 invalid_configuration $contact[startsWith]',
    )
    for (const key of ['$task-opportunity', '$champion', 'account-contact', 'contact']) {
      expect(outcome(await api.get(`/v1/accounts?${key}=${ada.id}`))).toBe(`400 unknown_field ${key}`)
    }
  })

  it('work by bare slug on custom ones, from both ends', async () => {
    const { slug } = await aRelationship(api, 'account', {
      to: 'contact',
      inverse: { slug: 'adviser-of', label: 'Adviser of', cardinality: 'HAS_MANY' },
    })
    await api.post(`/v1/accounts/${acme.id}`, { relationships: { [slug]: { add: bob.id } } })
    expect(await idsOf('accounts', { [slug]: bob.id })).toEqual([acme.id])
    expect(await idsOf('contacts', { 'adviser-of[contains]': acme.id })).toEqual([bob.id])
    expect((await list('contacts', { 'adviser-of[-equal]': acme.id })).totalCount).toBe(
      (await list('contacts', {})).totalCount - 1,
    )
    expect(outcome(await api.get(`/v1/accounts?$${slug}=${bob.id}`))).toBe(`400 unknown_field $${slug}`)
  })
})

describe('a list', () => {
  it('does not change because records are updated: the order is that of creation', async () => {
    const records: RecordBody[] = []
    for (const $title of ['one', 'two', 'three']) records.push(await aContact(api, { $title: `Order ${$title}` }))
    await api.post(`/v1/contacts/${records[0]?.id}`, { fields: { $doNotContact: true } })
    expect(await idsOf('contacts', { '$title[startsWith]': 'Order' })).toEqual(newestFirst(records))
    expect(newestFirst(records)).toEqual(records.map(({ id }) => id).reverse())
  })

  it('follows a value from one filter to the next when it is changed or cleared', async () => {
    const { id } = await aContact(api, { $title: 'Before', $email: ['a@follow.example', 'b@follow.example'] })
    await api.post(`/v1/contacts/${id}`, { fields: { $title: 'After', $email: ['b@follow.example'] } })
    expect(await idsOf('contacts', { $title: 'Before' })).toEqual([])
    expect(await idsOf('contacts', { $title: 'After' })).toEqual([id])
    expect(await idsOf('contacts', { $email: 'a@follow.example' })).toEqual([])
    expect(await idsOf('contacts', { $email: 'b@follow.example' })).toEqual([id])
    await api.post(`/v1/contacts/${id}`, { fields: { $title: null, $email: null } })
    expect(await idsOf('contacts', { $title: 'After' })).toEqual([])
    expect(await idsOf('contacts', { $email: 'b@follow.example' })).toEqual([])
    expect(await idsOf('contacts', { '$title[-equal]': 'After', limit: '1' })).toHaveLength(1)
  })

  it('sees what was acknowledged before it, 200 times in a row', async () => {
    for (let turn = 0; turn < 200; turn += 1) {
      const { id } = await aContact(api, { $title: `Turn ${turn}` })
      expect(await idsOf('contacts', { $title: `turn ${turn}` })).toEqual([id])
    }
    expect((await list('contacts', { '$title[startsWith]': 'Turn ' })).totalCount).toBe(200)
  })

  it('sees it from 16 clients at once, each its own', async () => {
    const client = async (name: string) => {
      for (let turn = 0; turn < 12; turn += 1) {
        const { id } = await aContact(api, {
          $title: `Crowd ${name} ${turn}`,
          $email: [`${name}${turn}@crowd.example`],
        })
        expect(await idsOf('contacts', { $title: `Crowd ${name} ${turn}` })).toEqual([id])
        expect(await idsOf('contacts', { $email: `${name}${turn}@crowd.example` })).toContain(id)
        expect((await list('contacts', { '$title[startsWith]': `Crowd ${name} ` })).totalCount).toBe(turn + 1)
      }
    }
    await Promise.all(Array.from({ length: 16 }, (_, index) => client(String.fromCharCode(97 + index))))
  })
})
