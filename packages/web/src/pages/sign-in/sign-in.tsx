import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { messageOf } from '../../app/problem.tsx'
import { keys, queryClient } from '../../app/queries.ts'
import { client } from '../../app/server.ts'
import { Outside } from './outside.tsx'

/** Asks for e-mail address and password, then goes where one wanted to go. */
export function Page() {
  const navigate = useNavigate()
  const { return: back } = useSearch({ strict: false })
  const form = useForm({ initialValues: { email: '', password: '' } })
  const signIn = useMutation({
    mutationFn: (credentials: { email: string; password: string }) => client.admin.session.signIn(credentials),
    async onSuccess(session) {
      queryClient.setQueryData(keys.session, session)
      await navigate({ href: typeof back === 'string' && back.startsWith('/') ? back : '/' })
    },
  })
  return (
    <Outside title="Sign in to Openfield">
      <form onSubmit={form.onSubmit((values) => signIn.mutate(values))}>
        <TextInput
          label="E-mail address"
          type="email"
          autoComplete="username"
          required
          autoFocus
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          required
          mt="sm"
          {...form.getInputProps('password')}
          error={signIn.error && messageOf(signIn.error)}
        />
        <Button type="submit" fullWidth mt="lg" size="sm" loading={signIn.isPending}>
          Sign in
        </Button>
      </form>
    </Outside>
  )
}
