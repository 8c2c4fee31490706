import { encodeId, idPrefixes, type ObjectDefinition } from '@openfield/schema'
import type { ChangedLinks } from '../../storage/changes.ts'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import type { Links, StoredRecord } from '../../storage/rows.ts'
import type { StoredEvent } from '../../storage/workflow-runs.ts'
import { type Actor, readActors } from '../actors.ts'
import type { Context } from '../context.ts'
import { accessLevel, visibleThrough } from '../records/access.ts'
import { presentRecords } from '../records/present.ts'

type Values = Record<string, unknown>

/** What an event keeps: the record as it was, what changed of it, and the body of a request. */
export type EventData = {
  /** Who did it, as they were called then. */
  actor?: Actor | null
  /** The version of the definitions by which it was read: whoever shows it needs no older ones. */
  definitions?: number
  record?: KeptRecord | null
  changed?: { before: Values; after: Values; links: ChangedLinks }
  body?: unknown
}

/** A record as stored, in JSON: who may see how much of it is decided when it is shown. */
type KeptRecord = Omit<StoredRecord, 'from' | 'to'> & { from: KeptLinks; to: KeptLinks }
type KeptLinks = { ids: [number, readonly string[]][]; more: number[] }

export const keepRecord = (record: StoredRecord): KeptRecord => ({
  ...record,
  from: keepLinks(record.from),
  to: keepLinks(record.to),
})
const keepLinks = ({ ids, more }: Links): KeptLinks => ({ ids: [...ids], more: [...more] })

const storedRecord = (kept: KeptRecord): StoredRecord => ({
  ...kept,
  from: storedLinks(kept.from),
  to: storedLinks(kept.to),
})
const storedLinks = ({ ids, more }: KeptLinks): Links => ({ ids: new Map(ids), more: new Set(more) })

/** What happened, as whoever the workflow acts for may know it, and as templates speak of it. */
export type ShownEvent = {
  event: string
  at: string
  record: { id: string } | null
  changed: object | null
  actor: object | null
  body: unknown
}

/** Who does what is about to start something. */
export async function callingActor(ctx: Context): Promise<Actor | null> {
  const actor = ctx.caller?.actor ?? null
  const { types } = await ctx.definitions.get(ctx)
  return (await readActors(ctx.db, ctx.workspace, types, [actor]))(actor)
}

/** What is shown at least of this version. Another process may have made the object type that it is about. */
export async function definitionsSince(ctx: Context, version: number): Promise<VersionedDefinitions> {
  const known = await ctx.definitions.get(ctx)
  if (known.version >= version) return known
  ctx.definitions.forget(ctx.workspace)
  return ctx.definitions.get(ctx)
}

export async function showEvent(ctx: Context, { name, at, objectType, data }: StoredEvent): Promise<ShownEvent> {
  const { actor = null, definitions: version = 0, record: kept, changed, body = null } = data as EventData
  const definitions = await definitionsSince(ctx, version)
  const definition = objectType === null ? undefined : definitions.types.get(objectType)
  const shown = { event: name, at: at.toISOString(), actor, body }
  if (!definition) return { ...shown, record: null, changed: null }
  const record = kept ? storedRecord(kept) : undefined
  const [text] = record ? await presentRecords(ctx, definitions, definition, [record]) : []
  const hidden = await hiddenKeys(ctx, definitions, definition, record)
  return {
    ...shown,
    record: text === undefined ? null : (JSON.parse(text) as { id: string }),
    changed: changed ? showChanged(definitions, definition, changed, hidden) : null,
  }
}

/** The keys of which those who see only part of a record learn nothing. */
async function hiddenKeys(
  ctx: Context,
  definitions: VersionedDefinitions,
  definition: ObjectDefinition,
  record: StoredRecord | undefined,
): Promise<ReadonlySet<string>> {
  const { access } = definition
  if (!access) return new Set()
  const visible = record ? await visibleThrough(ctx, definitions, definition, [record]) : new Set<string>()
  const isFull = record && accessLevel(definition, record, ctx.caller, visible) === 'FULL'
  return new Set(isFull ? [] : [...access.redacted, ...access.hidden])
}

function showChanged(
  { types }: VersionedDefinitions,
  definition: ObjectDefinition,
  { before, after, links }: NonNullable<EventData['changed']>,
  hidden: ReadonlySet<string>,
) {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => !hidden.has(key))
  const fields = keys.map((key) => [key, { before: before[key] ?? null, after: after[key] ?? null }])
  const relationships = Object.entries(links).flatMap(([key, { added, removed }]) => {
    const relationship = definition.relationships.get(key)
    if (!relationship || hidden.has(key)) return []
    const prefix = types.get(relationship.objectType)?.prefix ?? idPrefixes.customObject
    const encoded = (ids: readonly string[]) => ids.map((id) => encodeId(prefix, id))
    return [[key, { added: encoded(added), removed: encoded(removed) }]]
  })
  return { fields: Object.fromEntries(fields), relationships: Object.fromEntries(relationships) }
}
