import { ApiError, encodeId, fold, InvalidValue, type Json, newUuid } from '@openfield/schema'
import { readDefinitionsVersion, type VersionedDefinitions } from '../../storage/definitions.ts'
import {
  type Claimed,
  changesMade,
  claimRows,
  type ImportState,
  type Outcome,
  openParts,
  type RowResult,
  saveRows,
} from '../../storage/imports.ts'
import { type Context, withDefinitions } from '../context.ts'
import { updateField } from '../object-types/fields.ts'
import { createRecord } from '../records/create.ts'
import { findType, requireCurrent } from '../records/definitions.ts'
import { updateRecord } from '../records/update.ts'
import { concurrently } from './concurrently.ts'
import type { Row } from './csv.ts'
import { type MakeAccounts, type Prepared, prepareRows, type Work } from './prepare.ts'
import { newOptionsOf, type Plan, planOf, type ReadRow, refusal } from './read-row.ts'
import type { StoredImport } from './settings.ts'

/** How many rows are written at once. */
const writers = 6

/** What to do with an error that is no answer to a row: throw it, or refuse the row with it. */
export type Unexpected = (error: unknown, row: number) => string

/** Writes some rows of an import, each once, whatever was killed in between. Returns the state that the import is in then. */
export async function writeRows(
  ctx: Context,
  one: StoredImport,
  rows: readonly Row[],
  unexpected: Unexpected,
): Promise<ImportState | undefined> {
  const claims = await claim(ctx, one, rows)
  const results: RowResult[] = [...claims.written]
  let left: readonly Row[] = rows.filter(({ number }) => claims.open.has(number))
  await createOptions(ctx, one, left)
  while (left.length > 0) {
    const work = await workOf(ctx, one, accountMaker(ctx, one, results))
    const { prepared, later } = await prepareRows(work, left)
    results.push(...(await concurrently(prepared, writers, (row) => write(work, row, claims.open, unexpected))))
    left = later
  }
  return saveRows(ctx.db, ctx.workspace, one.id, await withUpdates(ctx, results, claims.open))
}

type Claims = {
  /** By the number of the row. */
  open: Map<number, Claimed>
  /** Rows of which it turned out that they have been written. */
  written: RowResult[]
}

async function claim(ctx: Context, { id, objectType }: StoredImport, rows: readonly Row[]): Promise<Claims> {
  const wanted = rows.map(({ number }) => ({ row: number, part: 0, id: newUuid(), objectType }))
  const claimed = (await claimRows(ctx.db, ctx.workspace, id, wanted)).filter(({ outcome }) => outcome === null)
  const old = claimed.filter(({ isOld }) => isOld).map((one) => ({ record: one.id, id: one.id }))
  // What was to be created for these rows may have been, too.
  const parts =
    old.length > 0
      ? await openParts(
          ctx.db,
          ctx.workspace,
          id,
          rows.map(({ number }) => number),
        )
      : []
  const maybe = [...old, ...parts.map((one) => ({ record: one.id, id: one.id }))]
  const made = await changesMade(ctx.db, ctx.workspace, maybe)
  const isMade = (one: { id: string }) => made.has(one.id)
  return {
    open: new Map(claimed.filter((one) => !isMade(one)).map((one) => [one.row, one])),
    written: [...claimed, ...parts].filter(isMade).map((one) => result(one.row, 'created', one.id, null, one.part)),
  }
}

const result = (
  row: number,
  outcome: Outcome,
  recordId: string | null,
  error: string | null = null,
  part = 0,
): RowResult => ({
  row,
  part,
  outcome,
  recordId,
  error,
})

/** An import's settings against the definitions that the database has now. */
export const workOf = (ctx: Context, one: StoredImport, makeAccounts: MakeAccounts): Promise<Work> =>
  currentDefinitions(ctx, async (definitions) => ({
    ctx,
    definitions,
    plan: planOf(findType(definitions, one.objectType), one.source, one.settings),
    settings: one.settings,
    makeAccounts,
  }))

const currentDefinitions = <T>(ctx: Context, use: (definitions: VersionedDefinitions) => Promise<T>): Promise<T> =>
  withDefinitions(ctx, async (definitions) => {
    requireCurrent(definitions, (await readDefinitionsVersion(ctx.db, ctx.workspace)) ?? 0)
    return use(definitions)
  })

/** Adds the options that some rows name and that are to be created, before the rows are read. */
async function createOptions(ctx: Context, one: StoredImport, rows: readonly Row[]) {
  if (!one.settings.mapping.some(({ unknownOptions }) => unknownOptions === 'create')) return
  const { plan } = await workOf(ctx, one, async () => new Map())
  const found = rows.flatMap((row) => newOptionsOf(plan, row))
  for (const [field, all] of Map.groupBy(found, (each) => each.field)) {
    const labels = [
      ...new Map(all.flatMap((each) => each.labels).map((label) => [label.toLowerCase(), label])).values(),
    ]
    const options = [...(field.configuration.options ?? []), ...labels.map((label) => ({ label }))]
    await updateField(ctx, one.objectType, field.key, { options }).catch(ignoreRefusal)
  }
}

