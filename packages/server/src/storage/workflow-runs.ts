import { type Connection, rows, run, type Statement } from './database.ts'
import type { OutboxRow } from './outbox.ts'
import { type ActingAdmin, actingAdmin, type SealedSecret } from './workflows.ts'

export type RunStatus = 'queued' | 'running' | 'waiting' | 'completed' | 'failed' | 'cancelled' | 'refused'

/** What happened, as stored; what `data` holds is the domain's to know. */
export type StoredEvent = {
  id: string
  name: string
  at: Date
  actor: string | null
  objectType: string | null
  recordId: string | null
  data: object
}

/** A run that is to begin, or of which it is only noted why it does not: that has a `problem`. */
export type NewRun = {
  id: string
  workflowId: string
  version: number
  eventId: string
  depth: number
  replayOf: string | null
  status: RunStatus
  problem: string | null
}

/**
 * Keeps events and the runs that they start, and asks for the work. A workflow runs once for an event: what is there already
 * stays as it is.
 */
export async function insertRuns(
  tx: Connection,
  workspace: number,
  events: readonly StoredEvent[],
  runs: readonly NewRun[],
  at: Date,
): Promise<void> {
  if (runs.length === 0) return
  await tx.query(
    `insert into workflow_event (workspace_id, id, name, at, actor, object_type, record_id, data)
     select $1, * from unnest($2::uuid[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::uuid[], $8::json[])
     on conflict (workspace_id, id) do nothing`,
    [
      workspace,
      events.map(({ id }) => id),
      events.map(({ name }) => name),
      events.map((one) => one.at),
      events.map(({ actor }) => actor),
      events.map(({ objectType }) => objectType),
      events.map(({ recordId }) => recordId),
      events.map(({ data }) => JSON.stringify(data)),
    ],
  )
  await tx.query(
    `with r as (
       insert into workflow_run (workspace_id, id, workflow_id, version, event_id, depth, replay_of, status, problem,
         position, since, due_at, created_at, ended_at)
       select $1, x.id, x.workflow, x.version, x.event, x.depth, x.replay, x.status, x.problem, '0', $10::timestamptz,
         case when x.problem is null then now() end, $10, case when x.problem is not null then $10 end
       from unnest($2::uuid[], $3::uuid[], $4::int[], $5::uuid[], $6::int[], $7::uuid[], $8::text[], $9::text[])
         x (id, workflow, version, event, depth, replay, status, problem)
       on conflict do nothing returning id, workflow_id, problem),
     l as (insert into workflow_log (workspace_id, run_id, n, at, kind, message, details)
       select $1, id, 0, $10, 'ended', problem, '{}' from r where problem is not null)
     insert into outbox as o (workspace_id, kind, record_id)
     select distinct $1::bigint, 'workflow', workflow_id from r where problem is null order by workflow_id
     on conflict (workspace_id, kind, record_id) do update
     set version = o.version + 1, attempts = 0, due_at = least(o.due_at, excluded.due_at)`,
    [
      workspace,
      runs.map(({ id }) => id),
      runs.map(({ workflowId }) => workflowId),
      runs.map(({ version }) => version),
      runs.map(({ eventId }) => eventId),
      runs.map(({ depth }) => depth),
      runs.map(({ replayOf }) => replayOf),
      runs.map(({ status }) => status),
      runs.map(({ problem }) => problem),
      at,
    ],
  )
}

/** A run that is due, with what started it and the version that it began with. */
export type DueRun<Trigger = unknown, Step = unknown> = {
  id: string
  version: number
  position: string
  since: Date
  attempts: number
  moves: number
  outputs: Record<string, unknown>
  event: StoredEvent
  trigger: Trigger
  steps: Step[]
}

/** The workflow whose runs are due, as far as they need it. */
export type RunningWorkflow = {
  id: string
  name: string
  admin: ActingAdmin | null
  secrets: SealedSecret[]
  failingSince: Date | null
}

type DueColumns = [
  ...[string, number, string, Date, number, number, Record<string, unknown>],
  ...[string, string, Date, string | null, string | null, string | null, object, unknown, unknown[]],
  ...[string, ActingAdmin | null, SealedSecret[], Date | null],
]

const due: Statement = {
  name: 'due_runs',
  text: `select r.id, r.version, r.position, r.since, r.attempts, r.moves, r.outputs,
      e.id, e.name, e.at, e.actor, e.object_type, e.record_id, e.data, v.trigger, v.steps,
      w.name, ${actingAdmin}, w.secrets, w.failing_since
    from (select * from workflow_run where workspace_id = $1 and workflow_id = $2 and due_at <= now()
      order by due_at, id limit $3) r
    join workflow w on w.workspace_id = $1 and w.id = $2
    join workflow_event e on e.workspace_id = $1 and e.id = r.event_id
    join workflow_version v on v.workspace_id = $1 and v.workflow_id = $2 and v.version = r.version
    order by r.due_at, r.id`,
}

