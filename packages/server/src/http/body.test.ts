import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aContact, aField, anAccount, anOpportunity } from '../../test/factories.ts'
import { contentsOf, headersOf, outcome, startApi } from '../../test/harness.ts'

const api = await startApi({ OPENFIELD_WORKER: 'off' })
const account = await anAccount(api)
const contact = await aContact(api)
const opportunity = await anOpportunity(api)
await aField(api, 'account', { slug: 'place', valueType: 'ADDRESS' })

const write = (path: string, body?: string | Buffer, headers: Record<string, string | undefined> = {}) =>
  api.raw({ method: 'POST', path, body, headers: { ...headersOf(api.key, true), ...headers } })

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
const nestedObjects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

/** Bodies of POST /v1/accounts as they are sent, and what they come to. */
const accounts: [name: string, answer: string, body: string | Buffer | undefined][] = [
  ['no body', '400 parameter_missing fields', undefined],
  ['an empty body', '400 parameter_missing fields', ''],
  ['white space', '400 invalid_type', '  \n'],
  ['an empty object', '400 parameter_missing fields', '{}'],
  ['null', '400 invalid_type', 'null'],
  ['a string', '400 invalid_type', '"fields"'],
  ['a number', '400 invalid_type', '1'],
  ['true', '400 invalid_type', 'true'],
  ['an array', '400 invalid_type', '[{"fields":{"$name":"A"}}]'],
  ['an unfinished object', '400 invalid_type', '{"fields":{"$name":"A"}'],
  ['something behind the object', '400 invalid_type', '{"fields":{"$name":"A"}}x'],
  ['single quotes', '400 invalid_type', "{'fields':{}}"],
  ['a comment', '400 invalid_type', '{"fields":{"$name":"A"}/* */}'],
  ['NaN', '400 invalid_type', '{"fields":{"$name":NaN}}'],
  ['a byte order mark', '400 parameter_missing fields', '\ufeff{}'],
  ['text that is not UTF-8', '400 invalid_type', Buffer.from('{"fields":{"$name":"Caf\xe9"}}', 'latin1')],
  ['half a character', '400 invalid_type', Buffer.from('{"fields":{"$name":"€"}}').subarray(0, 20)],
  ['UTF-16', '400 invalid_type', Buffer.from('{"fields":{"$name":"A"}}', 'utf16le')],
  ['form data', '400 invalid_type', 'fields[$name]=A'],

  ['an unknown key', '400 unknown_field name', '{"fields":{"$name":"A"},"name":"A"}'],
  ['a key that differs in case', '400 unknown_field Fields', '{"Fields":{"$name":"A"}}'],
  ['an empty key', '400 unknown_field ', '{"fields":{"$name":"A"},"":1}'],
  ['__proto__', '400 unknown_field __proto__', '{"fields":{"$name":"A"},"__proto__":{"x":1}}'],
  ['__proto__ that has the fields', '400 unknown_field __proto__', '{"__proto__":{"fields":{"$name":"A"}}}'],
  ['constructor', '400 unknown_field constructor', '{"fields":{"$name":"A"},"constructor":{}}'],

  ['fields that are null', '400 invalid_type fields', '{"fields":null}'],
  ['fields that are an array', '400 invalid_type fields', '{"fields":[]}'],
  ['fields that are text', '400 invalid_type fields', '{"fields":"A"}'],
  ['relationships that are null', '400 invalid_type relationships', '{"fields":{"$name":"A"},"relationships":null}'],
  ['relationships that are an array', '400 invalid_type relationships', '{"fields":{"$name":"A"},"relationships":[]}'],

  ['an unknown field', '400 unknown_field fields.bogus', '{"fields":{"bogus":1}}'],
  ['a field without its $', '400 unknown_field fields.name', '{"fields":{"$name":"A","name":"B"}}'],
  ['a field of another type', '400 unknown_field fields.$stage', '{"fields":{"$name":"A","$stage":"Lead"}}'],
  ['a relationship among the fields', '400 unknown_field fields.$owner', '{"fields":{"$name":"A","$owner":"mem_1"}}'],
  ['an empty field key', '400 unknown_field fields.', '{"fields":{"$name":"A","":1}}'],
  ['a field __proto__', '400 unknown_field fields.__proto__', '{"fields":{"$name":"A","__proto__":{"$name":"B"}}}'],
  ['a field constructor', '400 unknown_field fields.constructor', '{"fields":{"$name":"A","constructor":1}}'],
  ['a field toString', '400 unknown_field fields.toString', '{"fields":{"$name":"A","toString":1}}'],
  ['a field with a NUL', '400 unknown_field fields.a\0b', '{"fields":{"$name":"A","a\\u0000b":1}}'],
  ['a field with a lone surrogate', '400 unknown_field fields.\ufffd', '{"fields":{"$name":"A","\\ud800":1}}'],
  [
    'a relationship __proto__',
    '400 unknown_relationship relationships.__proto__',
    '{"fields":{},"relationships":{"__proto__":"acc_1"}}',
  ],
  [
    'a relationship constructor',
    '400 unknown_relationship relationships.constructor',
    '{"fields":{},"relationships":{"constructor":[]}}',
  ],
  [
    'an unknown relationship',
    '400 unknown_relationship relationships.bogus',
    '{"fields":{},"relationships":{"bogus":"acc_1"}}',
  ],
  [
    '__proto__ in a value',
    '400 invalid_type fields.place',
    '{"fields":{"$name":"A","place":{"__proto__":{"city":"B"}}}}',
  ],

  ['a NUL in a text', '422 fields.$name', '{"fields":{"$name":"A\\u0000B"}}'],
  ['a lone surrogate in a text', '422 fields.$name', '{"fields":{"$name":"A\\ud83d"}}'],
  [
    'a NUL in an id',
    '400 relationship_entity_missing relationships.$owner',
    '{"fields":{"$name":"A"},"relationships":{"$owner":"mem_\\u0000"}}',
  ],
  [
    'a lone surrogate in an id',
    '400 relationship_entity_missing relationships.$owner',
    '{"fields":{"$name":"A"},"relationships":{"$owner":"\\udc00"}}',
  ],
  [
    'a long id',
    '400 relationship_entity_missing relationships.$owner',
    `{"fields":{"$name":"A"},"relationships":{"$owner":"mem_${'0'.repeat(10_000)}"}}`,
  ],

  ['arrays 100,000 deep in a value', '400 invalid_type', `{"fields":{"$name":${nested(100_000)}}}`],
  ['objects 100,000 deep in a value', '400 invalid_type', `{"fields":{"$name":"A","place":${nestedObjects(100_000)}}}`],
  ['arrays 100,000 deep for the body', '400 invalid_type', nested(100_000)],
  ['arrays 100,000 deep for the fields', '400 invalid_type', `{"fields":${nested(100_000)}}`],
  ['arrays 100,000 deep under an unknown key', '400 invalid_type', `{"fields":{},"x":${nested(100_000)}}`],
  ['arrays 100,000 deep for an id', '400 invalid_type', `{"fields":{},"relationships":{"$owner":${nested(100_000)}}}`],
  ['100,000 open brackets', '400 invalid_type', '['.repeat(100_000)],

  ['10,000 addresses', '422 fields.$website', many('$website', '"a.example"')],
  ['10,000 options', '422 fields.$industry', many('$industry', '"Software"')],
  [
    '10,000 ids',
    '422 relationship_write_limit_exceeded relationships',
    `{"fields":{"$name":"A"},"relationships":{"$contact":[${Array(10_000).fill('"con_1"')}]}}`,
  ],
  [
    '300 unknown fields',
    '400 unknown_field fields.f0',
    `{"fields":{${Array.from({ length: 300 }, (_, index) => `"f${index}":1`)}}}`,
  ],
  ['a long unknown key', `400 unknown_field fields.${'k'.repeat(193)}…`, `{"fields":{"${'k'.repeat(100_000)}":1}}`],
]

