import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withSystem } from '../packages/server/src/commands/system.ts'
import { readConfig } from '../packages/server/src/config.ts'
import { createWorkspace } from '../packages/server/src/domain/workspaces/create.ts'
import { openEmbeddedDatabase } from '../packages/server/src/embedded/postgres.ts'
import { type Database, openDatabase } from '../packages/server/src/storage/database.ts'
import { startChild } from './child.ts'
import type { Load } from './load.ts'
import { percentile } from './median.ts'
import { type Case, casesOf, customFields, linesOf, type Sizes, sizesOf, totalOf } from './million-rows.ts'
import { pour } from './pour.ts'
import { cpuSeconds, databaseCpuSeconds } from './processes.ts'
import type { Figure, Section } from './report.ts'
import { encryptionKey, key, type Server, startServer } from './server.ts'
import type { Run } from './timed.ts'

/** What is known of a data folder that is full. */
type Loaded = { records: number; ids: { big: string; small: string }; figures: Figure[] }

const offsets = [0, 1000, 100_000]
/** Beside the one workspace, so many small ones at most, of so many records. */
const smallMax = 200
const smallSize = 50

/**
 * Loads so many records through the import of any number of records, and measures lists of them: every operator, narrow and
 * broad, alone and together, with exact totals, which are compared with what they should be. A folder that is named is kept,
 * and used again as it is.
 */
export async function measureMillion(records: number, folder: string | undefined): Promise<Section[]> {
  const dataDir = folder ?? (await mkdtemp(join(tmpdir(), 'openfield-million-')))
  const notes = join(dataDir, 'million.json')
  try {
    if (!existsSync(notes)) await writeNotes(notes, await load(dataDir, records))
    const loaded: Loaded = JSON.parse(readFileSync(notes, 'utf8'))
    if (loaded.records !== records) throw new Error(`${dataDir} has ${loaded.records} records and not ${records}`)
    const server = await startServer({ dataDir })
    try {
      return [{ title: titleOf(records), figures: loaded.figures }, ...(await lists(server, loaded))]
    } finally {
      await server.stop()
    }
  } finally {
    if (folder === undefined) await rm(dataDir, { recursive: true, force: true })
  }
}

const titleOf = (records: number) => `Bring in ${records.toLocaleString('en-US')} records by one request`
const writeNotes = (path: string, loaded: Loaded) => writeFile(path, JSON.stringify(loaded))

async function load(dataDir: string, records: number): Promise<Loaded> {
  await mkdir(dataDir, { recursive: true })
  const sizes = sizesOf(records)
  const server = await startServer({ dataDir, worker: 'on' })
  const embedded = await openEmbeddedDatabase({ dataDir, role: 'tool' })
  const db = openDatabase(embedded.connection)
  try {
    await loadSmall(server, dataDir, Math.min(smallMax, records / 5000))
    const owner = await prepare(server)
    const before = { server: cpuSeconds(server.pid), database: databaseCpuSeconds(dataDir), size: await sizeOf(db) }
    const poured = await pour(server.port, linesOf(sizes, owner))
    if (poured.created !== records) throw new Error(`of ${records} rows, ${poured.created} were created`)
    const cpu = {
      server: cpuSeconds(server.pid) - before.server,
      database: databaseCpuSeconds(dataDir) - before.database,
    }
    // What PostgreSQL does by itself a while after so many writes.
    await db.query('vacuum (analyze)')
    await db.query('checkpoint')
    const [big = '', small = ''] = poured.ids
    const each = (value: number) => (value * 1e6) / records
    return {
      records,
      ids: { big, small },
      figures: [
        { name: 'records per second', value: records / poured.seconds, unit: '/s', least: 8000 },
        { name: 'server CPU each', value: each(cpu.server) / 1000, unit: 'ms' },
        { name: 'PostgreSQL CPU each', value: each(cpu.database) / 1000, unit: 'ms' },
        {
          name: 'disk each, history and indexes included',
          value: each((await sizeOf(db)) - before.size) / 1e9,
          unit: 'KB',
        },
      ],
    }
  } finally {
    await db.end()
    await embedded.close()
    await server.stop()
  }
}

async function sizeOf(db: Database): Promise<number> {
  const { rows } = await db.query<{ size: string }>('select pg_database_size(current_database()) as size')
  return Number(rows[0]?.size)
}

/** Workspaces beside the one that is measured. */
async function loadSmall(server: Server, dataDir: string, count: number) {
  const config = readConfig({
    OPENFIELD_DATA_DIR: dataDir,
    OPENFIELD_ENCRYPTION_KEY: encryptionKey.toString('base64'),
  })
  await withSystem(config, async (system) => {
    for (let number = 0; number < count; number += 1) {
      const made = await createWorkspace(system, { name: `Small ${number}`, adminEmail: 'small@example.com' })
      await addFields(server, made.key)
      await pour(server.port, linesOf(sizesOf(smallSize), made.memberId), made.key)
    }
  })
}

