import { unprocessable } from '@openfield/schema'
import { aboutSchema, filesOf, namesIn, quoted, type Snapshot, type Table, tablesOf } from './backup.ts'
import { type Client, copyIn, copyOut } from './copy.ts'
import { type Connection, type Database, inSnapshot, rows, sqlState, transaction } from './database.ts'
import { type Applied, appliedTo, applyTo } from './migrate.ts'

/** Moving one workspace to another database: what is written about it, and how it gets another number there. */

/** A workspace as it is where it comes from. */
export type Origin = {
  number: number
  name: string
  createdAt: string
  /** Its oldest change, by which it is known wherever it goes; null: it has none. */
  first: { record: string; change: string } | null
}

/** Tables that stay behind: whoever was signed in, or had a link to, was so at the old address. */
const staying = new Set(['session', 'sign_in_link'])

const key = 'workspace_id'

/** The tables with rows of workspaces, as the catalog knows them; their columns without the workspace's number. */
const movingTables = async (db: Connection): Promise<Table[]> =>
  (await tablesOf(db))
    .filter(({ name, columns }) => columns.includes(key) && !staying.has(name))
    .map(({ name, columns }) => ({ name, columns: columns.filter((column) => column !== key) }))

/** Reads everything that belongs to a workspace, of one moment. */
export const readWorkspace = <T>(
  db: Database,
  workspace: number,
  read: (snapshot: Snapshot & { origin: Origin }) => Promise<T>,
): Promise<T> =>
  inSnapshot(db, async (client) => {
    const about = await aboutSchema(db, client)
    const of = (table: Table) =>
      `(select ${table.columns.map(quoted).join(', ')} from ${quoted(table.name)} where ${key} = ${workspace})`
    return read({
      ...about,
      origin: await originOf(client, workspace),
      tables: await movingTables(client),
      rows: (table) => copyOut(client, `copy ${of(table)} to stdout`),
      files: () => filesOf(client, workspace),
    })
  })

async function originOf(db: Connection, workspace: number): Promise<Origin> {
  const [origin] = await rows<Origin>(
    db,
    `select w.id::int as number, w.name, to_json(w.created_at)#>>'{}' as "createdAt",
       (select json_build_object('record', c.record_id, 'change', c.id) from change c
        where c.workspace_id = w.id order by c.record_id, c.id limit 1) as first
     from workspace w where w.id = $1`,
    [workspace],
  )
  if (!origin) throw new Error(`there is no workspace ${workspace}`)
  return origin
}

/** A workspace that is coming in. */
export type Arrival = {
  /** The number it has here. */
  workspace: number
  /** Adds rows to a table; returns how many. */
  fill(table: Table, bytes: AsyncIterable<Buffer>): Promise<number>
  /** Brings what has come up to this version's schema. After that its tables can be read and written through `db`. */
  settle(): Promise<void>
  db: Connection
}

/**
 * Takes in a workspace beside those that there are, in one transaction: whatever goes wrong, and whoever is killed, it is
 * there as a whole or not at all. Nobody is held off meanwhile.
 */
export const takeIn = <T>(
  db: Database,
  take: (begin: (origin: Origin, migrations: readonly Applied[], name: string) => Promise<Arrival>) => Promise<T>,
): Promise<T> => transaction(db, (client) => take((...given) => beginArrival(client, ...given)))

async function beginArrival(
  client: Client,
  origin: Origin,
  migrations: readonly Applied[],
  name: string,
): Promise<Arrival> {
  // The schema stays as it is; only a server that has to change it waits.
  await client.query('lock table migration in share mode')
  await requireAbsent(client, origin)
  const [row] = await rows<{ id: number }>(
    client,
    'insert into workspace (name, created_at) values ($1, $2) returning id::int',
    [name, origin.createdAt],
  )
  const workspace = row?.id ?? 0
  const known = new Set((await movingTables(client)).map((table) => table.name))
  const missing = await missingFrom(client, migrations)
  const leave = missing.length === 0 ? undefined : await enterOlderSchema(client, migrations, workspace)
  return {
    workspace,
    db: client,
    fill(table, bytes) {
      // In an older schema there is nothing that is not of this workspace.
      if (!leave && !known.has(table.name)) throw unprocessable(`Nothing can be imported into ${table.name}.`)
      const columns = [key, ...table.columns]
      const text = `copy ${namesIn({ ...table, columns })} from stdin`
      return copyIn(client, text, withNumber(workspace, bytes)).catch(explainTaken)
    },
    async settle() {
      await leave?.(missing)
    },
  }
}

