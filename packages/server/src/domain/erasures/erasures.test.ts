import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { faultsOf } from '../../../test/consistency.ts'
import {
  aContact,
  aCustomRecord,
  aField,
  anAccount,
  anEmail,
  anObjectType,
  anOpportunity,
  successOf,
} from '../../../test/factories.ts'
import {
  type Api,
  anotherWorkspace,
  createDatabase,
  dropDatabase,
  type ListBody,
  outcome,
  type RecordBody,
  settled,
  startApi,
} from '../../../test/harness.ts'
import { begin } from '../../../test/imports.ts'
import { newDataFolder, runProgram } from '../../../test/program.ts'

const api = await startApi({ OPENFIELD_ENRICHMENT: 'on' })

const secrets = {
  first: 'Zebediah',
  last: 'Quillfeather',
  email: 'zeb@quillfeather.example',
  phone: '+14155550199',
  note: 'Allergic to walnuts',
}
/** All bytes of a folder, as text. */
const bytesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => readFileSync(join(one.parentPath, one.name), 'latin1'))
    .join('')

/** Everything that the database holds, as text, table by table. */
async function everything(on: Api): Promise<Map<string, string>> {
  const tables = await on.sql<{ name: string }>(
    "select tablename::text as name from pg_tables where schemaname = 'public' order by 1",
  )
  const found = new Map<string, string>()
  for (const { name } of tables) {
    const [row] = await on.sql<{ all: string | null }>(`select string_agg(x::text, E'\n') as all from ${name} x`)
    found.set(name, row?.all ?? '')
  }
  return found
}

/** Where in the database something of the person stands; words without accents and in lower case, as search keeps them. */
async function tracesIn(on: Api, texts: readonly string[] = Object.values(secrets)): Promise<string[]> {
  const wanted = texts.flatMap((text) => [text, text.toLowerCase(), text.replace('+1', '')])
  return [...(await everything(on))].flatMap(([table, all]) =>
    wanted.filter((text) => all.includes(text)).map((text) => `${table}: ${text}`),
  )
}

const erase = (body: object, on = api) =>
  on.post<{ id: string; at: string; recordId: string; fields: string[] | null }>('/admin/v1/erasures', body)

/** Somebody of whom there is something everywhere: history, a merge, an import, a workflow, kept answers. */
async function aPerson(on: Api) {
  const trigger = { type: 'record', objectTypes: ['contact'], events: ['created', 'updated'] }
  const steps = [{ key: 'pause', type: 'wait', seconds: 3600 }]
  const flow = successOf(await on.post<{ id: string }>('/admin/v1/workflows', { name: 'Greet', trigger, steps }))
  const note = await aField(on, 'contact', { valueType: 'TEXT' })
  const table = `First name,Last name,Email,Phone\n${secrets.first},${secrets.last},${secrets.email},${secrets.phone}\n`
  const { id } = successOf(await begin(on, 'contact', table))
  successOf(await on.post(`/admin/v1/imports/${id}/start`))
  const stateOf = async () => successOf(await on.get<{ state: string }>(`/admin/v1/imports/${id}`)).state
  await expect.poll(stateOf, { timeout: 30_000 }).toBe('done')
  const [contact] = successOf(await on.get<ListBody>(`/v1/contacts?$email[contains]=${secrets.email}`)).data
  const path = `/v1/contacts/${contact?.id}`
  const headers = { 'idempotency-key': `update ${crypto.randomUUID()}` }
  const update = { fields: { $name: { firstName: 'Zed', lastName: secrets.last }, [note.slug]: secrets.note } }
  successOf(await on.post(path, update, { headers }))
  successOf(await on.post(path, { fields: { $name: { firstName: secrets.first, lastName: secrets.last } } }))
  const account = await anAccount(on, { $name: 'Employer' }, { $contact: contact?.id ?? '' })
  await anOpportunity(on, {}, { $account: account.id })
  const duplicate = await aContact(on, { $name: { firstName: secrets.first, lastName: 'Duplicate' } })
  const ids = { primaryId: contact?.id, duplicateId: duplicate.id }
  successOf(await on.post('/v1/contacts/merge', ids))
  const runs = async () =>
    successOf(await on.get<{ data: { id: string; status: string }[] }>(`/admin/v1/workflows/${flow.id}/runs`)).data
  await expect.poll(async () => (await runs()).length, { timeout: 30_000 }).toBeGreaterThan(0)
  return { id: contact?.id ?? '', path, headers, update, account, flow, runs, note: note.slug, imported: id }
}

