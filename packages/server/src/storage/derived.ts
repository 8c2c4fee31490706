import type { Json } from '@openfield/schema'
import { type Connection, rows, run, type Statement } from './database.ts'
import type { OutboxRow } from './outbox.ts'
import type { Work } from './records.ts'

type Fields = Record<string, { value: Json; valueType: string }>

const write: Statement = {
  name: 'write_derived',
  text: 'select write_derived($1, $2, $3, $4, $5, $6, $7, $8)',
}

/** Puts derived values beside a record; `numbers` are those that filters can ask for, by field, when they are among them. */
export const writeDerived = (
  db: Connection,
  workspace: number,
  work: OutboxRow,
  fields: Fields,
  numbers: Record<number, number> | undefined,
  follows: readonly Work[],
) =>
  run(db, write, [
    workspace,
    work.recordId,
    JSON.stringify(fields),
    work.kind,
    work.version,
    numbers ? JSON.stringify(numbers) : null,
    follows.map((one) => one.kind),
    follows.map((one) => one.recordId),
  ])

/** Live records' types, by id. */
export async function typesOf(db: Connection, workspace: number, ids: readonly string[]): Promise<Map<string, number>> {
  const found = await rows<{ id: string; type: number }>(
    db,
    'select id, object_type as type from record where workspace_id = $1 and id = any($2) and deleted_at is null',
    [workspace, ids],
  )
  return new Map(found.map(({ id, type }) => [id, type]))
}

const latest: Statement = {
  name: 'latest_linked',
  text: `select e.to_id, max(coalesce((o.fields->($4::text[])[array_position($3::int[], o.object_type)]->>'value')::timestamptz, o.created_at))
    from edge e join record o on o.workspace_id = $1 and o.id = e.from_id
    where e.workspace_id = $1 and e.to_id = any($2) and o.object_type = any($3) group by e.to_id`,
}

/**
 * The latest of the records of some types that link to each of some records, in ms: by the timestamp in the field that is
 * named for the type, or by when they were created.
 */
export async function latestLinked(
  db: Connection,
  workspace: number,
  ids: readonly string[],
  types: readonly { number: number; timestamp: string }[],
): Promise<Map<string, Date>> {
  const found = await run<[string, Date]>(db, latest, [
    workspace,
    ids,
    types.map((type) => type.number),
    types.map((type) => type.timestamp),
  ])
  return new Map(found)
}

export type OpportunityTotals = { stage: string | null; count: number; amount: number }

const totals: Statement = {
  name: 'opportunity_totals',
  text: `select e.to_id, o.fields->'$stage'->>'value', count(*)::int, coalesce(sum((o.fields->'$amount'->>'value')::numeric), 0)::float8
    from edge e join record o on o.workspace_id = $1 and o.id = e.from_id
    where e.workspace_id = $1 and e.to_id = any($2) and e.relationship = $3 group by 1, 2`,
}

/** How many opportunities some accounts have in each stage, and what they are worth together. */
export async function opportunityTotals(
  db: Connection,
  workspace: number,
  accounts: readonly string[],
  relationship: number,
): Promise<Map<string, OpportunityTotals[]>> {
  const found = await run<[string, string | null, number, number]>(db, totals, [workspace, accounts, relationship])
  const grouped = Map.groupBy(found, ([account]) => account)
  return new Map(
    [...grouped].map(([account, all]) => [account, all.map(([, stage, count, amount]) => ({ stage, count, amount }))]),
  )
}

export type OpenTasks = { count: number; title: string | null; dueAt: string | null }

const tasks: Statement = {
  name: 'open_tasks',
  text: `select e.to_id, count(*)::int,
      (array_agg(o.fields->'$title'->>'value' order by o.fields->'$dueAt'->>'value' nulls last, o.id))[1],
      min(o.fields->'$dueAt'->>'value')
    from edge e join record o on o.workspace_id = $1 and o.id = e.from_id
    where e.workspace_id = $1 and e.to_id = any($2) and e.relationship = $3
      and o.fields->'$status'->>'value' = any('{TODO,IN_PROGRESS}') group by e.to_id`,
}

/** How many open tasks some records have through a relationship, and the one that is due first. */
export async function openTasks(
  db: Connection,
  workspace: number,
  ids: readonly string[],
  relationship: number,
): Promise<Map<string, OpenTasks>> {
  const found = await run<[string, number, string | null, string | null]>(db, tasks, [workspace, ids, relationship])
  return new Map(found.map(([id, count, title, dueAt]) => [id, { count, title, dueAt }]))
}

/** How many records link to each of some through a relationship, or are linked from them. */
export async function countLinked(
  db: Connection,
  workspace: number,
  ids: readonly string[],
  { relationship, side }: { relationship: number; side: 'from' | 'to' },
): Promise<Map<string, number>> {
  const found = await rows<{ id: string; count: number }>(
    db,
    `select ${side}_id as id, count(*)::int as count from edge
     where workspace_id = $1 and ${side}_id = any($2) and relationship = $3 group by 1`,
    [workspace, ids, relationship],
  )
  return new Map(found.map(({ id, count }) => [id, count]))
}
