import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { drop, type Edit, isClaimed, resolve, useEdits } from './saves.ts'

const EditValue = lazy(() => import('../records/edit-value.tsx').then(({ EditValue }) => ({ default: EditValue })))

/** Says what is not saved yet, and lets whoever typed it choose where somebody else was faster. */
export function EditStatus() {
  const edits = useEdits()
  const waiting = edits.filter(({ state }) => state === 'waiting')
  const question = edits.find((edit) => edit.state === 'conflict' || (edit.state === 'refused' && !isClaimed(edit)))
  return (
    <>
      {waiting.length > 0 && (
        <Text size="sm" role="status" c="var(--of-danger)">
          No connection: {waiting.length === 1 ? '1 change is' : `${waiting.length} changes are`} kept here and saved as
          soon as the server answers.
        </Text>
      )}
      {question && <Question key={`${question.recordId} ${question.key} ${question.state}`} edit={question} />}
    </>
  )
}

function Question({ edit }: { edit: Edit }) {
  const isConflict = edit.state === 'conflict'
  const close = () => (isConflict ? void resolve(edit, 'theirs') : drop(edit))
  return (
    <Modal
      opened
      onClose={close}
      title={isConflict ? `${edit.label} was changed meanwhile` : `${edit.label} was not saved`}
    >
      <Stack>
        <Text>
          {isConflict
            ? `Somebody else has changed “${edit.label}” of ${edit.title} while you were editing it.`
            : edit.message}
        </Text>
        <dl>
          {isConflict && (
            <>
              <dt className="muted">It is now</dt>
              <dd>
                <Value edit={edit} value={edit.current} />
              </dd>
            </>
          )}
          <dt className="muted">You typed</dt>
          <dd>
            <Value edit={edit} value={edit.value} />
          </dd>
        </dl>
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {isConflict ? 'Keep theirs' : 'Discard'}
          </Button>
          {isConflict && <Button onClick={() => void resolve(edit, 'mine')}>Use mine</Button>}
        </Group>
      </Stack>
    </Modal>
  )
}

const Value = (props: { edit: Edit; value: unknown }) => (
  <Suspense>
    <EditValue {...props} />
  </Suspense>
)