const words = async (on: Api, text: string) =>
  successOf(await on.get<{ data: unknown[] }>(`/admin/v1/search?q=${text}`)).data

describe('erasing a person', () => {
  it('leaves nothing of them in any table or file, and the record as a shell; what follows from records agrees', async () => {
    const person = await aPerson(api)
    const before = await tracesIn(api)
    for (const table of ['record', 'change', 'index_text', 'search_word', 'idempotency', 'import', 'workflow_event']) {
      expect([table, before.some((one) => one.startsWith(`${table}:`))]).toEqual([table, true])
    }
    // That something was erased would start it anew.
    successOf(await api.patch(`/admin/v1/workflows/${person.flow.id}`, { enabled: false }))
    const { id, at, ...erased } = successOf(await erase({ recordId: person.id }))
    expect([id, at, erased]).toEqual([
      expect.stringMatching(/^era_/),
      expect.any(String),
      { recordId: person.id, objectType: 'contact', fields: null, emails: false, removed: false },
    ])
    await api.sql(`delete from outbox where kind like 'workflow%'`)
    await settled(api)
    expect(await tracesIn(api)).toEqual([])
    expect(bytesIn(join(api.config.OPENFIELD_DATA_DIR, 'files'))).not.toContain(secrets.email)
    const shell = successOf(await api.get<RecordBody>(person.path))
    expect([shell.fields['$name']?.value ?? null, shell.fields['$email']?.value ?? []]).toEqual([null, []])
    expect(await words(api, secrets.first)).toEqual([])
    // What was asked for once is not done again, and says nothing any more.
    const again = successOf(await api.post<RecordBody>(person.path, person.update, { headers: person.headers }))
    expect([again.id, again.fields['$name']?.value]).toEqual([person.id, null])
    expect(await tracesIn(api)).toEqual([])
    // What is left can be read.
    const history = await api.get<{ data: { value: unknown }[] }>(`${person.path}/fields/$name/history`)
    expect(successOf(history).data.map(({ value }) => value)).toEqual([null])
    expect((await api.get(`/admin/v1/timeline/${person.id}`)).status).toBe(200)
    expect((await api.get(`/admin/v1/imports/${person.imported}`)).status).toBe(200)
    expect(outcome(await api.get(`/admin/v1/imports/${person.imported}/errors.csv`))).toBe('404')
    for (const run of await person.runs()) {
      expect(run.status).toBe('cancelled')
      expect((await api.get(`/admin/v1/workflow-runs/${run.id}`)).status).toBe(200)
    }
    expect(await faultsOf(api)).toEqual({})
  })

  it('can be of some fields, of those who are in the trash, and of records of any type', async () => {
    const contact = await aContact(api, { $name: { firstName: 'Kept', lastName: 'Name' }, $email: [secrets.email] })
    successOf(await erase({ recordId: contact.id, fields: ['$email'] }))
    const { fields } = successOf(await api.get<RecordBody>(`/v1/contacts/${contact.id}`))
    expect([fields['$name']?.value, fields['$email']?.value ?? []]).toEqual([
      { firstName: 'Kept', lastName: 'Name' },
      [],
    ])
    const objectType = await anObjectType(api)
    const record = await aCustomRecord(api, objectType, { $name: secrets.note })
    successOf(await api.delete(`/v1/objects/${objectType}/values/${record.id}`))
    successOf(await erase({ recordId: record.id }))
    expect(await tracesIn(api)).toEqual([])
    expect(await faultsOf(api)).toEqual({})
  })

  it('leaves what a record must have: its name says that it was erased, and its stage is the same', async () => {
    const headers = { 'idempotency-key': `account ${crypto.randomUUID()}` }
    const body = { fields: { $name: secrets.note, $website: ['https://quillfeather.example'] } }
    const account = successOf(await api.post<RecordBody>('/v1/accounts', body, { headers }))
    const opportunity = await anOpportunity(api, { $name: secrets.note, $amount: 5 }, { $account: account.id })
    successOf(await erase({ recordId: account.id }))
    successOf(await erase({ recordId: opportunity.id }))
    await settled(api)
    expect(await tracesIn(api)).toEqual([])
    const again = successOf(await api.post<RecordBody>('/v1/accounts', body, { headers }))
    for (const { fields } of [again, successOf(await api.get<RecordBody>(`/v1/accounts/${account.id}`))]) {
      expect([fields['$name']?.value, fields['$website']?.value ?? null]).toEqual(['Erased', null])
    }
    const found = successOf(await api.get<ListBody>('/v1/accounts?$name=Erased')).data
    expect(found.map(({ id }) => id)).toContain(account.id)
    const { fields } = successOf(await api.get<RecordBody>(`/v1/opportunities/${opportunity.id}`))
    expect([fields['$name']?.value, fields['$stage']?.value, fields['$amount']?.value]).toEqual([
      'Erased',
      opportunity.fields['$stage']?.value,
      null,
    ])
    expect(outcome(await erase({ recordId: opportunity.id, fields: ['$stage'] }))).toBe('422 fields')
    expect(await faultsOf(api)).toEqual({})
  })

  it('can leave nothing of the record either, nor of the e-mails with them', async () => {
    const contact = await aContact(api, { $email: [secrets.email] })
    const account = await anAccount(api, {}, { $contact: contact.id })
    const email = await anEmail(api, { from: [secrets.email], subject: secrets.note, html: `<p>${secrets.last}</p>` })
    await settled(api)
    expect((await api.get(`/v1/emails/${email.id}`)).status).toBe(200)
    const erased = successOf(await erase({ recordId: contact.id, emails: true, remove: true }))
    expect(erased).toMatchObject({ emails: true, removed: true })
    expect(outcome(await api.get(`/v1/contacts/${contact.id}`))).toBe('404')
    expect(outcome(await api.get(`/v1/emails/${email.id}`))).toBe('404')
    expect(outcome(await api.post(`/v1/contacts/${contact.id}/restore`))).toBe('404')
    await settled(api)
    const { relationships } = successOf(await api.get<RecordBody>(`/v1/accounts/${account.id}`))
    expect(relationships['$contact']?.values).toEqual([])
    expect(await tracesIn(api)).toEqual([])
    expect(await faultsOf(api)).toEqual({})
  })

  it('stands in the audit log and in the register, which say nothing of anybody', async () => {
    const contact = await aContact(api, { $email: [secrets.email] })
    const { id } = successOf(await erase({ recordId: contact.id, fields: ['$email'] }))
    const register = successOf(await api.get<{ data: { id: string; recordId: string }[] }>('/admin/v1/erasures')).data
    expect(register[0]).toMatchObject({ id, recordId: contact.id, fields: ['$email'] })
    const log = successOf(await api.get<{ data: object[] }>('/admin/v1/audit?action=admin.erasure.create')).data
    expect(log[0]).toMatchObject({ details: { recordId: contact.id }, outcome: 'done' })
  })

  it.each([
    ['404', { recordId: 'con_none' }],
    ['404', { recordId: 'con_01h455vb4pex5vsknk084sn02q' }],
    ['400 unknown_field fields', { recordId: 'account', fields: ['$nothing'] }],
    ['422 fields', { recordId: 'account', fields: [] }],
    ['404', { recordId: 'member' }],
  ])('%s: refuses what cannot be erased', async (expected, body) => {
    const ids: Record<string, string> = { account: api.accountId, member: api.memberId }
    expect(outcome(await erase({ ...body, recordId: ids[body.recordId] ?? body.recordId }))).toBe(expected)
  })

  it('reaches no other workspace', async () => {
    const neighbour = await anotherWorkspace(api)
    const theirs = await aContact(neighbour, { $email: [secrets.email] })
    expect(outcome(await erase({ recordId: theirs.id }))).toBe('404')
    const ours = await aContact(api, { $email: [secrets.email] })
    successOf(await erase({ recordId: ours.id }))
    const { fields } = successOf(await neighbour.get<RecordBody>(`/v1/contacts/${theirs.id}`))
    expect(fields['$email']?.value).toEqual([secrets.email])
    successOf(await erase({ recordId: theirs.id }, neighbour))
  })
})

