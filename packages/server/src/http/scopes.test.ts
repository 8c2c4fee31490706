import { type Scope, scopes } from '@openfield/schema'
import { describe, expect, it } from 'vitest'
import {
  aChannel,
  aContact,
  aCustomRecord,
  aKey,
  aList,
  aMeeting,
  aMember,
  aMessage,
  aNote,
  anAccount,
  anEmail,
  anObjectType,
  anOpportunity,
  aTask,
  meetingFields,
  successOf,
} from '../../test/factories.ts'
import { headersOf, outcome, startApi } from '../../test/harness.ts'
import { aFile, aSession, put } from '../../test/uploads.ts'
import { operations as documented } from './openapi/document.ts'

const api = await startApi({ OPENFIELD_WORKER: 'off' })
await anObjectType(api, { slug: 'project' })
const member = await aMember(api)
const channel = await aChannel(api)
const list = await aList(api)

/** What makes a request succeed: the ids in its path, and its body. Asked for anew wherever a success is expected. */
type Request = { ids?: Record<string, string>; query?: string; body?: object }
type Operation = { scopes: readonly Scope[]; request?: () => Promise<Request> }

/** The public table of scopes, operation by operation, as the OpenAPI document names them. */
const operations: Record<string, Operation> = {
  'GET /v1/auth/validate': { scopes: [] },
  'GET /v1/objects': { scopes: ['custom_objects:read'] },
  'GET /v1/files': { scopes: ['files:read'] },
  'POST /v1/files': {
    scopes: ['files:create'],
    request: async () => ({ body: { filename: 'a.txt', mimeType: 'text/plain', sizeBytes: 1 } }),
  },
  'GET /v1/files/{id}': { scopes: ['files:read'], request: async () => ({ ids: { id: (await aSession(api)).id } }) },
  'GET /v1/files/{id}/url': { scopes: ['files:read'], request: async () => ({ ids: { id: (await aFile(api)).id } }) },
  'POST /v1/files/{id}/complete': {
    scopes: ['files:create'],
    request: async () => {
      const session = await aSession(api)
      await put(session, 'hello')
      return { ids: { id: session.id }, body: {} }
    },
  },
  'POST /v1/files/{id}/cancel': {
    scopes: ['files:create'],
    request: async () => ({ ids: { id: (await aSession(api)).id } }),
  },
}

for (const plural of ['accounts', 'contacts', 'opportunities'] as const) {
  operations[`GET /v1/lists/{listId}/${plural}`] = {
    scopes: ['lists:read', `${plural}:read`],
    request: async () => ({ ids: { listId: list.id } }),
  }
}

type Kind = {
  group: 'accounts' | 'contacts' | 'opportunities' | 'tasks' | 'notes' | 'meetings' | 'lists' | 'custom_objects'
  paths: { list: string; create?: string }
  make: () => Promise<{ id: string }>
  body: () => object
  /** A field of it, by default `$name`. */
  fieldKey?: string
  without?: ('definitions' | 'restore' | 'merge')[]
}
const atPlural = (group: string) => ({ list: `/v1/${group}` })
const kinds: Kind[] = [
  {
    group: 'accounts',
    paths: atPlural('accounts'),
    make: () => anAccount(api),
    body: () => ({ fields: { $name: 'A' } }),
  },
  { group: 'contacts', paths: atPlural('contacts'), make: () => aContact(api), body: () => ({ fields: {} }) },
  {
    group: 'opportunities',
    paths: atPlural('opportunities'),
    make: () => anOpportunity(api),
    body: () => ({ fields: { $name: 'A', $stage: 'Lead' }, relationships: { $account: api.accountId } }),
  },
  {
    group: 'tasks',
    fieldKey: '$title',
    paths: atPlural('tasks'),
    make: () => aTask(api),
    body: () => ({ fields: { $title: 'A', $status: 'TODO' }, relationships: { $assignedTo: api.memberId } }),
    without: ['merge'],
  },
  {
    group: 'notes',
    fieldKey: '$title',
    paths: atPlural('notes'),
    make: () => aNote(api),
    body: () => ({ fields: { $title: 'A' } }),
    without: ['merge'],
  },
  {
    group: 'meetings',
    fieldKey: '$title',
    paths: atPlural('meetings'),
    make: () => aMeeting(api),
    body: () => ({ fields: meetingFields() }),
    without: ['merge'],
  },
  {
    group: 'lists',
    paths: atPlural('lists'),
    make: () => aList(api),
    body: () => ({ fields: { $name: 'A', $objectType: '$account' } }),
    without: ['merge', 'definitions', 'restore'],
  },
  {
    group: 'custom_objects',
    paths: { list: '/v1/objects/{entitySlug}', create: '/v1/objects/{entitySlug}/values' },
    make: () => aCustomRecord(api, 'project'),
    body: () => ({ fields: { $name: 'A' } }),
  },
]

