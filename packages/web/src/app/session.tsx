import { useSuspenseQuery } from '@tanstack/react-query'
import { keys } from './queries.ts'
import { client } from './server.ts'

export const sessionQuery = {
  queryKey: keys.session,
  queryFn: () => client.admin.session.get({ maxRetries: 0 }),
  staleTime: 5 * 60_000,
}

/** Who is signed in. Only below the shell, which makes sure that somebody is. */
export const useSession = () => useSuspenseQuery(sessionQuery).data
