import { APIError, AuthenticationError } from '@openfield/sdk'
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'

/** The keys under which answers of the server are kept; what becomes outdated is named by the beginning of a key. */
export const keys = {
  session: ['session'] as const,
  objectTypes: ['objectTypes'] as const,
  definitions: (objectType: string) => ['definitions', objectType] as const,
  record: (objectType: string, id: string) => ['record', objectType, id] as const,
  recentChanges: ['recentChanges'] as const,
  timeline: (id: string) => ['timeline', id] as const,
  /** Which values of a record were looked up, and the run that is under way. */
  enrichment: (id: string) => ['enrichment', id] as const,
  enrichmentRuns: ['enrichmentRuns'] as const,
  enrichmentSettings: ['enrichmentSettings'] as const,
  /** Pages of lists: `{ data, totalCount, names, … }`. */
  records: (objectType: string, ...query: unknown[]) => ['records', objectType, ...query] as const,
  totals: (objectType: string, ...query: unknown[]) => ['totals', objectType, ...query] as const,
  name: (id: string) => ['name', id] as const,
  views: (objectType: string) => ['views', objectType] as const,
}

/** Told when the server no longer knows who is signed in. */
type SignedOut = () => void
let signedOut: SignedOut = () => {}
export const onSignedOut = (listener: SignedOut) => {
  signedOut = listener
}

/** Tells when an answer of the server is that nobody is signed in. */
export function noticeSignOut(error: unknown) {
  if (error instanceof AuthenticationError) signedOut()
}

/** The client retries what a retry can help; here nothing is tried again, and what is shown is refreshed by live events. */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeSignOut }),
  mutationCache: new MutationCache({ onError: noticeSignOut }),
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      gcTime: 10 * 60_000,
      retry: false,
      networkMode: 'always',
      refetchOnWindowFocus: (query) => !(query.state.error instanceof APIError),
    },
    mutations: { networkMode: 'always' },
  },
})
