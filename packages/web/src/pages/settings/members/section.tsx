import { Badge, Button, Select, Table } from '@mantine/core'
import type { Member } from '@openfield/sdk'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ProblemView } from '../../../app/problem.tsx'
import { client } from '../../../app/server.ts'
import { useSession } from '../../../app/session.tsx'
import { titleText } from '../../../records/titles.ts'
import { Confirm, dateText, Head, useChange } from '../parts.tsx'
import styles from '../settings.module.css'
import { Invite } from './invite.tsx'

const outdated = [['members'], ['invitations']] as const

/** Who works in the workspace, and who is invited to. */
export default function Members() {
  const [inviting, setInviting] = useState<{ email?: string | undefined }>()
  const members = useQuery({
    queryKey: ['members'],
    async queryFn() {
      const all: Member[] = []
      for await (const member of client.member.list()) all.push(member)
      return all
    },
  })
  const invitations = useQuery({ queryKey: ['invitations'], queryFn: () => client.admin.invitations.list() })
  return (
    <>
      <Head
        title="Members"
        about="Admins change the settings and everything in them; members work with the records."
        action={<Button onClick={() => setInviting({})}>Invite a member</Button>}
      />
      {members.error && <ProblemView error={members.error} retry={members.refetch} />}
      {members.data && (
        <Rows
          members={members.data}
          waiting={new Map(invitations.data?.data.map(({ id, expiresAt }) => [id, expiresAt]))}
          onInvite={(email) => setInviting({ email })}
        />
      )}
      {inviting && <Invite email={inviting.email} onClose={() => setInviting(undefined)} />}
    </>
  )
}

type RowsProps = { members: readonly Member[]; waiting: ReadonlyMap<string, string>; onInvite(email: string): void }

function Rows({ members, waiting, onInvite }: RowsProps) {
  const { member: me } = useSession()
  const [removing, setRemoving] = useState<Member>()
  const change = useChange(
    ({ id, role }: { id: string; role: 'admin' | 'member' }) => client.admin.members.update(id, { role }),
    outdated,
  )
  const remove = useChange((id: string) => client.admin.members.remove(id), outdated)
  return (
    <div className={styles['scroll']}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Member</Table.Th>
            <Table.Th>E-mail address</Table.Th>
            <Table.Th>Role</Table.Th>
            <Table.Th>
              <span className="visually-hidden">Actions</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {members.map((member) => {
            const name = titleText({ name: 'member' }, member)
            const email = member.fields.$email.value ?? ''
            const until = waiting.get(member.id)
            return (
              <Table.Tr key={member.id}>
                <Table.Td>
                  {name} {member.id === me.id && <span className="muted">(you)</span>}
                  {until && <Badge color="gray">invited until {dateText(until)}</Badge>}
                </Table.Td>
                <Table.Td>{email}</Table.Td>
                <Table.Td>
                  <Select
                    aria-label={`Role of ${name}`}
                    size="xs"
                    w={110}
                    data={[
                      { value: 'admin', label: 'Admin' },
                      { value: 'member', label: 'Member' },
                    ]}
                    allowDeselect={false}
                    value={member.fields.$role.value}
                    onChange={(role) => role && change.mutate({ id: member.id, role: role as 'admin' | 'member' })}
                  />
                </Table.Td>
                <Table.Td ta="right">
                  {member.id !== me.id && (
                    <>
                      {until && (
                        <Button variant="subtle" onClick={() => onInvite(email)} aria-label={`Invite ${name} again`}>
                          New link
                        </Button>
                      )}
                      <Button
                        variant="subtle"
                        color="red"
                        onClick={() => setRemoving(member)}
                        aria-label={`Remove ${name}`}
                      >
                        Remove
                      </Button>
                    </>
                  )}
                </Table.Td>
              </Table.Tr>
            )
          })}
        </Table.Tbody>
      </Table>
      {removing && (
        <Confirm
          title={`Remove ${titleText({ name: 'member' }, removing)}?`}
          action="Remove"
          onConfirm={() => remove.mutate(removing.id)}
          onClose={() => setRemoving(undefined)}
        >
          They are signed out at once, and their API keys stop working for good. What they wrote stays.
        </Confirm>
      )}
    </div>
  )
}
