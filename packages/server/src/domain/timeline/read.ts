import {
  attachedFiles,
  decodeId,
  encodeId,
  type Field,
  type Json,
  noResource,
  type ObjectDefinition,
} from '@openfield/schema'
import type { ChangedLinks } from '../../storage/changes.ts'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import { findFile } from '../../storage/files.ts'
import { fetchRecord, fetchRecords } from '../../storage/records.ts'
import type { StoredRecord } from '../../storage/rows.ts'
import { creatorsOf, type OwnChange } from '../../storage/timeline.ts'
import { fetchTitles } from '../../storage/titles.ts'
import { visibleRecords } from '../../storage/visibility.ts'
import { type Actor, actorFor, readActors } from '../actors.ts'
import { type Context, withDefinitions } from '../context.ts'
import { presentFile } from '../files/present.ts'
import { accessLevel, hasScope, requireScope, visibilityFilter, visibleThrough } from '../records/access.ts'
import { requireCurrent, shapeOf } from '../records/definitions.ts'
import { fieldSince } from '../records/history.ts'
import { nameRecords, titleIn } from '../records/names.ts'
import { presentRecords } from '../records/present.ts'
import { endOfTime, type Happened, momentsBefore, readMoment, writeMoment } from './moments.ts'

export type TimelineQuery = { limit: number; before: string | undefined }

/** A page of what happened to a record and around it, newest first. Throws a 404 for an id that leads to no record. */
export const readTimeline = (ctx: Context, id: string, query: TimelineQuery) =>
  withDefinitions(ctx, async (definitions) => {
    const start = query.before === undefined ? endOfTime : readMoment(query.before)
    const { definition, record, access } = await findRecord(ctx, definitions, id)
    // One more tells whether there is another page.
    const found = await momentsBefore(ctx, definitions.types, definition, record.id, start, query.limit + 1)
    const shown = found.slice(0, query.limit)
    const last = found.length > query.limit ? shown.at(-1) : undefined
    const bursts = gather(shown)
    return {
      object: 'list',
      data: await present(ctx, definitions, definition, access, bursts),
      nextCursor: last ? writeMoment(last) : null,
    }
  })

/** The live record with an id, of whatever type, and how much of it the caller may see. */
async function findRecord(ctx: Context, definitions: VersionedDefinitions, id: string) {
  const candidates = [...definitions.types.values()].filter(({ verbs }) => verbs.includes('retrieve'))
  const uuid = candidates.map(({ prefix }) => decodeId(prefix, id)).find((one) => one !== undefined)
  const [row] = uuid ? await fetchTitles(ctx.db, ctx.workspace, [uuid], []) : []
  const definition = candidates.find(({ number, prefix }) => number === row?.objectType && decodeId(prefix, id))
  if (!uuid || !definition) throw noResource('timeline')
  requireScope(ctx, definition, 'read')
  const found = await fetchRecord(ctx.db, ctx.workspace, shapeOf(definitions, definition), uuid)
  const filter = visibilityFilter(ctx, definition)
  const isVisible = !filter || (await visibleRecords(ctx.db, ctx.workspace, [uuid], filter)).length > 0
  if (!found || !isVisible) throw noResource('timeline')
  requireCurrent(definitions, found.definitions)
  const visible = await visibleThrough(ctx, definitions, definition, [found.record])
  return { definition, record: found.record, access: accessLevel(definition, found.record, ctx.caller, visible) }
}

/** One entry: a record that is linked, or what was written to the record itself, newest first. */
type Gathered = { definition: ObjectDefinition; id: string; at: number } | { changes: OwnChange[] }

const burstMs = 60_000

/** Updates by one actor that follow each other within a minute, and nothing between them, are one. */
function gather(moments: readonly Happened[]): Gathered[] {
  const gathered: Gathered[] = []
  for (const one of moments) {
    const last = gathered.at(-1)
    if (!('change' in one)) gathered.push({ definition: one.definition, id: one.id, at: one.at })
    else if (last && 'changes' in last && isOfBurst(last.changes, one.change)) last.changes.push(one.change)
    else gathered.push({ changes: [one.change] })
  }
  return gathered
}

