import { describe, expect, it } from 'vitest'
import { aKey, aMember, anAccount } from '../../test/factories.ts'
import { type Api, headersOf, outcome, startApi } from '../../test/harness.ts'
import type { Request } from '../../test/request.ts'

const api = await startApi()
const limited = await startApi({ OPENFIELD_RATE_LIMIT: '1' }, api)

const member = await aMember(api)
const keys = {
  full: api.key,
  scoped: (await aKey(api, { scopes: ['notes:read'] })).key,
  ofMember: (await aKey(api, { memberId: member.id })).key,
}
const account = await anAccount(api)
const used = 'a-key-that-has-been-used'
const original = await api.post(`/v1/accounts/${account.id}`, {}, { headers: { 'idempotency-key': used } })

type Write = Request & { headers: Record<string, string | undefined>; fields: object; relationships: object }

type Fault = { name: string; answer: string; spoil: (request: Write) => void }

/** One thing each that can be wrong with an update of an account, in the order in which they are found. */
const faults: Fault[] = [
  { name: 'an unknown route', answer: '404', spoil: (request) => (request.path = `/v1/nothing${request.path}`) },
  { name: 'an unknown key', answer: '401', spoil: ({ headers }) => (headers.authorization = 'Bearer sk_of_none') },
  {
    name: 'no version',
    answer: '400 version_header Lightfield-Version',
    spoil: ({ headers }) => (headers['lightfield-version'] = undefined),
  },
  { name: 'too many requests', answer: '429', spoil: () => {} },
  {
    name: 'a scope that is missing',
    answer: '403',
    spoil: ({ headers }) => (headers.authorization = headers.authorization?.replace(keys.full, keys.scoped)),
  },
  {
    name: 'an idempotency key that is too long',
    answer: '400 idempotency_key_too_long Idempotency-Key',
    spoil: ({ headers }) => (headers['idempotency-key'] = 'k'.repeat(256)),
  },
  {
    name: 'a content type that is not JSON',
    answer: '415',
    spoil: ({ headers }) => (headers['content-type'] = 'text/plain'),
  },
  { name: 'a body that is no JSON', answer: '400 invalid_type', spoil: (request) => (request.body = '{"fields":') },
  {
    name: 'an unknown key in the body',
    answer: '400 unknown_field extra',
    spoil: (request) => Object.assign(request, { extra: 1 }),
  },
  { name: 'a record that does not exist', answer: '404', spoil: (request) => (request.path = '/v1/accounts/acc_none') },
  {
    name: 'an unknown field',
    answer: '400 unknown_field fields.bogus',
    spoil: (request) => Object.assign(request.fields, { bogus: 1 }),
  },
  {
    name: 'a wrong type',
    answer: '400 invalid_type fields.$twitter',
    spoil: (request) => Object.assign(request.fields, { $twitter: 5 }),
  },
  {
    name: 'an unknown relationship',
    answer: '400 unknown_relationship relationships.bogus',
    spoil: (request) => Object.assign(request.relationships, { bogus: { add: 'con_none' } }),
  },
  {
    name: 'a reference to nothing',
    answer: '400 relationship_entity_missing relationships.$contact',
    spoil: (request) => Object.assign(request.relationships, { $contact: { add: 'con_01h455vb4pex5vsknk084sn02q' } }),
  },
  {
    name: 'a broken rule',
    answer: '422 fields.$name',
    spoil: (request) => Object.assign(request.fields, { $name: null }),
  },
]

async function outcomesOf(server: Api, spoils: Fault['spoil'][], times = 1) {
  const write: Write = {
    method: 'POST',
    path: `/v1/accounts/${account.id}`,
    headers: headersOf(keys.full, true),
    fields: {},
    relationships: {},
  }
  for (const spoil of spoils) spoil(write)
  const { method, path, headers, body, ...record } = write
  const request = { method, path, headers, body: body ?? JSON.stringify(record) }
  const responses = await Promise.all(Array.from({ length: times }, () => server.raw(request)))
  return [...new Set(responses.map(outcome))].sort()
}

/** Unknown keys and wrong types are one check, which stops at the first in the body. */
const isOneCheck = (first: Fault, second: Fault) => first.name === 'an unknown field' && second.name === 'a wrong type'
const pairs = faults.flatMap((first, index) =>
  faults.slice(index + 1).flatMap((second) => (isOneCheck(first, second) ? [] : { first, second })),
)
const isTooMany = (fault: Fault) => fault.name === 'too many requests'

describe('the order of checks', () => {
  it.each(faults.filter((fault) => !isTooMany(fault)))('alone, $name answers $answer', async ({ answer, spoil }) => {
    expect(await outcomesOf(api, [spoil])).toEqual([answer])
  })

  it.each(pairs.filter(({ first, second }) => !isTooMany(first) && !isTooMany(second)))(
    '$first.name is found before $second.name',
    async ({ first, second }) => {
      expect(await outcomesOf(api, [second.spoil, first.spoil])).toEqual([first.answer])
    },
  )

  // Of a burst at one request a second some are refused, and those that are not show what is checked next.
  it.each(pairs.filter(({ first }) => isTooMany(first)))(
    '$first.name is found before $second.name',
    async ({ second }) => {
      const outcomes = await outcomesOf(limited, [second.spoil], 10)
      expect(outcomes).toContain('429')
      expect(['429', second.answer].sort()).toEqual(expect.arrayContaining(outcomes))
    },
  )

  it.each(pairs.filter(({ second }) => isTooMany(second)))(
    '$first.name is found before $second.name',
    async ({ first }) => {
      expect(await outcomesOf(limited, [() => {}], 10)).toContain('429')
      expect(await outcomesOf(limited, [first.spoil], 10)).toEqual([first.answer])
    },
  )

  it('replays a response before it looks at the body, but not to a key that may not write', async () => {
    const [route, ...others] = faults.map((fault) => ({ ...fault, before: isBeforeReplay(fault.name) }))
    expect(route?.answer).toBe('404')
    for (const fault of others.filter((one) => !isTooMany(one))) {
      const reuse = ({ headers }: Write) => (headers['idempotency-key'] ??= used)
      const outcomes = await outcomesOf(api, [fault.spoil, reuse])
      expect([fault.name, ...outcomes]).toEqual([fault.name, fault.before ? fault.answer : '200'])
    }
    expect(original.status).toBe(200)
  })
})

const isBeforeReplay = (name: string) =>
  ['an unknown key', 'no version', 'a scope that is missing', 'an idempotency key that is too long'].includes(name)

describe('400 version_header', () => {
  it.each(['', '2026-03-02', 'latest', '2026-03-01, 2026-03-01', '2026-03-01T00:00:00Z'])('for %j', async (version) => {
    const response = await api.get('/v1/accounts', { headers: { 'lightfield-version': version } })
    expect(outcome(response)).toBe('400 version_header Lightfield-Version')
  })

  it('is not asked of the admin API', async () => {
    const response = await api.get('/admin/v1/api-keys', { headers: { 'lightfield-version': undefined } })
    expect(response.status).toBe(200)
  })
})
