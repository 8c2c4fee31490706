import type { WorkflowRunStatus } from '@openfield/sdk'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { client } from '../../../app/server.ts'
import { isMoving } from '../workflows/states.ts'

/** What a change of a webhook outdates. */
export const webhooksKey = ['webhooks'] as const

export const webhooksQuery = queryOptions({
  queryKey: [...webhooksKey, 'list'],
  queryFn: () => client.admin.webhooks.list(),
})

export const webhookQuery = (id: string) =>
  queryOptions({
    queryKey: [...webhooksKey, id],
    queryFn: () => client.admin.webhooks.retrieve(id),
    refetchInterval: restingMs,
  })

const movingMs = 1000
const restingMs = 2000

/** What was delivered, newest first; looked at again by itself while it is shown. */
export const deliveriesQuery = (id: string, status: WorkflowRunStatus | undefined) =>
  infiniteQueryOptions({
    queryKey: [...webhooksKey, id, 'deliveries', status ?? 'all'],
    queryFn: ({ pageParam }) =>
      client.admin.webhooks.deliveries(id, {
        ...(status && { status }),
        ...(pageParam !== undefined && { after: pageParam }),
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ data }) => data.some((one) => isMoving(one))) ? movingMs : restingMs,
  })
