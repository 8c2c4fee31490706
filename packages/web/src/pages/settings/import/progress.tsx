import { Alert, Progress as Bar, Button, Group, Stack, Table, Text } from '@mantine/core'
import type { Import } from '@openfield/sdk'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { client } from '../../../app/server.ts'
import { useType } from '../../../records/object-types.ts'
import { Confirm, momentText, useChange } from '../parts.tsx'
import { isMoving } from './states.ts'

/** How far an import is, what came of it, and the way back. */
export function Progress({ of }: { of: Import }) {
  const { state, counts, undo, problem } = of
  const percent = counts.total === 0 ? 100 : (100 * counts.done) / counts.total
  return (
    <Stack>
      {state === 'running' && (
        <>
          <Bar value={percent} aria-label="Progress of the import" />
          <Text role="status" size="sm">
            {counts.done.toLocaleString()} of {counts.total.toLocaleString()} rows
            {of.rate !== null && `, ${Math.round(of.rate)} a second`}
            {of.eta !== null && `, ${durationText(of.eta)} left`}
          </Text>
        </>
      )}
      {problem && (
        <Alert color="red" variant="light" title="The import has stopped">
          {problem}
        </Alert>
      )}
      <Table maw="24rem" fz="sm" withRowBorders={false}>
        <Table.Tbody>
          <Count label="Created" value={counts.created} />
          <Count label="Updated" value={counts.updated} />
          <Count label="Left alone" value={counts.skipped} />
          <Count label="Refused" value={counts.refused} />
          {(state === 'undoing' || state === 'undone') && (
            <>
              <Count label="Taken back" value={undo.reverted} />
              <Count label="Kept, since changed meanwhile" value={undo.kept} />
              <Count label="Could not be taken back" value={undo.failed} />
            </>
          )}
        </Table.Tbody>
      </Table>
      {of.finishedAt && <Text className="muted">Finished {momentText(of.finishedAt)}.</Text>}
      <Actions of={of} />
    </Stack>
  )
}

const Count = ({ label, value }: { label: string; value: number }) => (
  <Table.Tr>
    <Table.Th scope="row" fw={400}>
      {label}
    </Table.Th>
    <Table.Td ta="right">{value.toLocaleString()}</Table.Td>
  </Table.Tr>
)

function Actions({ of }: { of: Import }) {
  const type = useType(of.objectType)
  const [isUndoing, setIsUndoing] = useState(false)
  const outdated = [['imports'], ['records'], ['record'], ['totals']] as const
  const cancel = useChange(() => client.admin.imports.cancel(of.id), outdated)
  const goOn = useChange(() => client.admin.imports.start(of.id), outdated)
  const undo = useChange(() => client.admin.imports.undo(of.id), outdated)
  const errors = useChange(
    () => client.admin.exports.importErrors(of.id),
    [],
    ({ url }) => location.assign(url),
  )
  const canUndo = ['done', 'cancelled', 'failed'].includes(of.state) && of.counts.created + of.counts.updated > 0
  return (
    <Group>
      {of.state === 'running' && (
        <Button variant="default" onClick={() => cancel.mutate(undefined)}>
          Stop
        </Button>
      )}
      {of.state === 'cancelled' && <Button onClick={() => goOn.mutate(undefined)}>Go on</Button>}
      {of.counts.refused > 0 && !isMoving(of.state) && (
        <Button variant="default" loading={errors.isPending} onClick={() => errors.mutate(undefined)}>
          Download the refused rows
        </Button>
      )}
      {canUndo && (
        <Button variant="default" onClick={() => setIsUndoing(true)}>
          Take the import back
        </Button>
      )}
      {!isMoving(of.state) && (
        <Link to="/$plural" params={{ plural: type.plural }}>
          See {type.pluralLabel}
        </Link>
      )}
      {isUndoing && (
        <Confirm
          title="Take the import back?"
          action="Take it back"
          onConfirm={() => undo.mutate(undefined)}
          onClose={() => setIsUndoing(false)}
        >
          What it created goes to the trash, and what it updated gets its old values. What somebody has changed since
          stays.
        </Confirm>
      )}
    </Group>
  )
}

/** Seconds, as people say them. */
const durationText = (seconds: number) =>
  seconds < 90 ? `${Math.ceil(seconds)} seconds` : `${Math.ceil(seconds / 60)} minutes`
