import { describe, expect, it } from 'vitest'
import {
  aContact,
  aKey,
  aList,
  aMeeting,
  aMember,
  anAccount,
  anOpportunity,
  successOf,
} from '../../../test/factories.ts'
import { contentsOf, outcome, type RecordBody, rekeyed, startApi } from '../../../test/harness.ts'

const api = await startApi({ OPENFIELD_WORKER: 'off' })

type Result = {
  id: string
  outcome: string
  record?: RecordBody
  error?: { type: string; code?: string; param?: string }
  current?: {
    fields: Record<string, { value: unknown; changedAt: string | null; changedBy: string | null }>
    relationships: Record<string, { values: string[] }>
  }
}

const send = (type: string, verb: string, body: unknown, from = api) =>
  from.post<{ results: Result[] }>(`/admin/v1/records/${type}/${verb}`, body)
const update = async (records: unknown[], type = 'opportunity') =>
  successOf(await send(type, 'update', { records })).results

describe('POST /admin/v1/records/{objectType}/update', () => {
  it('200: changes each record as an update by itself does, in the order of the request', async () => {
    const deals = [await anOpportunity(api), await anOpportunity(api), await anOpportunity(api)]
    const results = await update(deals.map(({ id }, n) => ({ id, fields: { $amount: n } })))
    expect(results.map(({ id, outcome }) => [id, outcome])).toEqual(deals.map(({ id }) => [id, 'updated']))
    for (const { id, record } of results) expect(record).toEqual(successOf(await api.get(`/v1/opportunities/${id}`)))
    expect(results.map(({ record }) => record?.fields['$amount']?.value)).toEqual([0, 1, 2])
  })

  it('200: a row that is refused says why, and does not hold up the others', async () => {
    const deal = await anOpportunity(api)
    const results = await update([
      { id: 'opp_none', fields: { $amount: 1 } },
      { id: deal.id, fields: { $nextStep: 'Call' } },
      { id: (await anOpportunity(api)).id, fields: { bogus: 1 } },
      { id: (await anOpportunity(api)).id, fields: { $name: null } },
      { id: (await anOpportunity(api)).id, relationships: { $account: { replace: 'acc_none' } } },
    ])
    expect(results.map(({ outcome, error }) => [outcome, error?.type, error?.code, error?.param])).toEqual([
      ['refused', 'not_found', undefined, undefined],
      ['updated', undefined, undefined, undefined],
      ['refused', 'bad_request', 'unknown_field', 'fields.bogus'],
      ['refused', 'unprocessable_content', undefined, 'fields.$name'],
      ['refused', 'bad_request', 'relationship_entity_missing', 'relationships.$account'],
    ])
  })

  it('200: a record with another value than expected is not changed, and shows what it has since when by whom', async () => {
    const deal = await anOpportunity(api, { $amount: 1, $nextStep: 'Call' })
    const changed = successOf(await api.post(`/v1/opportunities/${deal.id}`, { fields: { $amount: 2 } }))
    const row = { id: deal.id, fields: { $amount: 3, $nextStep: 'Wait' } }
    const [result] = await update([{ ...row, expected: { fields: { $amount: 1, $nextStep: 'Call' } } }])
    expect(result).toEqual({
      id: deal.id,
      outcome: 'conflict',
      current: {
        fields: {
          $amount: {
            value: 2,
            valueType: 'CURRENCY',
            changedAt: changed.updatedAt,
            changedBy: expect.stringMatching(/^key_/),
          },
        },
        relationships: {},
      },
    })
    expect(successOf(await api.get(`/v1/opportunities/${deal.id}`))).toEqual(changed)
    const [second] = await update([{ ...row, expected: { fields: { $amount: 2 } } }])
    expect(second?.record?.fields['$amount']?.value).toBe(3)
  })

  it('200: expected values are compared in normal form, whatever they are', async () => {
    const contact = await aContact(api, { $name: { firstName: 'Ada' }, $email: ['Ada@X.example'] })
    const fields = { $name: { firstName: 'Ada' }, $email: 'Ada@x.EXAMPLE', $phone: null, $doNotContact: null }
    const [result] = await update([{ id: contact.id, fields: { $title: 'CEO' }, expected: { fields } }], 'contact')
    expect(result?.outcome).toBe('updated')
  })

  it('200: an update whose answer was lost can be sent again', async () => {
    const deal = await anOpportunity(api, { $amount: 1 })
    const row = { id: deal.id, fields: { $amount: 2 }, expected: { fields: { $amount: 1 } } }
    const [first] = await update([row])
    expect((await update([row]))[0]).toEqual(first)
  })

  it('200: links can be expected too', async () => {
    const [account, other] = [await anAccount(api), await anAccount(api)]
    const deal = await anOpportunity(api, {}, { $account: account.id })
    const expecting = async ($account: string, $owner: string | null = null) => {
      const expected = { relationships: { $account, $owner } }
      const relationships = { $account: { replace: other.id } }
      return (await update([{ id: deal.id, relationships, expected }]))[0]
    }
    expect((await expecting(other.id))?.current?.relationships).toEqual({ $account: { values: [account.id] } })
    expect((await expecting(account.id, api.memberId))?.current?.relationships).toEqual({ $owner: { values: [] } })
    expect((await expecting(account.id))?.outcome).toBe('updated')
  })

  it('200: of a crowd that expects the same value, one gets through', async () => {
    const deal = await anOpportunity(api, { $amount: 0 })
    const crowd = Array.from({ length: 12 }, (_, n) =>
      update([{ id: deal.id, fields: { $amount: n + 1 }, expected: { fields: { $amount: 0 } } }]),
    )
    const results = (await Promise.all(crowd)).flat()
    const [winner, ...others] = results.filter(({ outcome }) => outcome === 'updated')
    expect([winner !== undefined, others]).toEqual([true, []])
    const now = successOf(await api.get(`/v1/opportunities/${deal.id}`)).fields['$amount']?.value
    expect(
      results.filter(({ outcome }) => outcome === 'conflict').map(({ current }) => current?.fields['$amount']?.value),
    ).toEqual(Array(11).fill(now))
  })

  it('does not tell by what it expects what a meeting keeps private', async () => {
    const meeting = await aMeeting(api, { $description: 'Secret' })
    const [result] = await update([{ id: meeting.id, expected: { fields: { $description: 'S' } } }], 'meeting')
    expect([result?.outcome, result?.error?.param]).toEqual(['refused', 'expected.fields.$description'])
  })

  it.each([
    ['400 parameter_missing records', 'opportunity', {}],
    ['400 invalid_type records', 'opportunity', { records: {} }],
    ['400 unknown_field records.0.field', 'opportunity', { records: [{ id: 'opp_x', field: {} }] }],
    ['400 parameter_missing records.0.id', 'opportunity', { records: [{}] }],
    ['400 invalid_type records.0.fields', 'opportunity', { records: [{ id: 'opp_x', fields: [] }] }],
    ['422 records', 'opportunity', { records: Array(1001).fill({ id: 'opp_x' }) }],
    ['422 records.1.id', 'opportunity', { records: [{ id: 'opp_x' }, { id: 'opp_x' }] }],
    ['422 objectType', 'member', { records: [] }],
    ['404', 'nothing', { records: [] }],
  ])('%s', async (answer, type, body) => {
    const before = await contentsOf(api)
    expect(outcome(await send(type, 'update', body))).toBe(answer)
    expect(await contentsOf(api)).toEqual(before)
  })
})

