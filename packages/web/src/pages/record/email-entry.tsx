import { Button, Text } from '@mantine/core'
import type { Email } from '@openfield/sdk'
import { IconLock, IconPaperclip } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { messageOf } from '../../app/problem.tsx'
import { client } from '../../app/server.ts'
import { recordPath, useType } from '../../records/object-types.ts'
import { RecordLink } from '../../records/record-link.tsx'
import { recordQuery } from '../../records/use-record.ts'
import { html } from '../../values/html.tsx'
import { download, failed } from './downloads.ts'
import styles from './record.module.css'

/** Who wrote to whom and about what. */
export function EmailHead({ email }: { email: Email }) {
  const type = useType('email')
  const { $from, $to, $cc } = email.fields
  const to = [...($to.value ?? []), ...($cc.value ?? [])]
  return (
    <>
      <strong>{$from.value?.[0] ?? 'Somebody'}</strong> <span className="muted">to {shortList(to)}</span>{' '}
      {email.accessLevel === 'FULL' ? (
        <Link to={recordPath(type, email.id)}>{email.fields.$subject.value ?? 'No subject'}</Link>
      ) : (
        <span className="muted">
          <IconLock size={12} aria-hidden /> Private
        </span>
      )}
    </>
  )
}

const namedMost = 2

/** Some addresses by name, the others as a number. */
function shortList(addresses: readonly string[]): string {
  const more = addresses.length - namedMost
  return `${addresses.slice(0, namedMost).join(', ') || 'nobody'}${more > 0 ? ` and ${more} more` : ''}`
}

/** What an e-mail says, which is read when one asks for it. */
export function EmailText({ email }: { email: Email }) {
  const [isOpen, setOpen] = useState(false)
  if (email.accessLevel !== 'FULL') {
    return (
      <Text size="sm" className="muted">
        What it says is for those who took part.
      </Text>
    )
  }
  return (
    <>
      <Button
        variant="subtle"
        color="gray"
        size="compact-xs"
        aria-expanded={isOpen}
        aria-label={`${isOpen ? 'Hide' : 'Read'} ${email.fields.$subject.value ?? 'the e-mail'}`}
        onClick={() => setOpen(!isOpen)}
      >
        {isOpen ? 'Hide' : 'Read'}
      </Button>
      {isOpen && <Whole id={email.id} />}
    </>
  )
}

function Whole({ id }: { id: string }) {
  const { data, error } = useQuery(recordQuery(useType('email'), id))
  if (error) {
    return (
      <Text size="sm" c="var(--of-danger)" role="alert">
        {messageOf(error)}
      </Text>
    )
  }
  if (!data) return null
  const body = data.fields['$body']?.value
  return (
    <div className={styles['text']}>
      {typeof body === 'string' && body !== '' && html.Whole ? (
        <html.Whole value={body} configuration={{}} />
      ) : (
        <span className="muted">It has no text.</span>
      )}
      <Attachments ids={data.relationships?.['$attachment']?.values ?? []} />
    </div>
  )
}

const Attachments = ({ ids }: { ids: readonly string[] }) =>
  ids.length > 0 && (
    <ul className={styles['attachments']} aria-label="Attachments">
      {ids.map((id) => (
        <li key={id}>
          <IconPaperclip size={13} aria-hidden />
          <Attachment id={id} />
        </li>
      ))}
    </ul>
  )

function Attachment({ id }: { id: string }) {
  const { data } = useQuery({ queryKey: ['record', 'file', id], queryFn: () => client.file.retrieve(id) })
  if (!data) return <RecordLink id={id} objectType="file" />
  return (
    <button
      type="button"
      className={styles['name']}
      onClick={() => void download({ id, filename: data.filename }).catch(failed(data.filename))}
    >
      {data.filename}
    </button>
  )
}
