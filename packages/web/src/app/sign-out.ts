import { useNavigate } from '@tanstack/react-router'
import { onSignedOut, queryClient } from './queries.ts'
import { client } from './server.ts'

/** Ends the session, or all sessions of the member, and leaves nothing of it on the screen. */
export function useSignOut() {
  const navigate = useNavigate()
  return async (where: 'here' | 'everywhere' = 'here') => {
    // Nobody is to be asked to sign in again.
    onSignedOut(() => {})
    if (where === 'here') await client.admin.session.signOut()
    else await client.admin.session.signOutEverywhere()
    await navigate({ to: '/sign-in' })
    queryClient.clear()
  }
}
