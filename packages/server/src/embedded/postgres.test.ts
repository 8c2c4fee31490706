import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Account, accountFor, canReach, isRoot } from './account.ts'
import { DatabaseUnavailable, type EmbeddedDatabase, openEmbeddedDatabase } from './postgres.ts'

const here = dirname(fileURLToPath(import.meta.url))
const nobody: Account = { uid: 65534, gid: 65534, name: 'nobody' }
const canBeNobody = isRoot() && canReach(process.execPath, nobody) && canReach(import.meta.filename, nobody)

const opened: EmbeddedDatabase[] = []
const children: ChildProcess[] = []
const folders: string[] = []

/** A data folder for the tests that leave it as they found it: creating a database takes a second. */
let used: string
beforeAll(async () => {
  used = mkdtempSync(join(tmpdir(), 'openfield-test-'))
  await (await openEmbeddedDatabase({ dataDir: used, role: 'tool' })).close()
})
afterAll(() => remove(used))

afterEach(async () => {
  for (const child of children.splice(0)) await kill(child)
  for (const database of opened.splice(0)) await database.close()
  for (const folder of folders.splice(0)) await remove(folder)
})

describe('first and later starts', () => {
  it('creates the database once, keeps what is written, and stops with the last user', async () => {
    const dataDir = join(newFolder(), 'data')
    const first = await open(dataDir)
    await query(first, 'create table note (text text)', `insert into note values ('kept')`)
    expect(mode(dataDir)).toBe('700')
    await first.close()
    expect(postmasterOf(dataDir)).toBeUndefined()

    const second = await open(dataDir)
    expect(await query(second, 'select text from note')).toEqual([{ text: 'kept' }])
    await second.close()
    await second.close()
    expect(postmasterOf(dataDir)).toBeUndefined()
  })

  it('is a durable UTF-8 database of its own role, which no network reaches', async () => {
    const database = await open(used)
    const settings = ['fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums', 'server_encoding']
    const values = settings.map((name) => `current_setting('${name}') as ${name}`).join(', ')
    const facts = `current_database() as name, pg_get_userbyid(datdba) as owner, datlocale as locale,
      current_setting('listen_addresses') as addresses, ${values}`
    expect(await query(database, `select ${facts} from pg_database where datname = current_database()`)).toEqual([
      {
        name: 'openfield',
        owner: 'openfield',
        locale: 'C.UTF-8',
        addresses: '',
        fsync: 'on',
        full_page_writes: 'on',
        synchronous_commit: 'on',
        data_checksums: 'on',
        server_encoding: 'UTF8',
      },
    ])
  })

  it('opens one database for processes that start at once on an empty folder', async () => {
    const dataDir = newFolder()
    const [a, b] = [startChild(dataDir, 'tool'), startChild(dataDir, 'tool')]
    const [c] = await Promise.all([open(dataDir, 'tool'), a.saw('open'), b.saw('open')])
    expect(await query(c, 'select count(*)::int as present from pg_locks where classid = 20294')).toEqual([
      { present: 3 },
    ])
    expect(readdirSync(dataDir).sort()).toEqual(['postgres', 'postgres.log'])
  })

  it('serves those who come while the last one is leaving', async () => {
    const dataDir = copyOfUsed()
    const comeAndGo = async () => {
      for (let turn = 0; turn < 5; turn++) {
        const database = await open(dataDir, 'tool')
        expect(await query(database, 'select 1 as one')).toEqual([{ one: 1 }])
        await database.close()
      }
    }
    const outcomes = await Promise.allSettled([comeAndGo(), comeAndGo(), comeAndGo()])
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([])
    expect(postmasterOf(dataDir)).toBeUndefined()
  })

  it('starts anew when it is let in by a server that is already stopping', async () => {
    const dataDir = copyOfUsed()
    const first = await open(dataDir, 'tool')
    const last = new Client(first.connection)
    await last.connect()
    await last.query('select pg_advisory_lock_shared(20294, 1)')
    await first.close()
    await last.query('select pg_advisory_unlock_shared(20294, 1), pg_advisory_lock(20294, 1)')

    const comer = open(dataDir, 'tool')
    const waiting = 'select from pg_locks where classid = 20294 and not granted'
    while ((await last.query(waiting)).rowCount === 0) await sleep(5)
    const stopped = postmasterOf(dataDir) ?? 0
    // Unlike what we stop it with, SIGTERM lets the sessions that there are go on.
    process.kill(stopped, 'SIGTERM')
    await eventually(() => readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').includes('stopping'))
    await last.end()

    expect(await query(await comer, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(postmasterOf(dataDir)).not.toBe(stopped)
  })

  it('works under a path longer than the address of a socket may be', async () => {
    const dataDir = join(newFolder(), 'deep'.repeat(20), 'deeper'.repeat(10))
    cpSync(used, dataDir, { recursive: true })
    const [server, tool] = [await open(dataDir), await open(dataDir, 'tool')]
    await query(server, 'create table note (text text)')
    expect(await query(tool, 'select * from note')).toEqual([])
  })

  it('keeps the log of PostgreSQL from growing without end', async () => {
    writeFileSync(join(used, 'postgres.log'), 'old line\n'.repeat(1_200_000))
    await open(used)
    expect(statSync(join(used, 'postgres.log')).size).toBeLessThan(10_000)
    expect(statSync(join(used, 'postgres.log.1')).size).toBeGreaterThan(10_000_000)
  })
})

describe('one server, any number of tools', () => {
  it('refuses a second server by the name of the first, lets tools in, and stops with the last one out', async () => {
    const server = await open(used)
    const second = open(used)
    await expect(second).rejects.toThrow(DatabaseUnavailable)
    await expect(second).rejects.toThrow(`Another Openfield server (process ${process.pid}) is using`)

    const tool = await open(used, 'tool')
    await server.close()
    expect(await query(tool, 'select 1 as one')).toEqual([{ one: 1 }])
    const next = await open(used)
    await tool.close()
    expect(await query(next, 'select 1 as one')).toEqual([{ one: 1 }])
    await next.close()
    expect(postmasterOf(used)).toBeUndefined()
  })
})

describe('after a kill', () => {
  it('attaches to what a killed server left running, with every acknowledged row', async () => {
    const child = startChild(used, 'server')
    const acknowledged = await rowsUntilKilled(child)
    const left = postmasterOf(used)
    expect(left).toBeDefined()

    const database = await open(used)
    expect(postmasterOf(used)).toBe(left)
    expect(await rowsOf(child, database)).toBeGreaterThanOrEqual(acknowledged)
  })

  it('recovers every acknowledged row when PostgreSQL is killed too', async () => {
    const child = startChild(used, 'server')
    const acknowledged = await rowsUntilKilled(child)
    process.kill(postmasterOf(used) ?? 0, 'SIGKILL')

    const database = await open(used)
    expect(await rowsOf(child, database)).toBeGreaterThanOrEqual(acknowledged)
  })

  it('starts PostgreSQL again under a living server, which stays the only one', async () => {
    const lines: string[] = []
    const server = await openEmbeddedDatabase({ dataDir: used, role: 'server', log: (line) => lines.push(line) })
    opened.push(server)
    const killed = postmasterOf(used) ?? 0
    process.kill(killed, 'SIGKILL')
    await eventually(() => lines.includes('PostgreSQL runs again'))
    await expect(open(used)).rejects.toThrow('Another Openfield server')
    expect(postmasterOf(used)).not.toBe(killed)
    expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it('goes on trying to start PostgreSQL under a living server while something keeps it from starting', async () => {
    const dataDir = copyOfUsed()
    const lines: string[] = []
    const server = await openEmbeddedDatabase({ dataDir, role: 'server', log: (line) => lines.push(line) })
    opened.push(server)
    const control = join(dataDir, 'postgres', 'global', 'pg_control')
    renameSync(control, `${control}.away`)
    process.kill(postmasterOf(dataDir) ?? 0, 'SIGKILL')
    await eventually(() => lines.some((line) => line.includes('PostgreSQL does not start')))
    renameSync(`${control}.away`, control)
    await eventually(() => lines.includes('PostgreSQL runs again'))
    expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it('is not held up by a process that has the number of a server long gone', async () => {
    await (await open(used)).close()
    const { uid, gid } = statSync(join(used, 'postgres'))
    const stranger = spawn('sleep', ['60'], isRoot() ? { uid, gid } : {})
    children.push(stranger)
    const recorded = join(used, 'postgres', 'postmaster.pid')
    writeFileSync(recorded, `${stranger.pid}\n/proc/self/cwd\n0\n5432\n.\n\n0 0\nready\n`, { mode: 0o600 })
    chownSync(recorded, uid, gid)
    utimesSync(recorded, 0, 0)

    const database = await open(used)
    expect(await query(database, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull()
  })
})

describe('privacy', () => {
  it('lets nobody else enter the folder of the data and the socket, or read the log', async () => {
    await open(used)
    expect(mode(join(used, 'postgres'))).toBe('700')
    expect(mode(join(used, 'postgres', '.s.PGSQL.5432'))).toBe('700')
    expect(mode(join(used, 'postgres.log'))).toBe('600')
  })

  it.skipIf(!isRoot())(
    'runs as an unprivileged user that cannot enter the folders above, when we are root',
    async () => {
      await open(used)
      const { uid } = accountFor(join(used, 'postgres'))
      expect(uid).not.toBe(0)
      expect(statSync(join(used, 'postgres')).uid).toBe(uid)
      expect(canReach(used, { uid, gid: uid })).toBe(false)
      if (process.platform === 'linux')
        expect(readFileSync(`/proc/${postmasterOf(used)}/status`, 'utf8')).toMatch(new RegExp(`^Uid:\t${uid}\t`, 'm'))
    },
  )

  it.skipIf(!isRoot())('opens a folder that root has copied, and so owns', async () => {
    const dataDir = copyOfUsed()
    await (await open(dataDir)).close()
    const folder = join(dataDir, 'postgres')
    const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    for (const path of [folder, ...paths.map((each) => join(folder, each))]) chownSync(path, 0, 0)
    chmodSync(folder, 0o755)

    await open(dataDir)
    expect(mode(folder)).toBe('700')
  })

  it.skipIf(!canBeNobody)(
    'turns away other accounts at the socket, even where folders and socket let them in',
    async () => {
      const dataDir = copyOfUsed()
      await open(dataDir)
      for (const path of ['.', 'postgres', 'postgres/.s.PGSQL.5432']) chmodSync(join(dataDir, path), 0o777)
      const program = `import { Client } from 'pg'
      const client = new Client({ host: '${join(dataDir, 'postgres')}', user: 'openfield', database: 'openfield' })
      await client.connect().then(() => console.log('in'), (error) => console.log(error.message)); process.exit()`
      const child = runChild(program, nobody)
      expect(await child.line()).toMatch(/^peer authentication failed/i)
    },
  )
})

describe('without root', () => {
  it.skipIf(!canBeNobody)('runs as the user who starts it', async () => {
    const dataDir = newFolder()
    chownSync(dataDir, nobody.uid, nobody.gid)
    const child = startChild(dataDir, 'server', nobody)
    await child.saw('open')
    expect(statSync(join(dataDir, 'postgres')).uid).toBe(nobody.uid)
    expect(mode(join(dataDir, 'postgres'))).toBe('700')

    // root may attach to it as well
    const tool = await open(dataDir, 'tool')
    expect(await query(tool, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it.skipIf(!canBeNobody)('names a data folder it may not write', async () => {
    const dataDir = newFolder()
    chmodSync(dataDir, 0o755)
    const child = startChild(dataDir, 'server', nobody)
    expect(await child.line()).toMatch(`The data folder ${dataDir} cannot be written`)
  })
})

describe('what cannot be opened', () => {
  it('refuses a database of another version of PostgreSQL, and says what to do', async () => {
    const dataDir = newFolder()
    mkdirSync(join(dataDir, 'postgres'))
    writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '15\n')
    await expect(open(dataDir)).rejects.toThrow(/written by PostgreSQL 15, .* brings PostgreSQL 18/)
  })

  it('refuses a folder in its place that holds something else, and leaves it alone', async () => {
    const dataDir = newFolder()
    mkdirSync(join(dataDir, 'postgres'))
    writeFileSync(join(dataDir, 'postgres', 'diary.txt'), 'mine')
    await expect(open(dataDir)).rejects.toThrow('holds something that is not a PostgreSQL database')
    expect(readFileSync(join(dataDir, 'postgres', 'diary.txt'), 'utf8')).toBe('mine')
  })

  it('shows what PostgreSQL says when it does not start', async () => {
    const dataDir = copyOfUsed()
    writeFileSync(join(dataDir, 'postgres', 'postgresql.auto.conf'), `shared_preload_libraries = 'no_such_library'\n`)
    await expect(open(dataDir)).rejects.toThrow('could not access file "no_such_library"')
  })
})

/** A data folder of its own for a test, which mkdtemp makes closed to everyone else. */
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'openfield-test-'))
  folders.push(folder)
  return folder
}

function copyOfUsed(): string {
  const folder = newFolder()
  cpSync(used, folder, { recursive: true })
  return folder
}

/** PostgreSQL outlives a close that comes before it has noticed that a child was killed. */
async function remove(dataDir: string): Promise<void> {
  const pid = postmasterOf(dataDir)
  if (pid) process.kill(pid, 'SIGQUIT')
  await eventually(() => postmasterOf(dataDir) === undefined)
  rmSync(dataDir, { recursive: true, force: true })
}

async function open(dataDir: string, role: 'server' | 'tool' = 'server'): Promise<EmbeddedDatabase> {
  const database = await openEmbeddedDatabase({ dataDir, role })
  opened.push(database)
  return database
}

/** The rows of the last statement. */
async function query(database: EmbeddedDatabase, ...statements: string[]): Promise<unknown[]> {
  const client = new Client(database.connection)
  await client.connect()
  try {
    let rows: unknown[] = []
    for (const statement of statements) rows = (await client.query(statement)).rows
    return rows
  } finally {
    await client.end()
  }
}

function postmasterOf(dataDir: string): number | undefined {
  const file = join(dataDir, 'postgres', 'postmaster.pid')
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : undefined
}

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8)

async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(5)
}

/** Another process that opens the database and writes numbered rows one by one, printing each when acknowledged. */
function startChild(dataDir: string, role: 'server' | 'tool', account?: Account) {
  return runChild(
    `import { openEmbeddedDatabase } from './postgres.ts'
    import { Client } from 'pg'
    try {
      const { connection } = await openEmbeddedDatabase({ dataDir: ${JSON.stringify(dataDir)}, role: '${role}' })
      console.log('open')
      const client = new Client(connection)
      client.on('error', () => {})
      await client.connect()
      await client.query('create table written_' + process.pid + ' (n int)')
      for (let n = 1; ; n++) {
        await client.query('insert into written_' + process.pid + ' values ($1)', [n])
        console.log(n)
      }
    } catch (error) {
      console.log(error.message)
    }`,
    account,
  )
}

type Child = ReturnType<typeof runChild>

function runChild(program: string, account?: Account) {
  const user = account ? { uid: account.uid, gid: account.gid } : {}
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { cwd: here, ...user })
  children.push(child)
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const line = async (): Promise<string> => String((await lines.next()).value)
  const saw = async (wanted: string): Promise<void> => expect(await line()).toBe(wanted)
  return { child, line, saw }
}

/** The number of rows a child has had acknowledged by the time it is killed, in the middle of its work. */
async function rowsUntilKilled({ child, line, saw }: Child): Promise<number> {
  await saw('open')
  let acknowledged = 0
  while (acknowledged < 200) acknowledged = Number(await line())
  await kill(child)
  return acknowledged
}

async function rowsOf({ child }: Child, database: EmbeddedDatabase): Promise<number> {
  const [row] = (await query(database, `select count(*)::int as rows from written_${child.pid}`)) as { rows: number }[]
  return row?.rows ?? 0
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
