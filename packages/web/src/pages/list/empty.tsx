import { Button, Group, Title } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useSession } from '../../app/session.tsx'
import { iconOf } from '../../records/icons.ts'
import type { ShownType } from '../../records/object-types.ts'
import { CreateButton } from './create-button.tsx'
import styles from './list.module.css'

type EmptyProps = { type: ShownType; isFiltered: boolean; onClear(): void }

/** A list with nothing in it, which says what to do about that. */
export function Empty({ type, isFiltered, onClear }: EmptyProps) {
  const Icon = iconOf(type.name)
  const { member } = useSession()
  const plural = type.pluralLabel.toLowerCase()
  return (
    <div className={styles['empty']}>
      <Icon size={28} stroke={1.5} aria-hidden />
      <Title order={2}>{isFiltered ? `No ${plural} match` : `No ${plural} yet`}</Title>
      {isFiltered ? (
        <>
          <p>Change a filter above, or take them all away.</p>
          <Button variant="default" onClick={onClear}>
            Clear all filters
          </Button>
        </>
      ) : (
        <>
          <p>
            {type.verbs.includes('create')
              ? `Create the first one here, bring what you have in a spreadsheet, or let a program add them through the API.`
              : `They appear here when there are some.`}
          </p>
          {type.verbs.includes('create') && (
            <Group gap="xs">
              <CreateButton type={type} />
              {member.role === 'admin' && (
                <Button variant="default" component={Link} to="/settings/import">
                  Import a file
                </Button>
              )}
            </Group>
          )}
        </>
      )}
    </div>
  )
}
