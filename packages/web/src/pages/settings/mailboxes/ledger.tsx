import { Button, Group, Table, Text, TextInput, Title } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import type { MailboxMessage, SkipReason } from '@openfield/sdk'
import { IconSearch } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { ProblemView } from '../../../app/problem.tsx'
import { client } from '../../../app/server.ts'
import { useSession } from '../../../app/session.tsx'
import { dateText, Head, momentText } from '../parts.tsx'
import styles from '../settings.module.css'
import { SyncState } from './sync.tsx'

const reasons: Readonly<Record<SkipReason, string>> = {
  before_start: 'before the first day that is brought in',
  excluded: 'left out by its owner',
  internal: 'among members alone',
  draft: 'a draft',
  duplicate: 'the same as another',
  too_large: 'too large',
  unreadable: 'not readable',
}

/** What became of the messages of a mailbox, day by day and one by one: why is this mail missing? */
export function Ledger({ id }: { id: string }) {
  const { member } = useSession()
  const mailbox = useQuery({ queryKey: ['mailboxes', id], queryFn: () => client.admin.mailboxes.retrieve(id) })
  const { data, error, refetch } = useQuery({
    queryKey: ['mailboxes', id, 'ledger'],
    queryFn: () => client.admin.mailboxes.ledger(id),
  })
  return (
    <>
      <Head
        title={mailbox.data?.email ?? 'Mailbox'}
        about="What became of each message that its server has."
        action={
          <Button variant="default" component={Link} to="/settings/mailboxes">
            All mailboxes
          </Button>
        }
      />
      <SyncState id={id} />
      {error && <ProblemView error={error} retry={refetch} />}
      {mailbox.data?.memberId === member.id && <Messages id={id} />}
      {data && (
        <>
          <Title order={3} mt="lg" mb="xs">
            The last 30 days
          </Title>
          {data.days.length === 0 && <p className="muted">No message came in these days.</p>}
          {data.days.length > 0 && (
            <div className={styles['scroll']}>
              <Table>
                <Table.Thead>
                  <Table.Tr>
                    {['Day', 'Seen', 'Brought in', 'Left out'].map((label) => (
                      <Table.Th key={label}>{label}</Table.Th>
                    ))}
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {data.days.map(({ day, seen, stored, skipped }) => (
                    <Table.Tr key={day}>
                      <Table.Td>{day}</Table.Td>
                      <Table.Td>{seen.toLocaleString()}</Table.Td>
                      <Table.Td>{stored.toLocaleString()}</Table.Td>
                      <Table.Td>
                        {Object.entries(skipped)
                          .map(([reason, number]) => `${number.toLocaleString()} ${reasons[reason as SkipReason]}`)
                          .join(', ') || '–'}
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </div>
          )}
          <Title order={3} mt="lg" mb="xs">
            Folders
          </Title>
          <div className={styles['scroll']}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  {['Folder', 'On the server', 'Accounted for', 'Looked at'].map((label) => (
                    <Table.Th key={label}>{label}</Table.Th>
                  ))}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {data.folders.map(({ path, onServer, recorded, checkedAt, renumberedAt }) => (
                  <Table.Tr key={path}>
                    <Table.Td>{path}</Table.Td>
                    <Table.Td>{onServer.toLocaleString()}</Table.Td>
                    <Table.Td>{recorded.toLocaleString()}</Table.Td>
                    <Table.Td>
                      {momentText(checkedAt)}
                      {renumberedAt && `; numbered anew by its server on ${dateText(renumberedAt)}`}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        </>
      )}
    </>
  )
}

const shownMost = 25

/** Finds single messages: for the owner, who knows what they are about. */
function Messages({ id }: { id: string }) {
  const [search, setSearch] = useState('')
  const [wanted] = useDebouncedValue(search.trim(), 250)
  const { data, error } = useQuery({
    queryKey: ['mailboxes', id, 'messages', wanted],
    queryFn: () => client.admin.mailboxes.messages(id, { limit: shownMost, ...(wanted && { search: wanted }) }),
    placeholderData: keepPreviousData,
  })
  return (
    <>
      <Title order={3} mt="lg" mb="xs">
        Why is a mail missing?
      </Title>
      <TextInput
        aria-label="Find a message"
        placeholder="A part of its subject, of the sender’s address or of its Message-ID"
        leftSection={<IconSearch size={14} aria-hidden />}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
        maw="32rem"
      />
      {error && <ProblemView error={error} />}
      {data?.data.length === 0 && (
        <Text size="sm" mt="xs">
          {wanted === ''
            ? 'Nothing has been read yet.'
            : 'Its server has shown no such message: look whether it is in the trash, in junk, or in another mailbox.'}
        </Text>
      )}
      {data && data.data.length > 0 && (
        <div className={styles['scroll']}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                {['Received', 'From', 'Subject', 'What became of it'].map((label) => (
                  <Table.Th key={label}>{label}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.data.map((message) => (
                <Table.Tr key={`${message.folder} ${message.messageId} ${message.receivedAt}`}>
                  <Table.Td>{momentText(message.receivedAt)}</Table.Td>
                  <Table.Td>{message.sender ?? '–'}</Table.Td>
                  <Table.Td>{message.subject ?? '–'}</Table.Td>
                  <Table.Td>
                    <Fate message={message} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {data && data.totalCount > data.data.length && (
        <Group mt="xs">
          <Text size="sm" className="muted">
            The newest {data.data.length} of {data.totalCount.toLocaleString()}.
          </Text>
        </Group>
      )}
    </>
  )
}

function Fate({ message: { outcome, reason, note, emailId, removedAt } }: { message: MailboxMessage }) {
  return (
    <>
      {outcome === 'stored' && emailId ? (
        <Link to="/$plural/$id" params={{ plural: 'emails', id: emailId }}>
          Brought in
        </Link>
      ) : (
        `Left out: ${reason ? reasons[reason] : 'for no reason that is known'}`
      )}
      {note && <span className="muted"> {note}</span>}
      {removedAt && <span className="muted"> Gone from the server since {dateText(removedAt)}.</span>}
    </>
  )
}
