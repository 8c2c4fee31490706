import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeId, type Json, newUuid, type ObjectTypeName, objectTypes, systemDefinitions } from '@openfield/schema'
import pg from 'pg'
import { describe, expect, it, vi } from 'vitest'
import { atEnd } from '../../test/at-end.ts'
import { faultsOf } from '../../test/consistency.ts'
import { anAccount, anOpportunity, successOf } from '../../test/factories.ts'
import { createDatabase, dropDatabase, type ListBody, settled, startApi } from '../../test/harness.ts'
import { newDataFolder, runProgram } from '../../test/program.ts'
import { contentsOfFile } from '../../test/uploads.ts'
import { hashOfKey } from '../domain/api-keys/create.ts'
import { entriesOf } from '../domain/records/fields.ts'
import { entriesIn } from './doctor/entries.ts'
import { type EntryTable, entryTables } from './records.ts'

const folder = new URL('./migrations/', import.meta.url)
const migrations = readdirSync(folder)
  .filter((name) => name.endsWith('.sql'))
  .sort()
  .map((name) => ({ name, version: Number.parseInt(name, 10), text: readFileSync(new URL(name, folder), 'utf8') }))

async function aDatabase() {
  const url = await createDatabase()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  client.on('error', () => {})
  atEnd(async () => {
    await client.end()
    await dropDatabase(url)
  })
  return { url, client }
}

/** Brings a database to the schema of a version, as the server of then did. */
async function migrateTo(client: pg.Client, version: number) {
  await client.query(
    'create table migration (version int primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())',
  )
  for (const { text, ...one } of migrations.filter((migration) => migration.version <= version)) {
    await client.query(text)
    const checksum = createHash('sha256').update(text).digest('hex')
    await insert(client, 'migration', { ...one, checksum })
  }
}

async function insert(client: pg.Client, table: string, row: object) {
  const names = Object.keys(row)
  const values = names.map((_, index) => `$${index + 1}`)
  await client.query(`insert into ${table} (${names.join(', ')}) values (${values.join(', ')})`, Object.values(row))
}

const key = 'sk_of_from_the_past'

/**
 * Fills a database of a version as a server of that version would have: with index rows as they were then, and what later
 * migrations bring left out.
 */