describe('a backup from before an erasure', () => {
  it('is restored without what was erased since, by the register of the data folder or the one that was printed', async () => {
    const address = 'late@wormwood.example'
    const person = await aContact(api, { $email: [address] })
    const settings = { DATABASE_URL: api.database, OPENFIELD_DATA_DIR: api.config.OPENFIELD_DATA_DIR }
    const file = join(tmpdir(), `before-${crypto.randomUUID()}.tar.zst`)
    const register = `${file}.jsonl`
    onTestFinished(() => {
      for (const path of [file, register]) rmSync(path, { force: true })
    })
    expect((await runProgram(['backup', file], settings).ended).code).toBe(0)
    successOf(await erase({ recordId: person.id }))
    const printed = await runProgram(['erasures'], settings).ended
    expect(printed.output).toContain('"contact"')
    expect(
      readFileSync(join(api.config.OPENFIELD_DATA_DIR, 'erasures.jsonl'), 'utf8').trim().split('\n').sort(),
    ).toEqual(printed.output.trim().split('\n').sort())
    writeFileSync(register, printed.output)
    for (const given of [[], ['--erasures', register]]) {
      const database = await createDatabase()
      const folder = newDataFolder()
      if (given.length === 0) {
        mkdirSync(folder, { recursive: true })
        copyFileSync(join(api.config.OPENFIELD_DATA_DIR, 'erasures.jsonl'), join(folder, 'erasures.jsonl'))
      }
      const target = { DATABASE_URL: database, OPENFIELD_DATA_DIR: folder }
      const restored = await runProgram(['restore', file, '--json', ...given], target).ended
      expect([restored.code, JSON.parse(restored.output).erased]).toEqual([0, 1])
      const sql = new pg.Pool({ connectionString: database, max: 1 })
      const on = { ...api, sql: async (text: string) => (await sql.query(text)).rows } as unknown as Api
      expect(await tracesIn(on, [address, 'wormwood'])).toEqual([])
      const faults = await faultsOf({ config: { ...api.config, ...target } })
      expect(Object.keys(faults).filter((what) => !what.startsWith('Credentials of'))).toEqual([])
      expect(readFileSync(join(folder, 'erasures.jsonl'), 'utf8')).toContain('"contact"')
      await sql.end()
      await dropDatabase(database)
    }
  })

  it('is taken in as one workspace without what was erased since, there or where it comes from', async () => {
    const address = 'moved@wormwood.example'
    const person = await aContact(api, { $email: [address] })
    const settings = { DATABASE_URL: api.database, OPENFIELD_DATA_DIR: api.config.OPENFIELD_DATA_DIR }
    const file = join(tmpdir(), `before-${crypto.randomUUID()}.tar.zst`)
    const register = `${file}.jsonl`
    onTestFinished(() => {
      for (const path of [file, register]) rmSync(path, { force: true })
    })
    expect((await runProgram(['export', file, '--workspace', 'wsp_1'], settings).ended).code).toBe(0)
    successOf(await erase({ recordId: person.id }))
    writeFileSync(register, (await runProgram(['erasures'], settings).ended).output)
    const target = await startApi()
    const there = { DATABASE_URL: target.database, OPENFIELD_DATA_DIR: target.config.OPENFIELD_DATA_DIR }
    const args = ['import', file, '--json', '--erasures', register]
    const { code, output, errors } = await runProgram(args, there).ended
    expect([code, errors]).toEqual([0, ''])
    expect(JSON.parse(output)).toMatchObject({ workspaceId: 'wsp_2', erased: 1 })
    expect(await tracesIn(target, [address])).toEqual([])
    expect(await faultsOf(target)).toEqual({})
    expect(readFileSync(join(target.config.OPENFIELD_DATA_DIR, 'erasures.jsonl'), 'utf8')).toContain('"workspace":2')
  })

  it('is not restored by a register that cannot be read', async () => {
    const register = join(tmpdir(), `register-${crypto.randomUUID()}.jsonl`)
    writeFileSync(register, 'no JSON\n')
    onTestFinished(() => rmSync(register))
    const { code, errors } = await runProgram(['restore', 'none.tar.zst', '--erasures', register], {
      DATABASE_URL: api.database,
      OPENFIELD_DATA_DIR: newDataFolder(),
    }).ended
    expect([code, errors]).toEqual([1, expect.stringContaining('is no entry of a register of erasures')])
  })
})
