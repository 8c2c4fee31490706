import { describe, expect, it } from 'vitest'
import {
  aContact,
  aCustomRecord,
  aField,
  aKey,
  aList,
  aMeeting,
  aMember,
  aNote,
  anAccount,
  anObjectType,
  anOpportunity,
  aTask,
  type FieldBody,
  successOf,
} from '../../../test/factories.ts'
import { outcome, type RecordBody, settled, startApi } from '../../../test/harness.ts'

const api = await startApi()

type Entry = {
  value: unknown
  valueType: string
  displayValue: string | null
  recordedAt: string
  isCreate: boolean
}
type History = { data: Entry[]; hasMore: boolean; nextCursor: string | null }

const pathOf = (record: { id: string }) => {
  const paths: Record<string, string> = {
    acc: '/v1/accounts',
    con: '/v1/contacts',
    opp: '/v1/opportunities',
    obj: '/v1/objects/ticket/values',
  }
  return `${paths[record.id.slice(0, 3)]}/${record.id}`
}
const ask = (record: { id: string }, key: string, query = '') =>
  api.get<History>(`${pathOf(record)}/fields/${key}/history${query}`)
const history = async (record: { id: string }, key: string, query?: string) => successOf(await ask(record, key, query))
const valuesOf = ({ data }: History) => data.map(({ value }) => value)
const update = async (record: { id: string }, fields: object) => successOf(await api.post(pathOf(record), { fields }))

/** An account that has had the website-free names `1` to so many. */
async function renamed(times: number): Promise<RecordBody> {
  const account = await anAccount(api, { $name: '1' })
  for (let name = 2; name <= times; name += 1) await update(account, { $name: String(name) })
  return account
}

