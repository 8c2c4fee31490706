import {
  badRequest,
  decodeId,
  encodeId,
  type Field,
  idPrefixes,
  type Json,
  newUuid,
  noResource,
  type ObjectDefinition,
  recordId,
  unprocessable,
} from '@openfield/schema'
import { workOf } from '../../jobs/work.ts'
import { type Connection, transaction } from '../../storage/database.ts'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import * as stored from '../../storage/erasures.ts'
import { askFor } from '../../storage/outbox.ts'
import { fetchRecord } from '../../storage/records.ts'
import { type Context, withDefinitions } from '../context.ts'
import { named } from '../files/complete.ts'
import { blobKey } from '../files/upload.ts'
import type { SkipReason } from '../mail-sync/reasons.ts'
import { setFields } from '../records/create.ts'
import { shapeOf } from '../records/definitions.ts'
import { entriesOf, type FieldWrite } from '../records/fields.ts'
import { storedValues } from '../records/trash.ts'
import { changeIdAt } from '../records/write.ts'
import { wordsOf } from '../search/words.ts'

/** Of which record what is to be erased: by default all fields, and the record stays, with nothing in it. */
export type ErasureInput = {
  recordId: string
  fields?: readonly string[] | undefined
  /** The e-mails that it is linked to as well. */
  emails?: boolean | undefined
  /** Nothing of the record is to be left. */
  remove?: boolean | undefined
}

/** An erasure as the API sends it. */
export const presentErasure = ({ id, recordId: record, ...one }: stored.StoredErasure, prefix: PrefixOf) => ({
  id: encodeId(idPrefixes.erasure, id),
  recordId: encodeId(prefix(one.objectType), record),
  objectType: one.objectType,
  fields: one.keys,
  emails: one.emails,
  removed: one.removed,
  at: one.at.toISOString(),
})
type PrefixOf = (objectType: string) => ObjectDefinition['prefix']
export const prefixIn =
  ({ types }: VersionedDefinitions): PrefixOf =>
  (objectType) =>
    types.get(objectType)?.prefix ?? idPrefixes.customObject

/**
 * Erases what is known of a record, or some of it, wherever it stands: in the record and those that were merged into it, in
 * the history, in indexes, in answers that were kept, in what enrichment and workflows kept, in files of imports. It cannot
 * be taken back. Throws a 404 for what is no record, and a 400 for fields that there are not.
 */
export const erase = (ctx: Context, input: ErasureInput) =>
  withDefinitions(ctx, async (definitions) => {
    const { definition, uuid } = await recordIn(ctx, definitions, input.recordId)
    const erasure: stored.StoredErasure = {
      id: newUuid(),
      recordId: uuid,
      objectType: definition.name,
      keys: input.fields && !input.remove ? keysOf(definition, input.fields) : null,
      emails: input.emails ?? false,
      removed: input.remove ?? false,
      at: ctx.now(),
      actor: ctx.caller?.actor ?? null,
    }
    if (!(await apply(ctx, definitions, erasure))) throw noResource(definition.plural)
    await ctx.keepErasures()
    ctx.workWritten()
    return presentErasure(erasure, prefixIn(definitions))
  })

/** The type of a record, and its own id, of what can be erased: what people write. */
async function recordIn(ctx: Context, { types }: VersionedDefinitions, id: string) {
  const all = [...types.values()].filter(({ verbs }) => verbs.includes('update'))
  // The records of all custom objects have one prefix.
  for (const prefix of new Set(all.map((type) => type.prefix))) {
    const uuid = decodeId(prefix, id)
    const number = uuid && (await stored.typeOfRecord(ctx.db, ctx.workspace, uuid))
    const definition = all.find((type) => type.number === number && type.prefix === prefix)
    if (uuid && definition) return { definition, uuid }
  }
  throw noResource('records')
}

function keysOf({ fields, plural }: ObjectDefinition, wanted: readonly string[]): string[] {
  const unknown = wanted.find((key) => !fields.has(key) || fields.get(key)?.readOnly)
  if (unknown !== undefined) {
    throw badRequest(
      'unknown_field',
      `There is no field '${unknown.slice(0, 200).toWellFormed()}' of ${plural} to erase.`,
      'fields',
    )
  }
  const kept = wanted.find((key) => stays(fields.get(key)))
  if (kept !== undefined) throw unprocessable(`'${kept}' is required and cannot be erased.`, 'fields')
  return [...new Set(wanted)]
}

