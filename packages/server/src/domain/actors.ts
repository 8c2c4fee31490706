import { type Definitions, decodeId, encodeId, idPrefixes } from '@openfield/schema'
import { namesOfKeys, valuesOfMembers } from '../storage/actors.ts'
import type { Database } from '../storage/database.ts'
import { pagesOfRuns } from '../storage/enrichment.ts'
import { namesOfWorkflows } from '../storage/workflows.ts'
import type { Context } from './context.ts'
import { hasScope } from './records/access.ts'
import { titleIn } from './records/names.ts'
import { actorId } from './records/write.ts'
import { runId, runOfActor, workflowId } from './workflows/ids.ts'

/** Who made a change: a member, an API key and the member as whom it acts, a run of enrichment, or one of a workflow. */
export type Actor =
  | { type: 'member'; id: string; name: string | null }
  | { type: 'enrichment'; id: string; name: string | null }
  | { type: 'workflow'; id: string; name: string | null; run: string }
  | { type: 'key'; id: string; name: string | null; member: { id: string; name: string | null } | null }

/** Says who made a change, by what the change has as its actor; null: the system itself. */
export type ActorOf = (stored: string | null) => Actor | null

/** Reads who some actors are, by what changes have as theirs. */
export async function readActors(
  db: Database,
  workspace: number,
  types: Definitions,
  stored: readonly (string | null)[],
): Promise<ActorOf> {
  const ids = [...new Set(stored.map(actorId))].flatMap((id) => id ?? [])
  const keyIds = ids.flatMap((id) => decodeId('key', id) ?? [])
  const keys = keyIds.length === 0 ? [] : await namesOfKeys(db, workspace, keyIds)
  const wanted = [...ids.flatMap((id) => decodeId('mem', id) ?? []), ...keys.flatMap(({ memberId }) => memberId ?? [])]
  const member = types.get('member')
  const runs = new Map(
    stored.flatMap((one) => {
      const known = runOfActor(one)
      return known ? [[one, known] as const] : []
    }),
  )
  const names =
    runs.size === 0
      ? new Map<string, string>()
      : await namesOfWorkflows(
          db,
          workspace,
          Array.from(runs.values(), (one) => one.workflow),
        )
  const members =
    member && wanted.length > 0 ? await valuesOfMembers(db, workspace, member.number, wanted, member.title) : []
  const memberOf = (uuid: string) => {
    const found = members.find(({ id }) => id === uuid)
    return { id: encodeId('mem', uuid), name: found && member ? titleIn(member, found.values) : null }
  }
  const sites = await sitesOfRuns(db, workspace, ids)
  return (one) => {
    const by = runs.get(one)
    if (by) {
      const name = names.get(by.workflow) ?? null
      return { type: 'workflow', id: workflowId(by.workflow), name, run: runId(by.run) }
    }
    const id = actorId(one)
    if (id === null) return null
    const uuid = decodeId('mem', id)
    if (uuid) return { type: 'member', ...memberOf(uuid) }
    if (decodeId(idPrefixes.enrichmentRun, id)) return { type: 'enrichment', id, name: sites.get(id) ?? null }
    const key = keys.find((known) => known.id === decodeId('key', id))
    const { name = null, memberId = null } = key ?? {}
    return { type: 'key', id, name, member: memberId === null ? null : memberOf(memberId) }
  }
}

/** The hosts of the sites that runs of enrichment read, by the public ids of the runs. */
async function sitesOfRuns(db: Database, workspace: number, ids: readonly string[]) {
  const runs = ids.flatMap((id) => decodeId(idPrefixes.enrichmentRun, id) ?? [])
  const found = runs.length === 0 ? [] : await pagesOfRuns(db, workspace, runs)
  return new Map(found.map(({ id, url }) => [encodeId(idPrefixes.enrichmentRun, id), new URL(url).host]))
}

/** An actor as those see it who may not read members: without the names. */
const nameless = (actor: Actor | null): Actor | null =>
  actor && {
    ...actor,
    name: actor.type === 'workflow' ? actor.name : null,
    ...(actor.type === 'key' && { member: actor.member && { ...actor.member, name: null } }),
  }

/** An actor as the caller may know them. */
export const actorFor = (ctx: Context, { types }: { types: Definitions }, actor: Actor | null): Actor | null => {
  const member = types.get('member')
  return member && hasScope(ctx, member, 'read') ? actor : nameless(actor)
}
