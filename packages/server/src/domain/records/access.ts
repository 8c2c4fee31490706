import type { Access, Json, ObjectDefinition } from '@openfield/schema'
import { decodeId, forbidden } from '@openfield/schema'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import type { Filter } from '../../storage/list.ts'
import type { StoredRecord } from '../../storage/rows.ts'
import { visibleRecords } from '../../storage/visibility.ts'
import type { Caller, Context } from '../context.ts'
import { linkedIds } from './links.ts'

export type AccessLevel = 'FULL' | 'METADATA'
type Fields = Record<string, { value: Json; valueType: string }>

/**
 * How much of a record its caller may see; undefined for types that have no such thing. The system itself sees everything.
 * `visible` holds the records, of those that the record is linked to, which the caller may see.
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
  return fields[access.setting]?.value !== 'METADATA' || isParticipant(access, fields, caller) ? 'FULL' : 'METADATA'
}

/** Whether the caller's address is among those of the people who took part. */
function isParticipant(access: Access, fields: Fields, { email }: Caller): boolean {
  if (!('participants' in access)) return false
  const addresses = access.participants.flatMap((key) => fields[key]?.value ?? [])
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
  return isParticipant(access, JSON.parse(record.fields) as Fields, caller)
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

/** Of the records through which access to some records goes, those that the caller may see. */
export async function visibleThrough(
  ctx: Context,
  { types }: VersionedDefinitions,
  definition: ObjectDefinition,
  records: readonly StoredRecord[],
): Promise<ReadonlySet<string>> {
  const { access } = definition
  const relationship = access && 'through' in access ? definition.relationships.get(access.through) : undefined
  const other = relationship && types.get(relationship.objectType)
  const filter = other && visibilityFilter(ctx, other)
  if (!relationship || !filter || !ctx.caller) return new Set()
  const ids = records.flatMap((record) => linkedIds(relationship, record))
  return new Set(await visibleRecords(ctx.db, ctx.workspace, [...new Set(ids)], filter))
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
