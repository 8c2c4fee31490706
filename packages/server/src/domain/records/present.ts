import { encodeId, type IdPrefix, type ObjectDefinition, type Relationship, timeOfUuid } from '@openfield/schema'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import type { Links, StoredRecord } from '../../storage/rows.ts'

/**
 * A record as the API sends it, as JSON text. The stored text of its fields is put in as it is: parsing it would cost
 * more than everything else here.
 */
export function presentRecord(
  publicUrl: string,
  { types }: VersionedDefinitions,
  definition: ObjectDefinition,
  record: StoredRecord,
): string {
  const id = encodeId(definition.prefix, record.id)
  const externalId = record.externalId === null ? 'null' : JSON.stringify(record.externalId)
  const relationships = Array.from(definition.relationships.values(), (relationship) =>
    presentRelationship(relationship, prefixOf(types.get(relationship.objectType)), record),
  )
  return (
    `{"id":"${id}","createdAt":"${timeOfUuid(record.id).toISOString()}","updatedAt":"${record.updatedAt}",` +
    `"httpLink":"${publicUrl}/crm/${definition.plural}/${id}","externalId":${externalId},` +
    `"fields":${record.fields},"relationships":{${relationships.join(',')}}}`
  )
}

const prefixOf = (definition: ObjectDefinition | undefined): IdPrefix => definition?.prefix ?? 'obj'

/** Newest first; `hasMore` stands only where a big relationship was cut off. */
function presentRelationship(relationship: Relationship, prefix: IdPrefix, record: StoredRecord): string {
  const { key, cardinality, objectType } = relationship
  const ids = linkedIds(relationship, record).map((id) => `"${encodeId(prefix, id)}"`)
  const more = relationship.ids.some((id) => record[relationship.side].more.has(id)) ? ',"hasMore":true' : ''
  return `${JSON.stringify(key)}:{"cardinality":"${cardinality}","objectType":"${objectType}","values":[${ids.join(',')}]${more}}`
}

/** The records linked through a relationship, newest first. */
export function linkedIds(relationship: Relationship, record: { from: Links; to: Links }): readonly string[] {
  const { ids } = record[relationship.side]
  const [only] = relationship.ids
  if (relationship.ids.length === 1 && only !== undefined) return ids.get(only) ?? []
  return [...new Set(relationship.ids.flatMap((id) => ids.get(id) ?? []))].sort().reverse()
}

/** The envelope of a page of a list. */
export const presentPage = (records: readonly string[], total: number) =>
  `{"object":"list","data":[${records.join(',')}],"totalCount":${total}}`
