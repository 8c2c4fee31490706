import { Button, Group, Modal, PasswordInput, Stack, Text, Title } from '@mantine/core'
import type { Session } from '@openfield/sdk'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { messageOf } from './problem.tsx'
import { keys, queryClient } from './queries.ts'
import { sendWaiting } from './saves.ts'
import { appPath, base, client } from './server.ts'

type Props = {
  /** Whose session has ended. */
  session: Session
  onSignedIn(): void
}

/** Asks for the password again over the page, where everything that was typed stays. */
export function SignedOut({ session, onSignedIn }: Props) {
  const { member, workspace } = session
  const navigate = useNavigate()
  const [password, setPassword] = useState('')
  const goOn = async (next: Session) => {
    // The page is somebody else's now: nothing on it is theirs.
    if (next.member.id !== member.id) return location.reload()
    queryClient.setQueryData(keys.session, next)
    onSignedIn()
    sendWaiting()
    await queryClient.invalidateQueries()
  }
  const signIn = useMutation({
    mutationFn: () =>
      client.admin.session.signIn({ email: member.email, password, workspaceId: workspace.id }, { maxRetries: 0 }),
    onSuccess: goOn,
  })
  const { data: options } = useQuery({ queryKey: ['sign-in'], queryFn: () => client.admin.session.options() })
  useOnReturn(goOn)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    signIn.mutate()
  }
  return (
    <Modal.Root opened onClose={() => {}} closeOnEscape={false} closeOnClickOutside={false} zIndex={1000}>
      <Modal.Overlay />
      <Modal.Content aria-label="Sign in again">
        <Stack component="form" onSubmit={submit} gap="sm" p="md">
          <Title order={2}>Sign in again</Title>
          <Text size="sm">Your session has ended. What you have typed is still here.</Text>
          <input type="hidden" name="username" autoComplete="username" value={member.email} readOnly />
          <PasswordInput
            label={`Password of ${member.email}`}
            autoComplete="current-password"
            required
            data-autofocus
            visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            error={signIn.error && messageOf(signIn.error)}
          />
          <Group justify="space-between">
            <Button variant="subtle" color="gray" onClick={() => void navigate({ to: '/sign-in' })}>
              Somebody else
            </Button>
            <Group gap="xs">
              {options?.singleSignOn && (
                <Button
                  component="a"
                  variant="default"
                  target="_blank"
                  href={new URL(`admin/v1/sign-in/sso?return=${encodeURIComponent(appPath)}`, base).href}
                >
                  {options.singleSignOn.label}
                </Button>
              )}
              <Button type="submit" loading={signIn.isPending}>
                Sign in
              </Button>
            </Group>
          </Group>
        </Stack>
      </Modal.Content>
    </Modal.Root>
  )
}

/** When one comes back to this tab: whoever has signed in in another one meanwhile. */
function useOnReturn(goOn: (session: Session) => Promise<void>) {
  const latest = useRef(goOn)
  latest.current = goOn
  useEffect(() => {
    const look = () =>
      client.admin.session.get({ maxRetries: 0 }).then(latest.current, () => {
        // Still nobody: the dialog stays.
      })
    window.addEventListener('focus', look)
    return () => window.removeEventListener('focus', look)
  }, [])
}