describe('the history of a field', () => {
  it('is kept for tasks, notes, lists and meetings too', async () => {
    const records = [
      { path: '/v1/tasks', record: await aTask(api, { $status: 'TODO' }), key: '$status', next: 'COMPLETE' },
      { path: '/v1/notes', record: await aNote(api, { $content: 'One' }), key: '$content', next: 'Two' },
      { path: '/v1/lists', record: await aList(api, { $name: 'One' }), key: '$name', next: 'Two' },
      { path: '/v1/meetings', record: await aMeeting(api), key: '$privacySetting', next: 'METADATA' },
    ]
    for (const { path, record, key, next } of records) {
      const first = record.fields[key]?.value ?? null
      successOf(await api.post(`${path}/${record.id}`, { fields: { [key]: next } }))
      const entries = successOf(await api.get<History>(`${path}/${record.id}/fields/${key}/history`)).data
      expect(entries.map(({ value }) => value)).toEqual(first === null ? [next] : [next, first])
    }
  })

  it('is as private as its value: 403', async () => {
    const { id: memberId } = await aMember(api, { email: 'attendee@private.example' })
    const { key } = await aKey(api, { memberId })
    const meeting = await aMeeting(api, {
      $description: 'Secret',
      $privacySetting: 'METADATA',
      $attendeeEmails: ['attendee@private.example'],
    })
    const ask = (field: string, as?: object) =>
      api.get<History>(`/v1/meetings/${meeting.id}/fields/${field}/history`, as)
    expect(outcome(await ask('$description'))).toBe('403')
    expect(valuesOf(successOf(await ask('$title')))).toEqual([meeting.fields.$title?.value])
    expect(valuesOf(successOf(await ask('$description', { key })))).toEqual(['Secret'])
  })

  it('has every value with its time, the newest first, and nothing about who wrote it', async () => {
    const opportunity = await anOpportunity(api, { $stage: 'Lead' })
    const later = await update(opportunity, { $stage: 'Won' })
    expect(await history(opportunity, '$stage')).toEqual({
      data: [
        {
          value: later.fields.$stage?.value,
          valueType: 'SINGLE_SELECT',
          displayValue: 'Won',
          recordedAt: later.updatedAt,
          isCreate: false,
        },
        {
          value: opportunity.fields.$stage?.value,
          valueType: 'SINGLE_SELECT',
          displayValue: 'Lead',
          recordedAt: opportunity.createdAt,
          isCreate: true,
        },
      ],
      hasMore: false,
      nextCursor: null,
    })
    expect(await history(opportunity, '%24stage')).toEqual(await history(opportunity, '$stage'))
  })

  it('has what was cleared as null', async () => {
    const contact = await aContact(api, { $title: 'CTO' })
    await update(contact, { $title: null })
    await update(contact, { $title: 'CEO' })
    const { data } = await history(contact, '$title')
    expect(data.map(({ value, displayValue }) => [value, displayValue])).toEqual([
      ['CEO', 'CEO'],
      [null, null],
      ['CTO', 'CTO'],
    ])
  })

  it('is empty for a field that never had a value, and has no creation for one that got it later', async () => {
    const contact = await aContact(api, { $title: null })
    expect(await history(contact, '$title')).toEqual({ data: [], hasMore: false, nextCursor: null })
    await update(contact, { $title: 'CTO' })
    expect((await history(contact, '$title')).data).toMatchObject([{ value: 'CTO', isCreate: false }])
  })

  it('has no entry for what changed nothing, or another field', async () => {
    const account = await anAccount(api, { $name: 'A' })
    await update(account, { $name: 'A' })
    await update(account, { $twitter: 'https://x.com/a' })
    expect(valuesOf(await history(account, '$name'))).toEqual(['A'])
  })

  it('has equal neighbours once, at the time when the value came', async () => {
    const account = await renamed(2)
    const { recordedAt } = (await history(account, '$name')).data[0] ?? {}
    // Changes that repeat a value, as another program that writes to the database might leave them.
    await api.sql(
      `insert into change (workspace_id, record_id, id, at, kind, before, after, links)
       select c.workspace_id, c.record_id, (left(c.id::text, 24) || 'ffffffff' || lpad(to_hex(n), 4, '0'))::uuid,
         now(), 'updated', '{}', c.after, '{}'
       from change c join record r on r.id = c.record_id, generate_series(1, 45) n
       where r.created_at = $1 and c.kind = 'updated'`,
      [account.createdAt],
    )
    await update(account, { $name: '3' })
    const whole = await history(account, '$name')
    expect(valuesOf(whole)).toEqual(['3', '2', '1'])
    expect(whole.data[1]?.recordedAt).toBe(recordedAt)
    const [first, second] = [await history(account, '$name', '?limit=1'), await history(account, '$name', '?limit=2')]
    expect([valuesOf(first), first.hasMore]).toEqual([['3'], true])
    expect([valuesOf(second), second.hasMore]).toEqual([['3', '2'], true])
    const rest = await history(account, '$name', `?limit=2&after=${first.nextCursor}`)
    expect([valuesOf(rest), rest.hasMore]).toEqual([['2', '1'], false])
    expect(rest.data).toMatchObject([{ recordedAt }, { isCreate: false }])
  })

  it('belongs to a record that is there: else 404, whatever the field', async () => {
    const account = await anAccount(api)
    const other = await aContact(api)
    await api.delete(`/v1/accounts/${account.id}`)
    for (const id of [account.id, other.id, 'acc_01h455vb4pex5vsknk084sn02q', 'x']) {
      for (const key of ['$name', 'bogus']) {
        expect(outcome(await api.get(`/v1/accounts/${id}/fields/${key}/history`))).toBe('404')
      }
    }
  })

  it('is as it was after the record was away, and goes on after that', async () => {
    const account = await renamed(2)
    const before = await history(account, '$name')
    await api.delete(pathOf(account))
    successOf(await api.post(`${pathOf(account)}/restore`))
    expect(await history(account, '$name')).toEqual(before)
    await update(account, { $name: '3' })
    expect(valuesOf(await history(account, '$name'))).toEqual(['3', '2', '1'])
  })

  it('goes on with the values that a merge brought, and has no others of the duplicate', async () => {
    const [primary, duplicate] = [await renamed(2), await renamed(1)]
    await update(duplicate, { $name: 'D', $headcount: '1-10' })
    const body = { primaryId: primary.id, duplicateId: duplicate.id, fieldResolutions: { $name: 'duplicate' } }
    const merged = successOf(await api.post<{ primary: RecordBody }>('/v1/accounts/merge', body)).primary
    const names = await history(primary, '$name')
    expect(valuesOf(names)).toEqual(['D', '2', '1'])
    expect(names.data[0]).toMatchObject({ recordedAt: merged.updatedAt, isCreate: false })
    expect(names.data[2]).toMatchObject({ isCreate: true })
    expect((await history(primary, '$headcount')).data).toMatchObject([{ displayValue: '1-10', isCreate: false }])
  })
})

