import { expect, it } from 'vitest'
import { startApi } from '../../test/harness.ts'
import { runProgram } from '../../test/program.ts'
import { citusSetup } from '../storage/citus.ts'
import { controlTables } from '../storage/control-tables.ts'

const api = await startApi({ OPENFIELD_WORKER: 'off' })

const setup = () => citusSetup({ query: async (text: string) => ({ rows: await api.sql(text) }) } as never)
const namesIn = (lines: string[], pattern: RegExp) => lines.flatMap((line) => pattern.exec(line)?.[1] ?? [])
const placed = /^(?:select create_(?:reference|distributed)_table\('|-- )(\w+)(?:'.*\);)?$/

it('prints statements for psql that name each table once, as what it is, and says that there is no Citus', async () => {
  const { code, output, errors } = await runProgram(['citus-setup'], {
    DATABASE_URL: api.database,
    OPENFIELD_DATA_DIR: api.config.OPENFIELD_DATA_DIR,
  }).ended
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(output).toMatch('-- This database has no Citus')
  const lines = output.split('\n')
  expect(lines.filter((line) => line !== '' && !line.startsWith('-- ') && !/^(select|create) .*;$/.test(line))).toEqual(
    [],
  )
  const tables = await api.sql<{ name: string }>(
    "select tablename::text as name from pg_tables where schemaname = 'public'",
  )
  expect(namesIn(lines, placed).toSorted()).toEqual(tables.map(({ name }) => name).toSorted())
  const reference = namesIn(lines, /^select create_reference_table\('(\w+)'\);$/)
  const distributed = namesIn(lines, /^select create_distributed_table\('(\w+)', 'workspace_id'/)
  const on = (place: string) => Object.keys(controlTables).filter((name) => controlTables[name]?.on === place)
  expect(reference.toSorted()).toEqual(on('everywhere').toSorted())
  expect(distributed.filter((name) => Object.hasOwn(controlTables, name))).toEqual([])
})

it('has every function that touches the data of workspaces, and delegates what is called to write them', async () => {
  const { lines } = await setup()
  const named = lines.flatMap((line) => /^select create_distributed_function\('(\w+)\(/.exec(line)?.[1] ?? [])
  const functions = await api.sql<{ name: string }>(
    `select p.proname::text as name from pg_proc p where p.pronamespace = 'public'::regnamespace
       and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')`,
  )
  const stay = ['draw_tokens', 'begin_attempt']
  const expected = functions.map(({ name }) => name).filter((name) => !stay.includes(name))
  expect(named.toSorted()).toEqual(expected.toSorted())
  const delegated = namesIn(lines, /^select create_distributed_function\('(\w+)\(.*'p_workspace'/)
  for (const name of ['create_record', 'update_record', 'trash_record', 'restore_record', 'merge_records']) {
    expect(delegated).toContain(name)
  }
  expect(delegated).not.toContain('add_entries')
})

it('distributes a table that others refer to before them', async () => {
  await api.sql('create table zoo (workspace_id bigint not null, id int, primary key (workspace_id, id))')
  await api.sql(
    `create table ape (workspace_id bigint not null, id int, zoo int, primary key (workspace_id, id),
       foreign key (workspace_id, zoo) references zoo (workspace_id, id))`,
  )
  const { lines } = await setup()
  const names = namesIn(lines, placed)
  expect(names.filter((name) => name === 'zoo' || name === 'ape')).toEqual(['zoo', 'ape'])
  await api.sql('drop table ape, zoo')
})
