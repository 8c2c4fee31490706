import { useQuery } from '@tanstack/react-query'
import { client } from '../../app/server.ts'
import { type ShownType, useDefinitions } from '../../records/object-types.ts'
import type { AnyRecord } from '../../records/record.ts'

/** The addresses of the people who have to do with a record: itself, or the contacts it is linked to. */
export function useAddresses(type: ShownType, record: AnyRecord): string[] {
  const own = addressesOf(record)
  const { relationships } = useDefinitions(type)
  const linked = relationships
    .filter(({ objectType }) => objectType === 'contact')
    .flatMap(({ key }) => record.relationships?.[key]?.values ?? [])
    .slice(0, 25)
  const { data = [] } = useQuery({
    queryKey: ['record', type.name, record.id, 'addresses', linked.join(' ')],
    queryFn: () => Promise.all(linked.map((id) => client.contact.retrieve(id))),
    enabled: own.length === 0 && linked.length > 0,
  })
  return [...new Set([...own, ...data.flatMap((contact) => addressesOf(contact as AnyRecord))])]
}

function addressesOf({ fields }: AnyRecord): string[] {
  const addresses = fields['$email']?.value
  return [...new Set(Array.isArray(addresses) ? (addresses as string[]) : [])]
}
