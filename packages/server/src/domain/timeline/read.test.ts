import { decodeId } from '@openfield/schema'
import { describe, expect, it } from 'vitest'
import {
  aChannel,
  aContact,
  aCustomRecord,
  aField,
  aKey,
  aMeeting,
  aMember,
  aMessage,
  aNote,
  anAccount,
  anObjectType,
  anOpportunity,
  aTask,
  successOf,
} from '../../../test/factories.ts'
import { anotherWorkspace, outcome, startApi } from '../../../test/harness.ts'
import { aFile } from '../../../test/uploads.ts'

const api = await startApi()

type Link = { id: string; title: string | null; objectType: string }
type Entry = {
  id: string
  at: string
  kind: string
  actor: { type: string; id: string; name: string | null; member?: { id: string; name: string | null } } | null
  changes?: { key: string; before: unknown; after: unknown; beforeText: string | null; afterText: string | null }[]
  links?: { key: string; label: string; added: Link[]; removed: Link[] }[]
  record?: { id: string; title: string; fields: Record<string, { value: unknown }> }
}
type Page = { data: Entry[]; nextCursor: string | null }

const read = async (id: string, query = '', key = api.key) =>
  successOf(await api.get<Page>(`/admin/v1/timeline/${id}${query}`, { key }))
const kindsOf = async (id: string, key?: string) => (await read(id, '', key)).data.map(({ kind }) => kind)

