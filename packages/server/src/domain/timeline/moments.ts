import { badRequest, type Definitions, type ObjectDefinition, timeOfUuid } from '@openfield/schema'
import {
  changesBefore,
  linkedBefore,
  type Moment,
  type OwnChange,
  type Through,
  timedBefore,
} from '../../storage/timeline.ts'
import type { Context } from '../context.ts'
import { hasScope } from '../records/access.ts'

/** What happened at a moment: a write of the record itself, or a record that is linked to it. */
export type Happened = Moment & ({ change: OwnChange } | { definition: ObjectDefinition })

/** What happened before a moment, newest first, `limit` at most, of what the caller may know of. */
export async function momentsBefore(
  ctx: Context,
  types: Definitions,
  definition: ObjectDefinition,
  record: string,
  before: Moment,
  limit: number,
): Promise<Happened[]> {
  const bound = idAt(before)
  const changes = changesBefore(ctx.db, ctx.workspace, record, bound, limit)
  const own = changes.then((all) => all.map((change) => ({ ...madeAt(change.id), change })))
  const others = linkedTypes(types, definition)
    .filter(({ other }) => hasScope(ctx, other, 'read'))
    .map(async ({ other, through }): Promise<Happened[]> => {
      const moments =
        other.happens === 'createdAt'
          ? (await linkedBefore(ctx.db, ctx.workspace, record, through, bound, limit)).map(madeAt)
          : await timedBefore(ctx.db, ctx.workspace, record, through, other.happens, before, limit)
      return moments.map((moment) => ({ ...moment, definition: other }))
    })
  const all: Happened[] = (await Promise.all([own, ...others])).flat()
  return [...new Map(all.map((one) => [one.id, one])).values()].sort(newestFirst).slice(0, limit)
}

const madeAt = (id: string): Moment => ({ at: timeOfUuid(id).getTime(), id })

const newestFirst = (left: Moment, right: Moment) => right.at - left.at || (left.id < right.id ? 1 : -1)

/** The types whose records stand in timelines, and through what they are linked to a type. */
function linkedTypes(types: Definitions, definition: ObjectDefinition) {
  return [...types.values()].flatMap((type) => {
    const { happens } = type
    if (happens === undefined) return []
    const other = { ...type, happens }
    // Either end may not show the relationship.
    const theirs = [...type.relationships.values(), ...type.unseen.values()].filter(
      ({ objectType }) => objectType === definition.name,
    )
    const ours = [...definition.relationships.values()].filter(({ objectType }) => objectType === type.name)
    const through = (side: 'from' | 'to'): Through => ({
      side,
      relationships: [...ours.filter((one) => one.side === side), ...theirs.filter((one) => one.side !== side)].flatMap(
        ({ ids }) => ids,
      ),
    })
    return [through('from'), through('to')]
      .map(({ side, relationships }) => ({ other, through: { side, relationships: [...new Set(relationships)] } }))
      .filter(({ through: { relationships } }) => relationships.length > 0)
  })
}

/** The least id that was not made before a moment: what is made at it goes by its id. */
function idAt({ at, id }: Moment): string {
  const made = timeOfUuid(id).getTime()
  if (made === at) return id
  const hex = Math.max(0, made > at ? at + 1 : at)
    .toString(16)
    .padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}

/** After everything there can be. */
export const endOfTime: Moment = { at: 253_402_300_799_999, id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' }

export const writeMoment = ({ at, id }: Moment) => `${at}-${id}`

/** Throws a 400 for what is no cursor. */
export function readMoment(text: string): Moment {
  const [, at, id = ''] = /^(-?\d{1,15})-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(text) ?? []
  if (at !== undefined && Number(at) <= endOfTime.at && Number(at) >= -62_135_596_800_000) return { at: Number(at), id }
  throw badRequest('invalid_type', '`before` takes the nextCursor of the page before.', 'before')
}
