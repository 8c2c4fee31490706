import {
  Button,
  PasswordInput,
  SegmentedControl,
  Stack,
  Table,
  Text,
  Title,
  useMantineColorScheme,
} from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { client } from '../../../app/server.ts'
import { useSession } from '../../../app/session.tsx'
import { useSignOut } from '../../../app/sign-out.ts'
import { Head, momentText, useChange } from '../parts.tsx'

const sessions = ['sessions'] as const

/** Who is signed in, how it looks to them, how they sign in, and where. */
export default function Profile() {
  const { member, workspace } = useSession()
  const name = [member.firstName, member.lastName].filter(Boolean).join(' ')
  return (
    <Stack gap="xl" maw="36rem">
      <div>
        <Head title="Your account" about={`${member.role === 'admin' ? 'Admin' : 'Member'} of ${workspace.name}.`} />
        <Text>{name || 'No name yet'}</Text>
        <Text className="muted">{member.email}</Text>
      </div>
      <Look />
      <Password />
      <Sessions />
    </Stack>
  )
}

function Look() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <section aria-label="Look">
      <Title order={2} mb="xs">
        Look
      </Title>
      <SegmentedControl
        aria-label="Colours"
        value={colorScheme}
        onChange={(scheme) => setColorScheme(scheme as typeof colorScheme)}
        data={[
          { value: 'auto', label: 'As the system' },
          { value: 'light', label: 'Light' },
          { value: 'dark', label: 'Dark' },
        ]}
      />
    </section>
  )
}

function Password() {
  const form = useForm({ initialValues: { current: '', password: '' } })
  const change = useChange(
    (input: typeof form.values) => client.admin.session.changePassword(input),
    [sessions],
    () => {
      form.reset()
      notifications.show({ message: 'Your password is changed. You are signed out everywhere else.' })
    },
  )
  return (
    <section aria-label="Password">
      <Title order={2} mb="xs">
        Password
      </Title>
      <form onSubmit={form.onSubmit((values) => change.mutate(values))}>
        <Stack gap="sm">
          <PasswordInput
            label="Current password"
            autoComplete="current-password"
            required
            {...form.getInputProps('current')}
          />
          <PasswordInput
            label="New password"
            description="At least 10 characters."
            autoComplete="new-password"
            minLength={10}
            required
            {...form.getInputProps('password')}
          />
          <div>
            <Button type="submit" loading={change.isPending}>
              Change the password
            </Button>
          </div>
        </Stack>
      </form>
    </section>
  )
}

function Sessions() {
  const signOut = useSignOut()
  const { data } = useQuery({ queryKey: sessions, queryFn: () => client.admin.session.list() })
  return (
    <section aria-label="Where you are signed in">
      <Title order={2} mb="xs">
        Where you are signed in
      </Title>
      <Table fz="sm">
        <Table.Tbody>
          {data?.data.map(({ createdAt, lastUsedAt, userAgent, current }) => (
            <Table.Tr key={createdAt}>
              <Table.Td>
                {browserOf(userAgent)}
                {current && <span className="muted"> (this one)</span>}
              </Table.Td>
              <Table.Td ta="right">last used {momentText(lastUsedAt)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Button mt="sm" variant="default" onClick={() => signOut('everywhere')}>
        Sign out everywhere
      </Button>
    </section>
  )
}

/** What a browser calls itself, in short: the browser's own name comes before those that it is compatible with. */
function browserOf(userAgent: string | null): string {
  const name = ['Firefox', 'Edg', 'OPR', 'Chrome', 'Safari'].find((one) => userAgent?.includes(`${one}/`))
  const system = ['Windows', 'Android', 'iPhone', 'iPad', 'Mac OS', 'Linux'].find((one) => userAgent?.includes(one))
  const browser = name?.replace('Edg', 'Edge').replace('OPR', 'Opera') ?? 'A browser'
  return system ? `${browser} on ${system}` : browser
}
