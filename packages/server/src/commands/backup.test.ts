import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { zstdDecompressSync } from 'node:zlib'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { entriesIn, remade } from '../../test/archives.ts'
import { faultsOf } from '../../test/consistency.ts'
import { everythingOf, fillWithEverything } from '../../test/everything.ts'
import { anAccount, successOf } from '../../test/factories.ts'
import { createDatabase, dropDatabase, headersOf, type RecordBody, settled, startApi } from '../../test/harness.ts'
import { installedPostgres, startInstalledPostgres } from '../../test/installed-postgres.ts'
import { newDataFolder, runProgram } from '../../test/program.ts'
import { eventually, runsOf } from '../../test/workflows.ts'
import { readConfig } from '../config.ts'
import { compressor } from '../domain/backup/archive.ts'
import { verifyBackup } from '../domain/backup/read.ts'
import { openEmbeddedDatabase } from '../embedded/postgres.ts'
import { openStorage } from '../storage/open.ts'
import { backup, restoreCommand } from './backup.ts'
import { createWorkspaceCommand } from './workspace.ts'

const api = await startApi()
let made: Awaited<ReturnType<typeof fillWithEverything>>
beforeAll(async () => {
  made = await fillWithEverything(api)
})
const settings = { DATABASE_URL: api.database, OPENFIELD_DATA_DIR: api.config.OPENFIELD_DATA_DIR }

const newPath = async (name: string) => {
  const folder = newDataFolder()
  await mkdir(folder)
  return join(folder, name)
}

/** A data folder to which somebody has brought the key of the server that the tests share, which no backup has of itself. */
function folderWithKey(): string {
  const folder = newDataFolder()
  mkdirSync(folder)
  copyFileSync(join(settings.OPENFIELD_DATA_DIR, 'encryption.key'), join(folder, 'encryption.key'))
  return folder
}

/** A backup of the server that the tests share. */
async function aBackup(...options: string[]): Promise<string> {
  const path = await newPath('backup.tar.zst')
  expect(await run(['backup', path, ...options], settings)).toMatchObject({ code: 0, errors: '' })
  return path
}

const newDatabase = async () => {
  const url = await createDatabase()
  afterAll(() => dropDatabase(url))
  return url
}

const tablesOf = async (url: string): Promise<string[]> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query(
    "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'",
  )
  await client.end()
  return rows.map(({ relname }) => relname)
}

/** Runs a command in this process, which starts faster. */
async function run([command = '', file = '', ...flags]: string[], where: Record<string, string>) {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  const config = readConfig({ ...where })
  const has = (flag: string) => flags.includes(flag) || file === flag
  try {
    if (command === 'restore') await restoreCommand(config, file, {})
    else if (command === 'backup') await backup(config, file, { withKey: has('--with-key'), json: has('--json') })
    else await createWorkspaceCommand(config, { name: 'Second', json: true })
    return { code: 0, output: log.mock.calls.flat().join('\n'), errors: '' }
  } catch (error) {
    return { code: 1, output: '', errors: (error as Error).message }
  } finally {
    log.mockRestore()
  }
}

const verify = (file: string) => runProgram(['backup', '--verify', file], settings).ended

