import { Button, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import type { NewInvitation } from '@openfield/sdk'
import { client } from '../../../app/server.ts'
import { dateText, Secret, useChange } from '../parts.tsx'

/** Invites somebody, or gives somebody a new link who has not accepted yet. */
export function Invite({ email, onClose }: { email: string | undefined; onClose(): void }) {
  const form = useForm({ initialValues: { email: email ?? '', firstName: '', lastName: '', role: 'member' } })
  const invite = useChange(
    ({ firstName, lastName, role, ...rest }: typeof form.values) =>
      client.admin.invitations.create({
        ...rest,
        role: role as 'admin' | 'member',
        ...(firstName && { firstName }),
        ...(lastName && { lastName }),
      }),
    [['members'], ['invitations']],
  )
  if (invite.data) return <Invited invitation={invite.data} onClose={onClose} />
  return (
    <Modal opened onClose={onClose} title="Invite a member">
      <form onSubmit={form.onSubmit((values) => invite.mutate(values))}>
        <Stack>
          <TextInput label="E-mail address" type="email" required data-autofocus {...form.getInputProps('email')} />
          <Group grow>
            <TextInput label="First name" {...form.getInputProps('firstName')} />
            <TextInput label="Last name" {...form.getInputProps('lastName')} />
          </Group>
          <Select
            label="Role"
            data={[
              { value: 'member', label: 'Member: works with the records' },
              { value: 'admin', label: 'Admin: changes the settings too' },
            ]}
            allowDeselect={false}
            {...form.getInputProps('role')}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={invite.isPending}>
              Invite
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

function Invited({ invitation, onClose }: { invitation: NewInvitation; onClose(): void }) {
  const { member, link, sent, expiresAt } = invitation
  return (
    <Modal opened onClose={onClose} title={`${member.email} is invited`} size="lg">
      <Stack>
        <Text>
          {sent
            ? 'They have got this link by mail. You can also hand it to them yourself.'
            : 'This server sends no mail, so hand them this link: whoever opens it chooses the password.'}
        </Text>
        <Secret text={link} label="Invitation link" />
        <Text className="muted" size="sm">
          It works once, until {dateText(expiresAt)}.
        </Text>
        <Group justify="flex-end">
          <Button onClick={onClose}>Done</Button>
        </Group>
      </Stack>
    </Modal>
  )
}
