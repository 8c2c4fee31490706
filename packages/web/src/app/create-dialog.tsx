import { Anchor, Modal } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useNavigate } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import type { Draft } from '../records/draft.ts'
import { recordPath, type ShownType, useObjectTypes } from '../records/object-types.ts'
import type { AnyRecord } from '../records/record.ts'
import { titleText } from '../records/titles.ts'
import { appPath } from './server.ts'
import { makeStore } from './store.ts'

const RecordForm = lazy(() => import('../records/record-form.tsx').then(({ RecordForm }) => ({ default: RecordForm })))

/** What is to be created: a type by its name, what is filled in to begin with, and what then becomes of it. */
export type Creation = Partial<Draft> & { type: string; onCreated?(record: AnyRecord): void }

const creations = makeStore<Creation | undefined>(undefined)

/** Opens the dialog in which one creates a record, from anywhere below the shell. */
export const openCreate = (creation: Creation) => creations.set(creation)

export const isCreating = () => creations.get() !== undefined

/** The dialog in which one creates a record of any type. There is one, in the shell. */
export function CreateDialog() {
  const creation = creations.use()
  const type = useObjectTypes().find(({ name }) => name === creation?.type)
  const tell = useTellOfCreated()
  if (!creation || !type) return null
  const close = () => creations.set(undefined)
  return (
    <Modal opened onClose={close} title={`New ${type.label.toLowerCase()}`} size="lg" centered={false}>
      <Suspense>
        <RecordForm
          type={type}
          fields={creation.fields}
          relationships={creation.relationships}
          onCancel={close}
          onCreated={(record) => {
            close()
            creation.onCreated?.(record)
            tell(type, record)
          }}
        />
      </Suspense>
    </Modal>
  )
}

/** Says that a record was created, with a link to it. */
function useTellOfCreated() {
  const navigate = useNavigate()
  return (type: ShownType, record: AnyRecord) => {
    const path = recordPath(type, record.id)
    const id = `created ${record.id}`
    const follow = (event: React.MouseEvent) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return
      event.preventDefault()
      notifications.hide(id)
      void navigate({ to: path })
    }
    notifications.show({
      id,
      title: `${type.label} created`,
      message: (
        <Anchor href={`${appPath}${path}`} onClick={follow} inherit>
          {titleText(type, record)}
        </Anchor>
      ),
      autoClose: 8000,
      closeButtonProps: { 'aria-label': 'Dismiss' },
    })
  }
}
