import pg from 'pg'
import { controlTables } from '../src/storage/control-tables.ts'
import { applicationName } from '../src/storage/database.ts'
import { namedTables, unboundTables } from './statements.ts'

/** Statements that look through all workspaces, each with why it may: a part of its text. */
const acrossWorkspaces: Readonly<Record<string, string>> = {
  'select workspace_id::int, kind from k where due_at <= now()': 'which workspaces have work that is due',
  'from outbox where due_at <= now() group by kind': 'how much work waits, for those who watch the server',
  'from mailbox_sync group by state': 'how mailboxes stand, for those who watch the server',
  'from erasure order by id, workspace_id': 'what was erased, for the register outside of the database',
  'select workspace_id, id from workflow_run where ended_at <': 'which runs of workflows are too old to be kept',
  'from mailbox_sync where (due_at <= now()': 'which mailboxes are to be looked at',
  'insert into mailbox_sync (workspace_id, mailbox_id) select workspace_id, id from mailbox':
    'of which it has not been said yet',
  'delete from idempotency where created_at <': 'which answers are too old to be given again',
  'from unnest($1::uuid[], $2::uuid[]) u(file, upload)':
    'which bytes belong to no file of any workspace, for the doctor',
  'upload_id as upload, status = ': 'the bytes of all files, for a backup',
  'delete from sending where created_at <': 'which keys of e-mails are too old to be known',
  'from file_upload where started_at < $1': 'which uploads broke off, for the one job that removes their bytes',
}

/** What every server that a test starts has run, and has not been checked yet. */
const fresh = new Set<string>()
const seen = new Set<string>()

type Query = string | { text?: string }

const { query } = pg.Client.prototype
// Every statement passes here, also those of pools. What tests run themselves has another name, or none.
pg.Client.prototype.query = function (this: pg.Client, ...given: unknown[]) {
  const { connectionParameters } = this as unknown as { connectionParameters: Record<string, unknown> }
  const [asked] = given as [Query]
  const text = typeof asked === 'string' ? asked : (asked?.text ?? '')
  if (connectionParameters.fallback_application_name === applicationName && !seen.has(text)) fresh.add(text)
  return (query as (...all: unknown[]) => unknown).apply(this, given)
} as typeof query

/** The tables of a database that belong to workspaces: all but the control tables. */
export const tenantTablesOf = async (sql: Pick<pg.Pool, 'query'>): Promise<Set<string>> => {
  const { rows } = await sql.query<{ name: string }>(
    "select tablename::text as name from pg_tables where schemaname = 'public'",
  )
  return new Set(rows.map(({ name }) => name).filter((name) => !Object.hasOwn(controlTables, name)))
}

/**
 * Checks what servers of this process have run since it was checked last, and says how many statements that were. Throws for
 * one that does not say in which workspace it reads or writes.
 */
export async function checkStatements(sql: Pick<pg.Pool, 'query'>): Promise<number> {
  const statements = [...fresh].filter((text) => !isMigration(text))
  for (const text of fresh) seen.add(text)
  fresh.clear()
  if (statements.length === 0) return 0
  const tables = await tenantTablesOf(sql)
  const problems = statements.flatMap((text) => {
    const line = text.replaceAll(/\s+/g, ' ')
    if (Object.keys(acrossWorkspaces).some((part) => line.includes(part))) return []
    const unbound = unboundTables(text, tables).map((table) => `  ${table} in: ${line}`)
    const apart = namedTables(text, tables).length > 0 ? namedTables(text, coordinatorTables) : []
    return [...unbound, ...apart.map((table) => `  ${table}, which is on the coordinator alone, in: ${line}`)]
  })
  if (problems.length === 0) return statements.length
  throw new Error(
    'A server ran statements that do not say in which workspace they read or write a table. Compare its workspace_id, for ' +
      'every table of the statement; if it looks through all workspaces on purpose, name it with the reason in ' +
      `packages/server/test/captured.ts.\n${problems.join('\n')}`,
  )
}

/** Where there are several nodes, these are not beside the tables of workspaces. */
const coordinatorTables = new Set(
  Object.keys(controlTables).filter((name) => controlTables[name]?.on === 'coordinator'),
)

/** What brings the schema up to date goes through all workspaces. */
const isMigration = (text: string) => text.startsWith('begin;\n')
