import {
  attachedFiles,
  badRequest,
  type Definitions,
  encodeId,
  type ObjectDefinition,
  recordId,
} from '@openfield/schema'
import { type ChangedLinks, isAfter } from '../../storage/changes.ts'
import { visibleRecords } from '../../storage/visibility.ts'
import { type Actor, actorFor } from '../actors.ts'
import type { Context } from '../context.ts'
import { seenAmong } from '../files/seen.ts'
import { hasScope, visibilityFilter } from '../records/access.ts'
import type { Cursor, Happening } from './watch.ts'

/** A record was written. `keys` are those of the fields and relationships that changed. */
export type ChangeEvent = {
  objectType: string
  id: string
  kind: string
  at: string
  actor: Actor | null
  keys: string[]
  /** The records to which links came or went. */
  related: string[]
}

/** `id` is the place after it, from which to go on; the first says only where the stream begins. */
export type Event = { id: string } & (
  | { event: 'change'; data: ChangeEvent }
  | { event: 'definitions'; data: { version: number } }
  | { event?: never }
)

/**
 * What happens in the caller's workspace after a place, by default from now on, as far as they may know of it, until the
 * signal. `current` gives the caller as they are by then: what they may do can change. Throws a 400 for no place.
 */
export async function listenToEvents(current: () => Context, after: string | undefined, signal: AbortSignal) {
  const { events, workspace } = current()
  const now = await events.now(workspace)
  const cursor = after === undefined ? now.cursor : cursorOf(after, now.cursor)
  const isKnown = after === undefined ? now.isOver : () => false
  return told(current, cursor, events.listen(workspace, cursor, signal), isKnown)
}

async function* told(
  current: () => Context,
  start: Cursor,
  happenings: AsyncIterable<Happening>,
  isKnown: (one: Happening) => boolean,
): AsyncGenerator<Event, void, undefined> {
  yield { id: textOf(start) }
  for await (const one of happenings) {
    const id = textOf(one.cursor)
    if (one.type === 'definitions') yield { id, event: 'definitions', data: { version: one.cursor.definitions } }
    const data = one.type === 'change' && !isKnown(one) ? await changeEvent(current(), one) : undefined
    if (data) yield { id, event: 'change', data }
  }
}

const textOf = ({ transaction, definitions, id }: Cursor) => `${transaction}-${definitions}-${id}`

function cursorOf(text: string, now: Cursor): Cursor {
  const [, transaction, definitions, id = ''] =
    /^(\d{1,20})-(\d{1,9})-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(text) ?? []
  const cursor = { transaction: BigInt(transaction ?? 0), definitions: Number(definitions), id }
  if (transaction !== undefined && !isAfter(cursor, now)) return cursor
  throw badRequest('invalid_type', '`after` takes the id of an event of this workspace.', 'after')
}

/** A change as the caller may know of it; undefined when they may not. */
export async function changeEvent(
  ctx: Context,
  { change, definitions, actorOf }: Omit<Extract<Happening, { type: 'change' }>, 'type' | 'cursor'>,
): Promise<ChangeEvent | undefined> {
  const { types } = definitions
  const definition = [...types.values()].find(({ number }) => number === change.objectType)
  if (!definition || !hasScope(ctx, definition, 'read') || !(await isVisible(ctx, definition, change.recordId)))
    return undefined
  // Not even those who see everything of a record learn from here what others must not.
  const isHidden = (key: string) => definition.unseen.has(key) || definition.access?.hidden.some((one) => one === key)
  return {
    objectType: definition.name,
    id: recordId(definition, change.recordId),
    kind: change.kind,
    at: change.at.toISOString(),
    actor: actorFor(ctx, definitions, actorOf(change.actor)),
    keys: change.keys.filter((key) => !isHidden(key)),
    related: relatedOf(types, definition, change.links)
      .filter(({ key }) => !isHidden(key))
      .map(({ id }) => id),
  }
}

async function isVisible(ctx: Context, definition: ObjectDefinition, id: string) {
  const filter = visibilityFilter(ctx, definition)
  if (!(await seenAmong(ctx, definition, [id])).has(id)) return false
  return !filter || (await visibleRecords(ctx.db, ctx.workspace, [id], filter)).length > 0
}

function relatedOf(types: Definitions, definition: ObjectDefinition, links: ChangedLinks) {
  return Object.entries(links).flatMap(([key, { added, removed }]) => {
    const relationship = key === attachedFiles.key ? attachedFiles : definition.relationships.get(key)
    const other = types.get(relationship?.objectType ?? '')
    return other ? [...added, ...removed].map((id) => ({ key, id: encodeId(other.prefix, id) })) : []
  })
}
