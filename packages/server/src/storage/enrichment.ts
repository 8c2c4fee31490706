import type { Json } from '@openfield/schema'
import { type Connection, type Database, rows, transaction } from './database.ts'
import type { OutboxRow } from './outbox.ts'
import { refusable } from './records.ts'

export type RunStatus = 'queued' | 'running' | 'completed' | 'failed' | 'timed_out'
export type RunTrigger = 'creation' | 'manual'

/** The page that a run read first. */
export type Page = { url: string; title: string | null; description: string | null }

export type Run = {
  id: string
  objectType: string
  recordId: string
  trigger: RunTrigger
  status: RunStatus
  outcome: string | null
  targetFields: string[]
  /** The fields were named, so that they are refreshed. */
  named: boolean
  actor: string | null
  page: Page | null
  /** Of the write, once that is planned. */
  changeId: string | null
  createdAt: Date
  startedAt: Date | null
  completedAt: Date | null
  updatedAt: Date
}

/** What a run found for a field, and what became of it. */
export type Value = {
  field: string
  before: Json
  value: Json
  source: string | null
  foundAt: Date | null
  outcome: string
}

const runColumns = `id, object_type as "objectType", record_id as "recordId", trigger, status, outcome,
  target_fields as "targetFields", named, actor, page, change_id as "changeId", created_at as "createdAt",
  started_at as "startedAt", completed_at as "completedAt", updated_at as "updatedAt"`
const valueColumns = 'field, before, value, source, found_at as "foundAt", outcome'
const inFlight = "status in ('queued', 'running')"

/** What a workspace has set; undefined when it has set nothing. */
export async function findSettings<Settings extends object>(db: Connection, workspace: number) {
  const [row] = await rows<{ settings: Settings }>(
    db,
    'select settings from enrichment_setting where workspace_id = $1',
    [workspace],
  )
  return row?.settings
}

/** Sets some of the settings, also some within one that is an object; the others stay, whoever sets them meanwhile. */
export const saveSettings = (db: Connection, workspace: number, settings: object) =>
  db.query(
    `insert into enrichment_setting as s (workspace_id, settings) values ($1, $2)
     on conflict (workspace_id) do update set settings = s.settings || (
       select coalesce(jsonb_object_agg(key,
         case jsonb_typeof(value) when 'object' then coalesce(s.settings->key, '{}') || value else value end), '{}')
       from jsonb_each(excluded.settings))`,
    [workspace, JSON.stringify(settings)],
  )

type NewRun = Pick<Run, 'id' | 'objectType' | 'recordId' | 'trigger' | 'targetFields' | 'named' | 'actor' | 'createdAt'>
type Answer = { response: string; idempotency: { operation: string; key: string } | undefined; at: Date }

/**
 * Queues a run with its work, unless the record has one in flight; returns the one there is. The answer is kept under the
 * idempotency key together with that. Throws WriteRefused when the key was used meanwhile.
 */
export const beginRun = (
  db: Database,
  workspace: number,
  run: NewRun,
  answer: (run: Run, isNew: boolean) => Answer,
): Promise<{ run: Run; isNew: boolean }> =>
  transaction(db, async (tx) => {
    for (;;) {
      const [made] = await rows<Run>(
        tx,
        `insert into enrichment_run (workspace_id, id, object_type, record_id, trigger, status, target_fields, named, actor,
           created_at, updated_at) values ($1, $2, $3, $4, $5, 'queued', $6, $7, $8, $9, $9)
         on conflict (workspace_id, record_id) where ${inFlight} do nothing returning ${runColumns}`,
        [
          ...[workspace, run.id, run.objectType, run.recordId, run.trigger],
          ...[run.targetFields, run.named, run.actor, run.createdAt],
        ],
      )
      const found = made ?? (await findInFlight(tx, workspace, run.recordId))
      // The one that was in flight has just ended.
      if (!found) continue
      if (made) await tx.query('select add_work($1, $2, $3, now())', [workspace, ['enrichment'], [run.id]])
      await keepAnswer(tx, workspace, answer(found, made !== undefined))
      return { run: found, isNew: made !== undefined }
    }
  })

/** Keeps an answer under the idempotency key, if there is one. Throws WriteRefused when it was used meanwhile. */
export async function keepAnswer(db: Connection, workspace: number, { response, idempotency, at }: Answer) {
  if (!idempotency) return
  const { operation, key } = idempotency
  await refusable(db.query('select keep_response($1, $2, $3, $4, $5)', [workspace, operation, key, response, at]))
}

/** The run of a record that has not ended. */
export async function findInFlight(db: Connection, workspace: number, record: string): Promise<Run | undefined> {
  const text = `select ${runColumns} from enrichment_run where workspace_id = $1 and record_id = $2 and ${inFlight}`
  return (await rows<Run>(db, text, [workspace, record]))[0]
}

export async function findRun(db: Connection, workspace: number, id: string): Promise<Run | undefined> {
  const text = `select ${runColumns} from enrichment_run where workspace_id = $1 and id = $2`
  return (await rows<Run>(db, text, [workspace, id]))[0]
}

