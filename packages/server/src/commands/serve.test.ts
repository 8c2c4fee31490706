import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { createDatabase, dropDatabase, headersOf, type ListBody, outcome, type RecordBody } from '../../test/harness.ts'
import { newDataFolder, postmasterOf, runProgram } from '../../test/program.ts'
import { type Response, send } from '../../test/request.ts'
import { canReach, isRoot } from '../embedded/account.ts'

const database = await createDatabase()
const pool = new pg.Pool({ connectionString: database, max: 1 })
const sql = async (text: string) => (await pool.query(text)).rows
afterAll(async () => {
  await pool.end()
  await dropDatabase(database)
})

const settings = { PORT: '0', OPENFIELD_RATE_LIMIT: '0', OPENFIELD_BOOTSTRAP_API_KEY: 'a-key-for-the-tests' }
const external = { ...settings, DATABASE_URL: database, OPENFIELD_DATA_DIR: newDataFolder() }
const key = settings.OPENFIELD_BOOTSTRAP_API_KEY

const get = async <Body = RecordBody>(url: string, path: string, as = key) =>
  (await send(url, { method: 'GET', path, headers: headersOf(as, false) })) as Response<Body>
const post = async <Body = RecordBody>(url: string, path: string, body: unknown, as = key) =>
  (await send(url, {
    method: 'POST',
    path,
    headers: headersOf(as, true),
    body: JSON.stringify(body),
  })) as Response<Body>

/** That a start fails as it should: with a message for people, the exit code 1, and no word of what is inside. */
async function problemOf(args: string[], given: Record<string, string>, account?: Parameters<typeof runProgram>[2]) {
  const { code, output, errors } = await runProgram(args, given, account).ended
  expect({ code, output }).toEqual({ code: 1, output: '' })
  expect(errors).not.toMatch(/^\s+at |node:internal|Error:|\.ts:\d/m)
  return errors.trim()
}

describe('a data folder', () => {
  const given = { PORT: '0', OPENFIELD_RATE_LIMIT: '0', OPENFIELD_DATA_DIR: newDataFolder() }
  const dataDir = given.OPENFIELD_DATA_DIR
  let shown = ''

  it('is filled by the first start, which prints an address, a key and a request that works as it is', async () => {
    const first = runProgram(['serve'], given)
    const url = await first.serving()
    await expect.poll(() => first.said.output).toMatch(/-d '.*'\n+$/)
    expect((await send(url, { method: 'GET', path: '/health' })).body).toEqual({ status: 'ok' })
    shown = /^API key \(shown this once\): (sk_of_\S+)$/m.exec(first.said.output)?.[1] ?? ''
    const command = first.said.output.slice(first.said.output.indexOf('curl '))
    const { stdout } = await promisify(execFile)('sh', ['-c', command.replace('curl ', 'curl -sS ')])
    expect(JSON.parse(stdout)).toMatchObject({ id: expect.stringMatching(/^opp_/) })
    first.child.kill('SIGTERM')
    expect((await first.ended).code).toBe(0)
    expect(postmasterOf(dataDir)).toBeUndefined()
  })

  it('is found again by later starts, which print no key, and has room for one server at a time', async () => {
    // A start without a command serves as well.
    const later = runProgram([], given)
    const url = await later.serving()
    expect(later.said.output).not.toMatch(/sk_of_|curl/)
    expect((await get<ListBody>(url, '/v1/opportunities', shown)).body.totalCount).toBe(1)
    expect(await problemOf(['serve'], given)).toMatch(
      /Another Openfield server \(process \d+\) is using the data folder/,
    )
    expect((await get<ListBody>(url, '/v1/opportunities', shown)).body.totalCount).toBe(1)
    later.child.kill('SIGINT')
    expect((await later.ended).code).toBe(0)
  })

  it.each(['the server', 'the server and its database'])(
    'keeps all that was acknowledged to 8 writers when %s is killed with kill -9',
    { timeout: 60_000 },
    async (whom) => {
      const program = runProgram(['serve'], given)
      const url = await program.serving()
      const postmaster = postmasterOf(dataDir)
      const acknowledged: RecordBody[] = []
      const writer = async (name: string) => {
        for (let turn = 0; ; turn += 1) {
          const fields = { $title: `${whom} ${name} ${turn}` }
          const { status, body } = await post(url, '/v1/contacts', { fields }, shown)
          if (status !== 200) throw new Error(`${status}`)
          acknowledged.push(body)
        }
      }
      const writers = Array.from({ length: 8 }, (_, index) => writer(`${index}`).catch(() => {}))
      while (acknowledged.length < 150) await wait(5)
      program.child.kill('SIGKILL')
      if (whom !== 'the server' && postmaster !== undefined) process.kill(postmaster, 'SIGKILL')
      await Promise.all([...writers, program.ended])

      const again = runProgram(['serve'], given)
      const back = await again.serving()
      for (const record of acknowledged) {
        expect((await get(back, `/v1/contacts/${record.id}`, shown)).body.fields).toEqual(record.fields)
      }
      const title = encodeURIComponent(String(acknowledged.at(-1)?.fields.$title?.value))
      const { body } = await get<ListBody>(back, `/v1/contacts?$title=${title}`, shown)
      expect(body.data.map(({ id }) => id)).toEqual([acknowledged.at(-1)?.id])
      const prefix = encodeURIComponent(`${whom} `)
      const all = await get<ListBody>(back, `/v1/contacts?$title[startsWith]=${prefix}`, shown)
      // What was under way when the server was killed may be there too: at most one record of each writer.
      expect(all.body.totalCount).toBeGreaterThanOrEqual(acknowledged.length)
      expect(all.body.totalCount).toBeLessThanOrEqual(acknowledged.length + 8)
      expect(outcome(await post(back, '/v1/contacts', { fields: {} }, shown))).toBe('200')
      again.child.kill('SIGTERM')
      expect((await again.ended).code).toBe(0)
      expect(postmasterOf(dataDir)).toBeUndefined()
    },
  )
})

