import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { inject } from 'vitest'
import { withSystem } from '../src/commands/system.ts'
import { readConfig } from '../src/config.ts'
import { createWorkspace } from '../src/domain/workspaces/create.ts'
import { startServer } from '../src/server.ts'
import { atEnd } from './at-end.ts'
import { checkStatements } from './captured.ts'
import { countStatements, reportChecked, requireConforming } from './conformance.ts'
import { OpenApi } from './openapi.ts'
import { type Request, type Response, send } from './request.ts'

export type { Response } from './request.ts'

type Settings = Partial<Record<string, string>>
type Known = { database: string; key: string; memberId: string; accountId: string }
type Options = { key?: string | null; headers?: Request['headers'] }

/** A server of our own, reached over HTTP, with a full-access key of its first admin. */
export type Api = Awaited<ReturnType<typeof startApi>>

/**
 * Starts a server, for a test file where it is called outside of tests, else for the test; it stops with what it is for. It
 * has a database of its own or, beside another server, that one's. Rates are not limited unless the settings say so.
 */
export async function startApi(settings: Settings = {}, beside?: Known) {
  const given = settings['DATABASE_URL'] ?? beside?.database
  const databaseUrl = given ?? (await createDatabase(inject('templateDatabase')))
  const config = readConfig({
    HOST: '127.0.0.1',
    PORT: '0',
    OPENFIELD_RATE_LIMIT: '0',
    DATABASE_URL: databaseUrl,
    // Servers on one database share their files.
    OPENFIELD_DATA_DIR: dataDirOf(databaseUrl),
    OPENFIELD_FILES_SHARED: 'on',
    // The sites that made-up companies have are none.
    OPENFIELD_ENRICHMENT: 'off',
    ...settings,
  })
  const server = await startServer(config)
  const sql = new pg.Pool({ connectionString: databaseUrl, max: 2 })
  sql.on('error', () => {})
  atEnd(async () => {
    await server.close()
    // A server beside another one, or without its database, leaves what it ran to whoever has a database of its own.
    const statements = given === undefined ? checkStatements(sql) : Promise.resolve(0)
    countStatements(await statements.finally(() => sql.end()))
    reportChecked()
    if (given !== undefined) return
    await dropDatabase(databaseUrl)
    await rm(dataDirOf(databaseUrl), { recursive: true, force: true })
  })
  const ours = await openApiOf(server.url)

  /** Sends anything at all; only what every response promises is checked. */
  const raw = async (request: Request) => {
    const response = await send(server.url, request)
    requireConforming(request, response, ours)
    return response
  }
  const call =
    (method: string) =>
    async <Body = RecordBody>(path: string, body?: unknown, { key, headers }: Options = {}) => {
      const json = body === undefined ? undefined : JSON.stringify(body)
      const all = { ...headersOf(key === undefined ? api.key : key, json !== undefined), ...headers }
      return (await raw({ method, path, headers: all, body: json })) as Response<Body>
    }
  const [get, post, patch, remove] = [call('GET'), call('POST'), call('PATCH'), call('DELETE')]

  const api = {
    url: server.url,
    metricsUrl: server.metricsUrl,
    database: databaseUrl,
    config,
    /** What the first start makes: the key, and ids. */
    key: beside?.key ?? server.first?.key ?? '',
    memberId: beside?.memberId ?? server.first?.memberId ?? '',
    accountId: beside?.accountId ?? server.first?.accountId ?? '',
    raw,
    get: <Body = RecordBody>(path: string, options?: Options) => get<Body>(path, undefined, options),
    post,
    patch,
    delete: <Body = RecordBody>(path: string, options?: Options) => remove<Body>(path, undefined, options),
    /** Runs SQL on the server's database, for what cannot be seen or done through HTTP. */
    sql: async <Row extends object>(text: string, values: unknown[] = []) =>
      (await sql.query<Row & pg.QueryResultRow>(text, values)).rows,
    /** Begins a transaction beside the server; whoever does ends it and releases it. */
    async begin() {
      const client = await sql.connect()
      await client.query('begin')
      return client
    },
  }
  return api
}

/** The headers that every client sends. */
export const headersOf = (key: string | null, hasBody: boolean) => ({
  ...(key !== null && { authorization: `Bearer ${key}` }),
  'lightfield-version': '2026-03-01',
  ...(hasBody && { 'content-type': 'application/json' }),
})

