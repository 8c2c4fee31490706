import { request as httpRequest } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { encodeId, newUuid } from '@openfield/schema'
import { describe, expect, it } from 'vitest'
import { faultsOf } from '../../../test/consistency.ts'
import { aMember, anAccount, anObjectType } from '../../../test/factories.ts'
import { headersOf, type ListBody, type RecordBody, settled, startApi } from '../../../test/harness.ts'

const api = await startApi()

type Line = {
  row?: number
  id?: string
  outcome?: string
  done?: boolean
  error?: { type: string; code?: string; param?: string; message: string }
}

/** Imports rows: objects, or lines as they are. Returns the lines of the answer. */
async function importRows(rows: readonly unknown[], headers: Record<string, string> = {}): Promise<Line[]> {
  const body = rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n')
  const all = { ...headersOf(api.key, false), 'content-type': 'application/x-ndjson', ...headers }
  const response = await api.raw({ method: 'POST', path: '/admin/v1/import', headers: all, body })
  expect(response.status, response.text).toBe(200)
  return linesOf(response.text)
}

const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

/** What became of each row: `created`, `exists`, or what the refusal comes to. */
const outcomes = (lines: readonly Line[]) =>
  lines
    .filter(({ row }) => row !== undefined)
    .map(({ outcome, error }) => (error ? [error.type, error.code, error.param].filter(Boolean).join(' ') : outcome))

const idsOf = (lines: readonly Line[]) => lines.flatMap(({ id }) => id ?? [])
const summaryOf = (lines: readonly Line[]) => lines.at(-1)

const account = (name: string, more: object = {}) => ({ objectType: 'account', fields: { $name: name }, ...more })
const contact = (email: string, more: object = {}) => ({ objectType: 'contact', fields: { $email: [email] }, ...more })

const totalOf = async (path: string) => (await api.get<ListBody>(path)).body.totalCount

/** A request whose body is sent bit by bit, and the answer as far as it has come. */
function streaming() {
  const { hostname, port } = new URL(api.url)
  const headers = { ...headersOf(api.key, false), 'content-type': 'application/x-ndjson' }
  const outgoing = httpRequest({ hostname, port, path: '/admin/v1/import', method: 'POST', headers })
  const answer = { text: '' }
  const ended = new Promise<void>((resolve) => {
    outgoing.on('response', (incoming) => {
      incoming.on('data', (chunk) => {
        answer.text += chunk
      })
      incoming.on('error', () => {})
      incoming.on('close', resolve)
    })
    outgoing.on('error', () => resolve())
  })
  return { outgoing, answer, ended }
}