describe('a timeline', () => {
  it('says what changed, in words too, and by whom', async () => {
    const opportunity = await anOpportunity(api, { $name: 'Renewal', $stage: 'Lead', $amount: 100 })
    const key = await aKey(api, { name: 'Website', memberId: api.memberId })
    successOf(
      await api.post(
        `/v1/opportunities/${opportunity.id}`,
        { fields: { $stage: 'Won', $amount: null } },
        { key: key.key },
      ),
    )
    const { data, nextCursor } = await read(opportunity.id)
    expect(nextCursor).toBe(null)
    const [updated, created] = data
    expect(updated).toMatchObject({
      id: expect.stringMatching(/^chg_/),
      kind: 'updated',
      actor: { type: 'key', id: key.id, name: 'Website', member: { id: api.memberId } },
    })
    expect(updated?.changes?.toSorted((a, b) => a.key.localeCompare(b.key))).toMatchObject([
      { key: '$amount', label: 'Amount', valueType: 'CURRENCY', before: 100, after: null, afterText: null },
      { key: '$stage', beforeText: 'Lead', afterText: 'Won' },
    ])
    expect(created?.kind).toBe('created')
    expect(created?.changes?.map(({ key, before }) => [key, before])).toContainEqual(['$name', null])
    expect(created?.links).toContainEqual({
      key: '$account',
      label: 'Account',
      added: [{ id: api.accountId, title: 'Sample Account', objectType: 'account' }],
      removed: [],
    })
  })

  it('says which links came and went, by name', async () => {
    const [ada, ben] = [
      await aContact(api, { $name: { firstName: 'Ada', lastName: 'Byron' } }),
      await aContact(api, { $email: ['ben@acme.example'] }),
    ]
    const account = await anAccount(api, {}, { $contact: ada.id })
    await api.post(`/v1/accounts/${account.id}`, { relationships: { $contact: { add: ben.id, remove: ada.id } } })
    const [entry] = (await read(account.id)).data
    expect(entry?.changes).toBe(undefined)
    expect(entry?.links).toEqual([
      {
        key: '$contact',
        label: 'Contacts',
        added: [{ id: ben.id, title: 'ben@acme.example', objectType: 'contact' }],
        removed: [{ id: ada.id, title: 'Ada Byron', objectType: 'contact' }],
      },
    ])
    await api.delete(`/v1/contacts/${ben.id}`)
    expect((await read(account.id)).data[0]?.links?.[0]?.added[0]?.title).toBe(null)
  })

  it('has the notes, tasks, meetings and messages around a record, each at its time', async () => {
    const contact = await aContact(api, { $email: ['eve@widgets.example'] })
    const account = await anAccount(api, {}, { $contact: contact.id })
    const channel = await aChannel(api, { accountIds: [account.id] })
    const note = await aNote(api, { $title: 'Called' }, { $account: account.id })
    const task = await aTask(api, { $title: 'Send offer' }, { $account: account.id })
    await aMeeting(api, {
      $title: 'Kick-off',
      $startDate: '2020-03-01T09:00:00Z',
      $endDate: '2020-03-01T10:00:00Z',
      $attendeeEmails: ['eve@widgets.example'],
    })
    await aMessage(api, { channelId: channel.id, senderEmail: 'eve@widgets.example', sentAt: '2021-01-01T00:00:00Z' })
    const { data } = await read(contact.id)
    expect(data.map(({ kind }) => kind)).toEqual(['created', 'message', 'meeting'])
    expect(data[2]).toMatchObject({ at: '2020-03-01T09:00:00.000Z', record: { title: 'Kick-off' } })

    const around = (await read(account.id)).data
    expect(around.map(({ kind, record }) => [kind, record?.title])).toEqual([
      ['task', 'Send offer'],
      ['note', 'Called'],
      ['created', undefined],
      ['message', expect.any(String)],
      ['meeting', 'Kick-off'],
    ])
    expect(around[1]).toMatchObject({
      id: note.id,
      actor: { type: 'key' },
      record: { id: note.id, fields: { $title: { value: 'Called' } } },
    })
    expect(around[0]?.id).toBe(task.id)
    expect(await kindsOf(task.id)).toEqual(['created'])
  })

  it('has the files that were attached, and says when one was taken off', async () => {
    const account = await anAccount(api)
    const file = await aFile(api)
    const path = `/admin/v1/records/account/${account.id}/files`
    successOf(await api.post(path, { fileId: file.id }))
    expect((await read(account.id)).data[0]).toMatchObject({
      kind: 'file',
      record: { id: file.id, status: 'COMPLETED' },
    })
    successOf(await api.delete(`${path}/${file.id}`))
    const [taken] = (await read(account.id)).data
    expect(taken).toMatchObject({ kind: 'updated', links: [{ key: '$file', added: [], removed: [{ id: file.id }] }] })
  })

  it('tells of the trash and of merges', async () => {
    const [account, duplicate] = [
      await anAccount(api, { $name: 'Acme' }),
      await anAccount(api, { $website: ['acme.example'] }),
    ]
    await api.delete(`/v1/accounts/${account.id}`)
    expect(outcome(await api.get(`/admin/v1/timeline/${account.id}`))).toBe('404')
    await api.post(`/v1/accounts/${account.id}/restore`)
    successOf(await api.post('/v1/accounts/merge', { primaryId: account.id, duplicateId: duplicate.id }))
    const { data } = await read(account.id)
    expect(data.map(({ kind }) => kind)).toEqual(['merged', 'restored', 'trashed', 'created'])
    expect(data[0]?.changes).toMatchObject([{ key: '$website', before: null, after: ['https://acme.example'] }])
    expect(outcome(await api.get(`/admin/v1/timeline/${duplicate.id}`))).toBe('404')
  })

  it('gathers what one did within a minute, and leaves out what was undone', async () => {
    const account = await anAccount(api, { $name: 'A' })
    const rename = (name: string) => api.post(`/v1/accounts/${account.id}`, { fields: { $name: name } })
    await rename('B')
    await rename('C')
    const other = await aKey(api)
    await api.post(`/v1/accounts/${account.id}`, { fields: { $name: 'D' } }, { key: other.key })
    await api.post(`/v1/accounts/${account.id}`, { fields: { $name: 'E' } }, { key: other.key })
    await api.post(`/v1/accounts/${account.id}`, { fields: { $name: 'C' } }, { key: other.key })
    const { data } = await read(account.id)
    expect(data.map(({ kind, changes }) => [kind, changes?.[0]?.before, changes?.[0]?.after])).toEqual([
      ['updated', 'A', 'C'],
      ['created', null, 'A'],
    ])
  })

  it('is paged: nothing twice and nothing missing', async () => {
    const account = await anAccount(api)
    for (let n = 0; n < 4; n += 1) {
      await aNote(api, {}, { $account: account.id })
      await aTask(api, {}, { $account: account.id })
      await aMeeting(api, {
        $startDate: '2020-03-01T09:00:00Z',
        $endDate: '2020-03-01T10:00:00Z',
        $attendeeEmails: [],
      }).then((meeting) => link(meeting.id, account.id))
    }
    const whole = (await read(account.id)).data.map(({ id }) => id)
    expect(whole.length).toBe(13)
    for (const limit of [1, 2, 5]) {
      const paged: string[] = []
      for (let before = '', pages = 0; pages < 20; pages += 1) {
        const { data, nextCursor } = await read(account.id, `?limit=${limit}${before}`)
        paged.push(...data.map(({ id }) => id))
        if (nextCursor === null) break
        before = `&before=${nextCursor}`
      }
      expect(paged).toEqual(whole)
    }
  })

  it('is of any record, those of custom objects too', async () => {
    const type = await anObjectType(api)
    const record = await aCustomRecord(api, type, { $name: 'One' })
    expect(await kindsOf(record.id)).toEqual(['created'])
    expect((await kindsOf(api.memberId)).at(-1)).toBe('created')
  })

  it('does not mistake the values of a removed field for those of another with its slug', async () => {
    const { slug } = await aField(api, 'account', { slug: 'rating', valueType: 'TEXT' })
    const account = await anAccount(api, { $name: 'A', [slug]: 'good' })
    await api.delete(`/admin/v1/objects/account/fields/${slug}`)
    for (let made = false; !made; ) {
      const again = await api.post('/admin/v1/objects/account/fields', { slug, label: slug, valueType: 'NUMBER' })
      made = again.status === 200
    }
    await api.post(`/v1/accounts/${account.id}`, { fields: { [slug]: 5 } })
    const told = (await read(account.id)).data.flatMap(({ changes = [] }) =>
      changes.map(({ key, after }) => [key, after]),
    )
    expect(told).toEqual([
      [slug, 5],
      ['$name', 'A'],
    ])
  })

  it('is refused for an id that leads nowhere, a cursor that is none, and a wrong limit', async () => {
    const outcomeOf = async (path: string) => outcome(await api.get(`/admin/v1/timeline/${path}`))
    expect(await outcomeOf('acc_01h455vb4pex5vsknk084sn02q')).toBe('404')
    expect(await outcomeOf('nothing')).toBe('404')
    expect(await outcomeOf(api.accountId.replace('acc_', 'con_'))).toBe('404')
    expect(await outcomeOf(`${api.accountId}?before=x`)).toBe('400 invalid_type before')
    expect(await outcomeOf(`${api.accountId}?limit=101`)).toBe('400 invalid_type limit')
  })
})

