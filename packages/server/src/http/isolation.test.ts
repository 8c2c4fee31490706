import { describe, expect, it } from 'vitest'
import {
  aChannel,
  aContact,
  aCustomRecord,
  aList,
  aMeeting,
  aMember,
  aMessage,
  aNote,
  anAccount,
  anObjectType,
  anOpportunity,
  aTask,
  meetingFields,
  successOf,
} from '../../test/factories.ts'
import { type Api, anotherWorkspace, contentsOf, type ListBody, outcome, startApi } from '../../test/harness.ts'
import { aFile } from '../../test/uploads.ts'

const api = await startApi()
const neighbour = await anotherWorkspace(api)

/** One record of every kind in a workspace. */
async function everything(of: Api) {
  const objectType = await anObjectType(of, { slug: 'project' })
  const channel = await aChannel(of)
  const duplicate = await anAccount(of)
  const account = await anAccount(of)
  const trashed = await anAccount(of)
  successOf(await of.delete(`/v1/accounts/${trashed.id}`))
  const body = { primaryId: account.id, duplicateId: duplicate.id }
  const { merge } = successOf(await of.post<{ merge: { id: string } }>('/v1/accounts/merge', body))
  return {
    account: account.id,
    trashed: trashed.id,
    merge: merge.id,
    contact: (await aContact(of)).id,
    opportunity: (await anOpportunity(of)).id,
    task: (await aTask(of)).id,
    note: (await aNote(of)).id,
    meeting: (await aMeeting(of)).id,
    list: (await aList(of)).id,
    project: (await aCustomRecord(of, objectType)).id,
    member: (await aMember(of)).id,
    file: (await aFile(of, 'hello', { purpose: 'meeting_transcript' })).id,
    channel: channel.id,
    message: (await aMessage(of, { channelId: channel.id })).id,
  }
}
type Ids = Awaited<ReturnType<typeof everything>>
const ours = await everything(api)
const theirs = await everything(neighbour)
/** Ids that look like theirs, and are nobody's. */
const nobodys = Object.fromEntries(
  Object.entries(theirs).map(([name, id]) => [name, `${id.slice(0, id.indexOf('_'))}_01h455vb4pex5vsknk084sn02q`]),
) as Ids

type Place = [method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object]

/** Every place of the operations of records, lists, merges and the trash where an id can stand. */
const places: Record<string, (ids: Ids) => Place> = {}
const put = (name: string, place: (ids: Ids) => Place) => {
  places[name] = place
}

const paths: Partial<Record<keyof Ids, string>> = {
  account: '/v1/accounts',
  contact: '/v1/contacts',
  opportunity: '/v1/opportunities',
  task: '/v1/tasks',
  note: '/v1/notes',
  meeting: '/v1/meetings',
  list: '/v1/lists',
  project: '/v1/objects/project/values',
}
for (const [name, path] of Object.entries(paths) as [keyof Ids, string][]) {
  put(`retrieve ${name}`, (ids) => ['GET', `${path}/${ids[name]}`])
  put(`update ${name}`, (ids) => ['POST', `${path}/${ids[name]}`, {}])
  put(`delete ${name}`, (ids) => ['DELETE', `${path}/${ids[name]}`])
  put(`restore ${name}`, (ids) => ['POST', `${path}/${ids[name]}/restore`])
  put(`history ${name}`, (ids) => ['GET', `${path}/${ids[name]}/fields/$name/history`])
}
for (const [name, path] of [
  ['account', '/v1/accounts'],
  ['contact', '/v1/contacts'],
  ['opportunity', '/v1/opportunities'],
  ['project', '/v1/objects/project'],
] as const) {
  put(`merge of ${name}`, (ids) => ['POST', `${path}/merge`, { primaryId: ids[name], duplicateId: ours[name] }])
  put(`merge with ${name}`, (ids) => ['POST', `${path}/merge`, { primaryId: ours[name], duplicateId: ids[name] }])
}
for (const name of ['channel', 'message', 'member', 'file', 'merge'] as const) {
  put(`retrieve ${name}`, (ids) => ['GET', `/v1/${name}s/${ids[name]}`])
}
for (const plural of ['accounts', 'contacts', 'opportunities']) {
  put(`${plural} of a list`, (ids) => ['GET', `/v1/lists/${ids.list}/${plural}`])
}
put('restore from the trash', (ids) => ['POST', `/v1/accounts/${ids.trashed}/restore`])
put('restore from the trash by admins', (ids) => ['POST', `/admin/v1/trash/${ids.trashed}/restore`])
for (const name of ['account', 'contact', 'note', 'meeting', 'list', 'project', 'channel', 'message'] as const) {
  put(`timeline of ${name}`, (ids) => ['GET', `/admin/v1/timeline/${ids[name]}`])
}
put('change a member', (ids) => ['PATCH', `/admin/v1/members/${ids.member}`, {}])
put('remove a member', (ids) => ['DELETE', `/admin/v1/members/${ids.member}`])
put('key of a member', (ids) => ['POST', '/admin/v1/api-keys', { name: 'A', memberId: ids.member }])