for (const { group, paths, make, body, fieldKey = '$name', without = [] } of kinds) {
  const at = paths.create ?? paths.list
  const entitySlug = 'project'
  const one = async () => ({ ids: { entitySlug, id: (await make()).id, fieldKey } })
  const trashed = async () => {
    const request = await one()
    successOf(await api.delete(pathOf(`${at}/{id}`, request)))
    return request
  }
  const merging = async () => ({
    ids: { entitySlug },
    body: { primaryId: (await make()).id, duplicateId: (await make()).id },
  })
  const all = {
    list: [`GET ${paths.list}`, ['read'], async () => ({ ids: { entitySlug } })],
    create: [`POST ${at}`, ['create'], async () => ({ ids: { entitySlug }, body: body() })],
    retrieve: [`GET ${at}/{id}`, ['read'], one],
    update: [`POST ${at}/{id}`, ['update'], async () => ({ ...(await one()), body: {} })],
    delete: [`DELETE ${at}/{id}`, ['delete'], one],
    restore: [`POST ${at}/{id}/restore`, ['restore'], trashed],
    definitions: [`GET ${paths.list}/definitions`, ['read'], async () => ({ ids: { entitySlug } })],
    history: [`GET ${at}/{id}/fields/{fieldKey}/history`, ['read'], one],
    merge: [`POST ${paths.list}/merge`, ['update', 'delete'], merging],
  } as const
  for (const [verb, [operation, needed, request]] of Object.entries(all)) {
    if (without.some((one) => one === verb)) continue
    operations[operation] = { scopes: needed.map((half) => `${group}:${half}` as const), request }
  }
}

for (const [group, id] of [
  ['members', member.id],
  ['channels', channel.id],
  ['messages', (await aMessage(api, { channelId: channel.id })).id],
  ['emails', (await anEmail(api)).id],
] as const) {
  operations[`GET /v1/${group}`] = { scopes: [`${group}:read`] }
  operations[`GET /v1/${group}/{id}`] = { scopes: [`${group}:read`], request: async () => ({ ids: { id } }) }
}

const mergeOf = async (path: string, make: () => Promise<{ id: string }>) => {
  const body = { primaryId: (await make()).id, duplicateId: (await make()).id }
  const { merge } = successOf(await api.post<{ merge: { id: string } }>(`${path}/merge`, body))
  return { ids: { id: merge.id } }
}
operations['GET /v1/merges/{id}'] = {
  scopes: ['contacts:read'],
  request: () => mergeOf('/v1/contacts', () => aContact(api)),
}

const pathOf = (template: string, { ids = {}, query = '' }: Request) =>
  template.replaceAll(/\{(\w+)\}/g, (_, name) => ids[name] ?? '') + query

const keyWith = async (some: readonly Scope[]) => (await aKey(api, { scopes: [...some] })).key
const bearers = await Promise.all(scopes.map(async (scope) => ({ scope, key: await keyWith([scope]) })))
const full = { scoped: (await aKey(api)).key, ofMember: (await aKey(api, { memberId: api.memberId })).key }

async function statusOf(operation: string, request: Request, key: string) {
  const [method = '', template = ''] = operation.split(' ')
  const { body } = request
  const headers = headersOf(key, body !== undefined)
  const text = body && JSON.stringify(body)
  return (await api.raw({ method, path: pathOf(template, request), headers, body: text })).status
}