/** What a record must have says that it was erased, or stays where it says nothing of anybody, as a stage. */
const stays = (field: Field | undefined) => field?.required === true && field.type.erased === undefined
const leftOf = (field: Field | undefined): Json => (field?.required ? (field.type.erased ?? null) : null)

/** Does an erasure and enters it in the register, together; false when there is no such record. */
export async function apply(ctx: Context, definitions: VersionedDefinitions, erasure: stored.StoredErasure) {
  const bytes = await transaction(ctx.db, (tx) => applyWithin(tx, ctx, definitions, erasure))
  await removeBytes(ctx, bytes ?? [])
  return bytes !== undefined
}

type Place = Pick<Context, 'workspace' | 'now'>

/** The same in a transaction. Returns the files whose bytes are to be removed once that is done; undefined: there is no such record. */
export async function applyWithin(
  tx: Connection,
  ctx: Place,
  definitions: VersionedDefinitions,
  erasure: stored.StoredErasure,
): Promise<stored.KeptFile[] | undefined> {
  const definition = definitions.types.get(erasure.objectType)
  const kin = definition ? await stored.holdKin(tx, ctx.workspace, erasure.recordId, definition.number) : []
  if (!definition || kin.length === 0) return undefined
  const bytes = await eraseHeld(ctx, tx, definitions, definition, erasure, kin)
  await stored.addErasure(tx, ctx.workspace, erasure)
  await stored.countAnew(tx, ctx.workspace)
  return bytes
}

/** Removes the bytes of files that are there no more. */
export async function removeBytes({ blobs }: Pick<Context, 'blobs'>, files: readonly stored.KeptFile[]) {
  for (const { file, upload } of files) await blobs.remove(blobKey(file, upload))
}

async function eraseHeld(
  ctx: Place,
  tx: Connection,
  definitions: VersionedDefinitions,
  definition: ObjectDefinition,
  erasure: stored.StoredErasure,
  kin: readonly stored.Kin[],
) {
  const { workspace } = ctx
  const [own] = kin
  const ids = kin.map(({ id }) => id)
  const all = erasure.keys === null
  const isErased = (key: string) => {
    const field = definition.fields.get(key)
    return !stays(field) && (erasure.keys?.includes(key) ?? !field?.readOnly)
  }
  const past = (await stored.pastValues(tx, workspace, ids)).filter(({ key }) => isErased(key))
  const present = kin.flatMap(({ fields }) => Object.entries(fields).map(([key, { value }]) => ({ key, value })))
  const values = [...past, ...present.filter(({ key }) => isErased(key))]
  const keys = [...new Set([...values.map(({ key }) => key), ...(erasure.keys ?? [])])]
  const links = own?.live ? await fetchRecord(tx, workspace, shapeOf(definitions, definition), own.id) : undefined

  const cleared = keys.flatMap((key): FieldWrite[] => {
    const field = definition.fields.get(key)
    return field ? [{ field, value: leftOf(field) }] : []
  })
  const left = cleared.filter(({ value }) => value !== null)
  await stored.clearValues(tx, workspace, {
    ...{ ids, keys, all },
    staying: [...definition.fields.values()].filter(stays).map(({ key }) => key),
    left: JSON.stringify(setFields(left)),
    entries: entriesOf(own?.live ? valuesAmong(definition, own, keys) : []),
    leftEntries: entriesOf(own?.live ? left : []),
    change: {
      id: changeIdAt(erasure.at),
      record: erasure.recordId,
      at: ctx.now(),
      actor: erasure.actor,
      after: JSON.stringify(Object.fromEntries(keys.map((key) => [key, leftOf(definition.fields.get(key))]))),
    },
  })
  await stored.forgetWords(tx, workspace, wordsAmong(definition, values))
  await scrubResponses(tx, workspace, definition, ids, keys)
  await stored.clearEnrichment(tx, workspace, { ids, keys, all })
  const texts = [...new Set(values.flatMap(({ value }) => tellingTexts(value)))]
  await stored.clearWorkflows(tx, workspace, ids, texts)
  const bytes = await stored.clearImports(tx, workspace, ids, texts)
  for (const one of bytes) await stored.removeEntries(tx, workspace, one.file, entriesOf(named(one)))
  if (links) {
    await askFor(tx, workspace, workOf(definition, erasure.recordId, cleared, [links.record]))
  }
  if (erasure.emails) bytes.push(...(await eraseEmails(ctx, tx, definitions, ids)))
  if (erasure.removed) {
    for (const id of ids) await stored.removeEntries(tx, workspace, id, entriesOf([]))
    await stored.removeRecords(tx, workspace, ids)
  }
  return bytes
}

