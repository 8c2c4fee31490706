import type { WorkflowStep, WorkflowTrigger } from '@openfield/sdk'
import { useQueries } from '@tanstack/react-query'
import { definitionsQuery, type ShownType, useObjectTypes } from '../../../records/object-types.ts'
import type { Definitions } from '../../../records/record.ts'
import { labelOfType, stepsByKey, stepWords, typeOfRuns } from './words.ts'

/** Something that is known when a step is done, and can be put into its texts. */
export type Placeholder = {
  /** What stands between the braces, e.g. `trigger.record.fields.$name`. */
  path: string
  label: string
  /** Where it comes from, e.g. `The opportunity`. */
  group: string
  /** It is a moment, which can be waited for. */
  isMoment?: boolean
  /** It is the id of a record of this type. */
  objectType?: string | undefined
}

/** The definitions of the object types that a workflow has to do with, as far as they are known by now. */
export type Known = ReadonlyMap<string, Definitions>

export function useKnown(trigger: WorkflowTrigger, steps: readonly WorkflowStep[]): Known {
  const types = useObjectTypes()
  const named = [...stepsByKey(steps).values()].map((step) => ('objectType' in step ? step.objectType : undefined))
  const wanted = types.filter(({ name }) => name === typeOfRuns(trigger) || named.includes(name))
  return useQueries({
    queries: wanted.map(definitionsQuery),
    combine: (results) =>
      new Map(results.flatMap(({ data }, index) => (data ? [[wanted[index]?.name ?? '', data] as const] : []))),
  })
}

/** What the start of a run tells. */
export function toldByTrigger(types: readonly ShownType[], known: Known, trigger: WorkflowTrigger): Placeholder[] {
  const group = 'What happened'
  const moment = { path: 'trigger.at', label: 'When it happened', group, isMoment: true }
  const event = { path: 'trigger.event', label: 'What happened', group }
  if (trigger.type === 'schedule') return [moment]
  if (trigger.type === 'hook') return [{ path: 'trigger.body', label: 'All that was sent', group }, moment]
  const actor = { path: 'trigger.actor.name', label: 'Who did it', group }
  const name = typeOfRuns(trigger)
  if (trigger.type === 'manual' && name === undefined) return [actor, moment]
  const recordGroup = name === undefined ? 'The record' : `The ${labelOfType(types, name).toLowerCase()}`
  const record = toldByRecord(types, known, 'trigger.record', name, recordGroup)
  const fields = (name === undefined ? undefined : known.get(name)?.fields) ?? []
  const watched = (trigger.type === 'record' && trigger.fields) || []
  const former = fields
    .filter(({ key }) => watched.includes(key))
    .map(({ key, label }) => ({ path: `trigger.changed.fields.${key}.before`, label: `${label} before`, group }))
  return [...record, ...former, event, actor, moment]
}

/** What a step tells those after it. */
export function toldByStep(
  types: readonly ShownType[],
  known: Known,
  trigger: WorkflowTrigger,
  step: WorkflowStep,
): Placeholder[] {
  const path = `steps.${step.key}`
  const group = stepWords(types, trigger, step)
  if (step.type === 'http') {
    return [
      { path: `${path}.status`, label: 'Status of the answer', group },
      { path: `${path}.body`, label: 'What was answered', group },
    ]
  }
  if (step.type !== 'create' && step.type !== 'update') return []
  return toldByRecord(types, known, `${path}.record`, step.objectType ?? typeOfRuns(trigger), group)
}

function toldByRecord(
  types: readonly ShownType[],
  known: Known,
  path: string,
  name: string | undefined,
  group: string,
): Placeholder[] {
  const { fields = [], relationships = [] } = (name === undefined ? undefined : known.get(name)) ?? {}
  const label = name === undefined ? 'record' : labelOfType(types, name).toLowerCase()
  return [
    { path: `${path}.id`, label: `The ${label} itself`, group, objectType: name },
    ...fields.map(({ key, label, valueType }) => ({
      path: `${path}.fields.${key}`,
      label,
      group,
      isMoment: valueType === 'DATETIME',
    })),
    ...relationships.map(({ key, label, objectType }) => ({
      path: `${path}.relationships.${key}`,
      label,
      group,
      objectType,
    })),
  ]
}

const places = /\{\{\s*([^{}]*?)\s*\}\}/g

/** Whether a value is a text with placeholders. */
export const hasPlaceholders = (value: unknown): value is string =>
  typeof value === 'string' && /\{\{[^{}]*\}\}/.test(value)

export const braced = ({ path }: Placeholder) => `{{${path}}}`

/** A text with its placeholders as people call them; what may not lead anywhere stays as it is. */
export const readablePlaceholders = (text: string, told: readonly Placeholder[]) =>
  text.replace(places, (whole, path: string) => {
    const found = told.find((one) => one.path === path)
    if (found) return `‹${found.label}›`
    const [, below] = /^trigger\.body\.(.+)$/.exec(path) ?? []
    return below ? `‹${below} of what was sent›` : whole
  })
