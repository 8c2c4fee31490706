import { Alert } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { IconLock } from '@tabler/icons-react'
import { type ComponentType, useEffect } from 'react'
import { useEdited } from '../../app/saves.ts'
import { type ShownType, useDefinitions } from '../../records/object-types.ts'
import { noteRecent } from '../../records/recent.ts'
import type { AnyRecord } from '../../records/record.ts'
import { useRelations } from '../../records/relations.ts'
import { titleText } from '../../records/titles.ts'
import type { LiveRecord } from '../../records/use-record.ts'
import { Suggestions } from './enrichment.tsx'
import { Fields } from './fields.tsx'
import { Files } from './files.tsx'
import { GoneBanner } from './gone.tsx'
import { Head } from './head.tsx'
import { fits } from './members-of-lists.ts'
import styles from './record.module.css'
import { isGroup, Related } from './related.tsx'
import { Summary } from './summary.tsx'
import { Thread } from './thread.tsx'
import { Timeline } from './timeline.tsx'

type Props = { type: ShownType; record: AnyRecord; live: LiveRecord }

/** What only the records of one type have. */
const ownParts: Readonly<Record<string, ComponentType<{ id: string }>>> = { email: Thread }

/** A record with everything that has to do with it: its fields, what happened, and what it is linked to. */
export function RecordView({ type, record: stored, live }: Props) {
  const record = useEdited(stored)
  const definitions = useDefinitions(type)
  const relations = useRelations(type)
  const title = titleText(type, record)
  useDocumentTitle(`${title} · Openfield`)
  useEffect(() => noteRecent({ id: stored.id, objectType: type.name }), [stored.id, type.name])
  const shown = { type, record, definitions, title }
  const Own = type.custom ? undefined : ownParts[type.name]
  return (
    <article className={styles['page']} aria-label={title}>
      <Head {...shown} relations={relations} />
      {live.isGone && <GoneBanner type={type} id={record.id} />}
      {live.isOffline && (
        <Alert color="yellow" role="status">
          No connection: this is how the {type.label.toLowerCase()} was when the server last answered.
        </Alert>
      )}
      <div className={styles['columns']}>
        <div className={styles['fields']}>
          <Fields {...shown} relations={relations.filter((relation) => !isGroup(relation))} />
          {type.enriched && <Suggestions type={type} recordId={record.id} />}
        </div>
        <div className={styles['middle']}>
          {record.accessLevel === 'METADATA' && <Private type={type} />}
          <Summary {...shown} />
          {Own && <Own id={record.id} />}
          <Timeline {...shown} relations={relations} />
        </div>
        <div className={styles['related']}>
          {relations
            .filter((one) => isGroup(one) && fits(one, record))
            .map((relation) => (
              <Related key={relation.relationship.key} {...shown} relation={relation} />
            ))}
          {type.holdsFiles && <Files type={type} recordId={record.id} isGone={live.isGone} />}
        </div>
      </div>
    </article>
  )
}

const Private = ({ type }: { type: ShownType }) => (
  <Alert color="gray" icon={<IconLock size={16} />} title="Parts of this are private">
    You see that there is this {type.label.toLowerCase()}, and who has to do with it. What was said in it is for those
    who took part.
  </Alert>
)
