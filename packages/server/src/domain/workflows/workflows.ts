import { ApiError, decodeId, encodeId, idPrefixes, newUuid, noResource, unprocessable } from '@openfield/schema'
import { type Connection, transaction } from '../../storage/database.ts'
import { watchChanges } from '../../storage/workflow-triggers.ts'
import {
  addVersion,
  findWorkflow,
  insertWorkflow,
  listWorkflows as listStored,
  listVersions,
  removeHook,
  removeWorkflow as removeStored,
  type StoredWorkflow,
  setEnabled,
  setHook,
  setSchedule,
  setSecrets,
} from '../../storage/workflows.ts'
import { type Actor, readActors } from '../actors.ts'
import type { Context } from '../context.ts'
import { newSecret } from '../sign-in/secrets.ts'
import { checkDefinition } from './check.ts'
import { readWorkflowId, workflowId } from './ids.ts'
import { nextTick } from './schedule.ts'
import { newSigningSecret, openSecrets, withSecret } from './secrets.ts'
import type { Definition, Step, Trigger } from './types.ts'

export type Workflow = StoredWorkflow<Trigger, Step>
export type WorkflowInput = Definition & { enabled?: boolean | undefined }
export type WorkflowChange = { [Key in keyof WorkflowInput]?: WorkflowInput[Key] | undefined }

/** A workflow by its public id. Throws a 404 for an id that leads to none of the kind. */
export async function requireWorkflow(ctx: Context, id: string, kind?: Workflow['kind']): Promise<Workflow> {
  const found = await findWorkflow<Workflow>(ctx.db, ctx.workspace, readWorkflowId(id))
  if (found && (kind === undefined || found.kind === kind)) return found
  throw noResource(kind === 'webhook' ? 'webhooks' : 'workflows')
}

export async function listWorkflows(ctx: Context) {
  const found = await listStored<Workflow>(ctx.db, ctx.workspace, 'workflow')
  return { object: 'list', data: await presentWorkflows(ctx, found), totalCount: found.length }
}

export const retrieveWorkflow = async (ctx: Context, id: string) => presentWorkflow(ctx, await requireWorkflow(ctx, id))

/** Makes a workflow, enabled unless it is said otherwise. Throws what is wrong with it, by its place. */
export async function createWorkflow(ctx: Context, input: WorkflowInput) {
  const { id, hookUrl } = await insert(ctx, 'workflow', input)
  return { ...(await retrieveWorkflow(ctx, id)), hookUrl }
}

/** Keeps a new workflow of a kind, with a secret to sign with. */
export async function insert(
  ctx: Context,
  kind: Workflow['kind'],
  { name, trigger, steps, enabled = true }: WorkflowInput,
  secret = newSigningSecret(),
): Promise<{ id: string; hookUrl: string | null }> {
  await checkDefinition(ctx, { trigger, steps })
  const id = newUuid()
  const at = ctx.now()
  const hook = trigger.type === 'hook' ? newSecret() : undefined
  const secrets = await withSecret(ctx, id, [], secret)
  await transaction(ctx.db, async (tx) => {
    await insertWorkflow(tx, ctx.workspace, {
      ...{ id, kind, name, trigger, steps, enabled, at, secrets },
      actor: ctx.caller?.actor ?? null,
      actsAs: memberIdOf(ctx),
      hookHash: hook?.sha256 ?? null,
    })
    await arm(tx, ctx, { id, trigger, enabled })
  })
  return { id: workflowId(id), hookUrl: hook ? hookUrlOf(ctx, hook.secret) : null }
}

const hookUrlOf = ({ publicUrl }: Context, secret: string) => `${publicUrl}/hooks/${secret}`

const memberIdOf = ({ caller }: Context) => (caller?.memberId && decodeId(idPrefixes.member, caller.memberId)) || null

/** Has what starts a workflow looked out for, or not any longer. */
async function arm(
  tx: Connection,
  ctx: Context,
  { id, trigger, enabled }: Pick<Workflow, 'id' | 'trigger' | 'enabled'>,
): Promise<void> {
  const isScheduled = enabled && trigger.type === 'schedule'
  await setSchedule(tx, ctx.workspace, id, isScheduled ? nextTick(trigger.cron, trigger.timeZone, ctx.now()) : null)
  if (trigger.type !== 'hook') await removeHook(tx, ctx.workspace, id)
  await watchChanges(tx, ctx.workspace)
}

/** Changes what is named. Whoever changes or enables a workflow lends it their rights. */
export async function updateWorkflow(ctx: Context, id: string, change: WorkflowChange) {
  await update(ctx, await requireWorkflow(ctx, id, 'workflow'), change)
  return retrieveWorkflow(ctx, id)
}