describe('an import of any number of records', () => {
  it('creates them as single requests would, in their order, and the doctor finds nothing', async () => {
    await api.post('/admin/v1/objects/opportunity/fields', { slug: 'region', label: 'Region', valueType: 'TEXT' })
    const member = await aMember(api)
    const lines = await importRows([
      account('Ünited\tStates \\ "Steel"\n', { externalId: 'a-1', createdAt: '2024-03-01T10:00:00Z' }),
      { ...contact('ada@steel.example'), externalId: 'c-1', relationships: { $account: { externalId: 'a-1' } } },
      {
        objectType: 'opportunity',
        externalId: 'o-1',
        createdAt: '2024-03-01T10:00:00Z',
        updatedAt: '2024-04-01T10:00:00Z',
        fields: { $name: 'Steel beams', $stage: 'Lead', $amount: 4800, region: 'Nörd' },
        relationships: { $account: { externalId: 'a-1' }, $champion: { externalId: 'c-1' }, $owner: member.id },
      },
    ])
    expect(outcomes(lines)).toEqual(['created', 'created', 'created'])
    expect(summaryOf(lines)).toEqual({ done: true, rows: 3, created: 3, exists: 0, refused: 0 })
    const [accountId, contactId, opportunityId] = idsOf(lines)
    const byHand = await api.post<RecordBody>('/v1/opportunities', {
      fields: { $name: 'Steel beams', $stage: 'Lead', $amount: 4800, region: 'Nörd' },
      relationships: { $account: accountId, $champion: contactId, $owner: member.id },
    })
    await settled(api)
    const imported = (await api.get(`/v1/opportunities/${opportunityId}`)).body
    const { id, createdAt, updatedAt, httpLink, externalId, ...alike } = (
      await api.get(`/v1/opportunities/${byHand.body.id}`)
    ).body
    expect(imported).toMatchObject({ ...alike, externalId: 'o-1' })
    expect([imported.createdAt, imported.updatedAt]).toEqual(['2024-03-01T10:00:00.000Z', '2024-04-01T10:00:00.000Z'])
    const { body: steel } = await api.get(`/v1/accounts/${accountId}`)
    expect(steel.fields['$name']?.value).toBe('Ünited\tStates \\ "Steel"\n')
    expect(steel.relationships['$opportunity']?.values).toEqual([byHand.body.id, opportunityId])

    const history = await api.get<{ data: { recordedAt: string }[] }>(
      `/v1/opportunities/${opportunityId}/fields/$amount/history`,
    )
    expect(history.body.data.map(({ recordedAt }) => recordedAt)).toEqual(['2024-03-01T10:00:00.000Z'])
    const { body: found } = await api.get<{ data: { id: string }[] }>('/admin/v1/search?q=steel+beems')
    expect(JSON.stringify(found)).toContain(opportunityId)
    expect(await totalOf('/v1/opportunities?region[equal]=n%C3%B6rd')).toBe(2)
    expect(await faultsOf(api)).toEqual({})
  })

  it('refuses rows one by one, each with why, and takes the others', async () => {
    const trashed = await anAccount(api)
    await api.delete(`/v1/accounts/${trashed.id}`)
    const link = (value: unknown) => ({ ...contact('x@y.example'), relationships: { $account: value } })
    const lines = await importRows([
      account('First'),
      '{"objectType":"account",',
      '',
      '"a text"',
      `{"objectType":"account","fields":{"$name":"${'x'.repeat(1024 * 1024)}"}}`,
      { fields: {} },
      { objectType: 'nothing', fields: {} },
      { objectType: 'member', fields: {} },
      account('Typo', { feilds: {} }),
      { objectType: 'account', fields: { $nmae: 'Typo' } },
      { objectType: 'account', fields: {} },
      { objectType: 'account', fields: { $name: 5 } },
      account('Odd', { id: 'acc_1' }),
      account('Odd', { id: encodeId('opp', newUuid()) }),
      account('Old', { id: encodeId('acc', 'd9428888-122b-41e1-b85c-61b3ce1c8e5d') }),
      account('Odd', { externalId: '' }),
      account('Odd', { createdAt: 'yesterday' }),
      account('Odd', { createdAt: '2190-01-01T00:00:00Z' }),
      link(encodeId('acc', newUuid())),
      link({ externalId: 'nobody' }),
      link({ externalId: 'a', id: 'b' }),
      link(trashed.id),
      link([encodeId('acc', newUuid()), encodeId('acc', newUuid())]),
      account('Last'),
    ])
    expect(outcomes(lines)).toEqual([
      'created',
      'bad_request invalid_type',
      'bad_request invalid_type',
      'payload_too_large',
      'bad_request parameter_missing objectType',
      'not_found',
      'unprocessable_content objectType',
      'bad_request unknown_field feilds',
      'bad_request unknown_field fields.$nmae',
      'unprocessable_content fields.$name',
      'bad_request invalid_type fields.$name',
      'bad_request invalid_type id',
      'bad_request invalid_type id',
      'bad_request invalid_type id',
      'bad_request invalid_type externalId',
      'bad_request invalid_type createdAt',
      'unprocessable_content createdAt',
      'bad_request relationship_entity_missing relationships.$account',
      'bad_request relationship_entity_missing relationships.$account',
      'bad_request invalid_type relationships.$account',
      'bad_request relationship_entity_inactive relationships.$account',
      'bad_request relationship_entity_missing relationships.$account',
      'created',
    ])
    expect(lines.map(({ row }) => row).slice(0, -1)).toEqual(Array.from({ length: 23 }, (_, at) => at + 1))
    expect(summaryOf(lines)).toEqual({ done: true, rows: 23, created: 2, exists: 0, refused: 21 })
    expect(await faultsOf(api)).toEqual({})
  })

  it('leaves alone what is there already, so that it can be sent again', async () => {
    const slug = await anObjectType(api)
    const rows = [
      { objectType: slug, id: encodeId('obj', newUuid()), fields: { $name: 'By id' } },
      { objectType: slug, externalId: 'again', fields: { $name: 'By external id' } },
      { objectType: slug, externalId: 'again', fields: { $name: 'Twice in one' } },
    ]
    const first = await importRows(rows)
    expect(outcomes(first)).toEqual(['created', 'created', 'exists'])
    const second = await importRows([...rows, { objectType: slug, externalId: 'more', fields: { $name: 'More' } }])
    expect(outcomes(second)).toEqual(['exists', 'exists', 'exists', 'created'])
    expect(idsOf(second).slice(0, 3)).toEqual(idsOf(first))
    expect(await totalOf(`/v1/objects/${slug}`)).toBe(3)
  })

  it('knows rows without an id again by the key of the request', async () => {
    const slug = await anObjectType(api)
    const rows = ['One', 'Two', 'Three'].map((name) => ({ objectType: slug, fields: { $name: name } }))
    const first = await importRows(rows.slice(0, 2), { 'idempotency-key': 'k1' })
    const second = await importRows(rows, { 'idempotency-key': 'k1' })
    expect([outcomes(first), outcomes(second)]).toEqual([
      ['created', 'created'],
      ['exists', 'exists', 'created'],
    ])
    expect(idsOf(second).slice(0, 2)).toEqual(idsOf(first))
    const other = await importRows(rows, { 'idempotency-key': 'k2' })
    const none = await importRows(rows)
    expect([outcomes(other), outcomes(none)]).toEqual([outcomes(none), ['created', 'created', 'created']])
    const { body } = await api.get<ListBody>(`/v1/objects/${slug}?limit=3&offset=6`)
    expect(body.data.map(({ fields }) => fields['$name']?.value)).toEqual(['Three', 'Two', 'One'])
    const long = { ...headersOf(api.key, false), 'idempotency-key': 'x'.repeat(256) }
    const refused = await api.raw({ method: 'POST', path: '/admin/v1/import', headers: long, body: '{}' })
    expect(refused.status).toBe(400)
  })

  it('refuses what another has that must be unique, in the database or before in the import', async () => {
    const slug = await anObjectType(api)
    await api.post(`/admin/v1/objects/${slug}/fields`, {
      slug: 'code',
      label: 'Code',
      valueType: 'EMAIL',
      typeConfiguration: { unique: true, multipleValues: false },
    })
    const item = (code: string) => ({ objectType: slug, fields: { $name: code, code: `${code}@x.example` } })
    const before = await importRows([item('A')])
    const lines = await importRows([item('B'), item('a'), item('b'), item('C')])
    const taken = 'unprocessable_content fields.code'
    expect(outcomes(lines)).toEqual(['created', taken, taken, 'created'])
    expect(lines[1]?.error?.message).toContain(idsOf(before)[0])
    expect(lines[2]?.error?.message).toContain(lines[0]?.id)
    expect(await faultsOf(api)).toEqual({})
  })

  it('lets a place for one link go to the last who asks for it', async () => {
    const [slug, other] = [await anObjectType(api), await anObjectType(api)]
    await api.post(`/admin/v1/objects/${slug}/relationships`, {
      slug: 'seat',
      label: 'Seat',
      to: other,
      cardinality: 'HAS_ONE',
      inverse: { slug: 'guest', label: 'Guest', cardinality: 'HAS_ONE' },
    })
    const [seat = ''] = idsOf(await importRows([{ objectType: other, externalId: 's', fields: { $name: 'Seat' } }]))
    const guest = (name: string) => ({
      objectType: slug,
      fields: { $name: name },
      relationships: { seat: { externalId: 's' } },
    })
    await importRows([guest('First')])
    const [, last] = idsOf(await importRows([guest('Second'), guest('Third')]))
    const { body } = await api.get(`/v1/objects/${other}/values/${seat}`)
    expect(body.relationships['guest']?.values).toEqual([last])
    expect(await faultsOf(api)).toEqual({})
  })

  it('finds the attendees of a meeting among the contacts before it', async () => {
    const times = { $startDate: '2026-01-01T09:00:00Z', $endDate: '2026-01-01T10:00:00Z' }
    const lines = await importRows([
      contact('guest@meets.example'),
      { objectType: 'meeting', fields: { $title: 'M', ...times, $attendeeEmails: ['guest@meets.example'] } },
      contact('late@meets.example'),
    ])
    expect(outcomes(lines)).toEqual(['created', 'created', 'created'])
    const { body } = await api.get(`/v1/meetings/${lines[1]?.id}`)
    expect(body.relationships['$contact']?.values).toEqual([lines[0]?.id])
  })

  it('reads rows by the definitions that there are when they are written', async () => {
    const slug = await anObjectType(api)
    const { outgoing, answer, ended } = streaming()
    outgoing.write(`${JSON.stringify({ objectType: slug, fields: { $name: 'A', late: 'x' } })}\n`)
    await api.post(`/admin/v1/objects/${slug}/fields`, { slug: 'late', label: 'Late', valueType: 'TEXT' })
    outgoing.end()
    await ended
    expect(outcomes(linesOf(answer.text))).toEqual(['created'])
  })

  it('tells a slow client what became of its rows, and holds nobody up meanwhile', async () => {
    const target = await anAccount(api)
    const { outgoing, answer, ended } = streaming()
    outgoing.write(`${JSON.stringify({ ...contact('slow@x.example'), relationships: { $account: target.id } })}\n{"obj`)
    while (!answer.text.includes('\n')) await wait(20)
    expect(outcomes(linesOf(answer.text))).toEqual(['created'])
    // Which a transaction that has linked to it would hold up.
    expect((await api.delete(`/v1/accounts/${target.id}`)).status).toBe(200)
    outgoing.end('ectType":"account","fields":{"$name":"Slow"}}')
    await ended
    expect(outcomes(linesOf(answer.text))).toEqual(['created', 'created'])
  })

  it('goes on where it was when the connection broke', async () => {
    const slug = await anObjectType(api)
    const rows = Array.from({ length: 3000 }, (_, n) => ({
      objectType: slug,
      externalId: `n-${n}`,
      fields: { $name: `Number ${n}` },
    }))
    const { outgoing, answer, ended } = streaming()
    outgoing.write(
      rows
        .slice(0, 2500)
        .map((row) => `${JSON.stringify(row)}\n`)
        .join(''),
    )
    while (!answer.text.includes('"row":2000')) await wait(20)
    outgoing.destroy()
    await ended
    // What follows from those that came does not wait for the others.
    await settled(api)
    const lines = await importRows(rows)
    const { created = 0, exists = 0, ...rest } = summaryOf(lines) as Record<string, unknown>
    expect(rest).toEqual({ done: true, rows: 3000, refused: 0 })
    expect([Number(created) + Number(exists), Number(exists) >= 2000]).toEqual([3000, true])
    expect(await totalOf(`/v1/objects/${slug}`)).toBe(3000)
  })

  it('lets two at once bring the same: each record is there once', async () => {
    const slug = await anObjectType(api)
    const rows = Array.from({ length: 300 }, (_, n) => ({
      objectType: slug,
      externalId: `both-${n}`,
      fields: { $name: `Both ${n}` },
    }))
    const all = await Promise.all([importRows(rows), importRows(rows.toReversed()), importRows(rows)])
    expect(all.flatMap(outcomes).filter((one) => one === 'created')).toHaveLength(300)
    expect(all.flatMap(outcomes).filter((one) => one === 'exists')).toHaveLength(600)
    expect(await totalOf(`/v1/objects/${slug}`)).toBe(300)
  })

  it('takes nothing from keys that may not administer, and nothing compressed', async () => {
    const { body: key } = await api.post<{ key: string }>('/admin/v1/api-keys', {
      name: 'reader',
      scopes: ['accounts:read'],
    })
    const send = (headers: object) =>
      api.raw({
        method: 'POST',
        path: '/admin/v1/import',
        headers: { ...headersOf(api.key, false), ...headers },
        body: JSON.stringify(account('No')),
      })
    expect((await send({ authorization: `Bearer ${key.key}` })).status).toBe(403)
    expect((await send({ 'content-encoding': 'gzip' })).status).toBe(415)
    expect(linesOf((await send({})).text).at(-1)).toMatchObject({ done: true, created: 1 })
  })
})
