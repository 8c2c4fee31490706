import type { WorkflowTrigger } from '@openfield/sdk'
import { parseSearchParams } from '../../../app/search-params.ts'
import { useObjectTypes } from '../../../records/object-types.ts'
import type { Definitions } from '../../../records/record.ts'
import { textOf } from '../../../values/index.ts'
import { ConditionWords } from '../../list/filter-words.tsx'
import { readConditions } from '../../list/filters.ts'
import { subjectsOf } from '../../list/subjects.ts'
import { type StepDraft, useEditing } from './editing.ts'
import { hasPlaceholders, type Placeholder, readablePlaceholders, useKnown } from './placeholders.ts'
import { triggerWords, typeOfRuns } from './words.ts'

/** What starts a workflow, in words, with what records must pass. */
export function TriggerSaid({ trigger }: { trigger: WorkflowTrigger }) {
  const types = useObjectTypes()
  const definitions = useKnown(trigger, []).get(typeOfRuns(trigger) ?? '')
  const words = triggerWords(types, trigger)
  if (trigger.type !== 'record' || !definitions) return words
  const { fields = [], filter } = trigger
  return (
    <>
      {words}
      {fields.length > 0 && ` (${labelsOf(definitions, fields)})`}
      {filter && (
        <>
          , if <FilterSaid definitions={definitions} filter={filter} />
        </>
      )}
    </>
  )
}

const labelsOf = ({ fields, relationships }: Definitions, keys: readonly string[]) =>
  [...fields, ...relationships]
    .filter(({ key }) => keys.includes(key))
    .map(({ label }) => label)
    .join(', ')

function FilterSaid({ definitions, filter }: { definitions: Definitions; filter: string }) {
  const { conditions } = readConditions(parseSearchParams(filter))
  return conditions.map((condition, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a condition is known by its place
    <span key={index}>
      {index > 0 && ' and '}
      <ConditionWords subjects={subjectsOf(definitions)} condition={condition} />
    </span>
  ))
}

/** What a step is about in particular, for whoever has not opened it. */
export function StepSaid({ step, told }: { step: StepDraft; told: readonly Placeholder[] }) {
  const { types, known, trigger } = useEditing()
  if (step.type === 'http') return step.url
  if (step.type === 'wait') return step.until === undefined ? null : readablePlaceholders(step.until, told)
  const name = step.objectType ?? typeOfRuns(trigger)
  const definitions = name === undefined ? undefined : known.get(name)
  if (!definitions) return null
  if (step.type === 'branch') return step.filter && <FilterSaid definitions={definitions} filter={step.filter} />
  const { fields = {}, relationships = {} } = step
  if (step.type === 'update') return labelsOf(definitions, Object.keys({ ...fields, ...relationships }))
  const key = types.find((one) => one.name === name)?.title.find((one) => fields[one])
  const field = definitions.fields.find((one) => one.key === key)
  if (!field) return null
  const value = fields[field.key]
  return readablePlaceholders(hasPlaceholders(value) ? value : textOf(value, field), told)
}
