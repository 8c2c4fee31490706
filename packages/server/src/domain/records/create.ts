import { type ApiError, newUuid, type ObjectDefinition, timeOfUuid } from '@openfield/schema'
import { type WorkKind, workOf } from '../../jobs/work.ts'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import type { Mail } from '../../storage/emails.ts'
import { createRecord as store, WriteRefused } from '../../storage/records.ts'
import { type Context, withDefinitions } from '../context.ts'
import { saysWhere } from '../enrichment/targets.ts'
import { findType, shapeOf } from './definitions.ts'
import { linksTo } from './derived-links.ts'
import { bareValues, entriesOf, type FieldWrite, parseFields, required, valueIn, wireForm } from './fields.ts'
import { presentRecord } from './present.ts'
import {
  linkChanges,
  linkLog,
  linksAfter,
  missingRequired,
  newLinks,
  parseNewRelationships,
  type RelationshipWrite,
  requireLinked,
} from './relationships.ts'
import { rulesOf, type Write } from './rules.ts'
import { resolveStage } from './stages.ts'
import { type Idempotency, refusedWrite, writeContext } from './write.ts'

/** `fields` and `relationships` of a body: plain JSON objects, keys and values as the client sent them. */
export type RecordInput = {
  fields: Record<string, unknown>
  relationships: Record<string, unknown>
  /** The flags of the object type that are set. */
  flags?: readonly string[]
  /** The record's id in the system it is brought from. */
  externalId?: string
  /** When it came about, if that was earlier. */
  createdAt?: Date
  /** Links that the system makes, to stored ids, through any relationship of the type. */
  links?: Readonly<Record<string, readonly string[]>>
  /** Of an e-mail: what is kept beside it. */
  mail?: Mail
  /** Background work on it beside what every record of its type asks for. */
  work?: readonly WorkKind[]
  /** What can be found out about it is to be looked up, where the workspace wants that. */
  enrich?: boolean
  /** A UUID for the change, and for the record that it creates: for who has to find out later whether it was written. */
  as?: string
}

/**
 * Creates a record of any object type. Returns it as the API sends it. Throws ApiError for input that is refused, KeyUsed
 * when another request with the same idempotency key was first.
 */
export const createRecord = (
  ctx: Context,
  objectType: string,
  input: RecordInput,
  idempotency?: Idempotency,
): Promise<string> =>
  withDefinitions(ctx, async (definitions) => {
    const definition = findType(definitions, objectType)
    const rules = rulesOf(definition)
    const { values, write: asked } = await checkNew(ctx, definitions, definition, input)
    const derived = (await rules.derive?.(ctx, definition, asked, input.flags ?? [])) ?? []
    const changes = [...asked.links, ...derived, ...systemLinks(definition, input.links)]

    const { externalId = null, createdAt } = input
    const id = input.as ?? newUuid(createdAt)
    const at = timeOfUuid(id)
    const links = linksAfter(noLinks, changes)
    const record = { id, version: 1, updatedAt: at.toISOString(), externalId, ...links }
    const set = setFields(values)
    // The response is made before the record is stored, so that both are stored together.
    const all = JSON.stringify({ ...shapeOf(definitions, definition).unset, ...set })
    // Who wrote it sees it, whatever it is linked to.
    const visible = new Set([...links.from.ids.values()].flat())
    const response = presentRecord(ctx, definitions, definition, { ...record, fields: all }, visible)
    const looksUp = input.enrich && ctx.enriches && saysWhere(definition, values)
    const work = [
      ...(input.work ?? []).map((kind) => ({ kind, recordId: id })),
      ...workOf(definition, id, values, [links]),
      ...(looksUp ? [{ kind: 'new-record', recordId: id }] : []),
    ]
    const write = writeContext(ctx, definitions.version, at, work, idempotency, response)
    try {
      await store(ctx.db, input.as === undefined ? write : { ...write, changeId: input.as }, {
        id,
        objectType: definition.number,
        externalId,
        fields: JSON.stringify(set),
        entries: entriesOf(values),
        links: newLinks(definitions.types, changes),
        after: bareValues(values),
        linkChanges: linkLog(changes),
        ...(input.mail && { mail: input.mail }),
      })
    } catch (error) {
      throw error instanceof WriteRefused ? refusedWrite(error, definition, changes) : error
    }
    ctx.workWritten()
    return response
  })

/** Links that the system makes, to stored ids, through any relationship of a type. */
export const systemLinks = ({ relationships, unseen }: ObjectDefinition, links: RecordInput['links'] = {}) =>
  Object.entries(links).flatMap(([key, ids]) => linksTo(relationships.get(key) ?? unseen.get(key), ids))

/** What a record holds of some values, by key. */
export const setFields = (values: readonly FieldWrite[]) =>
  Object.fromEntries(values.map((write) => [write.field.key, wireForm(write)]))

/** What a new record would be: its values and links. Throws ApiError for input that is refused. Writes nothing. */
export async function checkNew(
  ctx: Context,
  definitions: VersionedDefinitions,
  definition: ObjectDefinition,
  input: RecordInput,
): Promise<{ values: FieldWrite[]; write: Write }> {
  const { values, write, refused } = await readNew(ctx, definitions, definition, input)
  // What is derived may bring other records along: not when this one is refused in the end.
  if (refused || rulesOf(definition).derive) {
    await requireLinked(ctx.db, ctx.workspace, definitions.types, write.links)
  }
  if (refused) throw refused
  return { values, write }
}

/** The same, without a look whether what it is to be linked to is there: a missing link comes before `refused`. */
export async function readNew(
  ctx: Context,
  definitions: VersionedDefinitions,
  definition: ObjectDefinition,
  input: Pick<RecordInput, 'fields' | 'relationships'>,
  idsMax?: number,
): Promise<{ values: FieldWrite[]; write: Write; refused: ApiError | undefined }> {
  const rules = rulesOf(definition)
  const { writes, broken } = parseFields(definition, resolveStage(definition, input.fields), 'create', rules)
  const relationships = withDefaults(ctx, definition, parseNewRelationships(definition, input.relationships, idsMax))
  const links = linkChanges(definitions.types, relationships, noLinks)
  const values = writes.filter(({ value }) => value !== null)
  const write = { value: valueIn(values), relationships, links }
  // First, since it also throws for keys that are wrong, which comes before broken rules.
  const ruled = await rules.refuse?.(ctx, write)
  const refused =
    broken ??
    missingField(definition, writes) ??
    missingRequired(definition, definition.relationships.values(), linksAfter(noLinks, links)) ??
    ruled
  return { values, write, refused }
}

/** The links of a record that has none. */
export const noLinks = {
  from: { ids: new Map(), more: new Set<number>() },
  to: { ids: new Map(), more: new Set<number>() },
}

/** `$createdBy` is the member who calls, unless the body says otherwise. */
function withDefaults(ctx: Context, definition: ObjectDefinition, writes: RelationshipWrite[]): RelationshipWrite[] {
  const createdBy = definition.relationships.get('$createdBy')
  const memberId = ctx.caller?.memberId
  if (!createdBy || memberId === undefined || writes.some((write) => write.relationship === createdBy)) return writes
  return [...writes, { relationship: createdBy, add: [memberId], remove: [], replace: false }]
}

function missingField(definition: ObjectDefinition, writes: readonly FieldWrite[]) {
  for (const field of definition.fields.values()) {
    if (field.required && !writes.some((write) => write.field === field && write.value !== null)) {
      return required(definition, field)
    }
  }
  return undefined
}
