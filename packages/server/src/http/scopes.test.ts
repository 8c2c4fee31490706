import { type Scope, scopes } from '@openfield/schema'
import { describe, expect, it } from 'vitest'
import { aBrowser, adminPassword } from '../../test/browser.ts'
import {
  aContact,
  aCustomRecord,
  aKey,
  aMember,
  anAccount,
  anObjectType,
  anOpportunity,
  successOf,
} from '../../test/factories.ts'
import { headersOf, outcome, startApi } from '../../test/harness.ts'
import { type OperationRequest, pathOf, requestsOf } from '../../test/requests.ts'
import { operations } from './openapi/document.ts'

const api = await startApi({
  OPENFIELD_WORKER: 'off',
  OPENFIELD_ENRICHMENT: 'on',
  OPENFIELD_ADMIN_PASSWORD: adminPassword,
  OPENFIELD_ALLOWED_NETWORKS: '127.0.0.0/8',
})
const requests = await requestsOf(api, 'ours')
const documented = operations()

/**
 * Who may call an operation: those with all of these scopes; `admin`: a full-access key of an admin; `account`: a full-access
 * key of a member; `anyone`. Whoever is signed in counts as a full-access key of theirs.
 */
type Access = readonly Scope[] | 'admin' | 'account' | 'anyone'
const access: Record<string, Access> = {}

const groups = {
  account: 'accounts',
  contact: 'contacts',
  opportunity: 'opportunities',
  task: 'tasks',
  note: 'notes',
  meeting: 'meetings',
  list: 'lists',
  object: 'custom_objects',
} as const
const verbs = {
  list: ['read'],
  create: ['create'],
  retrieve: ['read'],
  update: ['update'],
  delete: ['delete'],
  restore: ['restore'],
  definitions: ['read'],
  fieldHistory: ['read'],
} as const
for (const [name, group] of Object.entries(groups)) {
  for (const [verb, halves] of Object.entries(verbs)) {
    if (name === 'list' && ['restore', 'definitions'].includes(verb)) continue
    access[`${name}.${verb}`] = halves.map((half) => `${group}:${half}` as Scope)
  }
}
for (const name of ['member', 'channel', 'message', 'email'] as const) {
  access[`${name}.list`] = [`${name}s:read`]
  access[`${name}.retrieve`] = [`${name}s:read`]
}
Object.assign(access, {
  'merge.mergeAccounts': ['accounts:update', 'accounts:delete'],
  'merge.mergeContacts': ['contacts:update', 'contacts:delete'],
  'merge.mergeOpportunities': ['opportunities:update', 'opportunities:delete'],
  'merge.mergeObjectValues': ['custom_objects:update', 'custom_objects:delete'],
  'merge.getMerge': ['accounts:read'],
  'list.listAccounts': ['lists:read', 'accounts:read'],
  'list.listContacts': ['lists:read', 'contacts:read'],
  'list.listOpportunities': ['lists:read', 'opportunities:read'],
  'object.listDefinitions': ['custom_objects:read'],
  'auth.validate': [],
  'workflowRun.status': [],
  'file.create': ['files:create'],
  'file.list': ['files:read'],
  'file.retrieve': ['files:read'],
  'file.url': ['files:read'],
  'file.complete': ['files:create'],
  'file.cancel': ['files:create'],

  'enrichmentRun.accounts': ['accounts:update'],
  'enrichmentRun.contacts': ['contacts:update'],
  'enrichmentRun.getEnrichmentRun': ['accounts:read'],

  'admin.enrichment.retrieveSettings': [],
  'admin.enrichment.listRuns': ['accounts:read'],
  'admin.enrichment.retrieveRun': ['accounts:read'],
  'admin.enrichment.revertRun': ['accounts:update'],
  'admin.enrichment.acceptSuggestion': ['accounts:update'],
  'admin.enrichment.dismissSuggestion': ['accounts:update'],
  'admin.enrichment.retrieveRecord': ['accounts:read'],
  'admin.objectType.list': [],
  'admin.objectType.retrieve': ['custom_objects:read'],
  'admin.records.list': ['custom_objects:read'],
  'admin.records.totals': ['custom_objects:read'],
  'admin.changes.totals': ['custom_objects:read'],
  'admin.export.table': ['custom_objects:read'],
  'admin.export.lines': ['custom_objects:read'],
  'admin.names': [],
  'admin.records.update': ['accounts:update'],
  'admin.records.delete': ['accounts:delete'],
  'admin.records.restore': ['accounts:restore'],
  'admin.trash.retrieve': ['accounts:read', 'accounts:restore'],
  'admin.recordFile.list': ['files:read', 'accounts:read'],
  'admin.recordFile.attach': ['files:read', 'accounts:update'],
  'admin.recordFile.detach': ['files:read', 'accounts:update'],
  'email.send': ['emails:create'],
  'email.draft': ['emails:create'],
  'admin.mailbox.list': ['emails:read'],
  'admin.mailbox.connect': ['emails:create'],
  'admin.mailbox.retrieve': ['emails:read'],
  'admin.mailbox.update': ['emails:create'],
  'admin.mailbox.disconnect': ['emails:create'],
  'admin.mailbox.check': ['emails:create'],
  'admin.mailboxSync.retrieve': ['emails:read'],
  'admin.mailboxSync.update': ['emails:create'],
  'admin.mailboxSync.run': ['emails:create'],
  'admin.mailboxLedger.retrieve': ['emails:read'],
  'admin.mailboxLedger.messages': ['emails:read'],
  'admin.email.thread': ['emails:read'],
  'admin.view.list': ['custom_objects:read'],
  'admin.view.create': ['custom_objects:read'],
  'admin.view.update': [],
  'admin.view.remove': [],
  'admin.preferences.retrieve': [],
  'admin.preferences.update': [],
  'admin.timeline.read': ['accounts:read'],
  'admin.search': [],
  'admin.event.recent': [],
  'admin.event.listen': [],
  // Of the refused rows of an import, which are for admins.
  'admin.download.create': 'admin',
  'admin.session.retrieve': [],
  'admin.session.update': 'account',
  'admin.session.end': 'account',
  'admin.session.list': 'account',
  'admin.session.endAll': 'account',
  'admin.password.change': 'account',
} satisfies Record<string, Access>)
for (const { id, requirements } of documented) {
  if (requirements.admin) access[id] = 'admin'
  if (requirements.anyone) access[id] = 'anyone'
}

