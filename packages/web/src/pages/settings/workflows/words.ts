import type { RecordEvent, WorkflowDefinition, WorkflowStep, WorkflowTrigger } from '@openfield/sdk'
import type { ShownType } from '../../../records/object-types.ts'
import { lengthText } from './lengths.ts'
import { scheduleWords } from './schedule.ts'

/** All object types there are and will be. */
export const everyType = '*'

/** What may happen to records, as people say it. */
export const eventWords: Readonly<Record<RecordEvent, string>> = {
  created: 'created',
  updated: 'updated',
  trashed: 'moved to the trash',
  restored: 'restored',
  merged: 'merged with another',
  'merged-away': 'merged into another',
}

export const allEvents = Object.keys(eventWords) as RecordEvent[]

/** `a, b or c`. */
const either = new Intl.ListFormat('en', { type: 'disjunction' })

type Types = readonly ShownType[]

export const labelOfType = (types: Types, name: string) => types.find((one) => one.name === name)?.label ?? name

/** `an opportunity`, `a task`. */
export function aRecord(types: Types, name: string): string {
  const label = labelOfType(types, name).toLowerCase()
  return `${/^[aeiou]/.test(label) ? 'an' : 'a'} ${label}`
}

/** What happens to which records, e.g. `an opportunity is created or updated`. */
export function changesWords(types: Types, objectTypes: readonly string[], events: readonly RecordEvent[]): string {
  const what = objectTypes.includes(everyType)
    ? 'any record'
    : either.format(objectTypes.map((name) => aRecord(types, name)))
  const isAll = allEvents.every((event) => events.includes(event))
  return `${what || 'a record'} is ${isAll ? 'changed' : either.format(events.map((event) => eventWords[event]))}`
}

/** What starts a workflow, in words. */
export function triggerWords(types: Types, trigger: WorkflowTrigger): string {
  if (trigger.type === 'record') {
    return `When ${changesWords(types, trigger.objectTypes, trigger.events)}`
  }
  if (trigger.type === 'schedule') return `${scheduleWords(trigger.cron)} (${trigger.timeZone.replaceAll('_', ' ')})`
  if (trigger.type === 'hook') return 'When another system sends something to its address'
  return trigger.objectType
    ? `When somebody runs it for ${aRecord(types, trigger.objectType)}`
    : 'When somebody runs it'
}

/** The types of the records that runs are about; none, where they are about no record. */
export function typesOfRuns(trigger: WorkflowTrigger): readonly string[] {
  if (trigger.type === 'record') return trigger.objectTypes
  return trigger.type === 'manual' && trigger.objectType !== undefined ? [trigger.objectType] : []
}

/** The type of the record that runs are about, where that is one. */
export function typeOfRuns(trigger: WorkflowTrigger): string | undefined {
  const [only, ...others] = typesOfRuns(trigger)
  return others.length > 0 || only === everyType ? undefined : only
}

/** What a step does, in a few words. */
export function stepWords(types: Types, trigger: WorkflowTrigger, step: WorkflowStep): string {
  if (step.type === 'create') return `Create ${aRecord(types, step.objectType)}`
  if (step.type === 'update') {
    const name = step.objectType ?? typeOfRuns(trigger)
    const label = name === undefined ? 'the record' : labelOfType(types, name).toLowerCase()
    return step.record
      ? `Update ${name === undefined ? 'a record' : aRecord(types, name)}`
      : `Update the ${label}`.replace('the the', 'the')
  }
  if (step.type === 'http') return `${step.method} ${hostOf(step.url)}`
  if (step.type === 'branch') return 'Decide'
  const length = step.seconds === undefined ? '' : lengthText(Math.abs(step.seconds))
  if (step.until === undefined) return `Wait ${length}`
  const offset = step.seconds ? `${length} ${step.seconds < 0 ? 'before' : 'after'} ` : ''
  return `Wait until ${offset}a date`
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url || 'an address'
}

/** All steps by their keys, those in branches too. */
export const stepsByKey = (steps: readonly WorkflowStep[]): ReadonlyMap<string, WorkflowStep> =>
  new Map(steps.flatMap((step) => [[step.key, step] as const, ...stepsByKey(innerOf(step))]))

const innerOf = (step: WorkflowStep) => (step.type === 'branch' ? [...step.yes, ...(step.no ?? [])] : [])

/** What a version changed of the one before it, in a sentence each. */
export function differences(types: Types, now: WorkflowDefinition, before: WorkflowDefinition | undefined): string[] {
  if (!before) return ['The first version']
  const [steps, earlier] = [stepsByKey(now.steps), stepsByKey(before.steps)]
  const words = (of: WorkflowDefinition, step: WorkflowStep) => stepWords(types, of.trigger, step)
  const all = [
    now.name === before.name ? [] : [`Renamed from “${before.name}”`],
    isSame(now.trigger, before.trigger) ? [] : [`Starts otherwise: ${triggerWords(types, now.trigger)}`],
    [...steps.values()].filter(({ key }) => !earlier.has(key)).map((step) => `Added: ${words(now, step)}`),
    [...earlier.values()].filter(({ key }) => !steps.has(key)).map((step) => `Removed: ${words(before, step)}`),
    [...steps.values()].flatMap((step) => {
      const was = earlier.get(step.key)
      if (!was || isSame(own(step), own(was))) return []
      return [`Changed: ${words(now, step)} (${changedParts(own(step), own(was)).join(', ')})`]
    }),
  ].flat()
  if (all.length > 0) return all
  return [isSame(now.steps, before.steps) ? 'The same again' : 'Steps in another order']
}

/** A step without what its branches hold. */
const own = (step: WorkflowStep): Record<string, unknown> =>
  Object.fromEntries(Object.entries(step).filter(([key]) => key !== 'yes' && key !== 'no'))

function changedParts(now: Record<string, unknown>, before: Record<string, unknown>): string[] {
  return [...new Set([...Object.keys(now), ...Object.keys(before)])].filter((key) => !isSame(now[key], before[key]))
}

/** Whether two values of JSON say the same. */
export function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other
  if (Array.isArray(one) !== Array.isArray(other)) return false
  const [left, right] = [one as Record<string, unknown>, other as Record<string, unknown>]
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((key) => isSame(left[key], right[key]))
}
