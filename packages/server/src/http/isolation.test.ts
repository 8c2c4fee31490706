import { encodeId } from '@openfield/schema'
import { describe, expect, it } from 'vitest'
import { tenantTablesOf } from '../../test/captured.ts'
import { aContact, aMeeting, anAccount, successOf } from '../../test/factories.ts'
import { anotherWorkspace, headersOf, outcome, type Response, startApi } from '../../test/harness.ts'
import { type OperationRequest, pathOf, requestsOf } from '../../test/requests.ts'
import { operations } from './openapi/document.ts'
import type { Operation } from './openapi/operation.ts'

const api = await startApi({
  OPENFIELD_WORKER: 'off',
  OPENFIELD_ENRICHMENT: 'on',
  OPENFIELD_ADMIN_PASSWORD: 'correct horse battery',
  OPENFIELD_ALLOWED_NETWORKS: '127.0.0.0/8',
})
const neighbour = await anotherWorkspace(api)
const ours = await requestsOf(api, 'ours')
const theirs = await requestsOf(neighbour, 'theirs')
const all = operations()

/** Operations that take nobody's ids, each with why. */
const withoutIds: Record<string, string> = {
  'email.draft': 'needs an IMAP server; its attachments are found as those of email.send',
  'admin.event.listen': 'a stream without end; domain/events/events.test.ts listens beside another workspace',
  'admin.welcome.read': 'the token alone says whose it is',
  'admin.welcome.accept': 'the token alone says whose it is',
  'admin.passwordReset.request': 'takes an address',
  'admin.passwordReset.accept': 'the token alone says whose it is',
  'admin.signIn.options': 'takes nothing',
  'admin.session.create': 'tested below',
  'admin.session.end': 'takes nothing',
  'admin.session.list': 'takes nothing',
  'admin.session.endAll': 'takes nothing',
  'admin.password.change': 'takes passwords',
}

/** Query parameters in which no id and no slug can stand; cursors are tested below. */
const plainParameters = ['limit', 'offset', 'filter', 'sum', 'timeZone', 'by', 'from', 'to', 'q', 'after', 'before']

/** A new field has no options yet, whose ids it could name; providers of tokens give their clients ids of their own. */
const testedBelow = /^admin\.(field\.create id|mailbox\.(connect|update) clientId)$/

/** Ids, and slugs of what a workspace has defined. */
const marks = /\b[a-z]+_[0-9a-z]{26}\b|\b\w+-(?:ours|theirs)\b/g
const nobodys = (mark: string) =>
  mark.includes('_')
    ? `${mark.slice(0, mark.indexOf('_'))}_01h455vb4pex5vsknk084sn02q`
    : mark.replace(/\w+$/, 'nobodys')

/** A request again for each place where an id or a slug stands in it: with that of the neighbour, and with nobody's. */
function replaced(own: OperationRequest, foreign: OperationRequest): [OperationRequest, OperationRequest, string][] {
  const text = JSON.stringify(own)
  const [mine, other] = [[...text.matchAll(marks)], [...JSON.stringify(foreign).matchAll(marks)]]
  expect(mine.length).toBe(other.length)
  return mine.flatMap((match, at) => {
    const theirMark = other[at]?.[0] ?? ''
    if (theirMark === match[0]) return []
    const having = (mark: string): OperationRequest =>
      JSON.parse(text.slice(0, match.index) + mark + text.slice(match.index + match[0].length))
    return [[having(theirMark), having(nobodys(theirMark)), theirMark]]
  })
}

const send = ({ method, path }: Operation, request: OperationRequest) => {
  const { body } = request
  return api.raw({
    method,
    path: pathOf(path, request),
    headers: headersOf(api.key, body !== undefined),
    body: body && JSON.stringify(body),
  })
}

/** What an answer says, apart from ids and slugs, which errors may quote, moments, and what is random. */
const saying = (response: Response) => [
  outcome(response).replaceAll(/-(theirs|nobodys)/g, ''),
  (response.body === undefined ? response.text : JSON.stringify(response.body))
    .replaceAll(/[a-z]+_[0-9a-z]{26}/g, '')
    .replaceAll(/-(theirs|nobodys)/g, '')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '')
    .replaceAll(/(grant|signature|expires)=[\w-]+/g, ''),
]

const tenantTables = await tenantTablesOf({ query: async (text: string) => ({ rows: await api.sql(text) }) } as never)
// The audit log tells of what was refused too; of whose, domain/audit/audit.test.ts looks.
const tables = [...tenantTables].filter((table) => table !== 'audit')
const [{ id: theirWorkspace } = { id: 0 }] = await api.sql<{ id: number }>('select max(id)::int as id from workspace')

