import { encodeId, type ObjectDefinition, type Relationship } from '@openfield/schema'
import type { Links } from '../../storage/rows.ts'
import type { Context } from '../context.ts'

/** The records linked through a relationship, newest first. */
export function linkedIds(relationship: Relationship, record: { from: Links; to: Links }): readonly string[] {
  const { ids } = record[relationship.side]
  const [only] = relationship.ids
  if (relationship.ids.length === 1 && only !== undefined) return ids.get(only) ?? []
  return [...new Set(relationship.ids.flatMap((id) => ids.get(id) ?? []))].sort().reverse()
}

/** Where people see a record; null where that is on the pages of others only. */
export const linkTo = (
  { publicUrl }: Pick<Context, 'publicUrl'>,
  { plural, prefix, pageless }: ObjectDefinition,
  id: string,
) => (pageless ? null : `${publicUrl}/crm/${plural}/${encodeId(prefix, id)}`)
