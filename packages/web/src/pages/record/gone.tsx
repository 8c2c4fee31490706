import { Alert, Button, Group, Text } from '@mantine/core'
import { IconArrowRight, IconTrash } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { messageOf, ProblemView } from '../../app/problem.tsx'
import { queryClient } from '../../app/queries.ts'
import { client } from '../../app/server.ts'
import { operationsOf, recordPath, type ShownType } from '../../records/object-types.ts'
import type { AnyRecord } from '../../records/record.ts'
import { titleText } from '../../records/titles.ts'
import { recordQuery } from '../../records/use-record.ts'
import { exact, readable } from '../../values/moments.ts'
import { Empty, Who } from './shared.tsx'

/** What became of a record, asked by its old id; an error where it never was. */
const useFate = (id: string) =>
  useQuery({
    queryKey: ['gone', id],
    queryFn: ({ signal }) => client.admin.trash.retrieve(id, { signal }),
    staleTime: 0,
  })

/** Brings a record back, and shows it. */
function useRestore(type: ShownType, id: string) {
  return useMutation({
    mutationFn: () => operationsOf(type).restore(id),
    async onSuccess(record) {
      queryClient.setQueryData(recordQuery(type, id).queryKey, record)
      await queryClient.invalidateQueries({ queryKey: ['records', type.name] })
    },
  })
}

/** In place of a record that is not there: where it went, and the way back. */
export function Gone({ type, id }: { type: ShownType; id: string }) {
  const { data: fate, error, isPending } = useFate(id)
  const restore = useRestore(type, id)
  if (isPending) return null
  const noun = type.label.toLowerCase()
  if (!fate) {
    return (
      <Empty title={`There is no such ${noun}`}>
        <Text className="muted" ta="center">
          The address may be cut off, or you may not be allowed to see it.
        </Text>
        <Group>
          <Button variant="default" component={Link} to={`/${type.plural}`}>
            All {type.pluralLabel.toLowerCase()}
          </Button>
          <Button component={Link} to="/search">
            Search
          </Button>
        </Group>
        {error && !isNotFound(error) && <ProblemView error={error} />}
      </Empty>
    )
  }
  if (fate.mergedInto) {
    return (
      <Empty title={`This ${noun} was merged into another`}>
        <Happened at={fate.deletedAt} by={fate.deletedBy} verb="merged it" />
        <Button component={Link} to={recordPath(type, fate.mergedInto)} rightSection={<IconArrowRight size={14} />}>
          Open the {noun} that stayed
        </Button>
      </Empty>
    )
  }
  const title = fate.record ? titleText(type, fate.record as AnyRecord) : `This ${noun}`
  return (
    <Empty title={`${title} is in the trash`}>
      <Happened at={fate.deletedAt} by={fate.deletedBy} verb="deleted it" />
      <Text className="muted" ta="center" maw="28rem">
        Its values and links are kept there. Restore it to have them back as they were.
      </Text>
      {restore.error && <Text c="var(--of-danger)">{messageOf(restore.error)}</Text>}
      <Group>
        <Button variant="default" component={Link} to={`/${type.plural}`}>
          All {type.pluralLabel.toLowerCase()}
        </Button>
        <Button onClick={() => restore.mutate()} loading={restore.isPending}>
          Restore
        </Button>
      </Group>
    </Empty>
  )
}

const isNotFound = (error: unknown) =>
  typeof error === 'object' && error !== null && 'status' in error && error.status === 404

const Happened = ({ at, by, verb }: { at: string; by: string | null; verb: string }) => (
  <Text className="muted" ta="center">
    <Who id={by} /> {verb} <time title={exact(at)}>{readable(at)}</time>.
  </Text>
)

/** Above a record that was deleted, or merged, while one looks at it. */
export function GoneBanner({ type, id }: { type: ShownType; id: string }) {
  const { data: fate } = useFate(id)
  const restore = useRestore(type, id)
  const noun = type.label.toLowerCase()
  const survivor = fate?.mergedInto
  return (
    <Alert color="red" icon={<IconTrash size={16} />} role="alert" title={`This ${noun} is no longer there`}>
      <Group justify="space-between" gap="xs">
        <Text size="sm">
          {fate ? <Who id={fate.deletedBy} /> : 'Somebody'}{' '}
          {survivor ? 'merged it into another' : 'moved it to the trash'} while you were looking at it. What you see is
          how it was; changes cannot be saved.
        </Text>
        {survivor ? (
          <Button component={Link} to={recordPath(type, survivor)}>
            Open the {noun} that stayed
          </Button>
        ) : (
          <Button onClick={() => restore.mutate()} loading={restore.isPending}>
            Restore
          </Button>
        )}
        {restore.error && <Text c="var(--of-danger)">{messageOf(restore.error)}</Text>}
      </Group>
    </Alert>
  )
}
