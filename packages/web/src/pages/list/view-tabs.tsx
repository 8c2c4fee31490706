import { ActionIcon, Button, Checkbox, Group, Menu, Modal, Stack, Text, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconDots, IconUsers } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { messageOf } from '../../app/problem.tsx'
import { keys, queryClient } from '../../app/queries.ts'
import { client } from '../../app/server.ts'
import { useSession } from '../../app/session.tsx'
import type { ShownType } from '../../records/object-types.ts'
import { writeAddress } from './address.ts'
import type { ShownColumn } from './columns.ts'
import styles from './list.module.css'
import { addressOf, isChanged, type ListState, queryOf, type View } from './use-address.ts'

type TabsProps = { type: ShownType; list: ListState; columns: readonly ShownColumn[] }

/** The saved views of a type, and what can be done with the one that is shown. */
export function ViewTabs({ type, list, columns }: TabsProps) {
  const { views, view } = list
  const [asked, setAsked] = useState<'new' | 'rename'>()
  const { member } = useSession()
  const navigate = useNavigate()
  const isMine = view !== undefined && (view.ownerId === member.id || member.role === 'admin')
  const hasChanged = view !== undefined && isChanged(view, list)
  const shown = {
    query: queryOf(list.address),
    layout: list.address.layout,
    columns: columns.map(({ key, width }) => (width === undefined ? { key } : { key, width })),
  }
  const open = (one: View) => navigate({ to: '.', search: writeAddress(addressOf(one)) })
  const act = useMutation({
    mutationFn: (action: () => Promise<unknown>) => action(),
    onError: (error) => notifications.show({ color: 'red', message: messageOf(error) }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.views(type.name) }),
  })
  /** Changes the view, and shows it as it is then. */
  const update = (one: View, changes: Parameters<typeof client.admin.views.update>[1]) =>
    act.mutate(async () => {
      const updated = await client.admin.views.update(one.id, changes)
      queryClient.setQueryData<View[]>(keys.views(type.name), (all) =>
        all?.map((other) => (other.id === updated.id ? updated : other)),
      )
      await open(updated)
    })
  const saveAs = (name: string, shared: boolean) =>
    act.mutate(async () => {
      const made = await client.admin.views.create({ objectType: type.name, name, shared, ...shown })
      queryClient.setQueryData<View[]>(keys.views(type.name), (all) => [...(all ?? []), made])
      await open(made)
    })
  const remove = (one: View) =>
    act.mutate(async () => {
      await client.admin.views.remove(one.id)
      await navigate({ to: '.', search: {} })
    })

  return (
    <nav className={styles['tabs']} aria-label="Views">
      <Link to="." search={{}} className={styles['tab'] ?? ''} {...current(list.address.view === undefined)}>
        All {type.pluralLabel.toLowerCase()}
      </Link>
      {views.map((one) => (
        <Link
          key={one.id}
          to="."
          search={writeAddress(addressOf(one))}
          className={styles['tab'] ?? ''}
          {...current(one.id === view?.id)}
        >
          {one.name}
          {one.shared && <IconUsers size={13} role="img" aria-label="Shared" />}
        </Link>
      ))}
      {view && (
        <Menu position="bottom-start" width={220}>
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`View ${view.name}`}>
              <IconDots size={14} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item disabled={!isMine} onClick={() => setAsked('rename')}>
              Rename
            </Menu.Item>
            <Menu.Item disabled={!isMine} onClick={() => update(view, { shared: !view.shared })}>
              {view.shared ? 'Keep to myself' : 'Share with everybody'}
            </Menu.Item>
            <Menu.Item onClick={() => setAsked('new')}>Save as a new view</Menu.Item>
            <Menu.Divider />
            <Menu.Item disabled={!isMine} color="red" onClick={() => remove(view)}>
              Delete the view
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      {hasChanged && (
        <Group gap={4} wrap="nowrap">
          <Text size="xs" className="muted" role="status">
            Unsaved changes
          </Text>
          {isMine && (
            <Button variant="subtle" onClick={() => update(view, shown)}>
              Save
            </Button>
          )}
          <Button variant="subtle" color="gray" onClick={() => void open(view)}>
            Discard
          </Button>
        </Group>
      )}
      {!view && (
        <Button variant="subtle" color="gray" onClick={() => setAsked('new')}>
          Save as a view
        </Button>
      )}
      <Modal
        opened={asked !== undefined}
        onClose={() => setAsked(undefined)}
        title={asked === 'rename' ? 'Rename the view' : 'Save as a view'}
      >
        <NameForm
          name={asked === 'rename' ? (view?.name ?? '') : ''}
          shared={asked === 'new' ? false : undefined}
          onDone={(name, shared) => {
            setAsked(undefined)
            if (asked === 'rename' && view) update(view, { name })
            else saveAs(name, shared)
          }}
        />
      </Modal>
    </nav>
  )
}

/** The router tells apart where one is by all of the address; here the view alone counts. */
const current = (is: boolean) => ({
  activeOptions: { exact: true, includeSearch: true },
  'aria-current': is ? ('page' as const) : undefined,
})

type NameProps = { name: string; shared: boolean | undefined; onDone(name: string, shared: boolean): void }

function NameForm({ name, shared, onDone }: NameProps) {
  const [typed, setTyped] = useState(name)
  const [isShared, setShared] = useState(shared ?? false)
  function submit(event: FormEvent) {
    event.preventDefault()
    if (typed.trim() !== '') onDone(typed.trim(), isShared)
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Name"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          maxLength={100}
          data-autofocus
        />
        {shared !== undefined && (
          <Checkbox
            label="Everybody sees it"
            checked={isShared}
            onChange={(event) => setShared(event.currentTarget.checked)}
          />
        )}
        <Group justify="flex-end">
          <Button type="submit" disabled={typed.trim() === ''}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