describe('a page of a history', () => {
  it('has as many values as asked for and leads on to the rest, without a creation among them', async () => {
    const account = await renamed(7)
    const pages: History[] = [await history(account, '$name', '?limit=3')]
    for (let last = pages.at(-1); last?.nextCursor; last = pages.at(-1)) {
      pages.push(await history(account, '$name', `?limit=3&after=${last.nextCursor}`))
    }
    expect(pages.map(valuesOf)).toEqual([['7', '6', '5'], ['4', '3', '2'], ['1']])
    expect(pages.map(({ hasMore }) => hasMore)).toEqual([true, true, false])
    expect(pages.flatMap(({ data }) => data).filter(({ isCreate }) => isCreate)).toEqual([])
    expect((await history(account, '$name', '?limit=7')).data.at(-1)?.isCreate).toBe(true)
  })

  it('has 20 by default and 100 at most', async () => {
    const account = await renamed(22)
    expect(await history(account, '$name')).toMatchObject({ data: { length: 20 }, hasMore: true })
    expect((await history(account, '$name', '?limit=100')).data).toHaveLength(22)
    expect((await history(account, '$name', '?limit=&after=')).data).toHaveLength(20)
    for (const limit of ['0', '101', '-1', '1.5', 'all']) {
      expect(outcome(await ask(account, '$name', `?limit=${limit}`))).toBe('400 invalid_type limit')
    }
  })

  it('goes on where it was when values were written meanwhile', async () => {
    const account = await renamed(4)
    const first = await history(account, '$name', '?limit=2')
    await update(account, { $name: '5' })
    expect(valuesOf(await history(account, '$name', `?after=${first.nextCursor}`))).toEqual(['2', '1'])
  })

  it('takes only the cursor of a page: else 400 invalid_type', async () => {
    const account = await anAccount(api)
    for (const after of ['x', account.id, '1', '%00', 'chg_zzzzzzzzzzzzzzzzzzzzzzzzzz']) {
      expect(outcome(await ask(account, '$name', `?after=${after}`))).toMatch(/^400 invalid_type( after)?$/)
    }
  })
})

describe('a field that keeps no history', () => {
  it.each(['$accountStatus', '$howTheyMakeMoney', '$lastInteractionAt', '$contact', '$owner', '%24opportunity'])(
    '%s is 400 invalid_configuration',
    async (key) => {
      const account = await anAccount(api)
      expect(outcome(await ask(account, key))).toBe('400 invalid_configuration fieldKey')
    },
  )

  it.each(['bogus', 'name', '$bogus', '%20', 'constructor', '%E2%82%AC', '$website.0'])(
    '%s is 400 unknown_field',
    async (key) => {
      const account = await anAccount(api)
      expect(outcome(await ask(account, key))).toBe('400 unknown_field fieldKey')
    },
  )
})

