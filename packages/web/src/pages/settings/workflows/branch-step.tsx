import { Text } from '@mantine/core'
import { useEditing, useWrongAt } from './editing.ts'
import { RecordFilter } from './record-filter.tsx'
import { WhichRecord } from './record-steps.tsx'
import { StepList, type StepProps } from './steps.tsx'
import { typeOfRuns } from './words.ts'
import styles from './workflows.module.css'

/** Goes on one way when a record passes a filter, and the other way when it does not. */
export function BranchStep({ step, onChange, told, path }: StepProps<'branch'>) {
  const { known, trigger } = useEditing()
  const name = step.objectType ?? typeOfRuns(trigger)
  const definitions = name === undefined ? undefined : known.get(name)
  const wrong = useWrongAt(`${path}.filter`)
  return (
    <>
      <WhichRecord
        label="Look at"
        step={step}
        told={told}
        onChange={(which) => {
          const { objectType: _, record: __, ...rest } = step
          onChange({ ...rest, ...which, filter: '' })
        }}
        path={path}
      />
      {definitions && (
        <RecordFilter
          label="If it passes, as it is then"
          definitions={definitions}
          filter={step.filter}
          onChange={(filter) => onChange({ ...step, filter })}
          error={wrong}
        />
      )}
      <section className={styles['way']} aria-label="Then">
        <Text size="sm" fw={550}>
          Then
        </Text>
        <StepList
          label="Steps if it passes"
          steps={step.yes}
          onChange={(yes) => onChange({ ...step, yes })}
          told={told}
          path={`${path}.yes`}
        />
      </section>
      <section className={styles['way']} aria-label="Otherwise">
        <Text size="sm" fw={550}>
          Otherwise
        </Text>
        <StepList
          label="Steps if it does not"
          steps={step.no ?? []}
          onChange={(no) => onChange({ ...step, no })}
          told={told}
          path={`${path}.no`}
        />
      </section>
    </>
  )
}
