import type { Api } from './harness.ts'

/** What must never be, whatever was done at once: each is a query for the rows that are wrong. */
const faults = {
  'a live link of a record that is in the trash': `select e.* from edge e join record r
    on r.workspace_id = e.workspace_id and r.id in (e.from_id, e.to_id)
    where r.deleted_at is not null and not exists (select 1 from merge m
      where m.workspace_id = r.workspace_id and m.duplicate_id = r.id and m.status = 'cleanup_pending')`,
  'a link put aside for a record that is not in the trash': `select t.* from trashed_edge t join record r
    on r.workspace_id = t.workspace_id and r.id = t.trashed_id where r.deleted_at is null`,
  ...Object.fromEntries(
    ['index_text', 'index_number', 'index_substring', 'unique_value'].map((table) => [
      `a row of ${table} of a record that is in the trash`,
      `select i.* from ${table} i join record r on r.workspace_id = i.workspace_id and r.id = i.id
        where r.deleted_at is not null`,
    ]),
  ),
  'a value that is derived and cannot be found': `select g.* from generated_fields g
    join record r on r.workspace_id = g.workspace_id and r.id = g.id and r.deleted_at is null
    cross join lateral jsonb_each_text(g.numbers) n where not exists (select 1 from index_number i
      where i.workspace_id = g.workspace_id and i.field = n.key::int and i.value = n.value::float8 and i.id = g.id)`,
}

/** The faults that the database has now; `{}` when all is well. */
export async function faultsOf(api: Api): Promise<Record<string, object[]>> {
  const found = await Promise.all(
    Object.entries(faults).map(async ([fault, query]) => [fault, await api.sql(query)] as const),
  )
  return Object.fromEntries(found.filter(([, rows]) => rows.length > 0))
}
