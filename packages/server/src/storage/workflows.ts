import { objectTypes } from '@openfield/schema'
import { type Connection, rows } from './database.ts'

/** A sealed secret; `until`: when it no longer counts, null for the one in use. */
export type SealedSecret = { sealed: string; until: string | null }

/** A workflow as stored, with its newest version; triggers and steps are the domain's to know. */
export type StoredWorkflow<Trigger = unknown, Step = unknown> = {
  id: string
  kind: 'workflow' | 'webhook'
  name: string
  enabled: boolean
  version: number
  actsAs: string | null
  secrets: SealedSecret[]
  /** The transaction from which on changes start it. */
  since: string
  problem: string | null
  failingSince: Date | null
  createdAt: Date
  updatedAt: Date
  trigger: Trigger
  steps: Step[]
  /** When its schedule fires next. */
  nextAt: Date | null
}

const columns = `w.id, w.kind, w.name, w.enabled, w.version, w.acts_as as "actsAs", w.secrets, w.since::text, w.problem,
  w.failing_since as "failingSince", w.created_at as "createdAt", w.updated_at as "updatedAt", v.trigger, v.steps,
  (select o.due_at from outbox o where o.workspace_id = $1 and o.kind = 'workflow-schedule' and o.record_id = w.id)
    as "nextAt"`

const source = `workflow w join workflow_version v
  on v.workspace_id = $1 and v.workflow_id = w.id and v.version = w.version`

/** A workflow that has not been removed, or undefined. */
export async function findWorkflow<One>(db: Connection, workspace: number, id: string): Promise<One | undefined> {
  const [found] = await rows<One & object>(
    db,
    `select ${columns} from ${source} where w.workspace_id = $1 and w.id = $2 and w.deleted_at is null`,
    [workspace, id],
  )
  return found
}

/** All workflows of a kind, or of every kind, by name. */
export const listWorkflows = <One>(db: Connection, workspace: number, kind: StoredWorkflow['kind'] | null) =>
  rows<One & object>(
    db,
    `select ${columns} from ${source} where w.workspace_id = $1 and w.deleted_at is null and coalesce(w.kind = $2, true)
     order by lower(w.name), w.id`,
    [workspace, kind],
  )

/** The member with whose rights a workflow acts, while they are an admin. */
export type ActingAdmin = { id: string; email: string }

/** That member of the workflow `w`, as JSON or null. */
export const actingAdmin = `(select jsonb_build_object('id', m.id, 'email', m.fields->'$email'->>'value') from record m
  where m.workspace_id = $1 and m.id = w.acts_as and m.object_type = ${objectTypes.member.number} and m.deleted_at is null
    and m.fields->'$role'->>'value' = 'admin')`

/** The enabled workflows that wait for changes of records. */
export const watchingWorkflows = <One>(db: Connection, workspace: number) =>
  rows<One & { admin: ActingAdmin | null }>(
    db,
    `select ${columns}, ${actingAdmin} as admin from ${source} where w.workspace_id = $1 and w.enabled and w.deleted_at is null
       and v.trigger->>'type' = 'record' order by w.id`,
    [workspace],
  )

/** The names of workflows by their ids, also of those that have been removed. */
export async function namesOfWorkflows(
  db: Connection,
  workspace: number,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const found = await rows<{ id: string; name: string }>(
    db,
    'select id, name from workflow where workspace_id = $1 and id = any($2)',
    [workspace, ids],
  )
  return new Map(found.map(({ id, name }) => [id, name]))
}

export type NewVersion = { name: string; trigger: object; steps: object[]; at: Date; actor: string | null }
export type NewWorkflow = NewVersion &
  Pick<StoredWorkflow, 'id' | 'kind' | 'enabled' | 'actsAs' | 'secrets'> & { hookHash: Buffer | null }

export async function insertWorkflow(tx: Connection, workspace: number, one: NewWorkflow): Promise<void> {
  await tx.query(
    `insert into workflow (workspace_id, id, kind, name, enabled, version, acts_as, secrets, created_at, updated_at)
     values ($1, $2, $3, $4, $5, 1, $6, $7, $8, $8)`,
    [workspace, one.id, one.kind, one.name, one.enabled, one.actsAs, JSON.stringify(one.secrets), one.at],
  )
  await insertVersion(tx, workspace, one.id, 1, one)
  if (one.hookHash) await setHook(tx, workspace, one.id, one.hookHash)
}

