import {
  type Access,
  encodeId,
  type IdPrefix,
  type ObjectDefinition,
  type Relationship,
  timeOfUuid,
} from '@openfield/schema'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import type { StoredRecord } from '../../storage/rows.ts'
import type { Context } from '../context.ts'
import { type AccessLevel, accessLevel, redact, visibleThrough } from './access.ts'
import { linkedIds, linkTo } from './links.ts'

/**
 * A record as the API sends it to the caller, as JSON text. The stored text of its fields is put in as it is: parsing it
 * would cost more than everything else here.
 */
export function presentRecord(
  ctx: Context,
  { types }: VersionedDefinitions,
  definition: ObjectDefinition,
  record: StoredRecord,
  visible: ReadonlySet<string> = new Set(),
  shown: Shown = {},
): string {
  const { omits = [], namesItself, access } = definition
  const id = encodeId(definition.prefix, record.id)
  const level = accessLevel(definition, record, ctx.caller, visible)
  const fields = access ? accessible(access, level, record.fields, shown) : record.fields
  const hidden = level === 'METADATA' ? (access?.hidden ?? []) : []
  const relationships = Array.from(definition.relationships.values())
    .filter(({ key }) => !hidden.some((one) => one === key) && shown.keys?.has(key) !== false)
    .filter((one) => !one.whenAny || linkedIds(one, record).length > 0)
    .map((one) => presentRelationship(one, prefixOf(types.get(one.objectType)), record, shown))
  return (
    `{"id":"${id}","createdAt":"${timeOfUuid(record.id).toISOString()}",` +
    (omits.includes('updatedAt') ? '' : `"updatedAt":"${record.updatedAt}",`) +
    `"httpLink":${JSON.stringify(linkTo(ctx, definition, record.id))},` +
    (omits.includes('externalId') ? '' : `"externalId":${JSON.stringify(record.externalId)},`) +
    (namesItself ? `"objectType":"${definition.name}",` : '') +
    (level ? `"accessLevel":"${level}",` : '') +
    `"fields":${fields}` +
    (omits.includes('relationships') ? '}' : `,"relationships":{${relationships.join(',')}}}`)
  )
}

/** Some records as the API sends them to the caller. */
export async function presentRecords(
  ctx: Context,
  definitions: VersionedDefinitions,
  definition: ObjectDefinition,
  records: readonly StoredRecord[],
  shown?: Shown,
): Promise<string[]> {
  const visible = await visibleThrough(ctx, definitions, definition, records)
  return records.map((record) => presentRecord(ctx, definitions, definition, record, visible, shown))
}

/** How much of a record is wanted: of which fields and relationships, how many links of each; `linked` gets the ids of these. */
export type Shown = {
  keys?: ReadonlySet<string> | undefined
  linksMax?: number
  linked?: Set<string>
}

/** The fields of a record of a type that has secrets; of such a type more was read than is shown. */
function accessible(access: Access, level: AccessLevel | undefined, text: string, { keys }: Shown): string {
  const fields = level === 'METADATA' ? redact(access, text) : text
  if (!keys) return fields
  const all = Object.entries(JSON.parse(fields) as Record<string, unknown>)
  return JSON.stringify(Object.fromEntries(all.filter(([key]) => keys.has(key))))
}

const prefixOf = (definition: ObjectDefinition | undefined): IdPrefix => definition?.prefix ?? 'obj'

/** Newest first; `hasMore` stands only where a big relationship was cut off. */
function presentRelationship(relationship: Relationship, prefix: IdPrefix, record: StoredRecord, shown: Shown): string {
  const all = linkedIds(relationship, record)
  const linked = all.slice(0, shown.linksMax)
  for (const id of linked) shown.linked?.add(id)
  const ids = linked.map((id) => `"${encodeId(prefix, id)}"`)
  const isCut = linked.length < all.length || relationship.ids.some((id) => record[relationship.side].more.has(id))
  const more = isCut ? ',"hasMore":true' : ''
  return `${headOf(relationship)}${ids.join(',')}]${more}}`
}

const heads = new WeakMap<Relationship, string>()

/** What is the same for every record; made once, since a page of a list holds two hundred of them. */
function headOf(relationship: Relationship): string {
  const known = heads.get(relationship)
  if (known !== undefined) return known
  const { key, cardinality, objectType } = relationship
  const head = `${JSON.stringify(key)}:{"cardinality":"${cardinality}","objectType":"${objectType}","values":[`
  heads.set(relationship, head)
  return head
}

/** The envelope of a page of a list. */
export const presentPage = (records: readonly string[], total: number) =>
  `{"object":"list","data":[${records.join(',')}],"totalCount":${total}}`
