import '@mantine/dropzone/styles.css'
import { ActionIcon, Button, Menu, Progress, Text } from '@mantine/core'
import { Dropzone } from '@mantine/dropzone'
import { notifications } from '@mantine/notifications'
import { IconDots, IconDownload, IconFile, IconRefresh, IconTrash, IconUpload, IconX } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import { messageOf } from '../../app/problem.tsx'
import { queryClient } from '../../app/queries.ts'
import { client } from '../../app/server.ts'
import type { ShownType } from '../../records/object-types.ts'
import { exact, readable } from '../../values/moments.ts'
import { download, failed, sizeText } from './downloads.ts'
import styles from './record.module.css'
import { Section, Who } from './shared.tsx'
import { cancel, retry, type Upload, upload, useUploads } from './uploads.ts'

type Props = { type: ShownType; recordId: string; isGone: boolean }
type Attached = Awaited<ReturnType<typeof client.admin.recordFiles.list>>['data'][number]

const pageSize = 25

/** The files of a record: dropped anywhere on the page, or chosen. */
export function Files({ type, recordId, isGone }: Props) {
  const open = useRef<() => void>(null)
  const uploads = useUploads(recordId)
  const queryKey = ['record', type.name, recordId, 'files']
  const files = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      client.admin.recordFiles.list(type.name, recordId, { limit: pageSize, offset: pageParam }, { signal }),
    initialPageParam: 0,
    getNextPageParam: ({ totalCount }, pages) => {
      const read = pages.reduce((sum, { data }) => sum + data.length, 0)
      return read < totalCount ? read : undefined
    },
  })
  const add = (chosen: File[]) => upload(type.name, recordId, chosen)
  const reread = () => queryClient.invalidateQueries({ queryKey })
  const remove = async (file: Attached) => {
    await client.admin.recordFiles.detach(type.name, recordId, file.id)
    await reread()
    const undo = async () => {
      notifications.hide(file.id)
      await client.admin.recordFiles.attach(type.name, recordId, file.id)
      await reread()
    }
    notifications.show({
      id: file.id,
      title: `${file.filename} was removed`,
      message: (
        <Button variant="light" mt={6} onClick={() => void undo().catch(failed(file.filename))}>
          Undo
        </Button>
      ),
    })
  }
  const all = files.data?.pages.flatMap(({ data }) => data) ?? []
  return (
    <Section
      title="Files"
      count={files.data?.pages[0]?.totalCount}
      action={
        <ActionIcon variant="subtle" color="gray" aria-label="Add files" onClick={() => open.current?.()}>
          <IconUpload size={15} aria-hidden />
        </ActionIcon>
      }
    >
      <Dropzone
        onDrop={add}
        openRef={open}
        disabled={isGone}
        className={styles['drop'] ?? ''}
        activateOnClick
        inputProps={{ 'aria-label': 'Choose files' }}
        aria-label="Drop files here, or choose them"
      >
        <Text size="xs" className="muted" ta="center">
          Drop files here, or choose them
        </Text>
      </Dropzone>
      <Dropzone.FullScreen active={!isGone} onDrop={add} withinPortal={false} activateOnKeyboard={false} aria-hidden>
        <Text ta="center" size="lg" pt="20vh">
          Drop to attach to this {type.label.toLowerCase()}
        </Text>
      </Dropzone.FullScreen>
      {files.error && !isGone && (
        <Text size="sm" c="var(--of-danger)">
          {messageOf(files.error)}
        </Text>
      )}
      <ul className={styles['rows']}>
        {uploads.map((one) => (
          <Sending key={one.key} upload={one} />
        ))}
        {all.map((file) => (
          <li key={file.id} className={styles['item']}>
            <IconFile size={16} stroke={1.6} aria-hidden className={styles['icon'] ?? ''} />
            <div className={styles['about']}>
              <button
                type="button"
                className={styles['name']}
                title={file.filename}
                onClick={() => void download(file)}
              >
                {file.filename}
              </button>
              <span className={styles['said']}>
                <span>{sizeText(file.sizeBytes)}</span>
                <span>
                  <time title={exact(file.createdAt)}>{readable(file.createdAt)}</time>
                </span>
                <span>
                  <Who id={file.createdBy} />
                </span>
              </span>
            </div>
            <Menu position="bottom-end">
              <Menu.Target>
                <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`Actions for ${file.filename}`}>
                  <IconDots size={14} aria-hidden />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item leftSection={<IconDownload size={14} aria-hidden />} onClick={() => void download(file)}>
                  Download
                </Menu.Item>
                <Menu.Item
                  color="var(--of-danger)"
                  leftSection={<IconTrash size={14} aria-hidden />}
                  onClick={() => void remove(file).catch(failed(file.filename))}
                >
                  Remove
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </li>
        ))}
      </ul>
      {files.hasNextPage && (
        <Button variant="subtle" size="compact-xs" onClick={() => void files.fetchNextPage()}>
          Show more files
        </Button>
      )}
    </Section>
  )
}

function Sending({ upload: one }: { upload: Upload }) {
  const { file, state, sent, message } = one
  const percent = file.size === 0 ? 0 : Math.floor((sent / file.size) * 100)
  return (
    <li className={styles['item']}>
      <IconFile size={16} stroke={1.6} aria-hidden className={styles['icon'] ?? ''} />
      <div className={styles['about']}>
        <span className={styles['name']} title={file.name}>
          {file.name}
        </span>
        {state === 'failed' ? (
          <span role="alert" className={styles['failed']}>
            {message}
          </span>
        ) : (
          <>
            <Progress value={percent} size="xs" aria-label={`Upload of ${file.name}`} />
            <span className="muted">
              {state === 'waiting' ? 'Waiting' : `${sizeText(sent)} of ${sizeText(file.size)}`}
            </span>
          </>
        )}
      </div>
      {state === 'failed' && (
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={`Try ${file.name} again`}
          onClick={() => retry(one)}
        >
          <IconRefresh size={14} aria-hidden />
        </ActionIcon>
      )}
      <ActionIcon
        variant="subtle"
        color="gray"
        size="sm"
        aria-label={state === 'failed' ? `Forget ${file.name}` : `Cancel ${file.name}`}
        onClick={() => cancel(one)}
      >
        <IconX size={14} aria-hidden />
      </ActionIcon>
    </li>
  )
}