/** Their successes are tested elsewhere: one does not end, the others end or begin sessions or need secrets, or an IMAP server. */
const withoutRequest =
  /^email\.draft$|^admin\.(event\.listen|session\.(create|end|endAll|list)|password\.change|welcome|passwordReset|signIn)/

const member = await aMember(api)
/** A key of the first admin. */
const keyWith = async (some: readonly Scope[]) => (await aKey(api, { memberId: api.memberId, scopes: [...some] })).key
const bearers = await Promise.all(scopes.map(async (scope) => ({ scope, key: await keyWith([scope]) })))
const full = { ofWorkspace: (await aKey(api)).key, ofMember: (await aKey(api, { memberId: api.memberId })).key }
const ofOthers = {
  'of a member who is no admin': (await aKey(api, { memberId: member.id })).key,
  'with all scopes': await keyWith(scopes),
  'with one scope': await keyWith(['notes:read']),
}
const admin = aBrowser(api)
successOf(await admin.signIn())
const colleague = await aColleague()

/** Somebody signed in who is no admin. */
async function aColleague() {
  const browser = aBrowser(api)
  const invited = await api.post<{ link: string }>('/admin/v1/invitations', { email: 'c@team.example', role: 'member' })
  const token = successOf(invited).link.split('#')[1]
  successOf(await browser.post('/admin/v1/welcome/accept', { token, password: 'a long enough one' }))
  return browser
}

type Documented = (typeof documented)[number]

async function answerTo({ method, path }: Documented, request: OperationRequest, headers: object) {
  const { body } = request
  return api.raw({
    method,
    path: pathOf(path, request),
    headers: { ...headersOf(null, body !== undefined), ...headers },
    body: body && JSON.stringify(body),
  })
}
const statusOf = async (operation: Documented, request: OperationRequest, key: string) =>
  (await answerTo(operation, request, { authorization: `Bearer ${key}` })).status
const asBrowser = ({ cookie }: { cookie: string | undefined }) => ({ cookie, 'x-openfield-session': 'current' })
/** A request that gets as far as who may call. */
const anyOf = ({ path }: Documented): OperationRequest => ({
  params: Object.fromEntries(Array.from(path.matchAll(/:(\w+)/g), ([, name]) => [name, 'x'])),
})

const named = documented.map((operation) => [operation.id, operation] as const)
const withScopes = named.filter(([id]) => Array.isArray(access[id]) && !withoutRequest.test(id))

