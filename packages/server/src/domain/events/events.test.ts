import { describe, expect, it, vi } from 'vitest'
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
  successOf,
} from '../../../test/factories.ts'
import { anotherWorkspace, outcome, startApi } from '../../../test/harness.ts'
import { listenTo } from '../../../test/listener.ts'
import { startServer } from '../../server.ts'

const api = await startApi()
const other = await startApi({}, api)
const limited = await startApi({ OPENFIELD_RATE_LIMIT: '2' }, api)

const rename = (id: string, name: string) => api.post(`/v1/accounts/${id}`, { fields: { $name: name } })

describe('the stream of events', () => {
  it('tells what was written: which record, how, when, by whom and which keys', async () => {
    const contact = await aContact(api)
    const listener = await listenTo(api)
    const account = await anAccount(api, { $name: 'Acme' }, { $contact: contact.id })
    await rename(account.id, 'Acme Corp')
    await api.delete(`/v1/accounts/${account.id}`)
    await api.post(`/v1/accounts/${account.id}/restore`)
    const end = await anAccount(api)
    const changes = (await listener.changesUntil(end.id)).filter(({ id }) => id === account.id)
    expect(changes.map(({ kind, keys, related }) => [kind, keys.toSorted(), related])).toEqual([
      ['created', ['$contact', '$name'], [contact.id]],
      ['updated', ['$name'], []],
      ['trashed', [], []],
      ['restored', [], []],
    ])
    const [{ at = '', actor, objectType } = {}] = changes
    expect(objectType).toBe('account')
    expect(Math.abs(Date.now() - Date.parse(at))).toBeLessThan(60_000)
    expect(actor).toEqual({
      type: 'key',
      id: expect.stringMatching(/^key_/),
      name: expect.any(String),
      member: { id: api.memberId, name: expect.any(String) },
    })
  })

  it('tells what another server wrote', async () => {
    const listener = await listenTo(api)
    const account = await anAccount(other)
    expect(await listener.changesUntil(account.id)).toMatchObject([{ id: account.id }])
  })

  it('begins with where it is, and without a place at what happens from then on', async () => {
    await anAccount(api)
    const listener = await listenTo(api)
    expect(listener.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(await listener.next()).toEqual({ id: expect.any(String) })
    const account = await anAccount(api)
    expect(await listener.next()).toMatchObject({ event: 'change', data: { id: account.id } })
  })

  it('goes on after the last event that is known, by header or parameter, nothing missing and nothing twice', async () => {
    const listener = await listenTo(api)
    const first = await listener.next()
    const ids = (await Promise.all(Array.from({ length: 8 }, () => anAccount(api)))).map(({ id }) => id)
    const seen: { id?: string; data?: unknown }[] = []
    while (seen.length < 8) seen.push((await listener.next()) ?? {})
    listener.leave()
    const idOf = ({ data }: { data?: unknown }) => (data as { id: string }).id
    expect(seen.map(idOf).toSorted()).toEqual(ids.toSorted())

    const last = await anAccount(api)
    for (const place of [{ after: seen[3]?.id ?? '' }, { lastEventId: seen[3]?.id ?? '', after: first?.id ?? '' }]) {
      const again = await listenTo(api, place)
      const told = (await again.changesUntil(last.id)).map(({ id }) => id)
      expect(told).toEqual([...seen.slice(4).map(idOf), last.id])
    }
  })

  it('leaves nothing out and tells nothing twice while many write and listeners come and go', async () => {
    const steady = await listenTo(api)
    const begin = (await steady.next())?.id ?? ''
    const writing = Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        const account = await anAccount(n % 2 ? api : other)
        await rename(account.id, `Renamed ${n}`)
        return account.id
      }),
    )
    const hasty: string[] = []
    for (let after = begin, rounds = 0; rounds < 12; rounds += 1) {
      const listener = await listenTo(api, { after })
      for (let count = 0; count < 4; count += 1) {
        const { id, event, data } = (await listener.next()) ?? {}
        if (event === 'change') hasty.push(`${(data as { id: string }).id} ${(data as { kind: string }).kind}`)
        after = id ?? after
      }
      listener.leave()
    }
    const written = await writing
    const end = await anAccount(api)
    const all = (await steady.changesUntil(end.id)).map(({ id, kind }) => `${id} ${kind}`)
    const expected = written.flatMap((id) => [`${id} created`, `${id} updated`])
    expect(all.toSorted()).toEqual([...expected, `${end.id} created`].toSorted())
    expect(hasty).toEqual(all.slice(0, hasty.length))
    expect(hasty.length).toBeGreaterThan(30)
  })

  it('waits for a write that began earlier and ends later', async () => {
    const listener = await listenTo(api)
    await listener.next()
    const held = await api.begin()
    const early = await held.query<{ id: string }>(
      `insert into change (workspace_id, record_id, id, at, kind, before, after, links)
       select r.workspace_id, r.id, gen_random_uuid(), now(), 'updated', '{}', '{"$name":"A"}', '{}'
       from record r join workspace w on w.id = r.workspace_id where r.object_type = 1 order by r.id limit 1 returning id`,
    )
    expect(early.rows.length).toBe(1)
    const late = await anAccount(api)
    await held.query('commit')
    held.release()
    const changes = await listener.changesUntil(late.id)
    expect(changes.map(({ kind, actor }) => [kind, actor === null])).toEqual([
      ['updated', true],
      ['created', false],
    ])
  })

  it('begins at now also while an earlier write is still under way', async () => {
    const held = await api.begin()
    await held.query('select pg_current_xact_id()')
    const known = await anAccount(api)
    const listener = await listenTo(api)
    await listener.next()
    const account = await anAccount(api)
    await held.query('rollback')
    held.release()
    const changes = await listener.changesUntil(account.id)
    expect(changes.map(({ id }) => id)).not.toContain(known.id)
  })

  it('says when definitions were written, also while nobody listened', async () => {
    const listener = await listenTo(api)
    const { id: start = '' } = (await listener.next()) ?? {}
    await aField(api, 'account', { valueType: 'TEXT' })
    expect(await listener.next()).toMatchObject({ event: 'definitions', data: { version: expect.any(Number) } })
    const again = await listenTo(api, { after: start })
    await again.next()
    expect(await again.next()).toMatchObject({ event: 'definitions' })
  })

  it('refuses a place that is none: 400', async () => {
    const { id = '' } = (await (await listenTo(api)).next()) ?? {}
    const future = id.replace(/^\d+/, '9999999999')
    for (const after of ['x', '1-2-3', future, `${'9'.repeat(20)}-1-00000000-0000-0000-0000-000000000000`]) {
      expect(outcome(await api.get(`/admin/v1/events?after=${after}`))).toBe('400 invalid_type after')
    }
  })
})

