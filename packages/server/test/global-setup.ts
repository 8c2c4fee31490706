import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { atDeath } from './at-death.ts'
import { hasOfficial, officialPath } from './official.ts'

// Loaded by Node itself: what runs this file for Vitest has no import.meta.resolve.
const load = createRequire(import.meta.url)
const { openEmbeddedDatabase }: typeof import('../src/embedded/postgres.ts') = load('../src/embedded/postgres.ts')
const { openStorage }: typeof import('../src/storage/open.ts') = load('../src/storage/open.ts')

declare module 'vitest' {
  interface ProvidedContext {
    /** Where tests create their databases. */
    databaseUrl: string
    /** The name of a database with all tables and nothing in them, to be copied. */
    templateDatabase: string
    /** A file to which every test file adds how many responses it has checked, one JSON object a line. */
    conformanceLog: string
  }
}

/**
 * One PostgreSQL for all tests: that of DATABASE_URL, or else an embedded one. Every test file makes a database of its own
 * in it. Tests of start-up use data folders of their own.
 */
export default async function setup(project: TestProject) {
  const folder = mkdtempSync(join(tmpdir(), 'openfield-tests-'))
  const conformanceLog = join(folder, 'conformance.jsonl')
  writeFileSync(conformanceLog, '')
  // Nothing is left of a run that was killed.
  const pid = `$(head -n 1 ${folder}/postgres/postmaster.pid 2>/dev/null)`
  const clear = atDeath(`pid=${pid}; kill -INT $pid && while kill -0 $pid; do sleep 0.1; done; rm -rf ${folder}`)
  const { url, close } = await openPostgres(process.env['DATABASE_URL'] || undefined, folder).catch(async (error) => {
    await clear()
    throw error
  })
  const templateDatabase = await makeTemplate(url).catch(async (error) => {
    await close()
    await clear()
    throw error
  })
  // Not an inherited setting: what a test starts is told its database.
  delete process.env['DATABASE_URL']
  project.provide('databaseUrl', url)
  project.provide('templateDatabase', templateDatabase)
  project.provide('conformanceLog', conformanceLog)
  return async () => {
    report(readFileSync(conformanceLog, 'utf8'))
    await administer(url, `drop database ${templateDatabase}`).finally(close)
    await clear()
  }
}

async function openPostgres(external: string | undefined, dataDir: string) {
  if (external !== undefined) return { url: external, close: async () => {} }
  const { connection, close } = await openEmbeddedDatabase({ dataDir, role: 'tool' })
  const { host, port, user, database } = connection
  const url = `postgresql:///${database}?${new URLSearchParams({ host, port: String(port), user })}`
  // Nothing here outlives the run. Durability is tested on data folders with the settings of every day.
  const hasty = ['fsync', 'full_page_writes', 'wal_compression', 'synchronous_commit']
  await administer(url, ...hasty.map((name) => `alter system set ${name} = off`), 'select pg_reload_conf()')
  return { url, close }
}

/** The migrations run once: copying what they made takes a fifth of the time. */
async function makeTemplate(url: string): Promise<string> {
  const name = `openfield_test_template_${process.pid}`
  await administer(url, `create database ${name}`)
  const template = new URL(url)
  template.pathname = `/${name}`
  const storage = await openStorage({ databaseUrl: template.href, dataDir: '', role: 'tool' })
  await storage.close()
  return name
}

async function administer(url: string, ...statements: string[]) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

function report(log: string) {
  const totals: Record<string, number> = {}
  for (const line of log.split('\n').filter(Boolean)) {
    for (const [what, count] of Object.entries(JSON.parse(line) as Record<string, number>)) {
      totals[what] = (totals[what] ?? 0) + count
    }
  }
  if (Object.keys(totals).length === 0) return
  if (!hasOfficial) console.log(unchecked)
  console.log('Responses checked, and statements:', totals)
}

const unchecked = `
!!! There is no ${officialPath}:
!!! no response was checked against the official document. What only it refuses is not found here.
`