describe('every operation', () => {
  it('says who may call it', () => {
    const missing = documented.map(({ id }) => id).filter((id) => !(id in access))
    expect(missing, 'Say in `access` of http/scopes.test.ts which scopes a new operation needs.').toEqual([])
    const known = new Set(documented.map(({ id }) => id))
    expect(Object.keys(access).filter((id) => !known.has(id))).toEqual([])
  })

  it.each(named)('%s is closed to those who are not known, unless it is for them', async (id, operation) => {
    const isOpen = access[id] === 'anyone'
    const nobodys = {
      nothing: {},
      'an unknown key': { authorization: 'Bearer sk_of_none' },
      'an unknown session': { cookie: 'openfield_session=x', 'x-openfield-session': 'current' },
      // What another site's page could send along.
      'a session without its header': { cookie: admin.cookie },
    }
    for (const [what, headers] of Object.entries(nobodys)) {
      const { status } = await answerTo(operation, anyOf(operation), headers)
      expect([what, status === 401]).toEqual([what, !isOpen])
    }
  })

  it.each(withScopes)('%s is open to its scopes and to no other', async (id, operation) => {
    const needed = access[id] as readonly Scope[]
    const request = async () => (await requests[id]?.()) ?? {}
    const isEnough = (some: readonly Scope[]) => needed.every((scope) => some.includes(scope))
    const fresh = await request()
    for (const { scope, key } of bearers.filter((bearer) => !isEnough([bearer.scope]))) {
      expect([scope, await statusOf(operation, fresh, key)]).toEqual([scope, 403])
    }
    for (const missing of needed) {
      const others = await keyWith(scopes.filter((scope) => scope !== missing))
      expect([missing, await statusOf(operation, fresh, others)]).toEqual([missing, 403])
    }
    const keys = needed.length === 0 ? bearers.map(({ key }) => key) : [await keyWith(needed)]
    for (const key of [...keys, full.ofMember]) {
      expect(await statusOf(operation, await request(), key)).toBe(200)
    }
    expect((await answerTo(operation, await request(), asBrowser(admin))).status).toBe(200)
  })

  it.each(named.filter(([id]) => access[id] === 'admin'))('%s is for admins', async (id, operation) => {
    // What becomes of a download depends on what is to be downloaded.
    const refused = operation.requirements.admin ? anyOf(operation) : ((await requests[id]?.()) ?? {})
    for (const [whose, key] of Object.entries(ofOthers)) {
      expect([whose, await statusOf(operation, refused, key)]).toEqual([whose, 403])
    }
    expect((await answerTo(operation, refused, asBrowser(colleague))).status).toBe(403)
    for (const key of [full.ofWorkspace, full.ofMember]) {
      expect(await statusOf(operation, (await requests[id]?.()) ?? {}, key)).toBe(200)
    }
    expect((await answerTo(operation, (await requests[id]?.()) ?? {}, asBrowser(admin))).status).toBe(200)
  })

  it.each(named.filter(([id]) => access[id] === 'account'))(
    '%s is for the member whose it is',
    async (id, operation) => {
      const request = (await requests[id]?.()) ?? {}
      for (const key of [ofOthers['with all scopes'], ofOthers['with one scope']]) {
        // A key has no session that it could end.
        const ends = id === 'admin.session.end'
        if (!ends) expect(await statusOf(operation, { body: {}, ...request }, key)).toBeOneOf([400, 403])
      }
    },
  )
})

describe('an operation', () => {
  const one = (id: string) => documented.find((operation) => operation.id === id) as Documented
  it('on what was deleted needs the scope to restore it as well as the one to read it', async () => {
    for (const [name, group] of Object.entries(groups)) {
      const request = { ...(await requests[`${name}.list`]?.()), query: '?status=trashed' }
      const answers: [Scope[], number][] = [
        [[`${group}:read`], 403],
        [[`${group}:restore`], 403],
        [[`${group}:read`, `${group}:restore`], 200],
      ]
      for (const [some, status] of answers) {
        expect([some, await statusOf(one(`${name}.list`), request, await keyWith(some))]).toEqual([some, status])
      }
    }
  })

  it('on a merge needs the scope to read what was merged', async () => {
    const slug = await anObjectType(api)
    const mergeOf = async (path: string, make: () => Promise<{ id: string }>) => {
      const body = { primaryId: (await make()).id, duplicateId: (await make()).id }
      const { merge } = successOf(await api.post<{ merge: { id: string } }>(`${path}/merge`, body))
      return { params: { id: merge.id } }
    }
    const merges = {
      'accounts:read': await mergeOf('/v1/accounts', () => anAccount(api)),
      'contacts:read': await mergeOf('/v1/contacts', () => aContact(api)),
      'opportunities:read': await mergeOf('/v1/opportunities', () => anOpportunity(api)),
      'custom_objects:read': await mergeOf(`/v1/objects/${slug}`, () => aCustomRecord(api, slug)),
    }
    for (const [needed, request] of Object.entries(merges)) {
      for (const { scope, key } of bearers) {
        const status = scope === needed ? 200 : 403
        expect([scope, await statusOf(one('merge.getMerge'), request, key)]).toEqual([scope, status])
      }
    }
  })
})

describe('scopes', () => {
  it('are those of the public table, and one more for each type that can be restored', () => {
    const halves = ['create', 'read', 'update', 'delete', 'restore']
    const all = Object.values(groups).flatMap((group) => halves.map((half) => `${group}:${half}`))
    const others = ['files:create', 'files:read', 'emails:create', 'emails:read', 'members:read', 'channels:read']
    expect([...scopes].toSorted()).toEqual([...all, ...others, 'messages:read'].toSorted())
  })

  it('are not enough for the admin API', async () => {
    expect(named.filter(([id]) => access[id] === 'admin').length).toBeGreaterThan(18)
    const response = await api.get('/admin/v1/api-keys', { key: ofOthers['with all scopes'] })
    expect(outcome(response)).toBe('403')
  })
})
