import type { Access, Json, ObjectDefinition } from '@openfield/schema'
import { decodeId, forbidden } from '@openfield/schema'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import type { Filter } from '../../storage/filters.ts'
import type { StoredRecord } from '../../storage/rows.ts'
import { visibleRecords } from '../../storage/visibility.ts'
import type { Caller, Context } from '../context.ts'
import { linkedIds } from './links.ts'

export type AccessLevel = 'FULL' | 'METADATA'
type Fields = Record<string, { value: Json; valueType: string }>

/**
 * How much of a record its caller may see; undefined for types that have no such thing. The system itself sees everything.
 * `visible` is what `visibleThrough` says of it.
 */
export function accessLevel(
  definition: ObjectDefinition,
  record: StoredRecord,
  caller: Caller | undefined,
  visible: ReadonlySet<string>,
): AccessLevel | undefined {
  const { access } = definition
  if (!access) return undefined
  if (!caller) return 'FULL'
  if ('through' in access) {
    const relationship = definition.relationships.get(access.through)
    return relationship && linkedIds(relationship, record).some((id) => visible.has(id)) ? 'FULL' : 'METADATA'
  }
  const fields = JSON.parse(record.fields) as Fields
  return levelBySetting(access, (key) => fields[key]?.value ?? null, caller, visible.has(record.id))
}

/** The keys of the fields by which it is decided who sees everything of a record. */
export const decidingKeys = (access: Access): readonly string[] =>
  'setting' in access ? [access.setting, ...access.participants] : []

/** How much of a record its caller may see by the values of those fields; `holds`: they are among its holders. */
export function levelBySetting(
  access: Access,
  value: (key: string) => Json,
  caller: Caller | undefined,
  holds: boolean,
): AccessLevel {
  if (!caller || holds) return 'FULL'
  const isOpen = 'setting' in access && value(access.setting) !== 'METADATA'
  return isOpen || isParticipant(access, value, caller) ? 'FULL' : 'METADATA'
}

/** Whether the caller's address is among those of the people who took part. */
function isParticipant(access: Access, value: (key: string) => Json, { email }: Caller): boolean {
  if (!('participants' in access)) return false
  const addresses = access.participants.flatMap((key) => value(key) ?? [])
  return email !== undefined && addresses.some((address) => String(address).toLowerCase() === email.toLowerCase())
}

/** Whether the caller's scopes let them do something with records of a type, e.g. `read`. */
export function hasScope({ caller }: Context, { custom, plural }: ObjectDefinition, verb: string): boolean {
  const held: readonly string[] = caller?.scopes ?? []
  return held.length === 0 || held.includes(`${custom ? 'custom_objects' : plural}:${verb}`)
}

/** Throws a 403 when the caller's scopes do not let them do something with records of a type. */
export function requireScope(ctx: Context, definition: ObjectDefinition, verb: string) {
  if (hasScope(ctx, definition, verb)) return
  throw forbidden(`This API key lacks the scope '${definition.custom ? 'custom_objects' : definition.plural}:${verb}'.`)
}

/** Whether the caller may change, delete and restore a record of a type; the system itself may. */
export function mayEdit({ guarded, access }: ObjectDefinition, record: StoredRecord, caller: Caller | undefined) {
  if (!guarded || !access || !caller || caller.role === 'admin') return true
  const fields = JSON.parse(record.fields) as Fields
  return isParticipant(access, (key) => fields[key]?.value ?? null, caller)
}

/** The fields of a record, as JSON text, without what only some see. */
export function redact(access: Access, text: string): string {
  const fields = JSON.parse(text) as Fields
  for (const key of access.redacted) {
    const field = fields[key]
    if (field) field.value = null
  }
  return JSON.stringify(fields)
}

/**
 * Of the records through which access to some records goes, those that the caller may see; and of records with holders,
 * those that the caller holds.
 */
export async function visibleThrough(
  ctx: Context,
  { types }: VersionedDefinitions,
  definition: ObjectDefinition,
  records: readonly StoredRecord[],
): Promise<ReadonlySet<string>> {
  const { access } = definition
  if (access && 'setting' in access) {
    return heldByCaller(
      ctx,
      definition,
      records.map(({ id }) => id),
    )
  }
  const relationship = access && 'through' in access ? definition.relationships.get(access.through) : undefined
  const other = relationship && types.get(relationship.objectType)
  const filter = other && visibilityFilter(ctx, other)
  if (!relationship || !filter || !ctx.caller) return new Set()
  const ids = records.flatMap((record) => linkedIds(relationship, record))
  return new Set(await visibleRecords(ctx.db, ctx.workspace, [...new Set(ids)], filter))
}

/** Of some records of a type, those that the caller is a holder of. */
export async function heldByCaller(
  ctx: Context,
  { access, unseen }: ObjectDefinition,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const holders = access && 'setting' in access ? unseen.get(access.holders ?? '') : undefined
  const member = decodeId('mem', ctx.caller?.memberId ?? '')
  if (!holders || member === undefined) return new Set()
  const match = { relationships: holders.ids, side: holders.side, other: member }
  return new Set(await visibleRecords(ctx.db, ctx.workspace, ids, { param: holders.key, negated: false, match }))
}

/** What lists of a type must filter by so that they hold what the caller may see; undefined when that is everything. */
export function visibilityFilter(
  ctx: Context,
  { number, visibility, fields, relationships }: ObjectDefinition,
): Filter | undefined {
  if (!visibility || !ctx.caller) return undefined
  const [field, members] = [fields.get(visibility.field), relationships.get(visibility.members)]
  if (!field || !members) throw new Error(`the visibility of ${visibility.field} rests on nothing`)
  const open = {
    field: field.id,
    condition: { index: 'text', operator: 'equal', value: visibility.everybody },
  } as const
  const member = ctx.caller.memberId === undefined ? undefined : decodeId('mem', ctx.caller.memberId)
  const own = member === undefined ? [] : [{ relationships: members.ids, side: members.side, other: member }]
  const any = [open, ...own].map((match) => ({ param: visibility.field, negated: false, match }))
  return { param: visibility.field, negated: false, match: { any, objectType: number } }
}