describe('who reads a timeline', () => {
  it('needs the scope to read the record, and sees what stands beside it as far as their scopes go', async () => {
    const account = await anAccount(api)
    await aNote(api, {}, { $account: account.id })
    await aTask(api, {}, { $account: account.id })
    const keyWith = async (...scopes: string[]) => (await aKey(api, { scopes })).key
    expect(outcome(await api.get(`/admin/v1/timeline/${account.id}`, { key: await keyWith('notes:read') }))).toBe('403')
    const key = await keyWith('accounts:read', 'notes:read')
    const { data } = await read(account.id, '', key)
    expect(data.map(({ kind }) => kind)).toEqual(['note', 'created'])
    expect(data[1]?.actor).toMatchObject({ type: 'key', name: null, member: { name: null } })
  })

  it('reads nothing of a private meeting that they took no part in', async () => {
    const outsider = (await aKey(api, { memberId: (await aMember(api)).id })).key
    const [member] = await api.sql<{ email: string }>(
      `select fields->'$email'->>'value' as email from record where object_type = 8 order by id limit 1`,
    )
    const contact = await aContact(api, { $email: ['zoe@secret.example'] })
    const meeting = await aMeeting(api, {
      $description: 'The secret plan',
      $privacySetting: 'METADATA',
      $organizerEmail: member?.email,
      $attendeeEmails: ['zoe@secret.example'],
    })
    const inside = await read(contact.id)
    const outside = await read(contact.id, '', outsider)
    const descriptionOf = ({ data }: Page) =>
      data.find(({ kind }) => kind === 'meeting')?.record?.fields.$description?.value
    expect([descriptionOf(inside), descriptionOf(outside)]).toEqual(['The secret plan', null])
    const own = (await read(meeting.id, '', outsider)).data.at(-1)
    expect(own?.changes?.find(({ key }) => key === '$description')).toMatchObject({ before: null, after: null })
    expect(JSON.stringify(own)).not.toContain('secret plan')
    expect((await read(meeting.id)).data.at(-1)?.changes).toContainEqual(
      expect.objectContaining({ key: '$description', after: 'The secret plan' }),
    )
  })

  it('finds no channel that they are not in', async () => {
    const channel = await aChannel(api, { visibility: 'PRIVATE' })
    expect(outcome(await api.get(`/admin/v1/timeline/${channel.id}`))).toBe('404')
  })

  it('finds none of another workspace', async () => {
    const neighbour = await anotherWorkspace(api)
    const theirs = await anAccount(neighbour)
    expect(outcome(await api.get(`/admin/v1/timeline/${theirs.id}`))).toBe('404')
  })
})

/** Links a meeting to an account, as attendees would. */
const link = (meeting: string, account: string) =>
  api.sql(
    `insert into edge (workspace_id, relationship, from_id, to_id, from_one, to_one)
     select workspace_id, 22, id, $2, false, false from record where id = $1`,
    [decodeId('mtg', meeting), decodeId('acc', account)],
  )