describe('who listens', () => {
  it('needs a key: 401', async () => {
    expect(outcome(await api.get('/admin/v1/events', { key: null }))).toBe('401')
  })

  it('hears nothing of other workspaces', async () => {
    const neighbour = await anotherWorkspace(api)
    const listener = await listenTo(neighbour)
    await anAccount(api)
    const theirs = await anAccount(neighbour)
    expect((await listener.changesUntil(theirs.id)).map(({ id }) => id)).toEqual([theirs.id])
  })

  it('hears only of what their scopes let them read, and no names without those for members', async () => {
    const { key } = await aKey(api, { scopes: ['notes:read', 'custom_objects:read'] })
    const listener = await listenTo(api, { key })
    const type = await anObjectType(api)
    await anAccount(api)
    const custom = await aCustomRecord(api, type)
    const note = await aNote(api)
    const changes = await listener.changesUntil(note.id)
    expect(changes.map(({ objectType }) => objectType)).toEqual([type, 'note'])
    expect(changes[1]?.actor).toMatchObject({ name: null, member: { id: api.memberId, name: null } })
    expect(changes[0]?.id).toBe(custom.id)
  })

  it('hears of a private channel only as one of its members, and of no transcript', async () => {
    const member = await aMember(api)
    const { key } = await aKey(api, { memberId: member.id })
    const [inside, outside] = [await listenTo(api, { key }), await listenTo(api)]
    const channel = await aChannel(api, { visibility: 'PRIVATE', memberIds: [member.id] })
    await aMessage(api, { channelId: channel.id })
    const meeting = await aMeeting(api, { $privacySetting: 'METADATA' })
    const end = await anOpportunity(api)
    const typesOf = async (listener: typeof inside) =>
      (await listener.changesUntil(end.id)).map(({ objectType }) => objectType)
    expect(await typesOf(inside)).toContain('channel')
    expect(await typesOf(outside)).not.toContain('channel')
    expect(meeting.id).toMatch(/^mtg_/)
  })

  it('is cut off soon after the key is revoked', async () => {
    const made = await aKey(api)
    const listener = await listenTo(api, { key: made.key })
    await listener.next()
    successOf(await api.delete(`/admin/v1/api-keys/${made.id}`))
    await listener.ended
  })

  it('leaves without a word in the log', async () => {
    const log = vi.spyOn(process.stderr, 'write')
    const listener = await listenTo(api)
    await listener.next()
    listener.leave()
    await anAccount(api)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(log.mock.calls.flat().join()).not.toContain('Cannot write headers')
    log.mockRestore()
  })

  it('is let go when the server stops', async () => {
    const server = await startServer(api.config)
    const listener = await listenTo({ ...api, url: server.url })
    await listener.next()
    await server.close()
    await listener.ended
  })

  it('counts once, however long they listen', async () => {
    const listener = await listenTo(limited)
    await listener.next()
    for (let n = 0; n < 6; n += 1) await anAccount(api)
    const end = await anAccount(api)
    await listener.changesUntil(end.id)
    expect(outcome(await limited.get('/v1/auth/validate'))).toBe('200')
  })

  it('may be one of hundreds', async () => {
    const listeners = await Promise.all(Array.from({ length: 200 }, () => listenTo(api)))
    await Promise.all(listeners.map((listener) => listener.next()))
    const account = await anAccount(other)
    for (const listener of listeners) await listener.changesUntil(account.id)
    for (const listener of listeners) listener.leave()
  })
})

