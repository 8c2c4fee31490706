import {
  type ApiError,
  encodeId,
  type Field,
  idPrefixes,
  newUuid,
  type ObjectDefinition,
  recordId,
  unprocessable,
} from '@openfield/schema'
import type { Work, WriteContext, WriteRefused } from '../../storage/records.ts'
import type { Context } from '../context.ts'
import { type LinkChange, refusedLink } from './relationships.ts'

/** The idempotency key of a request: what it is scoped to, and the key itself. */
export type Idempotency = { operation: string; key: string }

/** Thrown when another request with the same idempotency key was first; its response is there to be replayed. */
export class KeyUsed extends Error {}

/** What every write carries, stamped with the caller and the time. */
export const writeContext = (
  ctx: Context,
  definitions: number,
  at: Date,
  work: readonly Work[],
  idempotency: Idempotency | undefined,
  response: string,
): WriteContext => ({
  workspace: ctx.workspace,
  definitions,
  at,
  changeId: changeIdAt(at),
  actor: ctx.caller?.actor ?? null,
  work,
  idempotency,
  response,
})

/** Changes are read in the order of their ids: one of a past that is made up has an id of its time. */
export const changeIdAt = (at: Date) => newUuid(Date.now() - at.getTime() > 60_000 ? at : undefined)

/** Who made a change, as the API says it: an id that names what it is of. */
export const actorId = (actor: string | null) =>
  actor === null || actor.includes('_') ? actor : encodeId(idPrefixes.apiKey, actor)

/** The answer for a write that storage refused, where the refusal is about the input. */
export function refusedWrite(
  refused: WriteRefused,
  definition: ObjectDefinition,
  changes: readonly LinkChange[],
): Error {
  switch (refused.reason) {
    case 'link missing':
    case 'link inactive':
      return refusedLink(changes, Number(refused.detail), refused.reason === 'link inactive')
    case 'value taken':
      return valueTaken(refused.detail, definition)
    case 'external id taken':
      return unprocessable('Another record of the type has this externalId.', 'externalId')
    case 'idempotency key used':
      return new KeyUsed()
    default:
      return refused
  }
}

/** A 422 and not a 409, which every client would retry to no use. Names the record that has the value. */
export function valueTaken(detail: string, definition: ObjectDefinition): ApiError {
  const [fieldId, holder = ''] = detail.split(' ')
  const field = [...definition.fields.values()].find((one: Field) => one.id === Number(fieldId))
  const key = field?.key ?? 'the field'
  const where = holder === '' ? 'another record' : `'${recordId(definition, holder)}'`
  return unprocessable(`'${key}' is unique, and ${where} already has this value.`, `fields.${key}`)
}
