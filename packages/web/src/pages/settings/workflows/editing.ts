import type { WorkflowDefinition, WorkflowStep, WorkflowTrigger } from '@openfield/sdk'
import { createContext, useContext } from 'react'
import type { ShownType } from '../../../records/object-types.ts'
import { written } from '../../../values/index.ts'
import { hasPlaceholders, type Known } from './placeholders.ts'
import { typeOfRuns } from './words.ts'

/** What is wrong with a workflow, and where, as the server names places: `steps.0.yes.1.fields.$stage`. */
export type Wrong = { param: string; message: string }

/** A step while it is edited; `bodyText` is what was typed as the body of a request and is no JSON. */
export type StepDraft = WorkflowStep & { bodyText?: string }

type Editing = {
  types: readonly ShownType[]
  known: Known
  trigger: WorkflowTrigger
  wrong: Wrong | undefined
  /** The keys of the steps that are open. */
  open: ReadonlySet<string>
  setOpen(key: string, isOpen: boolean): void
  /** A key that no step has. */
  freshKey(type: WorkflowStep['type']): string
}

export const EditingContext = createContext<Editing | undefined>(undefined)

/** What all parts of the editor share. Only inside of it. */
export function useEditing(): Editing {
  const editing = useContext(EditingContext)
  if (!editing) throw new Error('no workflow is being edited here')
  return editing
}

/** What is wrong at a place, or at one in it. */
export function useWrongAt(path: string): string | undefined {
  const { wrong } = useEditing()
  return wrong && isAt(wrong.param, path) ? wrong.message : undefined
}

export const isAt = (param: string, path: string) => param === path || param.startsWith(`${path}.`)

/** What is wrong before the server is asked: what was typed as a body and is no JSON. */
export function brokenBody(steps: readonly StepDraft[], path = 'steps'): Wrong | undefined {
  for (const [index, step] of steps.entries()) {
    const at = `${path}.${index}`
    if (step.bodyText !== undefined) return { param: `${at}.body`, message: 'The body is not JSON yet.' }
    if (step.type !== 'branch') continue
    const inner = brokenBody(step.yes, `${at}.yes`) ?? brokenBody(step.no ?? [], `${at}.no`)
    if (inner) return inner
  }
  return undefined
}

/** What the server takes of what was typed: values as the API writes them, nothing that is empty. */
export function sentDefinition({ name, trigger, steps }: WorkflowDefinition, known: Known): WorkflowDefinition {
  return { name: name.trim(), trigger, steps: steps.map((step) => sentStep(step, trigger, known)) }
}

function sentStep(step: WorkflowStep, trigger: WorkflowTrigger, known: Known): WorkflowStep {
  if (step.type === 'branch') {
    const { yes, no = [], ...rest } = step
    const sent = (inner: readonly WorkflowStep[]) => inner.map((one) => sentStep(one, trigger, known))
    return { ...rest, yes: sent(yes), ...(no.length > 0 && { no: sent(no) }) }
  }
  if (step.type !== 'create' && step.type !== 'update') return step
  const definitions = known.get(step.objectType ?? typeOfRuns(trigger) ?? '')
  const values = Object.entries(step.fields ?? {}).map(([key, value]) => {
    const field = definitions?.fields.find((one) => one.key === key)
    return [key, hasPlaceholders(value) || !field ? value : written(value, field)] as const
  })
  // Of a new record nothing is to be cleared.
  const fields = Object.fromEntries(values.filter(([, value]) => value !== null || step.type === 'update'))
  const links = Object.entries(step.relationships ?? {}).map(([key, value]) => {
    const isOne = definitions?.relationships.find((one) => one.key === key)?.cardinality === 'HAS_ONE'
    return [key, step.type === 'update' && isOne && value === null ? { replace: [] } : value] as const
  })
  const relationships = Object.fromEntries(links.filter(([, value]) => !isNothing(value)))
  return { ...step, fields, relationships }
}

/** No link is added, removed or made; that only none is to be left is something. */
function isNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true
  if (Array.isArray(value)) return value.length === 0
  return typeof value === 'object' && !('replace' in value) && Object.values(value).every(isNothing)
}