describe('a backup', () => {
  it('restored from one database to another and on, gives the same answers to every question, byte for byte', {
    timeout: 120_000,
  }, async () => {
    const before = await everythingOf(api)
    expect(Object.keys(before).length).toBeGreaterThan(120)
    // Not every type has definitions, nor every field a history.
    const refused = Object.entries(before).filter(([, answer]) => answer.length < 16)
    expect(refused.filter(([path]) => !/(history|definitions)$/.test(path))).toEqual([])
    const known = { ...api, database: '' }

    // Into the embedded database of a new data folder.
    const dataDir = folderWithKey()
    const first = await run(['restore', await aBackup()], { OPENFIELD_DATA_DIR: dataDir })
    expect(first).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^Restored \d+ records, [\d,]+ rows in all and 2 files/),
    })
    const { connection, close } = await openEmbeddedDatabase({ dataDir, role: 'tool' })
    onTestFinished(close)
    const { host, port, user, database } = connection
    const embedded = `postgresql:///${database}?${new URLSearchParams({ host, port: String(port), user })}`
    const one = { DATABASE_URL: embedded, OPENFIELD_DATA_DIR: dataDir }
    const restored = await startApi(one, known)
    expect(await everythingOf(restored)).toEqual(before)
    expect(await faultsOf(restored)).toEqual({})

    // From there to a PostgreSQL of another version, where there is one, and back.
    const external = installedPostgres ? startInstalledPostgres() : await newDatabase()
    const two = { DATABASE_URL: external, OPENFIELD_DATA_DIR: folderWithKey() }
    const path = await newPath('second')
    expect(await run(['backup', path], one)).toMatchObject({ code: 0 })
    expect(await run(['restore', path], two)).toMatchObject({ code: 0 })
    const moved = await startApi(two, known)
    expect(await everythingOf(moved)).toEqual(before)
    expect(await faultsOf(moved)).toEqual({})

    const back = { DATABASE_URL: await newDatabase(), OPENFIELD_DATA_DIR: folderWithKey() }
    const third = await newPath('third')
    expect(await run(['backup', third], two)).toMatchObject({ code: 0 })
    expect(await run(['restore', third], back)).toMatchObject({ code: 0 })
    const again = await startApi(back, known)
    expect(await everythingOf(again)).toEqual(before)

    // And life goes on there: ids are new ones, search finds, events come.
    const account = await anAccount(again, { $name: 'After the move' })
    expect(successOf(await again.get('/v1/accounts?$name=After the move'.replaceAll(' ', '%20')))).toMatchObject({
      data: [{ id: account.id }],
    })
    // What happened before starts no workflow again, what happens now does.
    const { workflow, opportunity } = made
    expect(await runsOf(again, workflow)).toHaveLength(1)
    successOf(await again.post(`/v1/opportunities/${opportunity.id}`, { fields: { $stage: 'Lost' } }))
    await eventually(async () => expect(await runsOf(again, workflow)).toHaveLength(2))
    const second = await run(['workspace'], back)
    expect(JSON.parse(second.output)).toMatchObject({ workspaceId: 'wsp_2' })
    await settled(again)
    expect(await faultsOf(again)).toEqual({})
  })

  it('has what is yet to be done for the records of an import', { timeout: 60_000 }, async () => {
    const busy = await startApi({ OPENFIELD_WORKER: 'off' })
    const { id: account } = await anAccount(busy)
    const opportunity = { fields: { $name: 'Steel', $stage: 'Lead' }, relationships: { $account: account } }
    const body = JSON.stringify({ objectType: 'opportunity', ...opportunity })
    const headers = { ...headersOf(busy.key, false), 'content-type': 'application/x-ndjson' }
    const sent = await busy.raw({ method: 'POST', path: '/admin/v1/import', headers, body })
    const { id } = JSON.parse(sent.text.split('\n')[0] ?? '')
    const path = await newPath('backup.tar.zst')
    const from = { DATABASE_URL: busy.database, OPENFIELD_DATA_DIR: busy.config.OPENFIELD_DATA_DIR }
    expect(await run(['backup', path], from)).toMatchObject({ code: 0, errors: '' })
    const into = { DATABASE_URL: await newDatabase(), OPENFIELD_DATA_DIR: from.OPENFIELD_DATA_DIR }
    expect(await run(['restore', path], into)).toMatchObject({ code: 0, errors: '' })
    const restored = await startApi(into, { ...busy, database: '' })
    await settled(restored)
    const { fields } = successOf(await restored.get<RecordBody>(`/v1/opportunities/${id}`))
    expect(fields['$opportunityStatus']?.value).toContain('Lead')
  })

  it('is of one moment, while others write', { timeout: 60_000 }, async () => {
    let writing = true
    const acknowledged: string[] = []
    const writer = async () => {
      while (writing) {
        const account = await anAccount(api, { $website: ['https://busy.example'] })
        acknowledged.push(account.id)
        await api.delete(`/v1/accounts/${acknowledged[Math.floor(Math.random() * acknowledged.length)]}`)
      }
    }
    const writers = [writer(), writer(), writer()]
    try {
      await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(30), { timeout: 15_000, interval: 20 })
      const before = [...acknowledged]
      const path = await aBackup()
      const where = { DATABASE_URL: await newDatabase(), OPENFIELD_DATA_DIR: folderWithKey() }
      expect(await run(['restore', path], where)).toMatchObject({ code: 0 })
      const restored = await startApi({ ...where, OPENFIELD_WORKER: 'off' }, { ...api, database: '' })
      expect(await faultsOf(restored)).toEqual({})
      const there = await restored.sql<{ id: string }>('select id from record')
      expect(there.length).toBeGreaterThanOrEqual(before.length)
      for (const id of before)
        expect(
          (await restored.get(`/admin/v1/trash/${id}`)).status + (await restored.get(`/v1/accounts/${id}`)).status,
        ).toBe(604)
    } finally {
      writing = false
      await Promise.all(writers)
    }
  })

  it('is for its owner alone, has its name only when it is whole, and overwrites nothing', async () => {
    const path = await aBackup()
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readdirSync(dirname(path))).toEqual(['backup.tar.zst'])
    expect(await run(['backup', path], settings)).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/is there already/),
    })
    const nowhere = join(path, 'nowhere')
    expect(await run(['backup', nowhere], settings)).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/cannot be written/),
    })
  })

  it('has no secret in it that can be read, unless keys are asked for', { timeout: 60_000 }, async () => {
    const [{ value } = { value: '' }] = await api.sql<{ value: string }>(
      `select encode(value, 'hex') as value from secret`,
    )
    expect(value.length).toBe(64)
    const plain = zstdDecompressSync(readFileSync(await aBackup())).toString('latin1')
    for (const secret of [value, api.key, Buffer.from(value, 'hex').toString('base64')])
      expect(plain).not.toContain(secret)
    expect(plain).not.toContain('encryption.key')

    const withKey = await aBackup('--with-key')
    const key = readFileSync(join(settings.OPENFIELD_DATA_DIR, 'encryption.key'), 'utf8')
    const entries = await entriesIn(withKey)
    expect(entries.get('encryption.key')?.toString()).toBe(key)
    expect(entries.get('tables/secret/000001')?.toString()).toContain(value)

    const where = { DATABASE_URL: await newDatabase(), OPENFIELD_DATA_DIR: newDataFolder() }
    expect(await run(['restore', withKey], where)).toMatchObject({ code: 0 })
    const restored = join(where.OPENFIELD_DATA_DIR, 'encryption.key')
    expect([readFileSync(restored, 'utf8'), statSync(restored).mode & 0o777]).toEqual([key, 0o600])

    const other = {
      ...where,
      DATABASE_URL: await newDatabase(),
      OPENFIELD_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
    }
    expect(await run(['restore', withKey], other)).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/another encryption key than OPENFIELD_ENCRYPTION_KEY/),
    })
    expect(await tablesOf(other.DATABASE_URL)).toEqual([])
  })

  it('names the files whose bytes were not there', async () => {
    const files = (await api.sql<{ id: string }>(`select id from file where status = 'COMPLETED'`)).length
    const nobody = '01900000-0000-7000-8000-000000000009'
    await api.sql(
      `insert into file (workspace_id, id, status, filename, mime_type, size_bytes, expires_at, upload_id, upload_bytes)
       values (1, '${nobody}', 'COMPLETED', 'lost', 'text/plain', 5, now(), '${nobody}', 5)`,
    )
    const path = await newPath('lost')
    const made = await run(['backup', path, '--json'], settings)
    expect(JSON.parse(made.output)).toMatchObject({ files, missing: [nobody] })
    await api.sql(`delete from file where id = '${nobody}'`)
  })
})

