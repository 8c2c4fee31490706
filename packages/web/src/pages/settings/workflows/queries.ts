import type { WorkflowRunStatus } from '@openfield/sdk'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { client } from '../../../app/server.ts'
import { isMoving } from './states.ts'

/** What a change of a workflow outdates. */
export const workflowsKey = ['workflows'] as const

/** How soon is looked again where something happens by itself, and where something may begin to. */
const movingMs = 1000
const restingMs = 2000
/** There is one such request for every workflow of a list. */
const listMs = 15_000

export const workflowsQuery = queryOptions({
  queryKey: [...workflowsKey, 'list'],
  queryFn: () => client.admin.workflows.list(),
})

export const workflowQuery = (id: string) =>
  queryOptions({
    queryKey: [...workflowsKey, id],
    queryFn: () => client.admin.workflows.retrieve(id),
    refetchInterval: restingMs,
  })

export const versionsQuery = (id: string) =>
  queryOptions({ queryKey: [...workflowsKey, id, 'versions'], queryFn: () => client.admin.workflows.versions(id) })

export const lastRunQuery = (id: string) =>
  queryOptions({
    queryKey: [...workflowsKey, id, 'runs', 'last'],
    queryFn: () => client.admin.workflows.runs(id, { limit: 1 }),
    refetchInterval: listMs,
  })

/** The runs of a workflow, newest first; looked at again by itself while it is shown. */
export const runsQuery = (id: string, status: WorkflowRunStatus | undefined) =>
  infiniteQueryOptions({
    queryKey: [...workflowsKey, id, 'runs', status ?? 'all'],
    queryFn: ({ pageParam }) =>
      client.admin.workflows.runs(id, {
        ...(status && { status }),
        ...(pageParam !== undefined && { after: pageParam }),
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ data }) => data.some((run) => isMoving(run))) ? movingMs : restingMs,
  })

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: [...workflowsKey, 'run', id],
    queryFn: () => client.admin.workflows.retrieveRun(id),
    refetchInterval: ({ state: { data } }) => (data && isMoving(data) ? movingMs : restingMs),
  })
