import { decodeId } from '@openfield/schema'
import { latestChanges } from '../../storage/changes.ts'
import { readActors } from '../actors.ts'
import { type Context, withDefinitions } from '../context.ts'
import { nameRecords, namesById } from '../records/names.ts'
import { type ChangeEvent, changeEvent } from './events.ts'

/** A record that was changed lately, and how it was changed last. */
export type RecentChange = ChangeEvent & { title: string }

/** How many changes are looked at for each record that is shown: some are of the same one, some not for everybody. */
const changesEach = 5

/** The records that were changed last and are there, each with its last change, as far as the caller may know of them. */
export const recentChanges = (ctx: Context, limit: number): Promise<{ data: RecentChange[] }> =>
  withDefinitions(ctx, async (definitions) => {
    const changes = await latestChanges(ctx.db, ctx.workspace, limit * changesEach)
    const newest = changes.filter(
      ({ recordId }, index) => changes.findIndex((one) => one.recordId === recordId) === index,
    )
    const actorOf = await readActors(
      ctx.db,
      ctx.workspace,
      definitions.types,
      newest.map(({ actor }) => actor),
    )
    const told = await Promise.all(newest.map((change) => changeEvent(ctx, { change, definitions, actorOf })))
    const shown = told.filter((one) => one !== undefined).slice(0, limit)
    const uuids = shown.flatMap(({ objectType, id }) => {
      const prefix = definitions.types.get(objectType)?.prefix
      return (prefix && decodeId(prefix, id)) ?? []
    })
    const names = namesById(await nameRecords(ctx, definitions, new Set(uuids)))
    return { data: shown.flatMap((one) => (names[one.id] === undefined ? [] : { ...one, title: names[one.id] ?? '' })) }
  })