const inTask = (links: object): Place => [
  'POST',
  '/v1/tasks',
  { fields: { $title: 'A', $status: 'TODO' }, relationships: { $assignedTo: api.memberId, ...links } },
]
put('assignee', ({ member }) => inTask({ $assignedTo: member }))
put('creator', ({ member }) => inTask({ $createdBy: member }))
put('account of a task', ({ account }) => inTask({ $account: account }))
put('trashed account of a task', ({ trashed }) => inTask({ $account: trashed }))
put('opportunity of a task', ({ opportunity }) => inTask({ $opportunity: opportunity }))
put('contact of a task', ({ contact }) => inTask({ $contact: [contact] }))
put('account to a task', ({ account }) => [
  'POST',
  `/v1/tasks/${ours.task}`,
  { relationships: { $account: { replace: account } } },
])
for (const name of ['account', 'opportunity', 'contact'] as const) {
  put(`${name} of a note`, (ids) => [
    'POST',
    '/v1/notes',
    { fields: { $title: 'A' }, relationships: { [`$${name}`]: ids[name] } },
  ])
  put(`${name} to a note`, (ids) => [
    'POST',
    `/v1/notes/${ours.note}`,
    { relationships: { [`$${name}`]: { add: ids[name] } } },
  ])
}
put('members of a new list', ({ account }) => [
  'POST',
  '/v1/lists',
  { fields: { $name: 'A', $objectType: '$account' }, relationships: { $accounts: [account] } },
])
put('members of a list', ({ account }) => [
  'POST',
  `/v1/lists/${ours.list}`,
  { relationships: { $accounts: { add: account } } },
])
put('transcript of a new meeting', ({ file }) => [
  'POST',
  '/v1/meetings',
  { fields: meetingFields(), relationships: { $transcript: file } },
])
put('transcript of a meeting', ({ file }) => [
  'POST',
  `/v1/meetings/${ours.meeting}`,
  { relationships: { $transcript: { replace: file } } },
])
put('member of a channel', ({ member }) => [
  'POST',
  '/admin/v1/channels',
  { name: 'A', provider: 'SLACK', memberIds: [member] },
])
put('account of a channel', ({ account }) => [
  'POST',
  '/admin/v1/channels',
  { name: 'A', provider: 'SLACK', accountIds: [account] },
])
put('channel of a message', ({ channel }) => [
  'POST',
  '/admin/v1/messages',
  { channelId: channel, text: 'A', sentAt: '2026-05-01T09:00:00Z' },
])

for (const [key, where] of [
  ['file', 'attachmentIds'],
  ['member', 'holderId'],
] as const) {
  put(`${key} of an e-mail`, (ids) => [
    'POST',
    '/admin/v1/emails',
    { subject: 'A', sentAt: '2026-05-01T09:00:00Z', [where]: key === 'file' ? [ids.file] : ids.member },
  ])
}

const send = ([method, path, body]: Place) => {
  const call = { GET: api.get, POST: api.post, PATCH: api.patch, DELETE: api.delete }[method]
  return method === 'GET' || method === 'DELETE' ? api.raw(bodyless(method, path)) : call(path, body)
}
const bodyless = (method: string, path: string) => ({
  method,
  path,
  headers: { authorization: `Bearer ${api.key}`, 'lightfield-version': '2026-03-01' },
})
/** Errors may quote the id that was sent. */
const withoutIds = (text: string) => text.replaceAll(/_[0-9a-z]{26}/g, '')

