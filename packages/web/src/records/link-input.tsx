import { Text } from '@mantine/core'
import { InPlace } from './in-place.tsx'
import styles from './link-input.module.css'
import { LinkPicker } from './link-picker.tsx'
import type { RelationshipDefinition } from './record.ts'
import { RecordLink } from './record-link.tsx'

type LinkInputProps = {
  definition: RelationshipDefinition
  ids: readonly string[]
  onChange(ids: string[]): void
  error?: string | undefined
}

/** The records that a new one is to be linked to. */
export const LinkInput = ({ definition, ids, onChange, error }: LinkInputProps) => (
  <div>
    <div className={styles['label']}>
      {definition.label}
      {definition.required && <span aria-hidden> *</span>}
    </div>
    <div className={styles['links']}>
      <InPlace
        label={definition.label}
        place="page"
        panel
        onEnd={() => {}}
        editor={(done) => (
          <LinkPicker
            definition={definition}
            ids={ids}
            onChange={(next) => {
              onChange(next)
              if (definition.cardinality === 'HAS_ONE') done()
            }}
          />
        )}
      >
        {ids.length === 0 ? (
          <span className="muted">Nobody and nothing yet</span>
        ) : (
          <span className={styles['chips']}>
            {ids.map((id) => (
              <RecordLink key={id} id={id} objectType={definition.objectType} />
            ))}
          </span>
        )}
      </InPlace>
    </div>
    {error && (
      <Text size="xs" c="var(--of-danger)">
        {error}
      </Text>
    )}
  </div>
)