async function fillAsThen(client: pg.Client, version: number, dataDir: string) {
  const workspace_id = 1
  await client.query("insert into workspace (name) values ('Old')")
  await insert(client, 'definitions_version', { workspace_id, version: 1 })
  const since = (introduced: number, row: object) => (version >= introduced ? row : {})

  const aRecord = async (type: ObjectTypeName, values: Record<string, Json>, deleted_at: Date | null = null) => {
    const [id, at] = [newUuid(), new Date()]
    const definition = systemDefinitions.get(type)
    const writes = Object.entries(values).flatMap(([name, value]) => {
      const field = definition?.fields.get(name)
      return field ? [{ field, value }] : []
    })
    const fields = Object.fromEntries(
      writes.map(({ field, value }) => [field.key, { value, valueType: field.valueType }]),
    )
    // Files have had their name in their record since 15.
    const stored = type === 'file' && version < 15 ? {} : fields
    const times = { created_at: at, updated_at: at, deleted_at }
    await insert(client, 'record', {
      workspace_id,
      id,
      object_type: objectTypes[type].number,
      ...times,
      fields: stored,
    })
    const change = { workspace_id, record_id: id, at, before: {}, links: {} }
    const after = type === 'file' ? {} : values
    await insert(client, 'change', { ...change, id: newUuid(), kind: 'created', after })
    if (deleted_at) await insert(client, 'change', { ...change, id: newUuid(), kind: 'trashed', after: {} })
    const entries = entriesOf(deleted_at ? [] : writes)
    for (const table of Object.keys(entryTables) as EntryTable[]) {
      for (const { field, value } of entriesIn(entries, table, id)) {
        const isSet = writes.some((write) => write.field.id === field && write.field.type.isSet)
        // Sets are found by each option since 7, and words since 15.
        if ((isSet && version < 7) || (field === 0 && version < 15)) continue
        await insert(client, table, { workspace_id, field, value, id })
        const word = String(value).split(' ')[0] ?? ''
        if (field !== 0 || word < ':') continue
        await client.query('insert into search_word values (1, $1) on conflict do nothing', [word])
      }
    }
    return id
  }
  const anEdge = (relationship: number, from_id: string, to_id: string) =>
    insert(client, 'edge', { workspace_id, relationship, from_id, to_id, from_one: true, to_one: false })

  const member = await aRecord('member', {
    $email: 'old@team.example',
    $name: { firstName: 'Old', lastName: null },
    $role: 'admin',
  })
  const sha256 = hashOfKey(key)
  const ofKey = { id: newUuid(), name: 'Old', sha256, hint: 'past', member_id: member, role: 'admin', scopes: [] }
  await insert(client, 'api_key', { workspace_id, ...ofKey, created_at: new Date() })
  await insert(client, 'key_lookup', { sha256, workspace_id, api_key_id: ofKey.id })
  const industries = systemDefinitions.get('account')?.fields.get('$industry')?.configuration.options ?? []
  const $industry = industries.slice(0, 2).map(({ id }) => id)
  const account = await aRecord('account', {
    $name: 'Ancient Traders',
    $website: ['https://ancient.example'],
    $industry,
  })
  const $stage = systemDefinitions.get('opportunity')?.fields.get('$stage')?.configuration.options?.[0]?.id ?? ''
  const opportunity = await aRecord('opportunity', { $name: 'Old deal', $stage, $amount: 4711 })
  await anEdge(6, opportunity, account)
  const trashed = await aRecord('contact', { $email: ['gone@ancient.example'] }, new Date())
  const written = {
    fields: { $opportunityStatus: { value: 'Old', valueType: 'MARKDOWN' } },
    ...since(5, { numbers: {} }),
  }
  await insert(client, 'generated_fields', { workspace_id, id: opportunity, ...written })
  const work = version < 5 ? 'summary' : 'account-summary'
  await insert(client, 'outbox', { workspace_id, kind: work, record_id: version < 5 ? opportunity : account })
  let file: string | undefined
  if (version >= 3) {
    file = await aRecord('file', { $filename: 'old.txt' })
    const upload = { upload_id: newUuid(), upload_bytes: 5, upload_md5: createHash('md5').update('hello').digest() }
    const session = { status: 'COMPLETED', expires_at: new Date(), completed_at: new Date() }
    const what = { filename: 'old.txt', mime_type: 'text/plain', size_bytes: 5 }
    await insert(client, 'file', { workspace_id, id: file, ...session, ...what, ...upload })
    mkdirSync(join(dataDir, 'files'), { recursive: true })
    writeFileSync(join(dataDir, 'files', `${file}.${upload.upload_id}`), 'hello')
  }
  return { member, account, opportunity, trashed, file, $industry }
}

describe('a database of an earlier version', () => {
  it.each(migrations)(
    '$name is brought up to date with all that is in it',
    { timeout: 60_000 },
    async ({ version }) => {
      const { url, client } = await aDatabase()
      await migrateTo(client, version)
      const dataDir = newDataFolder()
      const made = await fillAsThen(client, version, dataDir)
      const accountId = encodeId('acc', made.account)
      const known = { database: url, key, memberId: encodeId('mem', made.member), accountId }
      const api = await startApi({ DATABASE_URL: url, OPENFIELD_DATA_DIR: dataDir }, known)
      await settled(api)

      const found = Object.keys(await faultsOf(api)).filter(
        // Accounts have had generated text since 5, which is written when something about them changes.
        (what) => !(version < 5 && /^Records whose generated text nobody has written/.test(what)),
      )
      expect(found).toEqual([])
      const account = successOf(await api.get(`/v1/accounts/${accountId}`))
      expect(account.fields).toMatchObject({
        $name: { value: 'Ancient Traders' },
        $industry: { value: made.$industry },
      })
      expect(account.relationships).toMatchObject({ $opportunity: { values: [encodeId('opp', made.opportunity)] } })
      const ids = async (path: string) => successOf(await api.get<ListBody>(path)).data.map(({ id }) => id)
      for (const filter of ['$name=Ancient%20Traders', '$website[contains]=ancient']) {
        expect(await ids(`/v1/accounts?${filter}`)).toEqual([accountId])
      }
      expect(await ids('/v1/opportunities?$amount[greaterThan]=4000')).toEqual([encodeId('opp', made.opportunity)])
      expect(await ids('/admin/v1/search?q=ancient')).toContain(accountId)
      const contact = `/v1/contacts/${encodeId('con', made.trashed)}`
      successOf(await api.post(`${contact}/restore`))
      expect(await ids('/v1/contacts?$email=gone@ancient.example')).toEqual([encodeId('con', made.trashed)])
      if (made.file) expect(String(await contentsOfFile(api, { id: encodeId('fil', made.file) }))).toBe('hello')
      const another = await anAccount(api)
      await anOpportunity(api, {}, { $account: another.id })
    },
  )
})