describe('POST /admin/v1/records/{objectType}/delete and /restore', () => {
  it('200: put records in the trash and bring them back with their links', async () => {
    const deals = [await anOpportunity(api), await anOpportunity(api, {}, { $owner: api.memberId })]
    const ids = [...deals.map(({ id }) => id), 'opp_none']
    const deleted = successOf(await send('opportunity', 'delete', { ids })).results
    expect(deleted.map(({ outcome }) => outcome)).toEqual(['deleted', 'deleted', 'refused'])
    expect(outcome(await api.get(`/v1/opportunities/${ids[0]}`))).toBe('404')
    const restored = successOf(await send('opportunity', 'restore', { ids })).results
    expect(restored.map(({ record }) => record)).toEqual([...deals, undefined])
    expect(restored[2]?.error?.type).toBe('not_found')
  })

  it('200: leave what only some may delete to them', async () => {
    const meeting = await aMeeting(api)
    const other = rekeyed(api, (await aKey(api, { memberId: (await aMember(api)).id })).key)
    const { results } = successOf(await send('meeting', 'delete', { ids: [meeting.id] }, other))
    expect(results[0]?.error?.type).toBe('forbidden')
  })

  it('400, 404, 422: for what is no such request', async () => {
    expect(outcome(await send('opportunity', 'delete', { ids: 'opp_x' }))).toBe('400 invalid_type ids')
    expect(outcome(await send('opportunity', 'restore', {}))).toBe('400 parameter_missing ids')
    expect(outcome(await send('opportunity', 'delete', { ids: Array(1001).fill('opp_x') }))).toBe('422 ids')
    expect(outcome(await send('list', 'restore', { ids: [] }))).toBe('422 objectType')
    expect(outcome(await send('nothing', 'delete', { ids: [] }))).toBe('404')
  })
})

describe('scopes', () => {
  it.each([
    ['update', { records: [] }],
    ['delete', { ids: [] }],
    ['restore', { ids: [] }],
  ])('%s takes that of the operation on one record', async (verb, body) => {
    const status = async (scope: string) => {
      const { key } = await aKey(api, { scopes: [scope] })
      return outcome(await send('opportunity', verb, body, rekeyed(api, key)))
    }
    expect(await status(`opportunities:${verb}`)).toBe('200')
    expect(await status(`accounts:${verb}`)).toBe('403')
    expect(await status('opportunities:read')).toBe('403')
  })
})

describe('GET /admin/v1/names', () => {
  it('200: says what records of any types are called, and leaves out the rest', async () => {
    const [account, list] = [await anAccount(api, { $name: 'Acme' }), await aList(api, { $name: 'Targets' })]
    const asked = [account.id, list.id, 'acc_none', 'bogus', account.id.replace('acc_', 'con_'), '']
    const { data } = successOf(await api.get<{ data: { id: string }[] }>(`/admin/v1/names?ids=${asked.join(',')}`))
    expect(data.toSorted((left, right) => (left.id < right.id ? -1 : 1))).toEqual([
      { id: account.id, title: 'Acme', objectType: 'account', httpLink: account.httpLink },
      { id: list.id, title: 'Targets', objectType: 'list', httpLink: list.httpLink },
    ])
    const { key } = await aKey(api, { scopes: ['lists:read'] })
    const own = await api.get<{ data: { id: string }[] }>(`/admin/v1/names?ids=${asked.join(',')}`, { key })
    expect(successOf(own).data.map(({ id }) => id)).toEqual([list.id])
  })

  it('200: none, 400: too many', async () => {
    expect(successOf(await api.get('/admin/v1/names'))).toEqual({ data: [] })
    expect(outcome(await api.get(`/admin/v1/names?ids=${'x,'.repeat(101)}`))).toBe('400 invalid_type ids')
  })
})
