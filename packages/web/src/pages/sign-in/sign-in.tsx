import { Anchor, Button, Divider, PasswordInput, Select, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { workspacesOf } from '@openfield/sdk'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { messageOf } from '../../app/problem.tsx'
import { keys, queryClient } from '../../app/queries.ts'
import { appPath, base, client } from '../../app/server.ts'
import { Outside } from './outside.tsx'

/** Asks for e-mail address and password, or hands over to single sign-on, then goes where one wanted to go. */
export function Page() {
  const navigate = useNavigate()
  const { return: back, problem } = useSearch({ strict: false })
  const target = typeof back === 'string' && /^\/(?!\/)/.test(back) ? back : '/'
  const { data: options } = useQuery({ queryKey: ['sign-in'], queryFn: () => client.admin.session.options() })
  const form = useForm({ initialValues: { email: '', password: '', workspaceId: '' } })
  const signIn = useMutation({
    mutationFn: ({ workspaceId, ...credentials }: typeof form.values) =>
      client.admin.session.signIn({ ...credentials, ...(workspaceId && { workspaceId }) }, { maxRetries: 0 }),
    async onSuccess(session) {
      queryClient.setQueryData(keys.session, session)
      await navigate({ href: target })
    },
  })
  const workspaces = workspacesOf(signIn.error)
  return (
    <Outside title={`Sign in to ${options?.workspace?.name ?? 'Openfield'}`}>
      {typeof problem === 'string' && <Text role="alert">{problemTexts[problem] ?? problemTexts['other']}</Text>}
      {options?.singleSignOn && (
        <>
          <Button
            component="a"
            size="sm"
            variant="default"
            fullWidth
            href={new URL(`admin/v1/sign-in/sso?return=${encodeURIComponent(appPath + target)}`, base).href}
          >
            {options.singleSignOn.label}
          </Button>
          <Divider label="or" />
        </>
      )}
      <form onSubmit={form.onSubmit((values) => signIn.mutate(values))}>
        <TextInput
          label="E-mail address"
          type="email"
          autoComplete="username"
          required
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          required
          mt="sm"
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
          {...form.getInputProps('password')}
        />
        {workspaces.length > 0 && (
          <Select
            label="Workspace"
            description="You are a member of several."
            mt="sm"
            data={workspaces.map(({ id, name }) => ({ value: id, label: name }))}
            {...form.getInputProps('workspaceId')}
          />
        )}
        {signIn.error && workspaces.length === 0 && (
          <Text role="alert" c="var(--of-danger)" size="sm" mt="xs">
            {messageOf(signIn.error)}
          </Text>
        )}
        <Button type="submit" fullWidth mt="lg" size="sm" loading={signIn.isPending}>
          Sign in
        </Button>
      </form>
      <Anchor component={Link} to="/reset" size="sm">
        Forgotten your password?
      </Anchor>
    </Outside>
  )
}

/** Why single sign-on led back here. */
const problemTexts: Record<string, string> = {
  'unknown-member': 'Nobody here has the address that you signed in with. Ask an admin to invite it.',
  other: 'Single sign-on did not work. Try again, or use your password.',
}