/** A page of the runs of some types, or of one record, newest first, and how many there are. */
export async function listRuns(
  db: Connection,
  workspace: number,
  { types, record, limit, offset }: { types: readonly string[]; record: string | null; limit: number; offset: number },
) {
  const which = 'workspace_id = $1 and object_type = any($2) and ($3::uuid is null or record_id = $3)'
  const [found, counted] = await Promise.all([
    rows<Run>(db, `select ${runColumns} from enrichment_run where ${which} order by id desc limit $4 offset $5`, [
      ...[workspace, types, record, limit, offset],
    ]),
    rows<{ count: number }>(db, `select count(*)::int from enrichment_run where ${which}`, [workspace, types, record]),
  ])
  return { runs: found, total: counted[0]?.count ?? 0 }
}

export const valuesOf = (db: Connection, workspace: number, run: string) =>
  rows<Value>(
    db,
    `select ${valueColumns} from enrichment_value where workspace_id = $1 and run_id = $2 order by field`,
    [workspace, run],
  )

/** The latest values that runs gave each field of a record, and all that are suggestions, newest first. */
export const valuesOfRecord = (db: Connection, workspace: number, record: string) =>
  rows<Value & { runId: string }>(
    db,
    `select run_id as "runId", ${valueColumns} from (
       select *, row_number() over (partition by field, outcome = 'suggested' order by run_id desc) as age
       from enrichment_value where workspace_id = $1 and record_id = $2 and outcome in ('filled', 'accepted', 'suggested')
     ) v where age = 1 order by field`,
    [workspace, record],
  )

export const startRun = (db: Connection, workspace: number, id: string, at: Date) =>
  db.query(
    `update enrichment_run set status = 'running', started_at = coalesce(started_at, $3), updated_at = $3
     where workspace_id = $1 and id = $2 and status = 'queued'`,
    [workspace, id, at],
  )

/** Keeps what a run found before it writes any of it, and the id that the write will have. */
export const planRun = (
  db: Database,
  workspace: number,
  run: Pick<Run, 'id' | 'recordId' | 'page'> & { changeId: string },
  values: readonly Value[],
) =>
  transaction(db, async (tx) => {
    await tx.query('delete from enrichment_value where workspace_id = $1 and run_id = $2', [workspace, run.id])
    for (const { field, before, value, source, foundAt, outcome } of values) {
      await tx.query(
        `insert into enrichment_value (workspace_id, run_id, record_id, field, before, value, source, found_at, outcome)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [workspace, run.id, run.recordId, field, text(before), text(value), source, foundAt, outcome],
      )
    }
    await tx.query('update enrichment_run set change_id = $3, page = $4 where workspace_id = $1 and id = $2', [
      workspace,
      run.id,
      run.changeId,
      run.page,
    ])
  })

const text = (value: Json) => (value === null ? null : JSON.stringify(value))

/** Ends a run for good, with what became of its values, and strikes its work off. */
export const endRun = (
  db: Database,
  workspace: number,
  work: OutboxRow,
  { status, outcome, at, outcomes }: { status: RunStatus; outcome: string; at: Date; outcomes: Record<string, string> },
) =>
  transaction(db, async (tx) => {
    await setOutcomes(tx, workspace, work.recordId, outcomes)
    await tx.query(
      `update enrichment_value set outcome = 'not_written' where workspace_id = $1 and run_id = $2 and outcome = 'pending'`,
      [workspace, work.recordId],
    )
    await tx.query(
      `update enrichment_run set status = $3, outcome = $4, started_at = coalesce(started_at, $5), completed_at = $5, updated_at = $5
       where workspace_id = $1 and id = $2 and ${inFlight}`,
      [workspace, work.recordId, status, outcome, at],
    )
    await tx.query('delete from outbox where workspace_id = $1 and kind = $2 and record_id = $3', [
      workspace,
      work.kind,
      work.recordId,
    ])
  })

/** Notes what became of some values of a run, by field. */
export const setOutcomes = (db: Connection, workspace: number, run: string, outcomes: Record<string, string>) =>
  db.query(
    `update enrichment_value v set outcome = o.value from jsonb_each_text($3) o
     where v.workspace_id = $1 and v.run_id = $2 and v.field = o.key`,
    [workspace, run, JSON.stringify(outcomes)],
  )

/** A suggestion was accepted: what the field had until then is what a revert gives back. */
export const acceptValue = (db: Connection, workspace: number, run: string, field: string, before: Json) =>
  db.query(
    `update enrichment_value set outcome = 'accepted', before = $4 where workspace_id = $1 and run_id = $2 and field = $3`,
    [workspace, run, field, text(before)],
  )

/** Some of a record's fields that somebody has changed since it was created. */
export async function changedKeys(db: Connection, workspace: number, record: string, keys: readonly string[]) {
  const found = await rows<{ key: string }>(
    db,
    `select k.key from unnest($3::text[]) k(key) where exists (
       select from change where workspace_id = $1 and record_id = $2 and kind <> 'created' and (after ? k.key or links ? k.key))`,
    [workspace, record, keys],
  )
  return found.map(({ key }) => key)
}

/** The addresses of the pages that some runs read, of those that read one. */
export const pagesOfRuns = (db: Connection, workspace: number, ids: readonly string[]) =>
  rows<{ id: string; url: string }>(
    db,
    `select id, page->>'url' as url from enrichment_run where workspace_id = $1 and id = any($2) and page is not null`,
    [workspace, ids],
  )
