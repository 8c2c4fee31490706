import type { ObjectDefinition } from '@openfield/schema'
import type { FieldWrite } from '../domain/records/fields.ts'
import type { Work } from '../storage/records.ts'

/** The kinds of background work; `drain.ts` says who does them. */
export type WorkKind = 'summary' | 'related-summaries' | 'all-summaries' | 'field-removal' | 'relationship-removal'

/** Types whose records a summary mentions by name. */
const mentioned = ['account', 'contact', 'member']

/**
 * The work that a write of a record leaves behind. A change of an opportunity asks for its summary; a change of the name
 * of a record that summaries mention asks for the summaries of all opportunities linked to it.
 */
export function workOf(definition: ObjectDefinition, recordId: string, values: readonly FieldWrite[]): Work[] {
  if (definition.name === 'opportunity') return [{ kind: 'summary', recordId }]
  const isRenamed = values.some(({ field }) => field.key === '$name' || field.key === '$email')
  return mentioned.includes(definition.name) && isRenamed ? [{ kind: 'related-summaries', recordId }] : []
}