function many(field: string, element: string) {
  return `{"fields":{"$name":"A","${field}":[${Array(10_000).fill(element)}]}}`
}

describe('what is refused changes nothing', () => {
  let before: unknown
  beforeEach(async () => {
    before = await contentsOf(api)
  })
  afterEach(async () => {
    expect(await contentsOf(api)).toEqual(before)
  })

  it.each(accounts)('create with %s: %s', async (_name, answer, body) => {
    expect(outcome(await write('/v1/accounts', body))).toBe(answer)
  })

  it.each(accounts.filter(([, answer]) => answer.startsWith('400 unknown') || answer.startsWith('422 fields')))(
    'update with %s: %s',
    async (_name, answer, body) => {
      const asUpdate = String(body).replace('"relationships":{"bogus":"acc_1"}', '"relationships":{"bogus":{}}')
      expect(outcome(await write(`/v1/accounts/${account.id}`, asUpdate))).toBe(answer)
    },
  )

  it.each([
    ['text/plain', '415'],
    ['application/x-www-form-urlencoded', '415'],
    ['multipart/form-data; boundary=x', '415'],
    ['application/xml', '415'],
    ['application/jsonp', '415'],
    ['text/json', '415'],
    ['json', '415'],
    ['', '415'],
    [undefined, '415'],
  ])('the content type %j: %s', async (type, answer) => {
    const response = await write('/v1/accounts', '{"fields":{"$name":"A"}}', { 'content-type': type })
    expect(outcome(response)).toBe(answer)
  })

  it.each([
    ['just over 1 MiB', 1024 * 1024 + 1],
    ['5 MiB', 5 * 1024 * 1024],
  ])('a body of %s: 413, and nobody needs to try again', async (_name, size) => {
    const body = JSON.stringify({ fields: { $name: 'A'.repeat(size - 23) } })
    expect(body.length).toBe(size)
    for (const path of ['/v1/accounts', `/v1/accounts/${account.id}`, '/admin/v1/members']) {
      const response = await write(path, body)
      expect(outcome(response)).toBe('413')
      expect(response.headers['x-should-retry']).toBe('false')
    }
  })

  it('a body that does not say how long it is: 413 too when it is too long', async () => {
    const body = JSON.stringify({ fields: { $name: 'A'.repeat(1024 * 1024) } })
    expect(outcome(await write('/v1/accounts', body, { 'transfer-encoding': 'chunked' }))).toBe('413')
  })

  it.each([
    ['null', '400 parameter_missing relationships', '{"fields":{"$name":"A","$stage":"Lead"}}'],
    ['no fields', '400 parameter_missing fields', `{"relationships":{"$account":"${account.id}"}}`],
    ['no account', '422 relationships.$account', '{"fields":{"$name":"A","$stage":"Lead"},"relationships":{}}'],
  ])('an opportunity with %s: %s', async (_name, answer, body) => {
    expect(outcome(await write('/v1/opportunities', body))).toBe(answer)
  })

  it.each([
    ['an id', '400 invalid_type', `"${contact.id}"`],
    ['an array of ids', '400 invalid_type', `["${contact.id}"]`],
    ['null', '400 invalid_type', 'null'],
    ['a number', '400 invalid_type', '5'],
    ['an unknown operation', '400 invalid_type', `{"set":"${contact.id}"}`],
    ['__proto__', '400 invalid_type', `{"__proto__":{"add":"${contact.id}"}}`],
    ['a number to add', '400 invalid_type', '{"add":5}'],
    ['null to add', '400 invalid_type', '{"add":null}'],
    ['null to remove', '400 invalid_type', '{"remove":null}'],
    ['an array with null', '400 invalid_type', '{"add":[null]}'],
    ['an object to add', '400 invalid_type', `{"add":{"id":"${contact.id}"}}`],
    ['replace together with add', '400 invalid_configuration', `{"replace":[],"add":"${contact.id}"}`],
    ['replace together with remove', '400 invalid_configuration', `{"replace":null,"remove":"${contact.id}"}`],
  ])('a change of links by %s: %s', async (_name, answer, change) => {
    const response = await write(`/v1/opportunities/${opportunity.id}`, `{"relationships":{"$champion":${change}}}`)
    expect(outcome(response)).toBe(`${answer} relationships.$champion`)
  })
})