describe('a backup that is not whole', () => {
  it('is known by its hashes wherever it is cut or changed, and the part is named', { timeout: 120_000 }, async () => {
    const path = await aBackup()
    expect(await verify(path)).toMatchObject({
      code: 0,
      output: expect.stringMatching(/ is whole: /),
    })
    const whole = readFileSync(path)
    const other = `${path}.broken`
    const problemOf = (bytes: Buffer) => {
      writeFileSync(other, bytes)
      return verifyBackup(other).then(
        () => 'none',
        (error: Error) => error.message,
      )
    }
    for (let part = 0; part < 25; part += 1) {
      const cut = whole.subarray(0, Math.floor((whole.length * part) / 25))
      expect(await problemOf(cut)).toMatch(/cannot be used: it (ends|is)/)
      const changed = Buffer.from(whole)
      // The first ones at the very end.
      const at = part < 6 ? whole.length - 1 - part : Math.floor(Math.random() * whole.length)
      changed[at] = (changed[at] ?? 0) ^ (1 << (part % 8))
      const problem = await problemOf(changed)
      // Some bits of the compression mean nothing.
      if (problem === 'none') expect(zstdDecompressSync(changed).equals(zstdDecompressSync(whole))).toBe(true)
      else expect(problem).toMatch(/cannot be used: /)
    }
    expect(await problemOf(whole)).toBe('none')
    expect(await problemOf(Buffer.from('a diary'))).toMatch(/it is no backup of Openfield/)

    // What is wrong under a compression that is right.
    const tamper = async (change: (entries: Map<string, Buffer>) => void) =>
      problemOf(readFileSync(await remade(path, change)))
    const name = 'tables/record/000001'
    expect(await tamper((entries) => entries.delete(name))).toMatch(/the table record has 0 rows in it, and not \d+/)
    expect(await tamper((entries) => entries.delete('manifest.json'))).toMatch(/manifest\.json is missing/)
    expect(await tamper((entries) => entries.set('tables/nothing/000001', Buffer.from('')))).toMatch(/is of no table/)
    const bare = zstdDecompressSync(whole)
    bare[bare.indexOf('hello')] = 72
    writeFileSync(other, await buffer(Readable.from([bare]).pipe(compressor())))
    expect(await verify(other)).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/cannot be used: files\/[\w-]+\.[\w-]+ is damaged/),
    })
    expect(await verify(`${path}.nowhere`)).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/cannot be read: ENOENT/),
    })

    // A database that it is restored into stays as empty as it was, and no bytes of files stay.
    const where = { DATABASE_URL: await newDatabase(), OPENFIELD_DATA_DIR: newDataFolder() }
    expect(await run(['restore', other], where)).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/ is damaged\. Take another copy/),
    })
    expect(await tablesOf(where.DATABASE_URL)).toEqual([])
    expect(readdirSync(join(where.OPENFIELD_DATA_DIR, 'files'))).toEqual([])
    expect(await run(['restore', path], where)).toMatchObject({ code: 0 })
  })

  it('comes from a newer version is refused, and one into a database that is in use', async () => {
    const path = await aBackup()
    const where = { DATABASE_URL: await newDatabase(), OPENFIELD_DATA_DIR: newDataFolder() }
    const newer = await remade(path, (entries) => {
      const about = JSON.parse(entries.get('openfield-backup.json')?.toString() ?? '')
      about.migrations.push({ version: 9999, name: '9999-from-the-future.sql', checksum: 'x' })
      entries.set('openfield-backup.json', Buffer.from(JSON.stringify(about)))
    })
    expect(await run(['restore', newer], where)).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/comes from a newer Openfield: it has the migration 9999-from-the-future\.sql/),
    })
    const unknown = await remade(path, (entries) => entries.set('openfield-backup.json', Buffer.from('{"format": 2}')))
    expect(await run(['restore', unknown], where)).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/not of a format that this version knows/),
    })
    expect(await tablesOf(where.DATABASE_URL)).toEqual([])
    expect(await run(['restore', path], settings)).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/restored into an empty database, and this one has tables \(api_key, /),
    })
  })
})

