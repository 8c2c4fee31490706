import { client } from '../../app/server.ts'
import type { AnyRecord } from '../../records/record.ts'
import type { Relation } from '../../records/relations.ts'

type Members = {
  type: string
  list(listId: string, limit: number): Promise<{ data: readonly AnyRecord[]; totalCount: number }>
}

/** Lists keep their members to themselves: these relationships have operations of their own to read them. */
export const memberLists: Readonly<Record<string, Members>> = {
  $accounts: { type: 'account', list: (id, limit) => client.list.listAccounts(id, { limit }) },
  $contacts: { type: 'contact', list: (id, limit) => client.list.listContacts(id, { limit }) },
  $opportunities: { type: 'opportunity', list: (id, limit) => client.list.listOpportunities(id, { limit }) },
}

/** Whether a list has members of the type that a relationship leads to; of other records any relationship fits. */
export const fits = ({ relationship, type }: Relation, { fields }: AnyRecord) =>
  !memberLists[relationship.key] || fields['$objectType']?.value === `$${type.name}`