function isOfBurst([newest]: readonly OwnChange[], change: OwnChange) {
  const isUpdate = [newest, change].every((one) => one?.kind === 'updated' && !attachedFile(one))
  return (
    isUpdate &&
    newest !== undefined &&
    newest.actor === change.actor &&
    newest.at.getTime() - change.at.getTime() < burstMs
  )
}

/** The file that a change attached and nothing else, if it is such a change. */
const attachedFile = ({ links }: OwnChange) => links[attachedFiles.key]?.added[0]

type Link = { id: string; title: string | null; objectType: string }
type FieldChange = {
  key: string
  label: string
  valueType: string
  before: Json
  after: Json
  beforeText: string | null
  afterText: string | null
}
type LinkChange = { key: string; label: string; added: Link[]; removed: Link[] }

/** One thing that happened. */
export type TimelineEntry = {
  id: string
  at: string
  kind: string
  actor: Actor | null
  changes?: FieldChange[]
  links?: LinkChange[]
  record?: object
}

async function present(
  ctx: Context,
  definitions: VersionedDefinitions,
  definition: ObjectDefinition,
  access: string | undefined,
  gathered: readonly Gathered[],
): Promise<TimelineEntry[]> {
  const linked = gathered.flatMap((one) => ('changes' in one ? [] : [one]))
  const changes = gathered.flatMap((one) => ('changes' in one ? one.changes : []))
  const secrets = access === 'METADATA' ? definition.access : undefined
  const [records, creators, names, files] = await Promise.all([
    readLinked(ctx, definitions, linked),
    creatorsOf(
      ctx.db,
      ctx.workspace,
      linked.map(({ id }) => id),
    ),
    nameRecords(ctx, definitions, new Set(changes.flatMap(({ links }) => Object.values(links).flatMap(idsOf)))),
    readFiles(ctx, definitions, changes),
  ])
  const actors = [...creators.values(), ...changes.map(({ actor }) => actor)]
  const actorOf = await readActors(ctx.db, ctx.workspace, definitions.types, actors)
  const actor = (stored: string | null) => actorFor(ctx, definitions, actorOf(stored))
  const titles = new Map(names.map(({ id, title }) => [id, title]))

  return gathered.flatMap((one): TimelineEntry[] => {
    if (!('changes' in one)) {
      const record = records.get(one.id)
      const kind = one.definition.name
      return record
        ? [
            {
              id: record.id,
              at: new Date(one.at).toISOString(),
              kind,
              actor: actor(creators.get(one.id) ?? null),
              record,
            },
          ]
        : []
    }
    const [newest] = one.changes
    if (!newest) return []
    const entry = { id: encodeId('chg', newest.id), at: newest.at.toISOString(), actor: actor(newest.actor) }
    const file = files.get(attachedFile(newest) ?? '')
    if (file) return [{ ...entry, kind: 'file', record: file }]
    const fields = fieldChanges(definition, secrets?.redacted ?? [], one.changes)
    const links = linkChanges(definitions, definition, secrets?.hidden ?? [], one.changes, titles)
    // What was changed and changed back within a burst is no change.
    if (newest.kind === 'updated' && fields.length + links.length === 0) return []
    return [
      {
        ...entry,
        kind: newest.kind,
        ...(fields.length > 0 && { changes: fields }),
        ...(links.length > 0 && { links }),
      },
    ]
  })
}

const idsOf = ({ added, removed }: ChangedLinks[string]) => [...added, ...removed]

