import type { Context } from '../packages/server/src/domain/context.ts'
import { createRecord, type RecordInput } from '../packages/server/src/domain/records/create.ts'
import { findType, shapeOf } from '../packages/server/src/domain/records/definitions.ts'
import type { Database } from '../packages/server/src/storage/database.ts'
import { fetchRecord } from '../packages/server/src/storage/records.ts'

/** A statement as the driver is given it. */
export type Statement = { name: string; text: string; values: unknown[] }

/** The statements with which the server would create some records; each can be run once. */
export async function creations(
  ctx: Context,
  objectType: string,
  inputs: readonly RecordInput[],
): Promise<Statement[]> {
  await ctx.definitions.get(ctx)
  const { db, taken } = takingDown(ctx.db)
  for (const input of inputs) await createRecord({ ...ctx, db }, objectType, input)
  if (taken.length !== inputs.length) throw new Error(`${inputs.length} creates are ${taken.length} statements`)
  return taken
}

/** The statements with which the server would retrieve some records. */
export async function retrievals(ctx: Context, objectType: string, uuids: readonly string[]): Promise<Statement[]> {
  const definitions = await ctx.definitions.get(ctx)
  const shape = shapeOf(definitions, findType(definitions, objectType))
  const { db, taken } = takingDown(ctx.db)
  for (const uuid of uuids) await fetchRecord(db, ctx.workspace, shape, uuid)
  return taken
}

/** A database that runs nothing: it takes down the statements, and finds no rows. */
function takingDown(real: Database): { db: Database; taken: Statement[] } {
  const taken: Statement[] = []
  const query = async (statement: Statement) => {
    taken.push(statement)
    return { rows: [] }
  }
  return { db: Object.create(real, { query: { value: query } }), taken }
}
