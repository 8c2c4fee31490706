import { describe, expect, it } from 'vitest'
import { aBrowser, adminPassword } from '../../../test/browser.ts'
import { aContact, aKey, aMember, anAccount, successOf } from '../../../test/factories.ts'
import { anotherWorkspace, outcome, startApi } from '../../../test/harness.ts'
import { runProgram } from '../../../test/program.ts'

const api = await startApi({ OPENFIELD_ADMIN_PASSWORD: adminPassword })

type Line = {
  id: string
  at: string
  actor: { type: string; id: string; name: string | null } | null
  action: string
  label: string
  outcome: string
  object: { id: string; objectType: string | null; title: string | null } | null
  keys: string[]
  details: Record<string, unknown>
  requestId: string | null
  address: string | null
}
type Page = { data: Line[]; nextCursor: string | null }
const read = async (query = '') => successOf(await api.get<Page>(`/admin/v1/audit${query}`)).data
const brief = ({ action, outcome, object, actor }: Line) => [action, outcome, object?.id ?? null, actor?.id ?? null]

/** An entry of something that broke off. */
const begun = () =>
  api.sql(`insert into audit (workspace_id, id, at, action, outcome, details)
    select id, gen_random_uuid(), now(), 'admin.member.remove', 'begun', '{}' from workspace`)