/** Everything that workspaces have, and what of it is the neighbour's, but for when keys were last used. */
async function contents() {
  const ofTheirs = `filter (where workspace_id = ${theirWorkspace})`
  const parts = tables.map((table) => {
    const text = table === 'api_key' ? "(to_jsonb(t) - 'last_used_at')::text" : 't::text'
    const hashes = `sum(hashtextextended(${text}, 0))`
    return `select '${table}' as table, count(*), ${hashes} as hashes,
      count(*) ${ofTheirs} as their_count, ${hashes} ${ofTheirs} as their_hashes from ${table} t`
  })
  const everything = await api.sql<Record<string, string>>(parts.join(' union all '))
  return { everything, theirs: everything.map((row) => [row['table'], row['their_count'], row['their_hashes']]) }
}

/** The ids of all records that the neighbour has by now, without their prefixes. */
async function theirIds(): Promise<string[]> {
  const rows = await api.sql<{ id: string }>('select id from record where workspace_id = $1', [theirWorkspace])
  return rows.map(({ id }) => encodeId('acc', id).slice('acc_'.length))
}

/** Fails when an answer names anything of the neighbour's but what the request has named. */
function requireNothingOf(ids: readonly string[], { text }: Response, sent = '') {
  const rest = sent === '' ? text : text.replaceAll(sent, '')
  expect(ids.filter((id) => rest.includes(id))).toEqual([])
  expect(rest).not.toMatch(/of theirs|@theirs/)
}

describe('every operation', () => {
  it('has a request, or needs none', () => {
    const missing = all.map(({ id }) => id).filter((id) => !(id in ours) && !(id in withoutIds))
    expect(
      missing,
      'A new operation is proven to keep workspaces apart: add a request that succeeds to packages/server/test/requests.ts, ' +
        'with an id wherever one can stand in its path, query and body. If none can, name it with the reason in withoutIds.',
    ).toEqual([])
    const known = new Set(all.map(({ id }) => id))
    expect([...Object.keys(ours), ...Object.keys(withoutIds)].filter((id) => !known.has(id))).toEqual([])
  })

  it.each(all.filter(({ id }) => id in ours).map((operation) => [operation.id, operation] as const))(
    '%s: its request names ids wherever they can stand',
    async (id, { path, parameters = [], body }) => {
      const request = (await ours[id]?.()) ?? {}
      const given = Object.keys(request.params ?? {})
      expect(given.toSorted()).toEqual(Array.from(path.matchAll(/:(\w+)/g), ([, name]) => name).toSorted())
      const named = (parameters as Parameter[]).flatMap(({ name }) =>
        name === undefined || plainParameters.includes(name) || name.endsWith(']') ? [] : [name],
      )
      expect(
        named.filter((name) => !request.query?.includes(`${name}=`)),
        'Say these parameters in the request of packages/server/test/requests.ts, or, where no id can stand, in plainParameters.',
      ).toEqual([])
      const text = JSON.stringify(request.body ?? {})
      expect(
        idProperties(body?.schema).filter(
          (name) => !text.includes(`"${name}":`) && !`${id} ${name}`.match(testedBelow),
        ),
        'The body of the request in packages/server/test/requests.ts lacks these ids.',
      ).toEqual([])
    },
  )

  it.each(all.filter(({ id }) => id in ours).map((operation) => [operation.id, operation] as const))(
    '%s answers ids of another workspace like those that nobody has',
    async (id, operation) => {
      const [own, foreign] = [(await ours[id]?.()) ?? {}, (await theirs[id]?.()) ?? {}]
      const before = await contents()
      const ids = await theirIds()
      let isAllRefused = true
      for (const [withTheirs, withNobodys, sent] of replaced(own, foreign)) {
        const answers = [await send(operation, withTheirs), await send(operation, withNobodys)] as const
        expect([sent, ...saying(answers[0])]).toEqual([sent, ...saying(answers[1])])
        requireNothingOf(ids, answers[0], sent)
        isAllRefused &&= answers[0].status >= 400
      }
      const after = await contents()
      expect(after.theirs).toEqual(before.theirs)
      if (isAllRefused) expect(after).toEqual(before)
      // The request is otherwise right: it succeeds with what is ours, and shows and changes nothing of theirs either.
      const answer = await send(operation, own)
      expect([outcome(answer), answer.status === 200 || answer.text]).toEqual(['200', true])
      requireNothingOf(ids, answer)
      expect((await contents()).theirs).toEqual(before.theirs)
    },
  )
})

/** The names of the properties of a body in which ids or slugs stand. */
function idProperties(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  const { properties = {} } = schema as { properties?: object }
  const named = Object.keys(properties).filter((name) => /^(ids?|\w+Ids?|objectType|to)$/.test(name))
  return [...named.filter((name) => name !== 'externalId'), ...Object.values(schema).flatMap(idProperties)]
}

type Parameter = { name?: string; schema?: { description?: string } }

