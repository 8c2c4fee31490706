import { Button, PasswordInput, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import type { Session } from '@openfield/sdk'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { messageOf } from '../../app/problem.tsx'
import { keys, queryClient } from '../../app/queries.ts'

type NewPasswordProps = { action: string; children?: ReactNode; choose(password: string): Promise<Session> }

/** Asks for a new password, which signs in. */
export function NewPassword({ action, children, choose }: NewPasswordProps) {
  const navigate = useNavigate()
  const form = useForm({
    initialValues: { password: '' },
    validate: { password: (password) => (password.length < 10 ? 'Use at least 10 characters.' : null) },
  })
  const accept = useMutation({
    mutationFn: ({ password }: { password: string }) => choose(password),
    async onSuccess(session) {
      queryClient.setQueryData(keys.session, session)
      await navigate({ to: '/' })
    },
  })
  return (
    <form onSubmit={form.onSubmit((values) => accept.mutate(values))}>
      {children}
      <PasswordInput
        label="New password"
        description="At least 10 characters. A few unrelated words are easy to remember and hard to guess."
        autoComplete="new-password"
        mt="sm"
        {...form.getInputProps('password')}
      />
      {accept.error && (
        <Text role="alert" c="var(--of-danger)" size="sm" mt="xs">
          {messageOf(accept.error)}
        </Text>
      )}
      <Button type="submit" fullWidth size="sm" mt="lg" loading={accept.isPending}>
        {action}
      </Button>
    </form>
  )
}