describe('settings that are wrong', () => {
  it('are all named at once, and secrets are not repeated', async () => {
    const errors = await problemOf(['serve'], {
      PORT: 'http',
      DATABASE_URL: 'mysql://user:hidden@host/db',
      OPENFIELD_PUBLIC_URL: 'crm.example',
      OPENFIELD_BOOTSTRAP_API_KEY: 'hidden',
      OPENFIELD_ADMIN_EMAIL: 'nobody',
      OPENFIELD_RATE_LIMIT: '-1',
      OPENFIELD_CORS_ORIGINS: 'https://a.example/path',
      OPENFIELD_LOG: 'loud',
      OPENFIELD_RATELIMIT: '5',
    })
    for (const name of [
      'PORT',
      'DATABASE_URL',
      'OPENFIELD_PUBLIC_URL',
      'OPENFIELD_BOOTSTRAP_API_KEY',
      'OPENFIELD_ADMIN_EMAIL',
      'OPENFIELD_RATE_LIMIT',
      'OPENFIELD_CORS_ORIGINS',
      'OPENFIELD_LOG',
      'OPENFIELD_RATELIMIT',
    ]) {
      expect(errors).toMatch(new RegExp(`^  ${name} `, 'm'))
    }
    expect(errors).not.toContain('hidden')
  })

  it('keep every other command from doing anything too', async () => {
    expect(await problemOf(['keys', 'create', '--name', 'A'], { PORT: 'x' })).toMatch(/^These settings .*:\n {2}PORT /)
  })
})

describe('a port that is in use', () => {
  it('is named, and whoever has it is not disturbed', async () => {
    const other = runProgram(['serve'], external)
    const url = await other.serving()
    const { port } = new URL(url)
    const errors = await problemOf(['serve'], { ...external, OPENFIELD_FILES_SHARED: 'on', PORT: port })
    expect(errors).toMatch(`Port ${port} on 127.0.0.1 is in use`)
    expect((await get(url, '/v1/accounts')).status).toBe(200)
    other.child.kill('SIGTERM')
    expect((await other.ended).code).toBe(0)
  })
})

