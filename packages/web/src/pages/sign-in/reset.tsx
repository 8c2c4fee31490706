import { Anchor, Button, Code, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { messageOf } from '../../app/problem.tsx'
import { client } from '../../app/server.ts'
import { NewPassword } from './new-password.tsx'
import { Outside } from './outside.tsx'
import { tokenOfLink } from './token.ts'

/** A forgotten password: asks for the address, or, when the link of the mail was opened, for a new password. */
export function Page() {
  const [token] = useState(tokenOfLink)
  return token === '' ? <Ask /> : <Choose token={token} />
}

function Ask() {
  const form = useForm({ initialValues: { email: '' } })
  const request = useMutation({
    mutationFn: ({ email }: { email: string }) => client.admin.passwordResets.request(email),
  })
  if (request.data?.mail) {
    return (
      <Outside title="Look at your mail">
        <Text>If {form.values.email} belongs to a member, a link to choose a new password is on its way.</Text>
        <Back />
      </Outside>
    )
  }
  if (request.data) {
    return (
      <Outside title="This server sends no mail">
        <Text>
          Ask an admin for a new link (Settings, Members), or whoever runs the server to run{' '}
          <Code>npx openfield password reset --email {form.values.email}</Code>
        </Text>
        <Back />
      </Outside>
    )
  }
  return (
    <Outside title="Forgotten password">
      <form onSubmit={form.onSubmit((values) => request.mutate(values))}>
        <TextInput
          label="E-mail address"
          type="email"
          autoComplete="username"
          required
          error={request.error && messageOf(request.error)}
          {...form.getInputProps('email')}
        />
        <Button type="submit" fullWidth size="sm" mt="lg" loading={request.isPending}>
          Send me a link
        </Button>
      </form>
      <Back />
    </Outside>
  )
}

function Choose({ token }: { token: string }) {
  return (
    <Outside title="Choose a new password">
      <NewPassword
        action="Change the password and sign in"
        choose={(password) => client.admin.passwordResets.accept({ token, password })}
      />
      <Back />
    </Outside>
  )
}

const Back = () => (
  <Anchor component={Link} to="/sign-in" size="sm">
    Back to sign in
  </Anchor>
)
