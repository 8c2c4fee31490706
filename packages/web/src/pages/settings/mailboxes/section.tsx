import { Badge, Button, Group, Menu, Paper, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { Mailbox, MailServerCheck } from '@openfield/sdk'
import { IconChevronDown } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { ProblemView } from '../../../app/problem.tsx'
import { client } from '../../../app/server.ts'
import { useSession } from '../../../app/session.tsx'
import { useName } from '../../../records/names.ts'
import type { SectionProps } from '../page.tsx'
import { Confirm, dateText, Head, useChange } from '../parts.tsx'
import { Connect } from './connect.tsx'
import { Ledger } from './ledger.tsx'
import { SyncState, syncKey, useSync, Wishes } from './sync.tsx'

export const mailboxesKey = ['mailboxes'] as const

/** The mailboxes that one sends from and whose e-mails stand in the CRM; admins see those of all. */
export default function Mailboxes({ item }: SectionProps) {
  return item === undefined ? <All /> : <Ledger id={item} />
}

function All() {
  const { member } = useSession()
  const [connecting, setConnecting] = useState<'new' | Mailbox>()
  const { data, error, refetch } = useQuery({
    queryKey: mailboxesKey,
    queryFn: () => client.admin.mailboxes.list(),
  })
  const own = data?.data.filter(({ memberId }) => memberId === member.id) ?? []
  const others = data?.data.filter(({ memberId }) => memberId !== member.id) ?? []
  const connect = <Button onClick={() => setConnecting('new')}>Connect a mailbox</Button>
  return (
    <>
      <Head
        title="Mailboxes"
        about="You write from your mailbox, and its e-mails stand with the people they are from and to."
        action={own.length > 0 && connect}
      />
      {error && <ProblemView error={error} retry={refetch} />}
      {data && own.length === 0 && (
        <Stack align="flex-start" gap="xs" py="md">
          <Text>You have not connected a mailbox yet.</Text>
          <Text size="sm" className="muted">
            Once it is there, what you write and get stands in the timelines of contacts, accounts and opportunities.
            You choose whether colleagues can read it, or only see that there was something.
          </Text>
          {connect}
        </Stack>
      )}
      <Stack gap="sm">
        {own.map((mailbox) => (
          <One key={mailbox.id} mailbox={mailbox} isOwn onReconnect={() => setConnecting(mailbox)} />
        ))}
        {others.length > 0 && (
          <Text size="sm" className="muted" mt="md">
            Of other members: you see how they fare, and not what is in them.
          </Text>
        )}
        {others.map((mailbox) => (
          <One key={mailbox.id} mailbox={mailbox} />
        ))}
      </Stack>
      {connecting && (
        <Connect {...(connecting !== 'new' && { mailbox: connecting })} onClose={() => setConnecting(undefined)} />
      )}
    </>
  )
}

const providers = { imap: 'SMTP and IMAP', google: 'Google', microsoft: 'Microsoft' } as const

function One({ mailbox, isOwn, onReconnect }: { mailbox: Mailbox; isOwn?: true; onReconnect?: () => void }) {
  const [isEnding, setEnding] = useState(false)
  const [isChoosing, setChoosing] = useState(false)
  const { data: sync } = useSync(mailbox.id)
  const owner = useName(mailbox.memberId)
  const check = useChange(
    (id: string) => client.admin.mailboxes.check(id),
    [mailboxesKey],
    ({ smtp, imap }) => {
      const wrong = [problemIn('Sending', smtp), problemIn('Reading', imap)].filter((one) => one !== undefined)
      notifications.show(
        wrong.length === 0
          ? { message: `${mailbox.email} works` }
          : { color: 'red', title: `${mailbox.email} does not work`, message: wrong.join(' ') },
      )
    },
  )
  const change = useChange(
    (privacySetting: Mailbox['privacySetting']) => client.admin.mailboxes.update(mailbox.id, { privacySetting }),
    [mailboxesKey],
  )
  const pause = useChange(
    (paused: boolean) => client.admin.mailboxes.updateSync(mailbox.id, { paused }),
    [syncKey(mailbox.id)],
  )
  const syncNow = useChange((id: string) => client.admin.mailboxes.syncNow(id), [syncKey(mailbox.id)])
  const end = useChange((id: string) => client.admin.mailboxes.disconnect(id), [mailboxesKey])
  const { smtp, imap } = mailbox
  const isPrivate = mailbox.privacySetting === 'METADATA'
  return (
    <Paper withBorder p="sm" component="section" aria-label={mailbox.email}>
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div style={{ minWidth: 0 }}>
          <Group gap="xs">
            <Text fw={600}>{mailbox.email}</Text>
            <State mailbox={mailbox} />
          </Group>
          <Text size="sm" className="muted">
            {[
              isOwn ? undefined : owner,
              providers[mailbox.provider],
              imap ? `${smtp.host}, ${imap.host}` : `${smtp.host}, sends only`,
              `since ${dateText(mailbox.connectedAt)}`,
            ]
              .filter(Boolean)
              .join(' · ')}
          </Text>
        </div>
        <Menu position="bottom-end" width={240}>
          <Menu.Target>
            <Button
              variant="default"
              flex="none"
              loading={check.isPending}
              rightSection={<IconChevronDown size={14} aria-hidden />}
              aria-label={`Actions for ${mailbox.email}`}
            >
              Actions
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {imap && (
              <>
                <Menu.Item component={Link} to={`/settings/mailboxes/${mailbox.id}`}>
                  What became of each message
                </Menu.Item>
                <Menu.Item onClick={() => syncNow.mutate(mailbox.id)}>Look for new e-mails</Menu.Item>
                {isOwn && <Menu.Item onClick={() => setChoosing(true)}>What to bring in…</Menu.Item>}
                {isOwn && sync && (
                  <Menu.Item onClick={() => pause.mutate(!sync.paused)}>{sync.paused ? 'Go on' : 'Pause'}</Menu.Item>
                )}
                <Menu.Divider />
              </>
            )}
            <Menu.Item onClick={() => check.mutate(mailbox.id)}>Check it</Menu.Item>
            {isOwn && <Menu.Item onClick={onReconnect}>Connect it again…</Menu.Item>}
            {isOwn && (
              <Menu.Item onClick={() => change.mutate(isPrivate ? 'FULL' : 'METADATA')}>
                {isPrivate ? 'Let colleagues read it' : 'Keep it private'}
              </Menu.Item>
            )}
            <Menu.Item color="var(--of-danger)" onClick={() => setEnding(true)}>
              Disconnect…
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Group>
      {mailbox.problem && (
        <Text size="sm" c="var(--of-danger)" mt={4} role="alert">
          {mailbox.problem}
        </Text>
      )}
      {imap && <SyncState id={mailbox.id} />}
      {isChoosing && <Wishes id={mailbox.id} onClose={() => setChoosing(false)} />}
      <Text size="sm" mt={4}>
        {isPrivate
          ? 'Colleagues see that there was an e-mail, from and to whom, and not what it says.'
          : 'Colleagues can read its e-mails.'}
      </Text>
      {isEnding && (
        <Confirm
          title={`Disconnect ${mailbox.email}?`}
          action="Disconnect"
          onConfirm={() => end.mutate(mailbox.id)}
          onClose={() => setEnding(false)}
        >
          Nothing more is sent from it or read in it. The e-mails that are here stay.
        </Confirm>
      )}
    </Paper>
  )
}

const problemIn = (what: string, check: MailServerCheck | null) =>
  check && !check.works ? `${what}: ${check.problem}` : undefined

const State = ({ mailbox: { state } }: { mailbox: Mailbox }) =>
  state === 'connected' ? <Badge color="gray">connected</Badge> : <Badge color="red">connect it again</Badge>