/** The runs of a workflow that are due, longest waiting first, and the workflow as it is now. */
export async function dueRuns<Trigger, Step>(
  db: Connection,
  workspace: number,
  id: string,
  limit: number,
): Promise<{ workflow: RunningWorkflow | undefined; runs: DueRun<Trigger, Step>[] }> {
  const found = await run<DueColumns>(db, due, [workspace, id, limit])
  const [name = '', admin = null, secrets = [], failingSince = null] =
    (found[0]?.slice(16) as [string?, (ActingAdmin | null)?, SealedSecret[]?, (Date | null)?]) ?? []
  return {
    workflow: found[0] && { id, name, admin, secrets, failingSince },
    runs: found.map(dueRun<Trigger, Step>),
  }
}

function dueRun<Trigger, Step>(columns: DueColumns): DueRun<Trigger, Step> {
  const [id, version, position, since, attempts, moves, outputs, ...rest] = columns
  const [eventId, name, at, actor, objectType, recordId, data, trigger, steps] = rest
  return {
    ...{ id, version, position, since, attempts, moves, outputs },
    event: { id: eventId, name, at, actor, objectType, recordId, data },
    trigger: trigger as Trigger,
    steps: steps as Step[],
  }
}

export type LogKind = 'done' | 'failed' | 'retrying' | 'waiting' | 'ended'

/** One thing that happened in a run. */
export type LogRow = { at: Date; step: string | null; kind: LogKind; message: string; details: object }

/** What a run has come to; `dueAt` null: it is over. */
export type RunState = {
  status: RunStatus
  position: string
  since: Date
  attempts: number
  dueAt: Date | null
  problem: string | null
  /** What a step answered, to be kept under its key. */
  output: Record<string, unknown> | null
}

/**
 * The commit does not wait for the disk. Should the database lose it, the run is taken up where it was before: what it wrote
 * since is found under the same ids, and what it sent is sent again under the same one.
 */
const notWaiting = "(select set_config('synchronous_commit', 'off', true)) is not null"

const save: Statement = {
  name: 'save_run',
  text: `with r as (
      update workflow_run set status = $4, position = $5, since = $6, attempts = $7, due_at = $8::timestamptz, problem = $9,
        outputs = case when $10::jsonb is null then outputs else outputs || $10 end, moves = moves + 1,
        ended_at = case when $8 is null then $11::timestamptz end
      where workspace_id = $1 and id = $2 and moves = $3 and due_at is not null and ${notWaiting} returning id, moves),
    l as (insert into workflow_log (workspace_id, run_id, n, at, step, kind, message, details)
      select $1, id, moves, $11, $12, $13, $14, $15::jsonb from r)
    select count(*)::int from r`,
}

/** Keeps what a run has come to, and why; false when somebody else has moved, or ended, it meanwhile. */
export async function saveRun(
  db: Connection,
  workspace: number,
  { id, moves }: Pick<DueRun, 'id' | 'moves'>,
  state: RunState,
  log: LogRow,
): Promise<boolean> {
  const { status, position, since, attempts, dueAt, problem, output } = state
  const [[count] = [0]] = await run<[number]>(db, save, [
    ...[workspace, id, moves, status, position, since, attempts, dueAt, problem],
    ...[output && JSON.stringify(output), log.at, log.step, log.kind, log.message, JSON.stringify(log.details)],
  ])
  return count === 1
}

const settle: Statement = {
  name: 'settle_runs',
  text: `with n as (select min(due_at) as due from workflow_run
      where workspace_id = $1 and workflow_id = $2 and due_at is not null and ${notWaiting}),
    d as (delete from outbox o using n
      where n.due is null and o.workspace_id = $1 and o.kind = 'workflow' and o.record_id = $2 and o.version = $3)
    update outbox o set due_at = n.due, attempts = 0 from n
    where n.due is not null and o.workspace_id = $1 and o.kind = 'workflow' and o.record_id = $2 and o.version = $3`,
}

/** Strikes a workflow's work off, or puts it off until the next of its runs is due; unless more was asked for meanwhile. */
export const settleWork = (db: Connection, workspace: number, { recordId, version }: OutboxRow) =>
  run(db, settle, [workspace, recordId, version])

/** A run as it is shown. */
export type RunRow = {
  id: string
  workflowId: string
  version: number
  status: RunStatus
  depth: number
  replayOf: string | null
  problem: string | null
  dueAt: Date | null
  createdAt: Date
  endedAt: Date | null
  eventId: string
  event: string
  at: Date
  actor: string | null
  objectType: string | null
  recordId: string | null
}

const shown = `r.id, r.workflow_id as "workflowId", r.version, r.status, r.depth, r.replay_of as "replayOf", r.problem,
  r.due_at as "dueAt", r.created_at as "createdAt", r.ended_at as "endedAt", r.event_id as "eventId", e.name as event,
  e.at, e.actor, e.object_type as "objectType", e.record_id as "recordId"`
const shownSource = 'workflow_run r join workflow_event e on e.workspace_id = $1 and e.id = r.event_id'

