import { badRequest, type objectTypes, unprocessable } from '@openfield/schema'
import type { Rules } from '../records/rules.ts'

/** The membership key for each kind of list. */
const memberships: Record<string, string> = {
  $account: '$accounts',
  $contact: '$contacts',
  $opportunity: '$opportunities',
} satisfies Record<string, keyof typeof objectTypes.list.relationships>

/** A list holds records of one type. */
export const listRules: Rules = {
  // Without the `$` is an older spelling.
  normalise: (key, value) =>
    key === '$objectType' && typeof value === 'string' ? `$${value.replace(/^\$/, '')}` : value,

  async refuse(_ctx, { value, relationships }) {
    const objectType = String(value('$objectType'))
    const membership = memberships[objectType]
    if (membership === undefined) {
      const known = Object.keys(memberships).join(', ')
      return unprocessable(`$objectType is one of ${known}.`, 'fields.$objectType')
    }
    const other = relationships.find(({ relationship }) => relationship.key !== membership)?.relationship.key
    if (other === undefined) return undefined
    throw badRequest(
      'unknown_relationship',
      `A list of ${objectType} has the relationship '${membership}' only.`,
      `relationships.${other}`,
    )
  },
}