/** Every filter on a relationship that the document names, with the type of the record whose id it takes. */
const filters = all.flatMap(({ path, tag, parameters = [] }) =>
  (parameters as Parameter[]).flatMap(({ name = '', schema }) => {
    const [, objectType] = /^The id of a record of type (\w+)/.exec(schema?.description ?? '') ?? []
    return objectType === undefined ? [] : [{ path, tag, name, objectType }]
  }),
)

describe('an id of another workspace', () => {
  it.each(filters)('finds nothing as $name of $path, in lists, on screens and in exports', async (filter) => {
    const { path, name, objectType } = filter
    const type = path.split('/').at(-1) as string
    const singular = { opportunities: 'opportunity' }[type] ?? type.replace(/s$/, '')
    const id = (await theirs[`${objectType}.retrieve`]?.())?.params?.['id'] ?? ''
    const ids = await theirIds()
    const screens = [
      `/admin/v1/records/${singular}?${name}=`,
      `/admin/v1/records/${singular}?or1.${name}=`,
      `/admin/v1/records/${singular}/totals?group=month(createdAt)&${name}=`,
      `/admin/v1/export/${singular}.ndjson?${name}=`,
    ]
    // On screens, what holds for a filter holds for its negation.
    for (const query of [`${path}?${name}=`, ...(name.includes('[-') ? [] : screens)]) {
      const [foreign, unknown] = [await api.get<unknown>(query + id), await api.get<unknown>(query + nobodys(id))]
      expect([query, foreign.status, foreign.text]).toEqual([query, 200, unknown.text])
      requireNothingOf(ids, foreign, id)
    }
  })

  it('are many', () => {
    expect(filters.length).toBeGreaterThan(40)
  })

  it('is no option of a new field', async () => {
    const { params, body } = (await theirs['admin.field.update']?.()) ?? {}
    const { id } = (body as { options: { id: string }[] }).options[0] ?? { id: '' }
    const define = (option: string) =>
      api.post('/admin/v1/objects/account/fields', {
        slug: 'borrowed',
        label: 'Borrowed',
        valueType: 'SINGLE_SELECT',
        typeConfiguration: { options: [{ id: option, label: 'A' }] },
      })
    expect(params).toMatchObject({ objectType: 'project-theirs' })
    expect(saying(await define(id))).toEqual(saying(await define(nobodys(id))))
  })

  it('shows nothing as the place in a list from which to go on', async () => {
    const { id } = await anAccount(neighbour)
    for (const name of ['Second', 'Third']) {
      successOf(await neighbour.post(`/v1/accounts/${id}`, { fields: { $name: name } }))
    }
    const own = await anAccount(api)
    const pages = [
      ['after', `/v1/accounts/${id}/fields/$name/history?limit=1`, `/v1/accounts/${own.id}/fields/$name/history`],
      ['before', `/admin/v1/timeline/${id}?limit=1`, `/admin/v1/timeline/${own.id}`],
      ['after', '/admin/v1/records/account?limit=1', '/admin/v1/records/account'],
      ['after', '/admin/v1/records/account?limit=1&sort=$name', '/admin/v1/records/account?sort=$name'],
    ] as const
    const ids = await theirIds()
    for (const [parameter, page, address] of pages) {
      const { nextCursor } = successOf(await neighbour.get<{ nextCursor: string }>(page))
      const query = `${address}${address.includes('?') ? '&' : '?'}${parameter}=${encodeURIComponent(nextCursor)}`
      const answer = await api.get(query)
      expect([address, answer.status]).toEqual([address, expect.toBeOneOf([200, 400])])
      requireNothingOf(ids, answer, nextCursor)
    }
  })

  it('does not say whether there is such a workspace to somebody who signs in', async () => {
    const signIn = (workspaceId: string) =>
      api.raw({
        method: 'POST',
        path: '/admin/v1/session',
        headers: headersOf(null, true),
        body: JSON.stringify({ email: 'admin@example.com', password: 'correct horse battery', workspaceId }),
      })
    const { workspace } = successOf(await neighbour.get<{ workspace: { id: string } }>('/admin/v1/session'))
    const [foreign, unknown] = [await signIn(workspace.id), await signIn('wsp_999')]
    expect([outcome(foreign), foreign.text]).toEqual(['401', unknown.text])
  })

  it('is where nobody’s address leads', async () => {
    await aContact(neighbour, { $email: ['shared@both.example'] })
    await anAccount(neighbour, { $website: ['both.example'] })
    const meeting = await aMeeting(api, { $attendeeEmails: ['shared@both.example'] }, { autoCreateRecords: true })
    const { $contact, $account } = meeting.relationships
    const ids = [...($contact?.values ?? []), ...($account?.values ?? [])]
    expect(ids).toHaveLength(2)
    requireNothingOf(await theirIds(), await api.get(`/v1/meetings/${meeting.id}`))
  })
})