const insertVersion = (tx: Connection, workspace: number, id: string, version: number, one: NewVersion) =>
  tx.query(
    `insert into workflow_version (workspace_id, workflow_id, version, name, trigger, steps, created_at, actor)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [workspace, id, version, one.name, JSON.stringify(one.trigger), JSON.stringify(one.steps), one.at, one.actor],
  )

/** Keeps another version as the newest; false when somebody else has made one since. */
export async function addVersion(
  tx: Connection,
  workspace: number,
  { id, version }: Pick<StoredWorkflow, 'id' | 'version'>,
  one: NewVersion,
): Promise<boolean> {
  const changed = await tx.query(
    `update workflow set name = $4, version = version + 1, updated_at = $5
     where workspace_id = $1 and id = $2 and version = $3 and deleted_at is null`,
    [workspace, id, version, one.name, one.at],
  )
  if (changed.rowCount === 0) return false
  await insertVersion(tx, workspace, id, version + 1, one)
  return true
}

/**
 * Notes in whose name it acts from now on, and whether it is enabled. Changes before it was, or before it had this kind of
 * trigger, do not start it.
 */
export const setEnabled = (
  tx: Connection,
  workspace: number,
  id: string,
  one: { enabled: boolean; isNew: boolean; actsAs: string | null; at: Date },
) =>
  tx.query(
    `update workflow set since = case when enabled and not $4 then since else pg_current_xact_id() end, enabled = $3,
       acts_as = $5, updated_at = $6, problem = null, failing_since = case when enabled then failing_since end
     where workspace_id = $1 and id = $2`,
    [workspace, id, one.enabled, one.isNew, one.actsAs, one.at],
  )

/** The server itself disables a workflow that is enabled, and says why. Its runs that are under way fail. */
export async function disableWorkflow(
  tx: Connection,
  workspace: number,
  id: string,
  problem: string,
  at: Date,
): Promise<void> {
  await tx.query(
    `update workflow set enabled = false, problem = $3, updated_at = $4
     where workspace_id = $1 and id = $2 and enabled`,
    [workspace, id, problem, at],
  )
  await endRuns(tx, workspace, id, { status: 'failed', problem: `The workflow was disabled: ${problem}`, at })
  await setSchedule(tx, workspace, id, null)
}

/** Removes a workflow. Its runs that are under way are cancelled. */
export async function removeWorkflow(tx: Connection, workspace: number, id: string, at: Date): Promise<void> {
  await tx.query('update workflow set deleted_at = $3, enabled = false where workspace_id = $1 and id = $2', [
    workspace,
    id,
    at,
  ])
  await removeHook(tx, workspace, id)
  await endRuns(tx, workspace, id, { status: 'cancelled', problem: 'The workflow was removed.', at })
  await setSchedule(tx, workspace, id, null)
}

const endRuns = (
  tx: Connection,
  workspace: number,
  id: string,
  end: { status: 'failed' | 'cancelled'; problem: string; at: Date },
) =>
  tx.query(
    `with r as (
       update workflow_run set status = $3, problem = $4, ended_at = $5, due_at = null, moves = moves + 1
       where workspace_id = $1 and workflow_id = $2 and due_at is not null returning id, moves)
     insert into workflow_log (workspace_id, run_id, n, at, kind, message, details)
     select $1, id, moves, $5, 'ended', $4, '{}' from r`,
    [workspace, id, end.status, end.problem, end.at],
  )

/** The versions of a workflow, newest first. */
export const listVersions = <Trigger, Step>(db: Connection, workspace: number, id: string) =>
  rows<NewVersion & { version: number; trigger: Trigger; steps: Step[] }>(
    db,
    `select version, name, trigger, steps, created_at as at, actor from workflow_version
     where workspace_id = $1 and workflow_id = $2 order by version desc limit 100`,
    [workspace, id],
  )

export const setSecrets = (db: Connection, workspace: number, id: string, secrets: readonly SealedSecret[]) =>
  db.query('update workflow set secrets = $3 where workspace_id = $1 and id = $2', [
    workspace,
    id,
    JSON.stringify(secrets),
  ])

/** Gives a workflow another address. */
export async function setHook(tx: Connection, workspace: number, id: string, sha256: Buffer): Promise<void> {
  await removeHook(tx, workspace, id)
  await tx.query('insert into workflow_hook (sha256, workspace_id, workflow_id) values ($1, $2, $3)', [
    sha256,
    workspace,
    id,
  ])
}

export const removeHook = (tx: Connection, workspace: number, id: string) =>
  tx.query('delete from workflow_hook where workspace_id = $1 and workflow_id = $2', [workspace, id])

/** Which workflow has an address, by the hash of what is secret in it. */
export async function findHook(db: Connection, sha256: Buffer): Promise<{ workspace: number; id: string } | undefined> {
  const [found] = await rows<{ workspace: number; id: string }>(
    db,
    'select workspace_id::int as workspace, workflow_id as id from workflow_hook where sha256 = $1',
    [sha256],
  )
  return found
}

/** When a workflow's schedule fires next; null: never. */
export const setSchedule = (tx: Connection, workspace: number, id: string, at: Date | null) =>
  at === null
    ? tx.query("delete from outbox where workspace_id = $1 and kind = 'workflow-schedule' and record_id = $2", [
        workspace,
        id,
      ])
    : tx.query(
        `insert into outbox as o (workspace_id, kind, record_id, due_at) values ($1, 'workflow-schedule', $2, $3)
         on conflict (workspace_id, kind, record_id) do update
         set due_at = excluded.due_at, version = o.version + 1, attempts = 0`,
        [workspace, id, at],
      )

/** Moves a schedule that is due on; returns when it was due, or undefined when somebody else was first. */
export async function moveSchedule(
  tx: Connection,
  workspace: number,
  { recordId, version }: { recordId: string; version: number },
  next: Date,
): Promise<Date | undefined> {
  const [moved] = await rows<{ was: Date }>(
    tx,
    `with old as (
       select due_at from outbox where workspace_id = $1 and kind = 'workflow-schedule' and record_id = $2 and version = $3
       for update)
     update outbox o set due_at = $4, version = o.version + 1, attempts = 0 from old
     where o.workspace_id = $1 and o.kind = 'workflow-schedule' and o.record_id = $2 and o.version = $3
     returning old.due_at as was`,
    [workspace, recordId, version, next],
  )
  return moved?.was
}

/** Notes that requests of a workflow fail, or succeed again; returns since when they fail. */
export async function noteFailing(
  db: Connection,
  workspace: number,
  id: string,
  since: Date | null,
): Promise<Date | null> {
  const [row] = await rows<{ since: Date | null }>(
    db,
    `update workflow set failing_since = case when $3::timestamptz is not null then coalesce(failing_since, $3) end
     where workspace_id = $1 and id = $2 returning failing_since as since`,
    [workspace, id, since],
  )
  return row?.since ?? null
}