describe('what is accepted', () => {
  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'Application/JSON',
    'application/vnd.api+json',
  ])('the content type %s', async (type) => {
    const response = await write('/v1/accounts', '{"fields":{"$name":"A"}}', { 'content-type': type })
    expect(outcome(response)).toBe('200')
  })

  it('a body of exactly 1 MiB, which can be read and filtered as any other', async () => {
    const name = `Big ${'é'.repeat(524_274)}x`
    const body = JSON.stringify({ fields: { $name: name } })
    expect(Buffer.byteLength(body)).toBe(1024 * 1024)
    const response = await write('/v1/accounts', body)
    expect(outcome(response)).toBe('200')
    const { id } = response.body as { id: string }
    expect((await api.get(`/v1/accounts/${id}`)).body.fields.$name?.value).toBe(name)
    expect(await idsOf(`$name[startsWith]=${encodeURIComponent(name.slice(0, 200))}`)).toEqual([id])
    expect(await idsOf('$name[startsWith]=big%20')).toEqual([id])
  })

  it('a body in pieces, without its length', async () => {
    const response = await write('/v1/accounts', '{"fields":{"$name":"A"}}', { 'transfer-encoding': 'chunked' })
    expect(outcome(response)).toBe('200')
  })

  it('an update without a body, with an empty one, and with an empty object, which change nothing', async () => {
    const path = `/v1/accounts/${account.id}`
    const { body } = await api.get(path)
    const none = await api.raw({ method: 'POST', path, headers: headersOf(api.key, false) })
    for (const response of [none, await write(path, ''), await write(path, '{}'), await write(path, '{"fields":{}}')]) {
      expect([response.status, response.body]).toEqual([200, body])
    }
  })

  it('a reading request with a body, which nobody reads', async () => {
    for (const body of ['{"limit":1}', 'x', 'x'.repeat(2 * 1024 * 1024)]) {
      for (const type of ['application/json', 'text/plain', undefined]) {
        const headers = { ...headersOf(api.key, false), 'content-type': type }
        const response = await api.raw({ method: 'GET', path: `/v1/accounts/${account.id}`, headers, body })
        expect(outcome(response)).toBe('200')
      }
    }
  })

  it('a key given twice, of which the last counts, as everywhere in JSON', async () => {
    const response = await write('/v1/accounts', '{"fields":{"$name":"First","$name":"Last"}}')
    expect(response.body).toMatchObject({ fields: { $name: { value: 'Last' } } })
  })

  it.each([
    ['emoji', '👩‍👩‍👧‍👦 🇺🇳 ✍🏽'],
    ['letters right to left', 'שלום \u202eabc\u202c مرحبا'],
    ['separators of lines', 'a\u2028b\u2029c\u0085d'],
    ['control characters', 'a\u0001\u001f\u007f\u009fb'],
    ['letters taken apart', 'Cafe\u0301'],
    ['what is not a character', '\ufffe\uffff\ufdd0'],
    ['letters beyond the first plane', '𐍈𝕬\u{10ffff}'],
    ['invisible ones', '\u200b\u200d\ufeff'],
    ['what looks like markup', '<script>alert("1")</script> \' ; drop table record; -- %s {{y}} {x}'],
    ['white space alone', ' \t\n'],
    ['the empty text', ''],
  ])('a name of %s, to the letter', async (_name, name) => {
    const { status, body } = await api.post('/v1/accounts', { fields: { $name: name } })
    expect([status, body.fields?.$name?.value]).toEqual([200, name])
    expect((await api.get(`/v1/accounts/${body.id}`)).body.fields.$name?.value).toBe(name)
    if (name === '') return
    expect(await idsOf(`$name[equal]=${encodeURIComponent(name)}`)).toEqual([body.id])
  })
})

async function idsOf(query: string) {
  const { body } = await api.get<{ data: { id: string }[] }>(`/v1/accounts?${query}`)
  return body.data.map(({ id }) => id)
}
