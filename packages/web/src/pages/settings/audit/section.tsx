import { Badge, Button, Code, Group, Select, TextInput } from '@mantine/core'
import type { AuditFilter, AuditLine, DownloadLink } from '@openfield/sdk'
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ProblemView } from '../../../app/problem.tsx'
import { client } from '../../../app/server.ts'
import { RecordLink } from '../../../records/record-link.tsx'
import { ActorName } from '../../record/actor-name.tsx'
import { Head, momentText, useChange } from '../parts.tsx'
import styles from './audit.module.css'

const pageSize = 50

const kinds = [
  { value: 'admin', label: 'Administration' },
  { value: 'admin.session', label: 'Signing in and out' },
  { value: 'record', label: 'Records' },
  { value: 'export', label: 'Exports' },
  { value: 'command', label: 'Command line' },
]

const download = ({ url }: DownloadLink) => location.assign(url)

/** Who did what, when, on what. */
export default function Audit() {
  const [action, setAction] = useState<string | null>(null)
  const [actor, setActor] = useState<string | null>(null)
  const [from, setFrom] = useState('')
  const [until, setUntil] = useState('')
  const filter: AuditFilter = {
    ...(action !== null && { action }),
    ...(actor !== null && { actor }),
    ...(from !== '' && { from: startOf(from, 0) }),
    ...(until !== '' && { to: startOf(until, 1) }),
  }
  const members = useQuery({ queryKey: ['members', 'names'], queryFn: () => client.member.list({ limit: 25 }) })
  const log = useInfiniteQuery({
    queryKey: ['audit', filter],
    queryFn: async ({ pageParam }) => {
      const query = { ...filter, limit: pageSize, ...(pageParam !== '' && { before: pageParam }) }
      const { data, nextCursor } = await client.admin.audit.list(query)
      return { data, nextCursor }
    },
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
  const table = useChange(() => client.admin.audit.download('csv', filter), [], download)
  const lines = useChange(() => client.admin.audit.download('ndjson', filter), [], download)
  const found = log.data?.pages.flatMap(({ data }) => data)
  return (
    <>
      <Head
        title="Audit log"
        about="Who did what: administration, sign-ins, exports and every write of a record. Nothing of it can be changed."
        action={
          <Group gap="xs" wrap="nowrap">
            <Button variant="default" loading={table.isPending} onClick={() => table.mutate(undefined)}>
              CSV
            </Button>
            <Button variant="default" loading={lines.isPending} onClick={() => lines.mutate(undefined)}>
              JSON
            </Button>
          </Group>
        }
      />
      <Group mb="md" align="flex-end">
        <Select label="What" placeholder="Everything" clearable data={kinds} value={action} onChange={setAction} />
        <Select
          label="Who"
          placeholder="Everybody"
          clearable
          searchable
          data={(members.data?.data ?? []).map(({ id, fields }) => ({ value: id, label: nameOf(fields) }))}
          value={actor}
          onChange={setActor}
        />
        <TextInput type="date" label="From" value={from} onChange={({ target }) => setFrom(target.value)} />
        <TextInput type="date" label="Until" value={until} onChange={({ target }) => setUntil(target.value)} />
      </Group>
      {log.error && <ProblemView error={log.error} retry={log.refetch} />}
      {found?.length === 0 && <p className="muted">Nothing was done that this asks for.</p>}
      {found && found.length > 0 && <Lines lines={found} />}
      {log.hasNextPage && (
        <Button mt="md" variant="default" loading={log.isFetchingNextPage} onClick={() => log.fetchNextPage()}>
          Show older
        </Button>
      )}
    </>
  )
}

/** The moment at which a day begins where the viewer is, or one so many days later. */
function startOf(day: string, later: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  return new Date(year, month - 1, date + later).toISOString()
}

type MemberFields = {
  $name?: { value: { firstName: string | null; lastName: string | null } | null }
  $email?: { value: unknown }
}

function nameOf({ $name, $email }: MemberFields): string {
  const parts = [$name?.value?.firstName, $name?.value?.lastName].filter(Boolean)
  return parts.length > 0 ? parts.join(' ') : String($email?.value ?? '')
}

function Lines({ lines }: { lines: readonly AuditLine[] }) {
  return (
    <ol className={styles['lines']} aria-label="What was done">
      {lines.map((line) => (
        <li key={line.id}>
          <time dateTime={line.at} className="muted">
            {momentText(line.at)}
          </time>
          <div className={styles['what']}>
            <span>
              {line.label}
              {line.keys.length > 0 && <span className="muted"> · {line.keys.join(', ')}</span>}
              {line.outcome !== 'done' && (
                <Badge ml="xs" size="sm" variant="light" color={line.outcome === 'refused' ? 'red' : 'yellow'}>
                  {line.outcome === 'refused' ? 'Refused' : 'Broke off'}
                </Badge>
              )}
            </span>
            <Subject line={line} />
          </div>
          <div className={styles['who']}>
            <span>{whoOf(line)}</span>
            {line.address && <span className="muted">{line.address}</span>}
          </div>
        </li>
      ))}
    </ol>
  )
}

function whoOf({ actor, action, outcome }: AuditLine) {
  if (actor) return <ActorName actor={actor} />
  if (action.startsWith('command.')) return 'The command line'
  return outcome === 'refused' ? 'Somebody' : <ActorName actor={null} />
}

/** What it was done to: a record leads to its page, anything else is named. */
function Subject({ line: { object, details } }: { line: AuditLine }) {
  if (!object) return null
  const { id, objectType, title } = object
  if (objectType && title !== null) return <RecordLink id={id} objectType={objectType} name={title} />
  const name = title ?? (typeof details['name'] === 'string' ? details['name'] : undefined)
  return name === undefined ? <Code>{id}</Code> : <span className={styles['named']}>{name}</span>
}
