import { APIConnectionError, NotFoundError } from '@openfield/sdk'
import { useQuery } from '@tanstack/react-query'
import { keys } from '../app/queries.ts'
import { operationsOf, type ShownType } from './object-types.ts'
import type { AnyRecord } from './record.ts'

/** A record, kept current by live events. What was read stays when it is deleted or the connection is lost. */
export type LiveRecord = {
  record: AnyRecord | undefined
  /** It is not there: it was deleted or merged, perhaps while one looks at it, or there never was one. */
  isGone: boolean
  isOffline: boolean
  /** Why there is nothing to show, when that is not because it is gone. */
  error: Error | null
  retry(): void
}

export const recordQuery = (type: ShownType, id: string) => ({
  queryKey: keys.record(type.name, id),
  queryFn: () => operationsOf(type).retrieve(id),
})

export function useRecord(type: ShownType, id: string): LiveRecord {
  const { data, error, refetch } = useQuery(recordQuery(type, id))
  const isGone = error instanceof NotFoundError
  return {
    record: data,
    isGone,
    isOffline: data !== undefined && error instanceof APIConnectionError,
    error: isGone || data ? null : error,
    retry: () => void refetch(),
  }
}