/** A workspace that was moved here before, or has never left, is not taken in again: files and keys can be in one only. */
async function requireAbsent(db: Connection, { first }: Origin) {
  const there = await rows<{ id: number; name: string }>(
    db,
    `select w.id::int, w.name from workspace w where exists (select from change c
       where c.workspace_id = w.id and c.record_id = $1 and c.id = $2)`,
    [first?.record ?? null, first?.change ?? null],
  )
  const [one] = there
  if (!one) return
  throw unprocessable(
    `This workspace is here already: wsp_${one.id} (${one.name}). Nothing was changed. To have a second one of it, import it into another installation.`,
  )
}

/** What leads to one workspace cannot lead to another. */
function explainTaken(error: unknown): never {
  if (sqlState(error) !== '23505') throw error
  throw unprocessable(
    'An API key of this workspace, or the address of a workflow, leads to another workspace here. Revoke it in one of the two, and export again; nothing was changed.',
  )
}

/** What this database has and others have not; order is that of the migrations. */
async function missingFrom(db: Connection, migrations: readonly Applied[]): Promise<Applied[]> {
  const theirs = new Set(migrations.map(({ version }) => version))
  const ours = await appliedTo(db)
  const unknown = migrations.find(({ version }) => !ours.some((one) => one.version === version))
  if (unknown) {
    throw unprocessable(
      `The export comes from a newer Openfield: it has the migration ${unknown.name}, which this version does not know. Update this installation first; nothing was changed.`,
    )
  }
  return ours.filter(({ version }) => !theirs.has(version))
}

const waitingRoom = 'openfield_arriving'

/**
 * Makes the schema that an older version had, beside this one and empty, for rows to come into. Returns what brings it up
 * to date, with these rows in it, and moves them over.
 */
async function enterOlderSchema(client: Client, migrations: readonly Applied[], workspace: number) {
  const [here] = await rows<{ name: string }>(client, 'select current_schema()::text as name')
  const home = quoted(here?.name ?? 'public')
  const tables = await movingTables(client)
  await client.query(`create schema ${waitingRoom}; set local search_path = ${waitingRoom}, ${home}`)
  await applyTo(client, migrations)
  await client.query(`insert into ${waitingRoom}.workspace (id, name, created_at) overriding system value
    select id, name, created_at from ${home}.workspace where id = ${workspace}`)
  return async (missing: readonly Applied[]) => {
    await applyTo(client, missing)
    for (const { name, columns } of tables) {
      const all = [key, ...columns].map(quoted).join(', ')
      await client.query(`insert into ${home}.${quoted(name)} (${all})
        select ${all} from ${waitingRoom}.${quoted(name)} where ${key} = ${workspace}`)
    }
    await client.query(`set local search_path = ${home}; drop schema ${waitingRoom} cascade`)
  }
}

/** Rows in the text format of COPY, with the number of a workspace in front. */
async function* withNumber(workspace: number, bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const start = `${workspace}\t`
  let atStart = true
  for await (const chunk of bytes) {
    // Every row ends with a line feed, and none has one in it. One byte is one character here.
    const text = chunk.toString('latin1')
    const ends = text.endsWith('\n')
    const inner = (ends ? text.slice(0, -1) : text).replaceAll('\n', `\n${start}`)
    yield Buffer.from(`${atStart ? start : ''}${inner}${ends ? '\n' : ''}`, 'latin1')
    atStart = ends
  }
}
