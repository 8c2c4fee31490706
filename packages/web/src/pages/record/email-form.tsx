import { ActionIcon, Button, FileButton, Select, TagsInput, Text, Textarea, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconPaperclip, IconX } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { queryClient } from '../../app/queries.ts'
import { client } from '../../app/server.ts'
import { useSession } from '../../app/session.tsx'
import { useAddresses } from './addresses.ts'
import type { FormProps } from './composer.tsx'
import { sizeText } from './downloads.ts'
import { FormFrame } from './form-frame.tsx'
import styles from './record.module.css'

type Way = 'send' | 'draft'

/** What one e-mail may carry, and all of it together: mail servers take no more. */
const [attachmentsMax, bytesMax] = [5, 25 * 1024 * 1024]

/** Writes to the people that a record has to do with, from a mailbox of one's own. */
export function EmailForm({ type, record, draft, onChange, onDone, save }: FormProps) {
  const { member } = useSession()
  const { data: mailboxes } = useQuery({ queryKey: ['mailboxes'], queryFn: () => client.admin.mailboxes.list() })
  const own = mailboxes?.data.filter(({ memberId }) => memberId === member.id) ?? []
  const known = useAddresses(type, record)
  const [files, setFiles] = useState<readonly File[]>([])
  // The same for each attempt: an e-mail that was sent is not sent again.
  const [attempt, setAttempt] = useState(() => crypto.randomUUID())
  const [isCopied, setCopied] = useState((draft.cc ?? draft.bcc) !== undefined)
  const from = own.find(({ email }) => email === draft.from) ?? own[0]
  const to = draft.to ?? known.slice(0, 1)

  const write = useMutation({
    async mutationFn(way: Way) {
      const attachments = await Promise.all(files.map(upload))
      const message = {
        from: from?.email ?? '',
        to,
        ...(draft.cc?.length && { cc: draft.cc }),
        ...(draft.bcc?.length && { bcc: draft.bcc }),
        subject: draft.title ?? '',
        messageBody: { contentType: 'TEXT' as const, content: draft.text ?? '' },
        ...(attachments.length > 0 && { attachments }),
      }
      await client.email[way](message, { idempotencyKey: `${attempt}-${way}` })
      return way
    },
    async onSuccess(way) {
      onDone()
      notifications.show({ message: way === 'send' ? 'Sent' : 'The draft is in your mailbox' })
      await queryClient.invalidateQueries({ queryKey: ['timeline'] })
    },
  })
  const edit = (part: Parameters<typeof onChange>[0]) => {
    // What was changed is another e-mail than the one that failed.
    if (write.isError) setAttempt(crypto.randomUUID())
    onChange(part)
  }
  if (mailboxes && !from) {
    return (
      <Text size="sm" className="muted">
        Connect your mailbox to write from here:{' '}
        <Link to="/settings/$section" params={{ section: 'mailboxes' }}>
          Mailboxes
        </Link>
        .
      </Text>
    )
  }
  const people = { data: known, acceptValueOnBlur: true, clearable: true, splitChars: [',', ';', ' '] }
  const size = files.reduce((sum, file) => sum + file.size, 0)
  const tooMuch = files.length > attachmentsMax || size > bytesMax
  return (
    <FormFrame
      save={save}
      isPending={write.isPending}
      error={write.error}
      onSubmit={() => write.mutate('send')}
      onDone={onDone}
      more={
        from?.imap && (
          <Button variant="default" loading={write.isPending} onClick={() => write.mutate('draft')}>
            Keep as a draft
          </Button>
        )
      }
    >
      <Select
        label="From"
        data={own.map(({ email }) => email)}
        value={from?.email ?? null}
        onChange={(email) => email && edit({ from: email })}
        allowDeselect={false}
      />
      <TagsInput label="To" {...people} value={to} onChange={(next) => edit({ to: next })} />
      {isCopied ? (
        <div className={styles['pair']}>
          <TagsInput label="Cc" {...people} value={draft.cc ?? []} onChange={(cc) => edit({ cc })} />
          <TagsInput label="Bcc" {...people} value={draft.bcc ?? []} onChange={(bcc) => edit({ bcc })} />
        </div>
      ) : (
        <Button variant="subtle" color="gray" size="compact-xs" w="fit-content" onClick={() => setCopied(true)}>
          Cc and Bcc
        </Button>
      )}
      <TextInput
        label="Subject"
        value={draft.title ?? ''}
        onChange={(event) => edit({ title: event.currentTarget.value })}
        autoFocus
      />
      <Textarea
        label="Message"
        autosize
        minRows={6}
        maxRows={24}
        value={draft.text ?? ''}
        onChange={(event) => edit({ text: event.currentTarget.value })}
      />
      {files.length > 0 && (
        <ul className={styles['attachments']} aria-label="Attachments">
          {files.map((file) => (
            <li key={`${file.name} ${file.size}`}>
              <span className={styles['name']}>{file.name}</span> <span className="muted">{sizeText(file.size)}</span>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="xs"
                aria-label={`Leave ${file.name} out`}
                onClick={() => setFiles(files.filter((one) => one !== file))}
              >
                <IconX size={12} aria-hidden />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
      {tooMuch && (
        <Text size="sm" c="var(--of-danger)" role="alert">
          An e-mail takes {attachmentsMax} files and {sizeText(bytesMax)} in all. Leave something out.
        </Text>
      )}
      <FileButton multiple onChange={(chosen) => setFiles([...files, ...chosen])}>
        {(props) => (
          <Button
            {...props}
            variant="subtle"
            color="gray"
            size="compact-xs"
            w="fit-content"
            leftSection={<IconPaperclip size={13} aria-hidden />}
          >
            Attach files
          </Button>
        )}
      </FileButton>
    </FormFrame>
  )
}

const sent = new WeakMap<File, string>()

/** Uploads a file, unless an attempt before this one did, and returns its id. */
async function upload(file: File): Promise<string> {
  const known = sent.get(file)
  if (known !== undefined) return known
  const mimeType = file.type || 'application/octet-stream'
  const { id } = await client.file.upload({
    filename: file.name,
    mimeType,
    purpose: 'email_attachment',
    data: file,
  })
  sent.set(file, id)
  return id
}
