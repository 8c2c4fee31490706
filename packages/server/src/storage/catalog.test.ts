import { describe, expect, it } from 'vitest'
import { tenantTablesOf } from '../../test/captured.ts'
import { startApi } from '../../test/harness.ts'
import { statementsOf, unboundTables } from '../../test/statements.ts'
import { controlTables } from './control-tables.ts'

const api = await startApi({ OPENFIELD_WORKER: 'off' })
const tenantTables = await tenantTablesOf({ query: async (text: string) => ({ rows: await api.sql(text) }) } as never)

describe('the schema', () => {
  it('has a workspace_id, never null, in every table that is not a named control table', async () => {
    const without = await api.sql(
      `select t.tablename from pg_tables t where t.schemaname = 'public' and t.tablename <> all($1) and not exists (
         select from information_schema.columns c where c.table_schema = 'public' and c.table_name = t.tablename
           and c.column_name = 'workspace_id' and c.is_nullable = 'NO')`,
      [Object.keys(controlTables)],
    )
    expect(without).toEqual([])
    expect(tenantTables.size).toBeGreaterThan(20)
  })

  it('has no control table on the list that is not there', async () => {
    const found = await api.sql<{ name: string }>(
      "select tablename::text as name from pg_tables where schemaname = 'public' and tablename = any($1) order by 1",
      [Object.keys(controlTables)],
    )
    expect(found.map(({ name }) => name)).toEqual(Object.keys(controlTables).toSorted())
  })

  it('begins every primary, unique and foreign key of a tenant table with workspace_id', async () => {
    const indexes = await api.sql<{ table: string; key: string; first: string | null }>(
      `select c.relname as table, i.relname as key, a.attname as first from pg_index x
       join pg_class c on c.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
       left join pg_attribute a on a.attrelid = c.oid and a.attnum = x.indkey[0]
       where c.relnamespace = 'public'::regnamespace and x.indisunique`,
    )
    const foreign = await api.sql<{ table: string; key: string; first: string; to: string; toFirst: string }>(
      `select f.conrelid::regclass::text as table, f.conname as key, a.attname as first,
         f.confrelid::regclass::text as to, b.attname as "toFirst" from pg_constraint f
       join pg_attribute a on a.attrelid = f.conrelid and a.attnum = f.conkey[1]
       join pg_attribute b on b.attrelid = f.confrelid and b.attnum = f.confkey[1]
       where f.contype in ('f', 'x') and f.connamespace = 'public'::regnamespace`,
    )
    const ofTenants = indexes.filter(({ table }) => tenantTables.has(table))
    expect(new Set(ofTenants.map(({ table }) => table))).toEqual(tenantTables)
    expect(ofTenants.filter(({ first }) => first !== 'workspace_id')).toEqual([])
    const wrong = foreign.filter(
      ({ table, first, to, toFirst }) =>
        tenantTables.has(table) && !(first === 'workspace_id' && (toFirst === 'workspace_id' || to === 'workspace')),
    )
    expect(wrong).toEqual([])
  })

  it('has no function that touches a tenant table without being told a workspace first, in every statement', async () => {
    const functions = await api.sql<{ name: string; args: string | null; body: string }>(
      `select p.proname::text as name, p.proargnames[1] as args, p.prosrc as body from pg_proc p
       where p.pronamespace = 'public'::regnamespace
         and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')`,
    )
    expect(functions.length).toBeGreaterThan(20)
    const problems = functions.flatMap(({ name, args, body }) => {
      const touched = statementsOf(body).filter((one) => [...tenantTables].some((table) => one.includes(table)))
      const untold = touched.length > 0 && args !== 'p_workspace' ? [`${name} takes no p_workspace`] : []
      return [
        ...untold,
        ...touched.flatMap((one) => unboundTables(one, tenantTables).map((table) => `${name}: ${table} in ${one}`)),
      ]
    })
    expect(problems).toEqual([])
  })
})

describe('the look at statements', () => {
  const tables = new Set(['record', 'edge', 'change', 'file'])

  it.each<[sql: string, unbound: string[]]>([
    ['select 1', []],
    ['select * from workspace', []],
    ['select * from record where workspace_id = $1', []],
    ['select * from record', ['record']],
    ["select * from record where id = $1 -- workspace_id = $1, says 'nobody'", ['record']],
    ["select 'workspace_id = 1' from record where id = $1", ['record']],
    ['select workspace_id from record where id = $1', ['record']],
    ['select r.workspace_id from record r where r.id = $1', ['record']],
    ['select * from record r join edge e on e.from_id = r.id where r.workspace_id = $1', ['edge']],
    ['select * from record r join edge e on e.workspace_id = r.workspace_id where r.workspace_id = $1', []],
    ['select * from record r join edge as e on e.workspace_id = r.workspace_id', []],
    ['select * from record r where r.workspace_id = $1 and exists (select from edge where to_id = r.id)', ['edge']],
    ['select * from record r, edge e where r.workspace_id = $1', ['edge']],
    ['with a as (select * from record r where r.workspace_id = $1) select * from record r', ['record']],
    ['select change, file from record r where r.workspace_id in (1)', []],
    ['update record set version = 2 where id = $1', ['record']],
    ['update record r set version = 2 where r.workspace_id = $1 and r.id = $2', []],
    ['delete from edge', ['edge']],
    ['delete from edge using record r where edge.workspace_id = $1', ['record']],
    ['insert into record (id) values ($1)', ['record']],
    ['insert into record (workspace_id, id) values ($1, $2)', []],
    ['insert into record (workspace_id, id) select $1, id from file', ['file']],
    [
      'insert into record as r (workspace_id, id) values ($1, $2) on conflict (workspace_id, id) do update set id = $2',
      [],
    ],
    ['select * from record where workspace_id = $1 for update', []],
    ['select 1 from record r where r.a is distinct from r.file and r.workspace_id = $1', []],
  ])('%s', (sql, unbound) => {
    expect(unboundTables(sql, tables)).toEqual(unbound)
  })
})
