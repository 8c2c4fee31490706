import { Button } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { IconLock } from '@tabler/icons-react'
import { EditableField, EditableLinks } from '../../records/inline-edit.tsx'
import type { ShownType } from '../../records/object-types.ts'
import type { AnyRecord, Definitions, FieldDefinition } from '../../records/record.ts'
import type { Relation } from '../../records/relations.ts'
import { EnrichedSign, EnrichmentStatus } from './enrichment.tsx'
import { FieldHistory } from './field-history.tsx'
import { titleFieldOf } from './head.tsx'
import styles from './record.module.css'
import { Section } from './shared.tsx'
import { isWritten } from './summary.tsx'

type Props = {
  type: ShownType
  record: AnyRecord
  definitions: Definitions
  /** The relationships that are shown among the fields. */
  relations: readonly Relation[]
}

/** Every field in the order of the definitions, edited in its place. */
export function Fields({ type, record, definitions, relations }: Props) {
  const [showsEmpty, setShowsEmpty] = useLocalStorage({
    key: 'openfield.emptyFields',
    defaultValue: false,
    getInitialValueInEffect: false,
  })
  const inHead = titleFieldOf(type, record, definitions)?.key
  const fields = definitions.fields.filter((field) => field.key !== inHead && !isWritten(field))
  const empty = fields.filter(({ key }) => isEmpty(record.fields[key]?.value))
  const shown = showsEmpty ? fields : fields.filter((field) => !empty.includes(field))
  return (
    <Section title="Details" action={type.enriched && <EnrichmentStatus type={type} recordId={record.id} />}>
      <dl className={styles['list']}>
        {relations.map(({ relationship }) => (
          <div key={relationship.key} className={styles['row']}>
            <dt title={relationship.description ?? undefined}>
              {relationship.label}
              {type.enriched && <EnrichedSign type={type} recordId={record.id} fieldKey={relationship.key} />}
            </dt>
            <dd>
              <EditableLinks record={record} type={type} definition={relationship} />
            </dd>
          </div>
        ))}
        {shown.map((definition) => (
          <Field key={definition.key} type={type} record={record} definition={definition} />
        ))}
      </dl>
      {empty.length > 0 && (
        <Button
          variant="subtle"
          color="gray"
          size="compact-xs"
          aria-expanded={showsEmpty}
          onClick={() => setShowsEmpty(!showsEmpty)}
        >
          {showsEmpty ? 'Hide empty fields' : `Show ${empty.length} empty ${empty.length === 1 ? 'field' : 'fields'}`}
        </Button>
      )}
    </Section>
  )
}

type FieldProps = { type: ShownType; record: AnyRecord; definition: FieldDefinition }

function Field({ type, record, definition }: FieldProps) {
  const isPrivate = record.accessLevel === 'METADATA' && type.access?.redacted.some((key) => key === definition.key)
  return (
    <div className={styles['row']}>
      <dt title={definition.description ?? undefined}>
        {definition.label}
        {type.enriched && <EnrichedSign type={type} recordId={record.id} fieldKey={definition.key} />}
        {type.verbs.includes('fieldHistory') && !definition.readOnly && (
          <FieldHistory type={type} recordId={record.id} definition={definition} />
        )}
      </dt>
      <dd>
        {isPrivate ? (
          <span className={styles['private']}>
            <IconLock size={13} aria-hidden /> Only for those who took part
          </span>
        ) : (
          <EditableField record={record} type={type} definition={definition} />
        )}
      </dd>
    </div>
  )
}

/** Whether there is nothing to see of a value: a box that is not ticked is an answer. */
const isEmpty = (value: unknown) =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
