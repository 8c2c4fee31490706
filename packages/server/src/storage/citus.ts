import { controlTables } from './control-tables.ts'
import { type Connection, rows } from './database.ts'

/** A function of ours; `isOutermost`: no other one calls it. */
type Found = { name: string; signature: string; firstArgument: string | null; body: string; isOutermost: boolean }

const ours = (catalog: string, oid: string) =>
  `not exists (select from pg_depend d where d.classid = '${catalog}'::regclass and d.objid = ${oid} and d.deptype = 'e')`

/** All tables; those that others refer to come before them. */
async function tablesInOrder(db: Connection): Promise<string[]> {
  const tables = await rows<{ name: string; refersTo: string[] }>(
    db,
    `select c.relname as name, array(select p.relname::text from pg_constraint f join pg_class p on p.oid = f.confrelid
         where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid) as "refersTo"
     from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
       and not c.relispartition and ${ours('pg_class', 'c.oid')} order by c.relname`,
  )
  const inOrder: string[] = []
  const place = (name: string, above: readonly string[]) => {
    if (inOrder.includes(name) || above.includes(name)) return
    for (const other of tables.find((one) => one.name === name)?.refersTo ?? []) place(other, [...above, name])
    inOrder.push(name)
  }
  for (const { name } of tables) place(name, [])
  return inOrder
}

const functionsOf = (db: Connection) =>
  rows<Found>(
    db,
    `with f as (select p.oid, p.proname::text as name, p.proargnames[1] as first, p.prosrc as body from pg_proc p
       where p.pronamespace = current_schema()::regnamespace and p.prokind = 'f' and ${ours('pg_proc', 'p.oid')})
     select name, oid::regprocedure::text as signature, first as "firstArgument", body,
       not exists (select from f other where other.oid <> f.oid and other.body ~ ('\\m' || f.name || '\\M')) as "isOutermost"
     from f order by name, signature`,
  )

/** What makes this database, as it is, one of several nodes: statements for Citus, and remarks, in their order. */
export async function citusSetup(db: Connection): Promise<{ hasCitus: boolean; lines: string[] }> {
  const [found] = await rows<{ there: boolean }>(
    db,
    "select exists (select from pg_extension where extname = 'citus') as there",
  )
  const tables = await tablesInOrder(db)
  const isOn = (place: 'everywhere' | 'coordinator') => (name: string) => controlTables[name]?.on === place
  const [anchor = '', ...others] = tables.filter((name) => !Object.hasOwn(controlTables, name))
  const stay = tables.filter(isOn('coordinator'))
  const functions = (await functionsOf(db)).filter(({ body }) => !stay.some((name) => mentions(body, name)))
  const isDelegated = ({ firstArgument, isOutermost }: Found) => firstArgument === 'p_workspace' && isOutermost
  return {
    hasCitus: found?.there === true,
    lines: [
      'create extension if not exists citus;',
      '',
      '-- Read together with the data of workspaces: a copy on each node.',
      ...tables.filter(isOn('everywhere')).map((name) => `select create_reference_table('${name}');`),
      '',
      '-- Of the installation: they stay on the coordinator.',
      ...stay.map((name) => `-- ${name}`),
      '',
      '-- The data of workspaces: all of one workspace on one node.',
      `select create_distributed_table('${anchor}', 'workspace_id');`,
      ...others.map(
        (name) => `select create_distributed_table('${name}', 'workspace_id', colocate_with => '${anchor}');`,
      ),
      '',
      '-- Writes run where the workspace is.',
      ...functions
        .filter(isDelegated)
        .map(
          (one) =>
            `select create_distributed_function('${one.signature}', 'p_workspace', colocate_with => '${anchor}');`,
        ),
      '',
      '-- What those call, and what statements call, is there as well.',
      ...functions
        .filter((one) => !isDelegated(one))
        .map(({ signature }) => `select create_distributed_function('${signature}');`),
    ],
  }
}

const mentions = (body: string, name: string) => new RegExp(`\\b${name}\\b`).test(body)