describe('a database that cannot be used', () => {
  it('is named by its host when it cannot be reached, and its password is not', async () => {
    const url = 'postgresql://somebody:hidden@127.0.0.1:1/crm'
    const errors = await problemOf(['serve'], { ...external, DATABASE_URL: url })
    expect(errors).toMatch(/DATABASE_URL \(127\.0\.0\.1:1\) cannot be used/)
    expect(errors).not.toContain('hidden')
  })

  it('is named when it does not exist', async () => {
    const url = new URL(database)
    url.pathname = '/openfield_no_such_database'
    expect(await problemOf(['serve'], { ...external, DATABASE_URL: url.href })).toMatch('openfield_no_such_database')
  })

  it('is left alone when a newer version has written it', async () => {
    const contents = () =>
      sql(`select (select count(*) from record) as records, (select array_agg(version) from migration) as versions`)
    await sql(`insert into migration (version, name, checksum) values (9999, '9999-from-the-future.sql', 'x')`)
    const before = await contents()
    const errors = await problemOf(['serve'], external)
    expect(errors).toMatch(/newer Openfield.*9999-from-the-future\.sql/)
    expect(await contents()).toEqual(before)
    await sql('delete from migration where version = 9999')
  })
})

describe('a data folder that cannot be used', () => {
  const nobody = { uid: 65534, gid: 65534, name: 'nobody' }
  const canBeNobody = isRoot() && canReach(process.execPath, nobody) && canReach(import.meta.filename, nobody)

  it.skipIf(!canBeNobody)('is named when it cannot be written', async () => {
    const folder = dirname(newDataFolder())
    const errors = await problemOf(['serve'], { PORT: '0', OPENFIELD_DATA_DIR: folder }, nobody)
    expect(errors).toMatch(`The data folder ${folder} cannot be written`)
    expect(errors).toMatch('OPENFIELD_DATA_DIR')
    expect(readdirSync(folder)).toEqual([])
  })

  it('is named when it is a file', async () => {
    const file = newDataFolder()
    writeFileSync(file, 'mine')
    expect(await problemOf(['serve'], { PORT: '0', OPENFIELD_DATA_DIR: file })).toMatch(file)
  })

  it('is left alone when what is there is not ours', async () => {
    const folder = newDataFolder()
    mkdirSync(`${folder}/postgres`, { recursive: true })
    writeFileSync(`${folder}/postgres/diary.txt`, 'mine')
    const errors = await problemOf(['serve'], { PORT: '0', OPENFIELD_DATA_DIR: folder })
    expect(errors).toMatch('not a PostgreSQL database')
    expect(readdirSync(`${folder}/postgres`)).toEqual(['diary.txt'])
  })
})

describe('SIGTERM', () => {
  it('lets a request that has begun be answered, takes no new ones, lets idle connections go, and ends with 0', async () => {
    const program = runProgram(['serve'], external)
    const url = await program.serving()
    const { hostname, port } = new URL(url)
    const idle = connect(Number(port), hostname)
    await once(idle, 'connect')
    const request = await beginRequest(url, '/v1/accounts', JSON.stringify({ fields: { $name: 'In flight' } }))
    program.child.kill('SIGTERM')
    while (await isListening(url)) await wait(5)
    expect(program.child.exitCode).toBeNull()
    expect(await request.finish()).toMatch(/^HTTP\/1.1 200 OK/m)
    expect(await program.ended).toMatchObject({ code: 0, signal: null, errors: '' })
    expect(await sql(`select count(*)::int from record where fields->'$name'->>'value' = 'In flight'`)).toEqual([
      { count: 1 },
    ])
    idle.destroy()
  })
})

/** Sends the head of a request, waits until the server has taken it, and leaves the body for later. */
async function beginRequest(url: string, path: string, body: string) {
  const { hostname, port, host } = new URL(url)
  const socket = connect(Number(port), hostname)
  const headers = { ...headersOf(key, true), host, 'content-length': body.length, expect: '100-continue' }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  socket.write([`POST ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n'))
  let said = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  while (!said.startsWith('HTTP/1.1 100 ')) await new Promise((resolve) => socket.once('data', resolve))
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  return {
    finish: async () => {
      socket.write(body)
      await closed
      return said.slice(said.indexOf('\r\n\r\n') + 4)
    },
  }
}

const isListening = (url: string): Promise<boolean> => {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
