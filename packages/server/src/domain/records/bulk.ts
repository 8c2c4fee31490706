import { ApiError, type ObjectDefinition, unprocessable, type Verb } from '@openfield/schema'
import { lastChanges } from '../../storage/history.ts'
import { type Context, withDefinitions } from '../context.ts'
import { requireScope } from './access.ts'
import { findType } from './definitions.ts'
import { type Expected, Unexpected } from './expected.ts'
import { restoreRecord, trashRecord } from './trash.ts'
import { updateRecord } from './update.ts'
import { actorId } from './write.ts'

export type UpdateRow = {
  id: string
  fields?: Record<string, unknown> | undefined
  relationships?: Record<string, unknown> | undefined
  expected?: Expected | undefined
}

/**
 * Updates records, each as an update by itself would: a row that is refused, or that finds its record changed, says so and
 * does not hold up the others. Returns a result for each, in their order, as JSON text.
 */
export async function updateRecords(ctx: Context, objectType: string, rows: readonly UpdateRow[]): Promise<string> {
  await requireVerb(ctx, objectType, 'update')
  requireDistinct(rows.map(({ id }) => id))
  return eachOf(
    rows,
    ({ id }) => id,
    async ({ id, fields = {}, relationships = {}, expected }) => {
      try {
        const record = await updateRecord(ctx, objectType, id, { fields, relationships }, undefined, expected)
        return `{"id":${JSON.stringify(id)},"outcome":"updated","record":${record}}`
      } catch (error) {
        if (!(error instanceof Unexpected)) throw error
        return JSON.stringify({ id, outcome: 'conflict', current: await withAuthors(ctx, error) })
      }
    },
  )
}

/** Puts records in the trash, each as a deletion by itself would. Returns a result for each, as JSON text. */
export async function trashRecords(ctx: Context, objectType: string, ids: readonly string[]): Promise<string> {
  await requireVerb(ctx, objectType, 'delete')
  return eachOf(
    [...new Set(ids)],
    (id) => id,
    async (id) => {
      await trashRecord(ctx, objectType, id)
      return JSON.stringify({ id, outcome: 'deleted' })
    },
  )
}

/** Brings records back from the trash, each as a restore by itself would. Returns a result for each, as JSON text. */
export async function restoreRecords(ctx: Context, objectType: string, ids: readonly string[]): Promise<string> {
  await requireVerb(ctx, objectType, 'restore')
  return eachOf(
    [...new Set(ids)],
    (id) => id,
    async (id) =>
      `{"id":${JSON.stringify(id)},"outcome":"restored","record":${await restoreRecord(ctx, objectType, id)}}`,
  )
}

const requireVerb = (ctx: Context, objectType: string, verb: Verb) =>
  withDefinitions(ctx, async (definitions) => {
    const definition: ObjectDefinition = findType(definitions, objectType)
    if (!definition.verbs.includes(verb))
      throw unprocessable(`There is no ${verb} of ${definition.plural}.`, 'objectType')
    requireScope(ctx, definition, verb)
  })

function requireDistinct(ids: readonly string[]) {
  const twice = ids.findIndex((id, index) => ids.indexOf(id) !== index)
  if (twice >= 0) throw unprocessable('A record can be in a request once.', `records.${twice}.id`)
}

/** As many rows at a time as leave the database to others. */
const atOnce = 4

/** Runs each row; what one is refused with is its result. */
async function eachOf<Row>(rows: readonly Row[], idOf: (row: Row) => string, run: (row: Row) => Promise<string>) {
  const results: string[] = []
  const left = rows.entries()
  const work = async () => {
    for (const [index, row] of left) results[index] = await run(row).catch((error) => refused(idOf(row), error))
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return `{"results":[${results.join(',')}]}`
}

function refused(id: string, error: unknown): string {
  if (!(error instanceof ApiError)) throw error
  return JSON.stringify({ id, outcome: 'refused', ...error.toJSON() })
}

/** What a record has instead of what was expected, with who last changed each field and when. */
async function withAuthors(ctx: Context, { recordId, current }: Unexpected) {
  const changes = await lastChanges(ctx.db, ctx.workspace, recordId, Object.keys(current.fields))
  const fields = Object.entries(current.fields).map(([key, field]) => {
    const change = changes.find((one) => one.field === key)
    return [key, { ...field, changedAt: change?.at ?? null, changedBy: actorId(change?.actor ?? null) }]
  })
  return { fields: Object.fromEntries(fields), relationships: current.relationships }
}