describe('an id of another workspace', () => {
  it.each(Object.entries(places))('is answered like one that nobody has: %s', async (_, place) => {
    const contents = await contentsOf(api)
    const [foreign, unknown] = [await send(place(theirs)), await send(place(nobodys))]
    expect(outcome(foreign)).toMatch(/^4/)
    expect([outcome(foreign), withoutIds(foreign.text)]).toEqual([outcome(unknown), withoutIds(unknown.text)])
    expect(await contentsOf(api)).toEqual(contents)
  })

  it('finds nothing as a filter', async () => {
    const queries = [
      `/v1/tasks?$task-account=${theirs.account}`,
      `/v1/tasks?$task-assigned-to=${theirs.member}`,
      `/v1/notes?$note-contact=${theirs.contact}`,
      `/v1/accounts?$account-contact=${theirs.contact}`,
      `/v1/opportunities?$opportunity-account=${theirs.account}`,
    ]
    const screens = [
      `/admin/v1/records/task?$account=${theirs.account}`,
      `/admin/v1/records/account?or1.$contact=${theirs.contact}&or1.$contact[contains]=${theirs.contact}`,
    ]
    for (const query of screens)
      expect(successOf(await api.get<ListBody>(query))).toMatchObject({ data: [], totalCount: 0 })
    for (const query of queries) {
      expect(successOf(await api.get<ListBody>(query))).toEqual({ object: 'list', data: [], totalCount: 0 })
    }
  })

  it('is refused in a row of a bulk operation like one that nobody has, and has no name', async () => {
    const contents = await contentsOf(api)
    const rows = async ({ account, trashed, contact }: Ids) => {
      const own = { id: ours.account, relationships: { $contact: { add: contact } } }
      const answers = [
        await api.post<object>('/admin/v1/records/account/update', { records: [{ id: account, fields: {} }, own] }),
        await api.post<object>('/admin/v1/records/account/delete', { ids: [account] }),
        await api.post<object>('/admin/v1/records/account/restore', { ids: [trashed] }),
        await api.get<object>(`/admin/v1/names?ids=${account},${contact},${trashed}`),
      ]
      return answers.map((answer) => withoutIds(JSON.stringify(successOf(answer))))
    }
    const foreign = await rows(theirs)
    expect(foreign).toEqual(await rows(nobodys))
    expect(foreign.join()).not.toMatch(/"outcome":"(updated|deleted|restored)"|"title"/)
    expect(await contentsOf(api)).toEqual(contents)
  })

  it('is in no list, and nobody’s address leads there', async () => {
    const foreign = Object.values(theirs)
    const lists = [
      'accounts',
      'contacts',
      'opportunities',
      'tasks',
      'notes',
      'meetings',
      'lists',
      'channels',
      'messages',
      'emails',
    ]
    const all = [...lists.map((plural) => `/v1/${plural}`), '/v1/objects/project', '/v1/accounts?status=trashed']
    const types = [
      'account',
      'contact',
      'opportunity',
      'task',
      'note',
      'meeting',
      'list',
      'member',
      'channel',
      'message',
      'email',
    ]
    const screens = [...types, 'project'].map((type) => `/admin/v1/records/${type}`)
    const totals = ['account', 'owner'].map((key) => `/admin/v1/records/opportunity/totals?group=$${key}`)
    const changes = '/admin/v1/changes/totals?objectType=opportunity&field=$stage&value=Lead&group=$account'
    const searches = ['account', 'note', 'meeting'].map((name) => `/admin/v1/search?q=${name}`)
    for (const path of [...all, ...screens, ...totals, changes, ...searches, '/admin/v1/trash']) {
      const { text } = await api.get<ListBody>(path)
      expect(foreign.filter((id) => text.includes(id))).toEqual([])
    }
    await aContact(neighbour, { $email: ['shared@both.example'] })
    await anAccount(neighbour, { $website: ['both.example'] })
    const meeting = await aMeeting(api, { $attendeeEmails: ['shared@both.example'] }, { autoCreateRecords: true })
    const { $contact, $account } = meeting.relationships
    expect([$contact?.values, $account?.values]).toEqual([[expect.any(String)], [expect.any(String)]])
    const ids = [...($contact?.values ?? []), ...($account?.values ?? [])]
    expect((await Promise.all(ids.map((id) => neighbour.get(`/v1/contacts/${id}`)))).map(outcome)).toEqual([
      '404',
      '404',
    ])
  })
})