/** A record as the API sends it. */
export type RecordBody = {
  id: string
  createdAt: string
  updatedAt: string
  httpLink: string
  externalId?: string | null
  fields: Record<string, { value: unknown; valueType: string }>
  relationships: Record<string, { cardinality: string; objectType: string; values: string[] }>
}

export type ListBody = { object: 'list'; data: RecordBody[]; totalCount: number }

/** A record without what is written about it in the background, at a time of its own. */
export function asWritten({ fields, ...record }: RecordBody): RecordBody {
  const { $opportunityStatus, $accountStatus, $howTheyMakeMoney, ...written } = fields
  return { ...record, fields: written }
}

/**
 * What a response comes to, in one line: its status and, for an error, what a program would go by. `200`,
 * `400 unknown_field fields.bogus`, `422 fields.$name`, `409 idempotency_conflict`.
 */
export function outcome({ status, body }: Response): string {
  const { error } = (body ?? {}) as { error?: { type: string; code?: string; param?: string } }
  const type = status === 409 ? error?.type : undefined
  return [status, type, error?.code, error?.param].filter((part) => part !== undefined).join(' ')
}

/** Another workspace of the same database, as the command line makes it. Returns the API with that workspace's key. */
export async function anotherWorkspace(api: Api): Promise<Api> {
  const made = await withSystem(api.config, (system) =>
    createWorkspace(system, { name: 'Another', adminEmail: 'admin@another.example' }),
  )
  return { ...rekeyed(api, made.key), memberId: made.memberId, accountId: made.accountId }
}

/** The same API with another key as the usual one. */
export const rekeyed = (api: Api, key: string): Api => ({
  ...api,
  key,
  get: (path, options) => api.get(path, { key, ...options }),
  post: (path, body, options) => api.post(path, body, { key, ...options }),
  patch: (path, body, options) => api.patch(path, body, { key, ...options }),
  delete: (path, options) => api.delete(path, { key, ...options }),
})

/** Resolves when the work that is done in the background has been done. */
export async function settled(api: Api): Promise<void> {
  const isDone = async () => (await api.sql('select 1 from outbox limit 1')).length === 0
  while (!(await isDone())) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** A fingerprint of everything that requests write; work that is done in the background is left out. */
export async function contentsOf(api: Api): Promise<unknown> {
  const whole = (table: string, where = 'true') =>
    `(select count(*) || ' ' || coalesce(sum(hashtextextended(x::text, 0)), 0) from ${table} x where ${where}) as ${table}`
  const tables = 'record edge index_text index_substring unique_value change idempotency trashed_edge file merge'
  const derived = 'select from generated_fields g where g.id = x.id and g.numbers ? x.field::text'
  const definitions = 'definitions_version field_definition relationship_definition object_type key_lookup workspace'
  const keys = '(select count(*) from api_key where revoked_at is null) as api_key'
  const parts = `${tables} ${definitions}`.split(' ').map((table) => whole(table))
  const numbers = whole('index_number', `not exists (${derived})`)
  const [row] = await api.sql(`select ${[...parts, numbers, keys].join(', ')}`)
  return row
}

async function openApiOf(url: string): Promise<OpenApi> {
  const { status, body, text } = await send(url, { method: 'GET', path: '/openapi.json' })
  if (status !== 200) throw new Error(`GET /openapi.json answered ${status} ${text.slice(0, 500)}`)
  const { servers, ...rest } = body as Record<string, object>
  const key = JSON.stringify(rest)
  const known = documents.get(key) ?? new OpenApi(rest)
  documents.set(key, known)
  return known
}

/** Compiling the schemas of a document takes seconds; that of each server differs in its address only. */
const documents = new Map<string, OpenApi>()

/** A database that is empty or a copy of another, and with `dropDatabase` its end. */
export async function createDatabase(template?: string): Promise<string> {
  const name = `openfield_test_${randomUUID().replaceAll('-', '')}`
  // Copying files is faster than logging what is in them, where nobody waits for the disk.
  const copying = template === undefined ? '' : `template ${template} strategy file_copy`
  await administer(`create database ${name} ${copying}`, `alter database ${name} set synchronous_commit = off`)
  const url = new URL(inject('databaseUrl'))
  url.pathname = `/${name}`
  return url.href
}

/** Where the files of a test database are. */
const dataDirOf = (url: string) => join(tmpdir(), new URL(url).pathname.slice(1))

export const dropDatabase = (url: string) => administer(`drop database ${new URL(url).pathname.slice(1)} with (force)`)

async function administer(...statements: string[]) {
  const client = new pg.Client({ connectionString: inject('databaseUrl') })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}