describe('a restoration that is killed', () => {
  it('leaves the database as empty as it was; the next one, or a server, finds it so', {
    timeout: 60_000,
  }, async () => {
    const path = await aBackup()
    const where = { DATABASE_URL: await newDatabase(), OPENFIELD_DATA_DIR: newDataFolder() }
    const client = new pg.Client({ connectionString: where.DATABASE_URL })
    await client.connect()
    // Whoever makes the same table waits for this.
    await client.query('begin')
    await client.query('create table email_body ()')
    const killed = runProgram(['restore', path], where)
    await vi.waitFor(
      async () => {
        const waiting = await api.sql(
          "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = $1",
          [new URL(where.DATABASE_URL).pathname.slice(1)],
        )
        expect(waiting.length).toBe(1)
      },
      { timeout: 40_000, interval: 50 },
    )
    expect(killed.said).toEqual({ output: '', errors: '' })
    killed.child.kill('SIGKILL')
    await killed.ended
    await client.query('rollback')
    await client.end()
    expect(await tablesOf(where.DATABASE_URL)).toEqual([])
    expect(await run(['restore', path], where)).toMatchObject({ code: 0 })
    const storage = await openStorage({ databaseUrl: where.DATABASE_URL, dataDir: '', role: 'tool' })
    await storage.close()
  })
})
