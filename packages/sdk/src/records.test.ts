import { beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { startApi } from '../../server/test/harness.ts'
import {
  type Account,
  type Channel,
  type Email,
  type Meeting,
  type Message,
  type Note,
  NotFoundError,
  Openfield,
  type RecordOf,
  type Task,
} from './index.ts'

const api = await startApi()
const client = new Openfield({ apiKey: api.key, baseURL: api.url })
const { memberId } = api
let account: Account

beforeAll(async () => {
  account = await client.account.create({ fields: { $name: 'Acme' } })
})

const newTask = () =>
  client.task.create({
    fields: { $title: 'Call', $status: 'TODO', $dueAt: '2026-07-01T10:00:00+02:00' },
    relationships: { $assignedTo: memberId, $account: account.id },
  })

const newMeeting = (fields: { $organizerEmail?: string; $privacySetting?: string } = {}) =>
  client.meeting.create({
    fields: { $title: 'Kickoff', $startDate: '2026-05-01T09:00:00Z', $endDate: '2026-05-01T09:30:00Z', ...fields },
  })

describe('tasks', () => {
  test('are created, retrieved, updated and listed', async () => {
    const task = await newTask()
    expectTypeOf(task).toEqualTypeOf<Task>()
    expect(task.fields.$dueAt).toEqual({ value: '2026-07-01T08:00:00.000Z', valueType: 'DATETIME' })
    expect(task.relationships.$createdBy.values).toEqual([memberId])
    expect((await client.task.retrieve(task.id)).relationships.$assignedTo.objectType).toBe('member')

    const updated = await client.task.update(task.id, {
      fields: { $status: 'COMPLETE', $dueAt: null },
      relationships: { $account: { replace: null } },
    })
    expect([updated.fields.$status.value, updated.fields.$dueAt.value]).toEqual(['COMPLETE', null])
    expect(updated.relationships.$account.values).toEqual([])
    const { data } = await client.task.list({ filter: { '$status[equal]': 'COMPLETE', '$task-assigned-to': memberId } })
    expect(data.map(({ id }) => id)).toEqual([task.id])
    expect((await client.task.definitions()).fieldDefinitions.$status.typeConfiguration.options).toHaveLength(4)
  })

  test('have a history, but neither custom fields nor merges', async () => {
    const wrong = newTask().then(({ id }) =>
      // @ts-expect-error tasks have the documented fields only
      client.task.update(id, { fields: { priority: 1 } }),
    )
    await expect(wrong).rejects.toMatchObject({ code: 'unknown_field', param: 'fields.priority' })
    const { id } = await newTask()
    await client.task.update(id, { fields: { $title: 'Another' } })
    expect((await client.task.fieldHistory(id, '$title')).data.map(({ isCreate }) => isCreate)).toEqual([false, true])
    expectTypeOf<Extract<keyof Openfield['task'], 'merge'>>().toEqualTypeOf<never>()
  })
})

describe('notes', () => {
  test('are created, retrieved, updated and listed', async () => {
    const note = await client.note.create({
      fields: { $title: 'Visit', $content: '**Well** received.' },
      relationships: { $account: [account.id] },
    })
    expectTypeOf(note).toEqualTypeOf<Note>()
    expect(note.fields.$content).toEqual({ value: '**Well** received.', valueType: 'MARKDOWN' })
    expect(note.relationships.$createdBy.values).toEqual([memberId])
    const removed = await client.note.update(note.id, { relationships: { $account: { remove: account.id } } })
    expect(removed.relationships.$account.values).toEqual([])
    const added = await client.note.update(note.id, { relationships: { $account: { add: account.id } } })
    expect(added.relationships.$account.values).toEqual([account.id])
    expect((await client.account.retrieve(account.id)).relationships.$note.values).toEqual([note.id])
    const { data } = await client.note.list({ filter: { $title: 'visit', '$note-account': account.id } })
    expect(data.map(({ id }) => id)).toEqual([note.id])
    expect((await client.note.definitions()).objectType).toBe('note')
  })

  test('take add or remove, and no replace', async () => {
    const { id } = await client.note.create({ fields: { $title: 'Links' } })
    // @ts-expect-error says the whole set
    const replace = client.note.update(id, { relationships: { $account: { replace: account.id } } })
    await expect(replace).rejects.toMatchObject({ param: 'relationships.$account' })
    // @ts-expect-error the system says who wrote it
    const author = client.note.update(id, { relationships: { $createdBy: { add: memberId } } })
    await expect(author).rejects.toMatchObject({ param: 'relationships.$createdBy' })
  })
})

describe('meetings', () => {
  test('are created with contacts and accounts for their attendees, when asked to', async () => {
    const meeting = await client.meeting.create({
      fields: {
        $title: 'Kickoff',
        $startDate: '2026-05-01T09:00:00Z',
        $endDate: '2026-05-01T09:30:00Z',
        $attendeeEmails: ['ada@globex.example'],
      },
      autoCreateRecords: true,
    })
    expectTypeOf(meeting).toEqualTypeOf<Meeting>()
    expectTypeOf(meeting.objectType).toEqualTypeOf<'meeting'>()
    expectTypeOf(meeting.accessLevel).toEqualTypeOf<'FULL' | 'METADATA'>()
    expect([meeting.objectType, meeting.accessLevel]).toEqual(['meeting', 'FULL'])
    const [contact = ''] = meeting.relationships.$contact.values
    expect((await client.contact.retrieve(contact)).fields.$email.value).toEqual(['ada@globex.example'])
    expect(meeting.relationships.$account.values).toHaveLength(1)
    expect((await client.meeting.list({ limit: 1 })).data).toEqual([await client.meeting.retrieve(meeting.id)])
    expect((await client.meeting.definitions()).fieldDefinitions.$title.label).toBe('Title')
  })

  test('change their privacy and their transcript only', async () => {
    const { id } = await newMeeting()
    const data = new TextEncoder().encode('Ada: Hello.')
    const file = { filename: 'call.txt', mimeType: 'text/plain', purpose: 'meeting_transcript', data } as const
    const transcript = await client.file.upload(file)
    const updated = await client.meeting.update(id, {
      fields: { $privacySetting: 'METADATA' },
      relationships: { $transcript: { replace: transcript.id } },
    })
    expect(updated.fields.$privacySetting.value).toBe('METADATA')
    // Whoever did not take part sees that there was a meeting: who updated it sees that from now on.
    expect(updated.accessLevel).toBe('METADATA')
    expectTypeOf(updated.relationships.$transcript).toBeNullable()
    // @ts-expect-error set once, at creation
    const title = client.meeting.update(id, { fields: { $title: 'Other' } })
    await expect(title).rejects.toMatchObject({ status: 400, param: 'fields.$title' })
    // @ts-expect-error there is one, for ever
    const cleared = client.meeting.update(id, { relationships: { $transcript: { replace: null } } })
    await expect(cleared).rejects.toMatchObject({ status: 400, param: 'relationships.$transcript' })
  })

  test('show a transcript to those who may read it', async () => {
    const data = new Blob(['Ada: Hello.'])
    const file = { filename: 'call.txt', mimeType: 'text/plain', purpose: 'meeting_transcript', data } as const
    const { id: transcript } = await client.file.upload(file)
    const { id } = await newMeeting({ $organizerEmail: 'admin@example.com', $privacySetting: 'METADATA' })
    await client.meeting.update(id, { relationships: { $transcript: { replace: transcript } } })
    const { accessLevel, relationships } = await client.meeting.retrieve(id)
    expect([accessLevel, relationships.$transcript?.values]).toEqual(['FULL', [transcript]])
    const { body } = await api.post<{ key: string }>('/admin/v1/api-keys', {
      name: 'Other',
      memberId: (await api.post('/admin/v1/members', { email: 'other@example.com', role: 'member' })).body.id,
    })
    const other = new Openfield({ apiKey: body.key, baseURL: api.url })
    const redacted = await other.meeting.retrieve(id)
    expect([redacted.accessLevel, redacted.relationships.$transcript]).toEqual(['METADATA', undefined])
  })
})

describe('e-mails', () => {
  test('are listed without their bodies, and retrieved with them', async () => {
    await api.post('/admin/v1/emails', { subject: 'Hello', sentAt: '2026-05-01T09:00:00Z', html: '<p>Hi</p>' })
    const [first] = (await client.email.list()).data
    expectTypeOf(first).toEqualTypeOf<Email | undefined>()
    expect([first?.httpLink, first?.accessLevel, first?.fields.$subject.value]).toEqual([null, 'FULL', 'Hello'])
    expect(first?.fields).not.toHaveProperty('$body')
    const email = await client.email.retrieve(first?.id ?? '')
    expect(email.fields.$body).toEqual({ value: '<p>Hi</p>', valueType: 'HTML' })
    expectTypeOf(email.relationships.$attachment?.objectType).toEqualTypeOf<'file' | undefined>()
  })
})

describe('channels and messages', () => {
  test('are retrieved and listed, and only that', async () => {
    const channel = (await api.post('/admin/v1/channels', { name: 'general', provider: 'SLACK' })).body
    const message = (
      await api.post('/admin/v1/messages', { channelId: channel.id, text: 'Hello', sentAt: '2026-05-01T09:00:00Z' })
    ).body
    const [firstChannel] = (await client.channel.list()).data
    const [firstMessage] = (await client.message.list()).data
    expectTypeOf(firstChannel).toEqualTypeOf<Channel | undefined>()
    expectTypeOf(firstMessage).toEqualTypeOf<Message | undefined>()
    expect(firstChannel?.objectType).toBe('channel')
    expect(await client.channel.retrieve(channel.id)).toEqual(firstChannel)
    expect(await client.message.retrieve(message.id)).toEqual(firstMessage)
    expect(firstMessage?.fields.$text).toEqual({ value: 'Hello', valueType: 'MARKDOWN' })
    expect([firstMessage?.accessLevel, firstMessage?.relationships.$channel.values]).toEqual(['FULL', [channel.id]])
    expectTypeOf<keyof Openfield['channel']>().toEqualTypeOf<'retrieve' | 'list'>()
    expectTypeOf<keyof Openfield['message']>().toEqualTypeOf<'retrieve' | 'list'>()
  })
})

describe('the trash', () => {
  test('takes a record, lists it, and gives it back with its links', async () => {
    const task = await newTask()
    expect(await client.task.delete(task.id)).toMatchObject({ id: task.id, fields: task.fields })
    await expect(client.task.retrieve(task.id)).rejects.toBeInstanceOf(NotFoundError)
    expect((await client.task.list({ status: 'trashed' })).data.map(({ id }) => id)).toEqual([task.id])
    expect((await client.task.list({ status: 'active' })).data.map(({ id }) => id)).not.toContain(task.id)
    expect(await client.task.delete(task.id)).toMatchObject({ id: task.id })
    expect((await client.task.restore(task.id)).relationships).toEqual(task.relationships)
    expect((await client.task.retrieve(task.id)).fields).toEqual(task.fields)
    expect((await client.task.list({ status: 'trashed' })).totalCount).toBe(0)
  })

  test('is there for every type that can be restored', async () => {
    const created = {
      account: await client.account.create({ fields: { $name: 'Trashed' } }),
      contact: await client.contact.create({ fields: {} }),
      opportunity: await client.opportunity.create({
        fields: { $name: 'Trashed', $stage: 'Lead' },
        relationships: { $account: account.id },
      }),
      note: await client.note.create({ fields: { $title: 'Trashed' } }),
      meeting: await newMeeting(),
    }
    for (const name of ['account', 'contact', 'opportunity', 'note', 'meeting'] as const) {
      const { id } = created[name]
      expect(await client[name].delete(id)).toMatchObject({ id })
      const ids: string[] = []
      for await (const record of client[name].list({ status: 'trashed' })) ids.push(record.id)
      expect(ids).toEqual([id])
      expect(await client[name].restore(id)).toMatchObject({ id })
      expect(await client[name].retrieve(id)).toMatchObject({ id })
    }
  })

  test('cannot be filtered', async () => {
    // @ts-expect-error either the trash or a filter
    const both = client.account.list({ status: 'trashed', filter: { $name: 'Acme' } })
    await expect(both).rejects.toMatchObject({ status: 400, code: 'invalid_configuration' })
  })
})

test('an account takes the flag of its create', async () => {
  const quiet = await client.account.create({ fields: { $name: 'Quiet' }, skipEnrichment: true })
  expect(quiet.fields.$name.value).toBe('Quiet')
  // @ts-expect-error contacts have no such flag
  const other = client.contact.create({ fields: {}, skipEnrichment: true })
  await expect(other).rejects.toMatchObject({ code: 'unknown_field', param: 'skipEnrichment' })
})

test('records have the members that their type has', () => {
  type Lacking<Key> = { [Name in 'account' | 'list' | 'member' | 'meeting']: Key extends keyof RecordOf<Name> ? 1 : 0 }
  expectTypeOf<Lacking<'updatedAt'>>().toEqualTypeOf<{ account: 1; list: 0; member: 1; meeting: 1 }>()
  expectTypeOf<Lacking<'externalId'>>().toEqualTypeOf<{ account: 1; list: 0; member: 0; meeting: 1 }>()
  expectTypeOf<Lacking<'relationships'>>().toEqualTypeOf<{ account: 1; list: 0; member: 1; meeting: 1 }>()
  expectTypeOf<Lacking<'objectType' | 'accessLevel'>>().toEqualTypeOf<{ account: 0; list: 0; member: 0; meeting: 1 }>()
})