export async function findRun(db: Connection, workspace: number, id: string): Promise<RunRow | undefined> {
  const [found] = await rows<RunRow>(
    db,
    `select ${shown} from ${shownSource} where r.workspace_id = $1 and r.id = $2`,
    [workspace, id],
  )
  return found
}

/** The run that a workflow has for an event. */
export async function findRunOf(
  db: Connection,
  workspace: number,
  workflow: string,
  event: string,
): Promise<RunRow | undefined> {
  const [found] = await rows<RunRow>(
    db,
    `select ${shown} from ${shownSource}
     where r.workspace_id = $1 and r.workflow_id = $2 and r.event_id = $3 and r.replay_of is null`,
    [workspace, workflow, event],
  )
  return found
}

export type RunQuery = { limit: number; before: string | undefined; status: RunStatus | undefined }

/** Runs of a workflow before one of them, newest first. */
export const listRuns = (db: Connection, workspace: number, workflow: string, query: RunQuery) =>
  rows<RunRow>(
    db,
    `select ${shown} from ${shownSource} where r.workspace_id = $1 and r.workflow_id = $2
       ${query.status === undefined ? 'and $4::text is null' : 'and r.status = $4'} and r.id < $5
     order by r.id desc limit $3`,
    [workspace, workflow, query.limit, query.status ?? null, query.before ?? 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
  )

/** What happened in some runs, each from the beginning. */
export const logsOf = (db: Connection, workspace: number, ids: readonly string[]) =>
  rows<LogRow & { runId: string }>(
    db,
    `select run_id as "runId", at, step, kind, message, details from workflow_log
     where workspace_id = $1 and run_id = any($2) order by run_id, n`,
    [workspace, ids],
  )

/** Ends a run that is under way; false when it is over. */
export async function cancelRun(
  db: Connection,
  workspace: number,
  id: string,
  message: string,
  at: Date,
): Promise<boolean> {
  const changed = await db.query(
    `with r as (
       update workflow_run set status = 'cancelled', due_at = null, ended_at = $3, moves = moves + 1
       where workspace_id = $1 and id = $2 and due_at is not null returning id, moves)
     insert into workflow_log (workspace_id, run_id, n, at, kind, message, details)
     select $1, id, moves, $3, 'ended', $4, '{}' from r`,
    [workspace, id, at, message],
  )
  return changed.rowCount === 1
}

const askForWork = `insert into outbox as o (workspace_id, kind, record_id)
  select distinct $1::bigint, 'workflow', workflow_id from r
  on conflict (workspace_id, kind, record_id) do update
  set version = o.version + 1, attempts = 0, due_at = least(o.due_at, excluded.due_at)`

/** Has a run that failed or was cancelled go on where it stopped; false when it is in another state. */
export async function resumeRun(db: Connection, workspace: number, id: string): Promise<boolean> {
  const changed = await db.query(
    `with r as (
       update workflow_run set status = 'queued', due_at = now(), ended_at = null, problem = null, attempts = 0,
         moves = moves + 1
       where workspace_id = $1 and id = $2
         and (status in ('failed', 'cancelled') or (status = 'waiting' and attempts > 0)) returning workflow_id)
     ${askForWork}`,
    [workspace, id],
  )
  return (changed.rowCount ?? 0) > 0
}

/** The same for all that failed since a moment; returns how many. */
export async function resumeFailed(db: Connection, workspace: number, workflow: string, since: Date): Promise<number> {
  const [row] = await rows<{ count: number }>(
    db,
    `with r as (
       update workflow_run set status = 'queued', due_at = now(), ended_at = null, problem = null, attempts = 0,
         moves = moves + 1
       where workspace_id = $1 and workflow_id = $2 and status = 'failed' and ended_at >= $3 returning workflow_id),
     o as (${askForWork})
     select count(*)::int from r`,
    [workspace, workflow, since],
  )
  return row?.count ?? 0
}

/** How many runs led to some runs. */
export async function depthsOf(
  db: Connection,
  workspace: number,
  ids: readonly string[],
): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map()
  const found = await rows<{ id: string; depth: number }>(
    db,
    'select id, depth from workflow_run where workspace_id = $1 and id = any($2)',
    [workspace, ids],
  )
  return new Map(found.map(({ id, depth }) => [id, depth]))
}

/** Forgets runs that ended long ago, with their logs and what started them; of every workspace, some at a time. */
export async function purgeRuns(db: Connection, limit: number): Promise<number> {
  const [row] = await rows<{ count: number }>(
    db,
    `with r as (
       delete from workflow_run where (workspace_id, id) in (
         select workspace_id, id from workflow_run where ended_at < now() - interval '30 days' limit $1)
       returning workspace_id, id, event_id),
     l as (delete from workflow_log l using r where l.workspace_id = r.workspace_id and l.run_id = r.id),
     e as (delete from workflow_event e using r where e.workspace_id = r.workspace_id and e.id = r.event_id
       and not exists (select from workflow_run o where o.workspace_id = e.workspace_id and o.event_id = e.id
         and o.id not in (select id from r)))
     select count(*)::int from r`,
    [limit],
  )
  return row?.count ?? 0
}