describe('the audit log', () => {
  it('says of what an admin does who, what, on what, when and from where, without what it says of people', async () => {
    const browser = aBrowser(api)
    const { member } = successOf(await browser.signIn())
    const made = await browser.post<{ id: string }>('/admin/v1/api-keys', { name: 'Site', scopes: ['accounts:read'] })
    const { id } = successOf(made)
    successOf(await browser.delete(`/admin/v1/api-keys/${id}`))
    const invited = await browser.post<{ member: { id: string } }>('/admin/v1/invitations', {
      email: 'ada@secret.example',
      firstName: 'Ada',
      role: 'member',
    })
    const ada = successOf(invited).member.id
    successOf(
      await browser.post('/admin/v1/objects/account/fields', { slug: 'tier', label: 'Tier', valueType: 'TEXT' }),
    )
    const lines = await read('?limit=100')
    const own = lines.filter(({ action }) => action.startsWith('admin.'))
    expect(own.slice(0, 5).map(brief)).toEqual([
      ['admin.field.create', 'done', 'account', member.id],
      ['admin.invitation.create', 'done', ada, member.id],
      ['admin.apiKey.revoke', 'done', id, member.id],
      ['admin.apiKey.create', 'done', id, member.id],
      ['admin.session.create', 'done', member.id, member.id],
    ])
    expect(own[3]).toMatchObject({
      id: expect.stringMatching(/^aud_/),
      label: 'Make an API key',
      details: { given: ['name', 'scopes'], name: 'Site', scopes: ['accounts:read'] },
      requestId: made.headers['x-request-id'],
      address: '127.0.0.1',
    })
    expect(own[1]?.details).toEqual({ given: ['email', 'firstName', 'role'], role: 'member' })
    const stored = JSON.stringify(await api.sql('select * from audit'))
    expect(stored).not.toMatch(/secret\.example|"Ada"/)
  })

  it('has the writes of records in their place, once, with who made them and which fields they changed', async () => {
    const key = await aKey(api, { name: 'Importer', memberId: api.memberId })
    const account = await anAccount(api, { $name: 'Acme' })
    successOf(await api.post(`/v1/accounts/${account.id}`, { fields: { $name: 'Acme Corp' } }, { key: key.key }))
    successOf(await api.delete(`/v1/accounts/${account.id}`))
    successOf(await api.post(`/v1/accounts/${account.id}/restore`))
    const lines = await read(`?object=${account.id}`)
    expect(lines.map(({ action }) => action)).toEqual([
      'record.restored',
      'record.trashed',
      'record.updated',
      'record.created',
    ])
    expect(lines[2]).toMatchObject({
      id: expect.stringMatching(/^chg_/),
      actor: { type: 'key', id: key.id, name: 'Importer', member: { id: api.memberId } },
      object: { id: account.id, objectType: 'account', title: 'Acme Corp' },
      keys: ['$name'],
      outcome: 'done',
    })
    expect(await read(`?object=${account.id}&action=record.trashed`)).toHaveLength(1)
    expect(await read(`?object=${account.id}&action=admin`)).toEqual([])
    expect(await api.sql(`select 1 from audit where object = $1`, [account.id])).toEqual([])
  })

  it('tells of those who failed to sign in as somebody, and of what was refused or broke off', async () => {
    const browser = aBrowser(api)
    expect((await browser.signIn({ password: 'wrong' })).status).toBe(401)
    expect((await browser.signIn({ email: 'nobody@example.com' })).status).toBe(401)
    await expect
      .poll(async () => (await read('?action=admin.session.create')).map(brief)[0])
      .toEqual(['admin.session.create', 'refused', api.memberId, null])
    expect(outcome(await api.delete('/admin/v1/api-keys/key_none'))).toBe('404')
    expect((await read('?action=admin.apiKey')).map(brief)[0]?.slice(0, 3)).toEqual([
      'admin.apiKey.revoke',
      'refused',
      'key_none',
    ])
    expect(outcome(await api.delete('/admin/v1/api-keys/a%00b'))).toBe('404')
    await begun()
    expect((await read('?action=admin.member.remove'))[0]?.outcome).toBe('begun')
  })

  it('tells of exports, also by an address for a browser, by which filters but not for what', async () => {
    const path = '/admin/v1/export/account.csv?$name[equal]=Hidden'
    const { url } = successOf(await api.post<{ url: string }>('/admin/v1/downloads', { path }))
    expect((await api.raw({ method: 'GET', path: url.slice(api.url.length) })).status).toBe(200)
    expect((await api.get('/admin/v1/export.zip')).status).toBe(200)
    const lines = await read('?action=export')
    expect(lines.map(({ object, details }) => [object?.id, details])).toEqual([
      ['export.zip', { given: [] }],
      ['export/account.csv', { given: ['$name[equal]'] }],
    ])
    expect(lines[0]?.actor?.type).toBe('key')
  })

  it('tells of the command line', async () => {
    const settings = { DATABASE_URL: api.database, OPENFIELD_DATA_DIR: api.config.OPENFIELD_DATA_DIR }
    const { code, output } = await runProgram(['keys', 'create', '--name', 'Lost', '--json'], settings).ended
    expect(code).toBe(0)
    const [line] = await read('?action=command')
    expect(line).toMatchObject({ action: 'command.createKey', actor: null, details: { name: 'Lost', scopes: [] } })
    expect(line?.object?.id).toBe(JSON.parse(output).id)
  })

  it('is found by who, what and when, page by page, nothing twice and nothing missing', async () => {
    const key = await aKey(api)
    for (let n = 0; n < 3; n += 1) {
      successOf(await api.post('/v1/accounts', { fields: { $name: `${n}` } }, { key: key.key }))
      successOf(await api.post('/admin/v1/api-keys', { name: `${n}` }, { key: key.key }))
    }
    const all = await read(`?actor=${key.id}&limit=100`)
    expect(all.map(({ action }) => action)).toEqual(
      ['admin.apiKey.create', 'record.created', 'admin.apiKey.create', 'record.created'].concat([
        'admin.apiKey.create',
        'record.created',
      ]),
    )
    const paged: Line[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const before: string = cursor === '' ? '' : `&before=${cursor}`
      const page: Page = successOf(await api.get<Page>(`/admin/v1/audit?actor=${key.id}&limit=2${before}`))
      expect(page.data.length).toBeLessThanOrEqual(2)
      paged.push(...page.data)
      cursor = page.nextCursor
    }
    expect(paged).toEqual(all)
    const between = `from=${all[3]?.at}&to=${all[1]?.at}`
    expect((await read(`?actor=${key.id}&${between}`)).map(({ id }) => id)).toEqual([all[2]?.id, all[3]?.id])
    for (const [query, expected] of [
      ['before=nonsense', '400 invalid_type before'],
      ['from=yesterday', '400 invalid_type from'],
      ['limit=101', '400 invalid_type limit'],
    ]) {
      expect([query, outcome(await api.get(`/admin/v1/audit?${query}`))]).toEqual([query, expected])
    }
  })

  it('passes over what does not match without reading it, however much that is', async () => {
    const count = 5000
    const many = await api.begin()
    // What is not on the disk counts as not seen by all.
    await many.query('set local synchronous_commit = on')
    await many.query(
      `insert into change (workspace_id, record_id, id, at, actor, kind, before, after, links)
       select id, gen_random_uuid(), gen_random_uuid(), now(), 'key_of_many', 'updated', '{}', '{}', '{}'
       from workspace, generate_series(1, $1)`,
      [count],
    )
    await many.query('commit')
    // Whoever is in the middle of something may not see all of it yet.
    const isSeenByAll = async () => {
      await many.query('vacuum change')
      const { rows } = await many.query(
        "select relallvisible >= relpages as done from pg_class where relname = 'change'",
      )
      return rows[0]?.done
    }
    await expect.poll(isSeenByAll).toBe(true)
    await many.query('select pg_stat_force_next_flush()')
    many.release()
    const pages = async () => {
      const [{ log, index } = { log: 0, index: 0 }] = await api.sql<{ log: number; index: number }>(
        `select heap_blks_read + heap_blks_hit as log, idx_blks_read + idx_blks_hit as index
         from pg_statio_user_tables where relname = 'change'`,
      )
      return { log: Number(log), index: Number(index) }
    }
    const before = await pages()
    expect(await read('?actor=key_none')).toEqual([])
    expect(await read('?action=record.trashed&to=2020-01-01T00:00:00Z')).toEqual([])
    const ofIndex = async () => (await pages()).index - before.index
    await expect.poll(ofIndex, { timeout: 60_000 }).toBeGreaterThan(80)
    expect((await pages()).log - before.log).toBeLessThan(50)
  })

  it('is exported as a table and as JSON lines, whatever its length', async () => {
    const key = await aKey(api)
    for (let n = 0; n < 3; n += 1) await api.post('/v1/accounts', { fields: { $name: `${n}` } }, { key: key.key })
    const lines = (await api.get<never>(`/admin/v1/audit.ndjson?actor=${key.id}`)).text
    const shown = (await read(`?actor=${key.id}`)).map(({ label: _, ...line }) => line)
    expect(
      lines
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(shown)
    const table = (await api.get<never>(`/admin/v1/audit.csv?actor=${key.id}`)).text.split('\r\n')
    expect(table[0]).toBe('\ufeffAt,Actor ID,Actor,Action,Outcome,Object ID,Object,Changed,Details,Request ID,Address')
    expect(table.slice(1, -1)).toHaveLength(3)
    expect(table[1]).toMatch(new RegExp(`^[^,]+Z,${key.id},[^,]*,record.created,done,acc_`))
  })

  it('is only added to, also by whoever has the database of the server', async () => {
    await begun()
    for (const statement of [
      'delete from audit',
      'truncate audit',
      `update audit set actor = null where outcome = 'done'`,
      `update audit set outcome = 'done', action = 'other' where outcome = 'begun'`,
      `update audit set outcome = 'begun'`,
    ]) {
      await expect(api.sql(statement)).rejects.toThrow('the audit log is only added to')
    }
  })

  it('keeps workspaces apart', async () => {
    const neighbour = await anotherWorkspace(api)
    const contact = await aContact(neighbour, { $name: { firstName: 'Theirs' } })
    const member = await aMember(neighbour)
    const theirs = successOf(await neighbour.get<Page>('/admin/v1/audit')).data
    expect(theirs.map(({ object }) => object?.id)).toEqual(expect.arrayContaining([contact.id, member.id]))
    const ours = (await api.get<never>('/admin/v1/audit.ndjson')).text
    expect(theirs.filter(({ id }) => ours.includes(id))).toEqual([])
    expect((await neighbour.get<never>('/admin/v1/audit.ndjson')).text).not.toContain(api.accountId)
  })
})
