import { useNavigate } from '@tanstack/react-router'
import { queryClient } from './queries.ts'
import { client } from './server.ts'

/** Ends the session and leaves nothing of it on the screen. */
export function useSignOut() {
  const navigate = useNavigate()
  return async () => {
    await client.admin.session.signOut()
    await navigate({ to: '/sign-in' })
    queryClient.clear()
  }
}