describe('the records that were changed last', () => {
  type Recent = { data: { id: string; kind: string; title: string; actor: { name: string | null } | null }[] }
  const recent = async (options = {}) => (await api.get<Recent>('/admin/v1/changes?limit=3', options)).body.data

  it('are there once each, with their last change, who made it and what they are called', async () => {
    const [first, second] = [await anAccount(api, { $name: 'First' }), await anAccount(api, { $name: 'Second' })]
    await rename(first.id, 'First again')
    const changes = await recent()
    expect(changes.slice(0, 2).map(({ id, kind, title }) => [id, kind, title])).toEqual([
      [first.id, 'updated', 'First again'],
      [second.id, 'created', 'Second'],
    ])
    expect(changes[0]?.actor?.name).toEqual(expect.any(String))
  })

  it('are those that are still there and that the caller may read', async () => {
    const gone = await anAccount(api)
    await api.delete(`/v1/accounts/${gone.id}`)
    const note = await aNote(api)
    expect((await recent()).map(({ id }) => id)).not.toContain(gone.id)
    const { key } = await aKey(api, { scopes: ['notes:read'] })
    const theirs = await recent({ key })
    expect(theirs[0]?.id).toBe(note.id)
    expect(theirs.every(({ id }) => id.startsWith('note_'))).toBe(true)
    const elsewhere = await anotherWorkspace(api)
    expect((await elsewhere.get<Recent>('/admin/v1/changes')).body.data.map(({ id }) => id)).not.toContain(note.id)
  })

  it('are 50 at most: 400', async () => {
    expect(outcome(await api.get('/admin/v1/changes?limit=51'))).toBe('400 invalid_type limit')
  })
})
