import { Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { client } from '../../app/server.ts'
import { NewPassword } from './new-password.tsx'
import { Outside } from './outside.tsx'
import { tokenOfLink } from './token.ts'

/** Where an invitation leads: whoever has the link says who they are, chooses a password, and is in. */
export function Page() {
  const [token] = useState(tokenOfLink)
  const [names, setNames] = useState<{ firstName?: string; lastName?: string }>({})
  const { data, error } = useQuery({ queryKey: ['welcome', token], queryFn: () => client.admin.welcome.read(token) })
  if (error) {
    return (
      <Outside title="This link does not work">
        <Text>Invitations work once and for a limited time. Ask an admin of the workspace for a new link.</Text>
      </Outside>
    )
  }
  if (!data) return null
  const { member, workspace } = data
  return (
    <Outside title={`Welcome to ${workspace.name}`}>
      <Text>You will sign in as {member.email}.</Text>
      <NewPassword
        action="Choose the password and sign in"
        choose={(password) => client.admin.welcome.accept({ token, password, ...names })}
      >
        <TextInput
          label="First name"
          autoComplete="given-name"
          defaultValue={member.firstName ?? ''}
          onChange={(event) => setNames({ ...names, firstName: event.currentTarget.value })}
        />
        <TextInput
          label="Last name"
          autoComplete="family-name"
          mt="sm"
          defaultValue={member.lastName ?? ''}
          onChange={(event) => setNames({ ...names, lastName: event.currentTarget.value })}
        />
      </NewPassword>
    </Outside>
  )
}