/** The rows that name an option which could not be added are refused for it. */
function ignoreRefusal(error: unknown) {
  if (!(error instanceof ApiError)) throw error
}

/** Makes the accounts that rows name, and notes them as parts of the rows. */
const accountMaker =
  (ctx: Context, { id }: StoredImport, results: RowResult[]): MakeAccounts =>
  async (missing) => {
    const wanted = missing.map(({ row, part }) => ({ row, part, id: newUuid(), objectType: 'account' }))
    const claimed = await claimRows(ctx.db, ctx.workspace, id, wanted)
    const made = await concurrently(
      missing,
      writers,
      async ({ text, row, part }): Promise<[string, string | ApiError]> => {
        const as = claimed.find((one) => one.row === row && one.part === part)?.id ?? newUuid()
        try {
          await createRecord(ctx, 'account', { fields: await accountFields(ctx, text), relationships: {}, as })
          results.push(result(row, 'created', as, null, part))
          return [fold(text), as]
        } catch (error) {
          if (error instanceof ApiError) return [fold(text), error]
          throw error
        }
      },
    )
    return new Map(made)
  }

/** An account by what a cell says of it: its site, or else its name. */
async function accountFields(ctx: Context, text: string): Promise<Record<string, Json>> {
  const website = findType(await ctx.definitions.get(ctx), 'account').fields.get('$website')
  try {
    const address = website?.type.parse(text, website.configuration)
    const [host] = address ? (website?.type.hosts?.(address) ?? []) : []
    return host === undefined ? { $name: text } : { $name: host, $website: text }
  } catch (error) {
    if (error instanceof InvalidValue) return { $name: text }
    throw error
  }
}

async function write(
  { ctx, plan }: Work,
  prepared: Prepared,
  claims: ReadonlyMap<number, Claimed>,
  unexpected: Unexpected,
): Promise<RowResult> {
  const { row } = prepared
  const as = claims.get(row)?.id ?? newUuid()
  const { name, prefix } = plan.definition
  try {
    switch (prepared.verb) {
      case 'refuse':
        return result(row, 'refused', null, prepared.error)
      case 'skip':
        return result(row, 'skipped', prepared.id)
      case 'create':
        await createRecord(ctx, name, { ...prepared.input, as })
        return result(row, 'created', as)
      case 'update':
        await updateRecord(ctx, name, encodeId(prefix, prepared.id), { ...prepared.input, as })
        return result(row, 'updated', prepared.id)
    }
  } catch (error) {
    const written = await writtenBefore(ctx, prepared, as)
    if (written) return written
    const message = error instanceof ApiError ? messageOf(plan, error, prepared.read, row) : unexpected(error, row)
    return result(row, 'refused', null, message)
  }
}

/** A write that was under way when its server, or its connection, came to an end may have been done after this one began. */
async function writtenBefore(
  { db, workspace }: Context,
  prepared: Prepared,
  as: string,
): Promise<RowResult | undefined> {
  if (prepared.verb !== 'create' && prepared.verb !== 'update') return undefined
  const record = prepared.verb === 'create' ? as : prepared.id
  const made = await changesMade(db, workspace, [{ record, id: as }])
  return made.has(as) ? result(prepared.row, prepared.verb === 'create' ? 'created' : 'updated', record) : undefined
}

/** What the API says about a row, in the words of its table. */
export function messageOf(plan: Plan, error: ApiError, read: ReadRow | undefined, row: number): string {
  const key = error.place.param ?? ''
  const place = read?.places.get(key)
  const rule = error.message.replace(/\.$/, '')
  if (place) return refusal(row, place, `was refused: ${rule}`).message
  return `Row ${row}: ${rule.replaceAll(/\$\w+/g, (one) => `“${plan.definition.fields.get(one)?.label ?? one}”`)}.`
}

/** Of the rows that were to change a record, those that changed nothing were skipped. */
async function withUpdates(ctx: Context, results: readonly RowResult[], claims: ReadonlyMap<number, Claimed>) {
  const updates = results.flatMap(({ row, outcome, recordId }) => {
    const id = claims.get(row)?.id
    return outcome === 'updated' && recordId !== null && id !== undefined ? [{ record: recordId, id }] : []
  })
  const made = await changesMade(ctx.db, ctx.workspace, updates)
  return results.map((one) => {
    const isVoid = one.outcome === 'updated' && !made.has(claims.get(one.row)?.id ?? '')
    return isVoid ? { ...one, outcome: 'skipped' as const } : one
  })
}