const valuesAmong = (definition: ObjectDefinition, { fields }: stored.Kin, keys: readonly string[]) =>
  keys.flatMap((key): FieldWrite[] => {
    const field = definition.fields.get(key)
    return field ? [{ field, value: fields[key]?.value ?? null }] : []
  })

const wordsAmong = ({ fields }: ObjectDefinition, values: readonly { key: string; value: Json }[]) => [
  ...new Set(
    values.flatMap(({ key, value }) => {
      const field = fields.get(key)
      return field ? wordsOf(field, value) : []
    }),
  ),
]

/** Texts that say enough by themselves: what is shorter stands in anything. */
const tellingLength = 6
function tellingTexts(value: Json): string[] {
  if (typeof value === 'string') {
    return value.length < tellingLength ? [] : [JSON.stringify(value).slice(1, -1)]
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(tellingTexts) : []
}

/** Keeps answers, so that a request which is repeated does nothing twice, but without the values. */
async function scrubResponses(
  tx: Connection,
  workspace: number,
  definition: ObjectDefinition,
  ids: readonly string[],
  keys: readonly string[],
) {
  const publicIds = ids.map((id) => recordId(definition, id))
  for (const kept of await stored.keptResponses(tx, workspace, publicIds)) {
    const body = JSON.parse(kept.response) as Json
    scrub(body, publicIds, definition, (key) => keys.includes(key) || definition.fields.get(key)?.readOnly === true)
    await stored.replaceResponse(tx, workspace, { ...kept, response: JSON.stringify(body) })
  }
}

function scrub(
  value: Json,
  ids: readonly string[],
  definition: ObjectDefinition,
  isErased: (key: string) => boolean,
): void {
  if (typeof value !== 'object' || value === null) return
  const { id, fields } = value as { id?: Json; fields?: Record<string, { value: Json }> }
  if (typeof id === 'string' && ids.includes(id) && fields) {
    for (const [key, one] of Object.entries(fields)) if (isErased(key)) one.value = leftOf(definition.fields.get(key))
  }
  for (const part of Object.values(value)) scrub(part, ids, definition, isErased)
}

/** The e-mails that somebody was linked to, with bodies and attachments. Their mailboxes do not bring them in again. */
async function eraseEmails(ctx: Place, tx: Connection, definitions: VersionedDefinitions, ids: readonly string[]) {
  const [definition, file] = [definitions.types.get('email'), definitions.types.get('file')]
  if (!definition || !file) return []
  const emails = await stored.linkedOfType(tx, ctx.workspace, ids, definition.number)
  for (const email of emails) {
    const found = await fetchRecord(tx, ctx.workspace, shapeOf(definitions, definition), email)
    const entries = entriesOf(
      found ? allValues(definition, storedValues(definition, found.record), found.record.fields) : [],
    )
    await stored.removeEntries(tx, ctx.workspace, email, entries)
    const values = found ? Object.entries(JSON.parse(found.record.fields) as stored.Kin['fields']) : []
    await stored.forgetWords(
      tx,
      ctx.workspace,
      wordsAmong(
        definition,
        values.map(([key, { value }]) => ({ key, value })),
      ),
    )
  }
  await scrubResponses(tx, ctx.workspace, definition, emails, [...definition.fields.keys()])
  await stored.clearWorkflows(tx, ctx.workspace, emails, [])
  await stored.forgetMessages(tx, ctx.workspace, emails, 'erased' satisfies SkipReason)
  const attached = await stored.linkedOfType(tx, ctx.workspace, emails, file.number)
  const kept = await stored.keptFiles(tx, ctx.workspace, attached)
  for (const one of kept) await stored.removeEntries(tx, ctx.workspace, one.file, entriesOf(named(one)))
  await stored.removeRecords(tx, ctx.workspace, [...attached, ...emails])
  return kept
}

/** The values of a record with those that only the system writes, which e-mails consist of. */
function allValues(definition: ObjectDefinition, written: readonly FieldWrite[], text: string): FieldWrite[] {
  const fields = JSON.parse(text) as stored.Kin['fields']
  const others = [...definition.fields.values()].filter((field) => field.readOnly)
  return [...written, ...others.map((field) => ({ field, value: fields[field.key]?.value ?? null }))]
}
