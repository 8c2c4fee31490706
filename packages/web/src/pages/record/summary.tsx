import { Badge } from '@mantine/core'
import { IconSparkles } from '@tabler/icons-react'
import type { AnyRecord, Definitions, FieldDefinition } from '../../records/record.ts'
import { viewOf } from '../../values/index.ts'
import styles from './record.module.css'

/** Whether a field holds a long text that nobody edits: what the system writes about the record, or what came with it. */
export const isWritten = ({ readOnly, valueType }: FieldDefinition) => readOnly && viewOf(valueType).multiline === true

/** The long texts of a record that nobody edits. */
export const Summary = ({ record, definitions }: { record: AnyRecord; definitions: Definitions }) =>
  definitions.fields.filter(isWritten).map((definition) => {
    const value = record.fields[definition.key]?.value
    const { Whole, Line } = viewOf(definition.valueType)
    const Shown = Whole ?? Line
    if (value === null || value === undefined) return null
    return (
      <section key={definition.key} className={styles['summary']} aria-label={definition.label}>
        <div className={styles['heading']}>
          <h2>{definition.label}</h2>
          {!definition.apart && (
            <Badge variant="light" color="gray" leftSection={<IconSparkles size={11} aria-hidden />} tt="none" fw={500}>
              Generated
            </Badge>
          )}
        </div>
        <Shown value={value} configuration={definition.typeConfiguration} />
      </section>
    )
  })