export async function update(ctx: Context, old: Workflow, change: WorkflowChange): Promise<void> {
  const { name = old.name, trigger = old.trigger, steps = old.steps, enabled = old.enabled } = change
  const isOther = JSON.stringify([name, trigger, steps]) !== JSON.stringify([old.name, old.trigger, old.steps])
  // Also when it is enabled only: what it rests on may have gone.
  if (isOther || (enabled && !old.enabled)) await checkDefinition(ctx, { trigger, steps })
  const at = ctx.now()
  await transaction(ctx.db, async (tx) => {
    const version = { name, trigger, steps, at, actor: ctx.caller?.actor ?? null }
    if (isOther && !(await addVersion(tx, ctx.workspace, old, version))) {
      throw new ApiError('conflict', undefined, 'Somebody else has changed this workflow; look at it again.')
    }
    const isNew = old.trigger.type !== trigger.type
    await setEnabled(tx, ctx.workspace, old.id, { enabled, isNew, actsAs: memberIdOf(ctx), at })
    await arm(tx, ctx, { id: old.id, trigger, enabled })
  })
}

/** Removes a workflow and cancels its runs. Returns it as it was. */
export async function removeWorkflow(ctx: Context, id: string) {
  const found = await requireWorkflow(ctx, id, 'workflow')
  await remove(ctx, found)
  return presentWorkflow(ctx, found)
}

export const remove = (ctx: Context, { id }: Workflow) =>
  transaction(ctx.db, async (tx) => {
    await removeStored(tx, ctx.workspace, id, ctx.now())
    await watchChanges(tx, ctx.workspace)
  })

/** The versions that a workflow has had, newest first. */
export async function listWorkflowVersions(ctx: Context, id: string) {
  const { id: uuid } = await requireWorkflow(ctx, id)
  const found = await listVersions<Trigger, Step>(ctx.db, ctx.workspace, uuid)
  const { types } = await ctx.definitions.get(ctx)
  const actorOf = await readActors(
    ctx.db,
    ctx.workspace,
    types,
    found.map(({ actor }) => actor),
  )
  const data = found.map(({ version, name, trigger, steps, at, actor }) => ({
    ...{ version, name, trigger, steps },
    createdAt: at.toISOString(),
    actor: actorOf(actor),
  }))
  return { object: 'list', data, totalCount: data.length }
}

/** The secret that requests are signed with. */
export const retrieveSecret = async (ctx: Context, id: string) => presentSecret(ctx, await requireWorkflow(ctx, id))

async function presentSecret(ctx: Context, { id, secrets }: Pick<Workflow, 'id' | 'secrets'>) {
  const [current, previous] = await openSecrets(ctx, id, secrets)
  return { secret: current?.secret ?? '', previousUntil: previous?.until ?? null }
}

/** Another secret from now on; the one before counts for a day more. */
export async function rotateSecret(ctx: Context, id: string) {
  const workflow = await requireWorkflow(ctx, id)
  const secrets = await withSecret(ctx, workflow.id, workflow.secrets, newSigningSecret())
  await setSecrets(ctx.db, ctx.workspace, workflow.id, secrets)
  return presentSecret(ctx, { ...workflow, secrets })
}

/** Another address from now on; requests to the one before are not found any more. */
export async function renewHook(ctx: Context, id: string) {
  const { id: uuid, trigger } = await requireWorkflow(ctx, id)
  if (trigger.type !== 'hook') {
    throw unprocessable('No request starts this workflow: it has another trigger.')
  }
  const { secret, sha256 } = newSecret()
  await transaction(ctx.db, (tx) => setHook(tx, ctx.workspace, uuid, sha256))
  return { hookUrl: hookUrlOf(ctx, secret) }
}

const presentWorkflow = async (ctx: Context, workflow: Workflow) => (await presentWorkflows(ctx, [workflow]))[0]

async function presentWorkflows(ctx: Context, workflows: readonly Workflow[]) {
  const nameOf = await membersOf(ctx, workflows)
  return workflows.map((one) => ({
    ...presentState(one, nameOf),
    ...{ name: one.name, trigger: one.trigger, steps: one.steps },
    nextAt: one.nextAt?.toISOString() ?? null,
  }))
}

/** What workflows and webhooks say of themselves alike. */
export const presentState = (one: Workflow, nameOf: (member: string | null) => Named | null) => ({
  id: workflowId(one.id),
  ...{ enabled: one.enabled, problem: one.problem, version: one.version },
  actsAs: nameOf(one.actsAs),
  failingSince: one.failingSince?.toISOString() ?? null,
  createdAt: one.createdAt.toISOString(),
  updatedAt: one.updatedAt.toISOString(),
})

type Named = { id: string; name: string | null }

/** The members with whose rights some workflows act. */
export async function membersOf(ctx: Context, workflows: readonly Pick<Workflow, 'actsAs'>[]) {
  const { types } = await ctx.definitions.get(ctx)
  const idOf = (member: string | null) => member && encodeId(idPrefixes.member, member)
  const ids = workflows.map(({ actsAs }) => idOf(actsAs))
  const actorOf = await readActors(ctx.db, ctx.workspace, types, ids)
  return (member: string | null): Named | null => {
    const actor: Actor | null = actorOf(idOf(member))
    return actor && { id: actor.id, name: actor.name }
  }
}