/** Adds the custom fields, and returns the member who owns everything. */
async function prepare(server: Server): Promise<string> {
  await addFields(server, key)
  const { data } = await call<{ data: { id: string }[] }>(server, 'GET', '/v1/members', key)
  return data[0]?.id ?? ''
}

async function addFields(server: Server, apiKey: string) {
  for (const field of customFields) await call(server, 'POST', '/admin/v1/objects/opportunity/fields', apiKey, field)
}

async function call<Body>(server: Server, method: string, path: string, apiKey = key, body?: object): Promise<Body> {
  const headers = {
    authorization: `Bearer ${apiKey}`,
    'lightfield-version': '2026-03-01',
    ...(body && { 'content-type': 'application/json' }),
  }
  const init = body ? { method, headers, body: JSON.stringify(body) } : { method, headers }
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, init)
  if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${await response.text()}`)
  return (await response.json()) as Body
}

const titles: Record<Case['kind'], string> = {
  one: 'Lists by one filter → exact total',
  relationship: 'Lists of what one record is linked to → exact total',
  negated: 'Lists by what is not → exact total',
  narrow: 'Lists by two and three filters, of which one matches at most 10,000 → exact total',
  broad: 'Lists by two filters that match more → exact total',
}

async function lists(server: Server, { records, ids }: Loaded): Promise<Section[]> {
  const sizes = sizesOf(records)
  const child = startChild<Load, Run>(new URL('./load.ts', import.meta.url))
  const figures = Object.fromEntries(Object.keys(titles).map((kind) => [kind, [] as Figure[]]))
  try {
    for (const one of casesOf(sizes, ids)) {
      const run = (requests: Load['requests']) => child.run({ port: server.port, key, connections: 1, requests })
      figures[one.kind]?.push(...(await measure(server, one, sizes, run)))
    }
  } finally {
    await child.close()
  }
  // In the words of tests: every total was compared with what it should be.
  console.error(`${casesOf(sizes, ids).length} passed, 0 failed`)
  return Object.entries(titles).map(([kind, title]) => ({ title, figures: figures[kind] ?? [] }))
}

/** A case is measured for about so long at each offset, by at least so many requests; a few records are looked at only. */
const full = { patienceMs: 1000, requestsMin: 20, requestsMax: 400 }
const short = { patienceMs: 20, requestsMin: 2, requestsMax: 5 }
const shortMax = 50_000

async function measure(
  server: Server,
  one: Case,
  sizes: Sizes,
  run: (requests: Load['requests']) => Promise<Run>,
): Promise<Figure[]> {
  const total = totalOf(one, sizes)
  const figures: Figure[] = []
  for (const offset of offsets) {
    if (offset > 0 && offset >= total) continue
    const path = `/v1/${one.plural}?${[one.query, offset > 0 && `offset=${offset}`].filter(Boolean).join('&')}`
    const begin = performance.now()
    const { totalCount, data } = await call<{ totalCount: number; data: unknown[] }>(server, 'GET', path)
    const first = performance.now() - begin
    const rows = Math.min(25, total - offset)
    if (totalCount !== total || data.length !== rows)
      throw new Error(`${path} has ${data.length} of ${totalCount} records, and not ${rows} of ${total}`)
    const probe = await run([{ method: 'GET', path }])
    const { patienceMs, requestsMin, requestsMax } = sizes.opportunities > shortMax ? full : short
    const count = Math.min(requestsMax, Math.max(requestsMin, patienceMs / (probe.latencies[0] ?? 1)))
    const { latencies } = await run(Array.from({ length: count }, () => ({ method: 'GET', path })))
    const [p50, p99] = [percentile(latencies, 50), percentile(latencies, 99)]
    const name = `${one.plural}?${decodeURIComponent(one.query)} → ${total.toLocaleString('en-US')}`
    const where = offset === 0 ? name : `… offset ${offset.toLocaleString('en-US')}`
    const [most, mostOften] = offset <= 1000 ? targets[one.kind] : []
    figures.push(
      { name: `${where}, p50`, value: p50, unit: 'ms', most },
      { name: '… p99', value: p99, unit: 'ms', most: mostOften },
    )
    if (offset === 0) figures.push({ name: '… the first time', value: first, unit: 'ms' })
  }
  return figures
}

/** What p50 and p99 should be at most, up to offset 1,000. */
const targets: Record<Case['kind'], [p50?: number, p99?: number]> = {
  one: [5, 25],
  relationship: [5, 25],
  negated: [],
  narrow: [30],
  broad: [],
}