describe('every operation', () => {
  it('of the document is in the table of scopes', async () => {
    type Document = { paths: Record<string, object> }
    const { paths } = successOf(await api.get<Document>('/openapi.json'))
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(Object.keys(operations).toSorted()).toEqual(documented.filter((one) => one.includes(' /v1/')).toSorted())
  })

  it.each(Object.entries(operations))('%s is open to its scopes and to no other', async (operation, needs) => {
    const { scopes: needed, request = async () => ({}) } = needs
    const isEnough = (some: readonly Scope[]) => needed.every((scope) => some.includes(scope))
    const fresh = await request()
    for (const { scope, key } of bearers.filter((bearer) => !isEnough([bearer.scope]))) {
      expect([scope, await statusOf(operation, fresh, key)]).toEqual([scope, 403])
    }
    for (const missing of needed) {
      const others = await keyWith(scopes.filter((scope) => scope !== missing))
      expect([missing, await statusOf(operation, fresh, others)]).toEqual([missing, 403])
    }
    const open = needed.length === 1 ? bearers.filter(({ scope }) => isEnough([scope])).map(({ key }) => key) : []
    const exact = needed.length === 0 ? bearers.map(({ key }) => key) : [await keyWith(needed)]
    for (const key of [...open, ...exact, full.scoped, full.ofMember]) {
      expect(await statusOf(operation, await request(), key)).toBe(200)
    }
    expect(await statusOf(operation, fresh, 'sk_of_none')).toBe(401)
  })

  it('on what was deleted needs the scope to restore it as well as the one to read it', async () => {
    for (const { group, paths } of kinds) {
      const request = { ids: { entitySlug: 'project' }, query: '?status=trashed' }
      const answers: [Scope[], number][] = [
        [[`${group}:read`], 403],
        [[`${group}:restore`], 403],
        [[`${group}:read`, `${group}:restore`], 200],
      ]
      for (const [some, status] of answers) {
        expect([some, await statusOf(`GET ${paths.list}`, request, await keyWith(some))]).toEqual([some, status])
      }
    }
  })

  it('on a merge needs the scope to read what was merged', async () => {
    const merges = {
      'accounts:read': await mergeOf('/v1/accounts', () => anAccount(api)),
      'opportunities:read': await mergeOf('/v1/opportunities', () => anOpportunity(api)),
      'custom_objects:read': await mergeOf('/v1/objects/project', () => aCustomRecord(api, 'project')),
    }
    for (const [needed, request] of Object.entries(merges)) {
      for (const { scope, key } of bearers) {
        const status = scope === needed ? 200 : 403
        expect([scope, await statusOf('GET /v1/merges/{id}', request, key)]).toEqual([scope, status])
      }
    }
  })
})

describe('scopes', () => {
  it('are those of the public table, and one more for each type that can be restored', () => {
    const groups = kinds.map(({ group }) => group)
    const verbs = ['create', 'read', 'update', 'delete', 'restore']
    const all = groups.flatMap((group) => verbs.map((verb) => `${group}:${verb}`))
    const others = ['files:create', 'files:read', 'emails:create', 'emails:read', 'members:read', 'channels:read']
    expect([...scopes].toSorted()).toEqual([...all, ...others, 'messages:read'].toSorted())
  })

  it('are not enough for the admin API, which takes a full-access key of an admin', async () => {
    const admin = documented().flatMap(({ method, path, requirements }) =>
      requirements.admin ? [[method, path] as const] : [],
    )
    expect(admin.length).toBeGreaterThan(18)
    const keys = [
      await keyWith(scopes),
      await keyWith(['notes:read']),
      (await aKey(api, { memberId: member.id })).key,
      (await aKey(api, { memberId: member.id, scopes: [...scopes] })).key,
    ]
    for (const [method, template] of admin) {
      const path = template.replaceAll(/:\w+/g, 'x')
      for (const key of keys) {
        const response = await api.raw({ method, path, headers: headersOf(key, false) })
        expect([method, path, outcome(response)]).toEqual([method, path, '403'])
      }
    }
  })
})
