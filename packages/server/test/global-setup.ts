import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'

// Loaded by Node itself: what runs this file for Vitest has no import.meta.resolve.
const { openEmbeddedDatabase }: typeof import('../src/embedded/postgres.ts') = createRequire(import.meta.url)(
  '../src/embedded/postgres.ts',
)

declare module 'vitest' {
  interface ProvidedContext {
    /** Where tests create their databases. */
    databaseUrl: string
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
  const clear = () => rmSync(folder, { recursive: true, force: true })
  const { url, close } = await openPostgres(process.env['DATABASE_URL'] || undefined, folder).catch((error) => {
    clear()
    throw error
  })
  // Not an inherited setting: what a test starts is told its database.
  delete process.env['DATABASE_URL']
  project.provide('databaseUrl', url)
  project.provide('conformanceLog', conformanceLog)
  return async () => {
    report(readFileSync(conformanceLog, 'utf8'))
    await close()
    clear()
  }
}

async function openPostgres(external: string | undefined, dataDir: string) {
  if (external !== undefined) return { url: external, close: async () => {} }
  const { connection, close } = await openEmbeddedDatabase({ dataDir, role: 'tool' })
  const { host, port, user, database } = connection
  const url = `postgresql:///${database}?${new URLSearchParams({ host, port: String(port), user })}`
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  // Nothing here outlives the run. Durability is tested on data folders with the settings of every day.
  await client.query('alter system set fsync = off')
  await client.query('select pg_reload_conf()')
  await client.end()
  return { url, close }
}

function report(log: string) {
  const totals: Record<string, number> = {}
  for (const line of log.split('\n').filter(Boolean)) {
    for (const [what, count] of Object.entries(JSON.parse(line) as Record<string, number>)) {
      totals[what] = (totals[what] ?? 0) + count
    }
  }
  if (Object.keys(totals).length > 0) console.log('Responses checked, and statements:', totals)
}