/** OPENFIELD_TEST_MIGRATIONS=all asks for each of them, which takes as many starts. */
const everyStep = process.env['OPENFIELD_TEST_MIGRATIONS'] === 'all'

describe('a start that is killed in the middle of a migration', () => {
  it('leaves a database that the next start brings further', {
    timeout: 240_000,
  }, async () => {
    const { url, client } = await aDatabase()
    const settings = { PORT: '0', DATABASE_URL: url, OPENFIELD_DATA_DIR: newDataFolder() }
    await migrateTo(client, 1)
    const steps = migrations.slice(1)
    const isStep = (index: number) => everyStep || index % 4 === 0 || index === steps.length - 1
    for (const { version, name } of steps.filter((_, index) => isStep(index))) {
      // Whoever notes the same migration waits for this, with all that it does not yet committed.
      await client.query('begin')
      await insert(client, 'migration', { version, name: 'held', checksum: 'held' })
      const program = runProgram(['serve'], settings)
      const waiting = `from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
        and query like 'begin;%'`
      const watcher = new pg.Client({ connectionString: url })
      watcher.on('error', () => {})
      await watcher.connect()
      await vi.waitFor(
        async () => expect((await watcher.query(`select 1 ${waiting}`)).rowCount, program.said.errors).toBe(1),
        { timeout: 60_000, interval: 20 },
      )
      program.child.kill('SIGKILL')
      await program.ended
      // PostgreSQL would finish what it has been sent; here it is killed as well.
      await watcher.query(`select pg_terminate_backend(pid, 10000) ${waiting}`)
      await watcher.end()
      await client.query('rollback')
      const { rows } = await client.query('select name from migration order by version')
      expect(rows.at(-1)?.name).toBe(migrations[migrations.findIndex((one) => one.name === name) - 1]?.name)
    }
    const program = runProgram(['serve'], settings)
    await program.serving()
    program.child.kill('SIGTERM')
    expect((await program.ended).code).toBe(0)
    expect((await runProgram(['doctor'], settings).ended).output).not.toMatch(/not found by/)
  })
})

describe('a database of a newer version', () => {
  it('is left alone by every command, which says so', { timeout: 60_000 }, async () => {
    const { url, client } = await aDatabase()
    await migrateTo(client, migrations.at(-1)?.version ?? 0)
    await insert(client, 'migration', { version: 9999, name: '9999-from-the-future.sql', checksum: 'x' })
    const settings = { PORT: '0', DATABASE_URL: url, OPENFIELD_DATA_DIR: newDataFolder() }
    const commands = [
      ['serve'],
      ['doctor', '--repair'],
      ['backup', join(newDataFolder(), 'x')],
      ['keys', 'create', '--name', 'x'],
    ]
    for (const command of commands) {
      const { code, errors, output } = await runProgram(command, settings).ended
      expect([command[0], errors, output]).toEqual([
        command[0],
        expect.stringMatching(/newer Openfield: it has the migration 9999-from-the-future\.sql/),
        '',
      ])
      expect(code).toBe(command[0] === 'doctor' ? 2 : 1)
    }
    expect((await client.query('select count(*)::int from workspace')).rows).toEqual([{ count: 0 }])
  })
})
