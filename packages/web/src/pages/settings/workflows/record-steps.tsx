import { Select, Text } from '@mantine/core'
import type { WorkflowStep } from '@openfield/sdk'
import { useEditing, useWrongAt } from './editing.ts'
import { InputRows, type Inputs } from './input-rows.tsx'
import { braced, type Placeholder } from './placeholders.ts'
import type { StepProps } from './steps.tsx'
import { labelOfType, typeOfRuns } from './words.ts'

/** Makes a record of any type. */
export function CreateStep({ step, onChange, told, path }: StepProps<'create'>) {
  const { types, known } = useEditing()
  const definitions = known.get(step.objectType)
  return (
    <>
      <Select
        label="What"
        data={types.filter(({ verbs }) => verbs.includes('create')).map(({ name, label }) => ({ value: name, label }))}
        value={step.objectType}
        // What other types have, this one may not.
        onChange={(name) => name && onChange({ key: step.key, type: 'create', objectType: name })}
        allowDeselect={false}
        searchable
        error={useWrongAt(`${path}.objectType`)}
      />
      {definitions && (
        <InputRows
          key={step.objectType}
          verb="create"
          definitions={definitions}
          inputs={inputsOf(step)}
          onChange={(inputs) => onChange({ ...step, ...inputs })}
          told={told}
          path={path}
        />
      )}
    </>
  )
}

/** Changes the record that the run is about, or another that is known by then. */
export function UpdateStep({ step, onChange, told, path }: StepProps<'update'>) {
  const { known, trigger } = useEditing()
  const name = step.objectType ?? typeOfRuns(trigger)
  const definitions = name === undefined ? undefined : known.get(name)
  return (
    <>
      <WhichRecord
        label="Which record"
        step={step}
        told={told}
        onChange={(which) => onChange({ key: step.key, type: 'update', ...which })}
        path={path}
      />
      {definitions && (
        <InputRows
          key={`${name} ${step.record}`}
          verb="update"
          definitions={definitions}
          inputs={inputsOf(step)}
          onChange={(inputs) => onChange({ ...step, ...inputs })}
          told={told}
          path={path}
        />
      )}
      {definitions && Object.keys({ ...step.fields, ...step.relationships }).length === 0 && (
        <Text size="sm" className="muted">
          Choose what is to be changed.
        </Text>
      )}
    </>
  )
}

const inputsOf = (step: Extract<WorkflowStep, { type: 'create' | 'update' }>): Inputs => ({
  fields: step.fields ?? {},
  relationships: step.relationships ?? {},
})

type Which = { objectType?: string; record?: string }
type WhichProps = {
  label: string
  step: Which
  told: readonly Placeholder[]
  onChange(which: Which): void
  path: string
}

/** Chooses the record that a step is about: that of the run, or one that is known by then. */
export function WhichRecord({ label, step, told, onChange, path }: WhichProps) {
  const { types, trigger } = useEditing()
  const own = typeOfRuns(trigger)
  const wrong = [useWrongAt(`${path}.record`), useWrongAt(`${path}.objectType`)].find(Boolean)
  const others = told.filter(({ path, objectType }) => objectType !== undefined && path !== 'trigger.record.id')
  const groups = Map.groupBy(others, ({ group }) => group)
  const usual =
    own === undefined ? [] : [{ value: '', label: `The ${labelOfType(types, own).toLowerCase()} that it is about` }]
  return (
    <Select
      label={label}
      placeholder={own === undefined ? 'No step before makes or changes a record' : ''}
      data={[
        ...usual,
        ...Array.from(groups, ([group, all]) => ({
          group,
          items: all.map((one) => ({ value: braced(one), label: one.label })),
        })),
      ]}
      value={step.record ?? (own === undefined ? null : '')}
      onChange={(record) => {
        const objectType = others.find((one) => braced(one) === record)?.objectType
        onChange(record && objectType !== undefined ? { objectType, record } : {})
      }}
      allowDeselect={false}
      searchable
      maxDropdownHeight={280}
      error={wrong}
    />
  )
}