/** Linked records as the API sends them, with what they are called. */
async function readLinked(
  ctx: Context,
  definitions: VersionedDefinitions,
  linked: readonly { definition: ObjectDefinition; id: string }[],
) {
  const byType = Map.groupBy(linked, ({ definition }) => definition.name)
  const read = [...byType.values()].map(async (some) => {
    const definition = definitions.types.get(some[0]?.definition.name ?? '')
    if (!definition) return []
    const ids = some.map(({ id }) => id)
    const stored = await fetchRecords(ctx.db, ctx.workspace, shapeOf(definitions, definition), ids)
    const texts = await presentRecords(ctx, definitions, definition, stored)
    return texts.map((text, index) => titled(definition, stored[index], JSON.parse(text)))
  })
  return new Map((await Promise.all(read)).flat())
}

function titled(definition: ObjectDefinition, stored: StoredRecord | undefined, record: RecordJson) {
  const values = Object.fromEntries(definition.title.map((key) => [key, record.fields[key]?.value ?? null]))
  return [stored?.id ?? '', { ...record, title: titleIn(definition, values) }] as const
}

type RecordJson = { id: string; fields: Record<string, { value: Json }> }

/** The files that some changes attached, as the API sends them. */
async function readFiles(ctx: Context, { types }: VersionedDefinitions, changes: readonly OwnChange[]) {
  const file = types.get(attachedFiles.objectType)
  const ids = file && hasScope(ctx, file, 'read') ? changes.flatMap((change) => attachedFile(change) ?? []) : []
  const found = await Promise.all(ids.map((id) => findFile(ctx.db, ctx.workspace, id)))
  return new Map(
    found.flatMap((one) => (one ? [[one.id, { ...presentFile(one, ctx.now()), title: one.filename }]] : [])),
  )
}

/** The values that changed, from before the oldest change to after the newest one. */
function fieldChanges(
  definition: ObjectDefinition,
  redacted: readonly string[],
  changes: readonly OwnChange[],
): FieldChange[] {
  const keys = [...new Set(changes.flatMap(({ before, after }) => [...Object.keys(before), ...Object.keys(after)]))]
  return keys.flatMap((key) => {
    const field = definition.fields.get(key)
    // An earlier field may have had the same slug, and another type.
    const of = field ? changes.filter((change) => change.id > fieldSince(field)) : []
    if (!field || of.length === 0) return []
    const isTold = !redacted.includes(key)
    const after = isTold ? (of.find((change) => key in change.after)?.after[key] ?? null) : null
    const before = isTold ? (of.findLast((change) => key in change.before)?.before[key] ?? null) : null
    if (isTold && JSON.stringify(before) === JSON.stringify(after)) return []
    const { label, valueType } = field
    return [
      { key, label, valueType, before, after, beforeText: textOf(field, before), afterText: textOf(field, after) },
    ]
  })
}

const textOf = ({ type, configuration }: Field, value: Json) =>
  value === null ? null : type.display(value, configuration)

/** The links that came and went, those that did both left out. */
function linkChanges(
  { types }: VersionedDefinitions,
  definition: ObjectDefinition,
  hidden: readonly string[],
  changes: readonly OwnChange[],
  titles: ReadonlyMap<string, string>,
): LinkChange[] {
  const keys = [...new Set(changes.flatMap(({ links }) => Object.keys(links)))]
  return keys.flatMap((key) => {
    const relationship = key === attachedFiles.key ? attachedFiles : definition.relationships.get(key)
    const other = types.get(relationship?.objectType ?? '')
    if (!relationship || !other || hidden.includes(key)) return []
    const balance = new Map<string, number>()
    for (const { links } of changes) {
      for (const id of links[key]?.added ?? []) balance.set(id, (balance.get(id) ?? 0) + 1)
      for (const id of links[key]?.removed ?? []) balance.set(id, (balance.get(id) ?? 0) - 1)
    }
    const link = (id: string) => ({
      id: encodeId(other.prefix, id),
      title: titles.get(id) ?? null,
      objectType: other.name,
    })
    const added = [...balance].flatMap(([id, count]) => (count > 0 ? [link(id)] : []))
    const removed = [...balance].flatMap(([id, count]) => (count < 0 ? [link(id)] : []))
    return added.length + removed.length === 0 ? [] : [{ key, label: relationship.label, added, removed }]
  })
}
