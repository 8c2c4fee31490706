import { ApiError, decodeId, encodeId, type ObjectDefinition } from '@openfield/schema'
import { changesMade } from '../../storage/imports.ts'
import { liveRecords } from '../../storage/visibility.ts'
import { type Context, withDefinitions } from '../context.ts'
import { createRecord } from '../records/create.ts'
import { findType } from '../records/definitions.ts'
import { retrieveRecord } from '../records/retrieve.ts'
import { updateRecord } from '../records/update.ts'
import { parseRecordFilter, recordsPassing } from './filters.ts'
import { derivedUuid } from './ids.ts'
import { fill, fillAsText, type Scope } from './templates.ts'
import {
  type BranchStep,
  type CreateStep,
  type Trigger,
  typeOfTrigger,
  type UpdateStep,
  type WaitStep,
} from './types.ts'

/** What steps that need nobody else's answer know of the run. */
export type At = {
  ctx: Context
  scope: Scope
  trigger: Trigger
  run: { id: string; position: string; since: Date }
  /** The type and the id of the record that the run is about. */
  about: { objectType: string; id: string } | null
}

type Recorded = { record: { id: string; objectType: string }; output: { record: unknown } }

/** A step that cannot be done, whenever it is tried. */
class StepFailed extends Error {}

/**
 * Creates a record, once, however often this is tried: its id follows from the run and the step, and so does the change by
 * which it comes.
 */
export async function performCreate(at: At, step: CreateStep): Promise<Recorded> {
  const { ctx } = at
  const { prefix } = await typeOf(ctx, step.objectType)
  const as = derivedUuid(at.run.since, 'step', at.run.id, at.run.position)
  const isMade = (await changesMade(ctx.db, ctx.workspace, [{ record: as, id: as }])).has(as)
  const text = isMade
    ? await retrieveRecord(ctx, step.objectType, encodeId(prefix, as))
    : await createRecord(ctx, step.objectType, { ...inputOf(step, at.scope), as })
  return recorded(step.objectType, text)
}

/** Updates a record, once. */
export async function performUpdate(at: At, step: UpdateStep): Promise<Recorded> {
  const { ctx } = at
  const { objectType, id } = recordOf(at, step)
  const definition = await typeOf(ctx, objectType)
  const uuid = decodeId(definition.prefix, id)
  if (!uuid) throw new StepFailed(`'${id.slice(0, 100)}' is no id of a ${definition.name}.`)
  const as = derivedUuid(at.run.since, 'step', at.run.id, at.run.position)
  const isMade = (await changesMade(ctx.db, ctx.workspace, [{ record: uuid, id: as }])).has(as)
  const text = isMade
    ? await retrieveRecord(ctx, objectType, id)
    : await updateRecord(ctx, objectType, id, { ...inputOf(step, at.scope), as })
  return recorded(objectType, text)
}

const typeOf = (ctx: Context, objectType: string): Promise<ObjectDefinition> =>
  withDefinitions(ctx, async (definitions) => findType(definitions, objectType))

function recorded(objectType: string, text: string): Recorded {
  const record = JSON.parse(text) as { id: string }
  return { record: { id: record.id, objectType }, output: { record } }
}

/** A relationship to what is not there is left as it is. */
function inputOf({ fields = {}, relationships = {} }: Pick<CreateStep, 'fields' | 'relationships'>, scope: Scope) {
  const links = Object.entries(fill(relationships, scope) as Record<string, unknown>).filter(([, value]) =>
    isSaid(value),
  )
  return { fields: fill(fields, scope) as Record<string, unknown>, relationships: Object.fromEntries(links) }
}

const isSaid = (value: unknown) =>
  value !== null &&
  !(typeof value === 'object' && ['add', 'remove'].some((key) => (value as Record<string, unknown>)[key] === null))

/** The record that a step is about: the one that it names, or that of the run. */
function recordOf(at: At, step: Pick<UpdateStep, 'objectType' | 'record'>): { objectType: string; id: string } {
  const objectType = step.objectType ?? at.about?.objectType ?? typeOfTrigger(at.trigger)
  const id = step.record === undefined ? at.about?.id : fillAsText(step.record, at.scope)
  if (objectType === undefined || id === undefined || id === '') {
    throw new StepFailed('There is no record: what started the run is about none, or the template leads to none.')
  }
  return { objectType, id }
}

/** Whether the record passes now. One that is gone does not. */
export async function decideBranch(
  at: At,
  step: BranchStep,
): Promise<{ passes: boolean; objectType: string; id: string }> {
  const { ctx } = at
  const { objectType, id } = recordOf(at, step)
  const passes = await withDefinitions(ctx, async (definitions) => {
    const definition = findType(definitions, objectType)
    const uuid = decodeId(definition.prefix, id)
    const filters = parseRecordFilter(definitions, definition, step.filter)
    const live = await liveRecords(ctx.db, ctx.workspace, definition.number, uuid ? [uuid] : [])
    return (await recordsPassing(ctx.db, ctx.workspace, filters, live)).size > 0
  })
  return { passes, objectType, id }
}

/** When a wait is over. */
export function endOfWait({ scope, ctx }: At, { seconds = 0, until }: WaitStep): Date {
  const from = until === undefined ? ctx.now().getTime() : momentOf(fillAsText(until, scope))
  const at = new Date(from + seconds * 1000)
  if (Number.isNaN(at.getTime()))
    throw new StepFailed('The wait has no end: what it waits for is no date, or none is set.')
  return at
}

/** A day without a time begins at midnight, UTC. */
const momentOf = (text: string) => (text === '' ? Number.NaN : Date.parse(text))

/** What a failure of a step comes to: a sentence when it will fail again, undefined when it is worth another attempt. */
export function lastingProblem(error: unknown): string | undefined {
  if (error instanceof StepFailed) return error.message
  if (!(error instanceof ApiError) || error.status >= 500 || error.type === 'conflict') return undefined
  return error.place.param === undefined ? error.message : `${error.message} (${error.place.param})`
}