describe('the history of a custom field', async () => {
  await anObjectType(api, { slug: 'ticket' })
  const options = { options: ['Low', 'High'].map((label) => ({ label })) }
  const text = { value: 'text', display: 'text' }
  /** What is written, how it is shown, and, where it is not the same, what is read. */
  const cases: { valueType: string; typeConfiguration?: object; value: unknown; read?: unknown; display: string }[] = [
    { valueType: 'TEXT', ...text },
    { valueType: 'MARKDOWN', value: '# Title', display: '# Title' },
    { valueType: 'NUMBER', value: 1.5, display: '1.5' },
    { valueType: 'CURRENCY', typeConfiguration: { currency: 'EUR' }, value: 12, display: '12 EUR' },
    { valueType: 'CHECKBOX', value: false, display: 'no' },
    {
      valueType: 'DATETIME',
      value: '2026-07-01T10:00:00+02:00',
      read: '2026-07-01T08:00:00.000Z',
      display: '2026-07-01 08:00 UTC',
    },
    {
      valueType: 'SINGLE_SELECT',
      typeConfiguration: options,
      value: 'high',
      read: expect.any(String),
      display: 'High',
    },
    {
      valueType: 'MULTI_SELECT',
      typeConfiguration: options,
      value: ['High', 'Low'],
      read: [expect.any(String), expect.any(String)],
      display: 'High, Low',
    },
    {
      valueType: 'EMAIL',
      value: ['a@b.example', 'c@d.example'],
      display: 'a@b.example, c@d.example',
      typeConfiguration: { multipleValues: true },
    },
    { valueType: 'TELEPHONE', value: ['+12025551234'], display: '+12025551234' },
    {
      valueType: 'URL',
      value: 'a.example',
      read: 'https://a.example',
      display: 'https://a.example',
      typeConfiguration: { multipleValues: false },
    },
    {
      valueType: 'SOCIAL_HANDLE',
      value: 'https://x.com/acme',
      display: 'https://x.com/acme',
      typeConfiguration: { handleService: 'TWITTER' },
    },
    { valueType: 'FULL_NAME', value: { firstName: 'Ada', lastName: 'Byron' }, display: 'Ada Byron' },
    { valueType: 'ADDRESS', value: { city: 'Bergen', country: 'NO' }, read: expect.any(Object), display: 'Bergen, NO' },
  ]

  it.each(cases)('of the type $valueType has values, nulls and what people read', async (one) => {
    const { valueType, value, read = value, display, typeConfiguration } = one
    const { slug } = await aField(api, 'ticket', { valueType, ...(typeConfiguration && { typeConfiguration }) })
    const record = await aCustomRecord(api, 'ticket', { [slug]: value })
    await update(record, { [slug]: null })
    const { data } = await history(record, slug)
    expect(data).toEqual([
      { value: null, valueType, displayValue: null, recordedAt: expect.any(String), isCreate: false },
      { value: read, valueType, displayValue: display, recordedAt: record.createdAt, isCreate: true },
    ])
  })

  it('shows options as they are called now, retired ones too', async () => {
    const field = await aField(api, 'ticket', { valueType: 'SINGLE_SELECT', typeConfiguration: options })
    const record = await aCustomRecord(api, 'ticket', { [field.slug]: 'Low' })
    await update(record, { [field.slug]: 'High' })
    const [low] = field.typeConfiguration.options ?? []
    successOf(
      await api.patch<FieldBody>(`/admin/v1/objects/ticket/fields/${field.slug}`, {
        options: [{ ...low, label: 'Minor' }],
      }),
    )
    const { data } = await history(record, field.slug)
    expect(data.map(({ displayValue }) => displayValue)).toEqual(['High', 'Minor'])
  })

  it('begins with the field: one that had the same slug before is another', async () => {
    const field = { slug: 'priority', valueType: 'DATETIME' }
    await aField(api, 'ticket', field)
    const record = await aCustomRecord(api, 'ticket', { priority: '2026-07-01T08:00:00Z' })
    successOf(await api.delete('/admin/v1/objects/ticket/fields/priority'))
    expect(outcome(await ask(record, 'priority'))).toBe('400 unknown_field fieldKey')
    await settled(api)
    await aField(api, 'ticket', { slug: 'priority', valueType: 'NUMBER' })
    expect(await history(record, 'priority')).toEqual({ data: [], hasMore: false, nextCursor: null })
    await update(record, { priority: 3 })
    expect((await history(record, 'priority')).data).toMatchObject([{ value: 3, valueType: 'NUMBER' }])
  })
})
