import {
  ApiError,
  badRequest,
  decodeId,
  encodeId,
  fold,
  idPrefixes,
  isTimeZone,
  type Json,
  newUuid,
  noResource,
  type ObjectDefinition,
  objectTypes,
  unprocessable,
} from '@openfield/schema'
import {
  changeSettings,
  findImport,
  type ImportState,
  insertImport,
  listImports,
  moveImport,
} from '../../storage/imports.ts'
import { fetchRecord } from '../../storage/records.ts'
import { type Context, type System, withDefinitions } from '../context.ts'
import { downloadFile } from '../files/download.ts'
import { requireFile, wrongStatus } from '../files/retrieve.ts'
import { checkNew } from '../records/create.ts'
import { findType, shapeOf } from '../records/definitions.ts'
import { checkChange } from '../records/update.ts'
import { authorOf, callerOf } from './author.ts'
import { type Source as Bytes, detectFormat, type Encoding, type Row, readRows } from './csv.ts'
import { findByExternalId, findById } from './find.ts'
import { requireImportable } from './import.ts'
import { type MakeAccounts, type Prepared, prepareRows, type Work } from './prepare.ts'
import { presentImport, presentSummary } from './present.ts'
import { messageOf, workOf } from './run.ts'
import type { MappingEntry, Settings, Source, StoredImport } from './settings.ts'
import { suggestMapping } from './suggest.ts'
import { isFindable, takesSeveral, targetsOf } from './targets.ts'

export type NewImport = {
  objectType: string
  fileId: string
  header?: boolean | undefined
  encoding?: Encoding | undefined
  delimiter?: string | undefined
}

const columnsMax = 500
export const rowsMax = 1_000_000
/** How many texts of a column are looked at, and how many are shown. */
const lookedAt = 50
const shown = 5
const shownLength = 100

/**
 * Begins an import from an uploaded table: finds out how it is written and what it holds, and suggests what its columns
 * become. Nothing is imported yet. Throws a 422 that says what to do for a file that is no table.
 */
export async function createImport(ctx: Context, input: NewImport) {
  const definition = await withDefinitions(ctx, async (definitions) => findType(definitions, input.objectType))
  requireImportable(definition)
  const file = await requireFile(ctx, input.fileId)
  if (file.status !== 'COMPLETED') throw wrongStatus(file, ctx.now(), 'Only a COMPLETED one can be imported')
  const bytes = bytesOf(ctx, file.id)
  const format = await detectFormat(bytes, {
    ...(input.encoding && { encoding: input.encoding }),
    ...(input.delimiter && { delimiter: input.delimiter }),
  })
  const { header = true } = input
  const found = await scan(bytes, { filename: file.filename, format, header, columns: [] })
  const suggested = await withKnownIds(ctx, definition, found.texts, suggestMapping(definition, found.texts))
  const mapping = await withKnownLinks(ctx, definition, found.texts, suggested)
  const source: Source = {
    filename: file.filename,
    format,
    header,
    columns: found.texts.map(({ name, texts }) => ({
      name,
      samples: texts.slice(0, shown).map((text) => text.slice(0, shownLength)),
    })),
  }
  const settings: Settings = {
    mapping,
    match: { by: suggestMatch(mapping), onMatch: 'update' },
    createMissing: { accounts: false },
    timeZone: 'UTC',
  }
  const id = newUuid()
  await insertImport(ctx.db, ctx.workspace, {
    ...{ id, objectType: definition.name, fileId: file.id, createdBy: authorOf(ctx), source, settings },
    ...{ createdAt: ctx.now(), total: found.total },
  })
  return retrieveImport(ctx, encodeId(idPrefixes.import, id))
}

/** Everything that an import does is done in the name of whoever began it. */
export const inNameOf = (system: System, workspace: number, { createdBy }: StoredImport): Context => ({
  ...system,
  workspace,
  caller: callerOf(createdBy),
})

/** The bytes of an import's file, each time from the beginning. */
export const bytesOf =
  (ctx: Context, file: string): Bytes =>
  async () =>
    (await downloadFile(ctx, file)).read()

/** Reads a whole table: the names of its columns, some texts of each, and how many rows there are. */
async function scan(bytes: Bytes, source: Source) {
  let names: string[] | undefined
  let total = 0
  const texts: Set<string>[] = []
  for await (const rows of readRows(bytes, source.format)) {
    for (const { cells } of rows) {
      if (!names) {
        names = columnNames(cells, source.header)
        if (source.header) continue
      }
      total += 1
      for (const [index, cell] of cells.entries()) {
        texts[index] ??= new Set()
        const looked = texts[index]
        if (cell.trim() !== '' && looked.size < lookedAt) looked.add(cell)
      }
    }
  }
  if (!names || total === 0)
    throw unprocessable('The file has no rows to import, only a header or nothing at all.', 'fileId')
  if (total > rowsMax) throw unprocessable(`An import takes at most ${rowsMax} rows; split the file.`, 'fileId')
  return { total, texts: names.map((name, index) => ({ name, texts: [...(texts[index] ?? [])] })) }
}

function columnNames(cells: readonly string[], header: boolean): string[] {
  if (cells.length > columnsMax) {
    throw unprocessable(`The table has ${cells.length} columns, and an import takes at most ${columnsMax}.`, 'fileId')
  }
  return cells.map((cell, index) => (header && cell.trim() !== '' ? cell.trim().slice(0, 200) : `Column ${index + 1}`))
}

/** Ids that are none here, as in an export of another workspace, become external ids, by which other records find them. */
async function withKnownIds(
  ctx: Context,
  definition: ObjectDefinition,
  columns: readonly { texts: readonly string[] }[],
  mapping: readonly MappingEntry[],
): Promise<MappingEntry[]> {
  const ids = mapping.find(({ to }) => to === 'id')
  if (ids?.column === undefined) return [...mapping]
  const known = await findById(ctx, definition, columns[ids.column]?.texts ?? [])
  if (known.some(({ length }) => length > 0)) return [...mapping]
  const hasExternal = mapping.some(
    ({ to, column = 0 }) => to === 'externalId' && (columns[column]?.texts.length ?? 0) > 0,
  )
  return mapping.map((entry) => {
    if (entry === ids) return { ...entry, to: hasExternal ? null : 'externalId' }
    return entry.to === 'externalId' && !hasExternal ? { ...entry, to: null } : entry
  })
}

/** Ids of linked records that are not here, as in an export of another workspace, lead nowhere: such columns are left out. */
const withKnownLinks = (
  ctx: Context,
  definition: ObjectDefinition,
  columns: readonly { texts: readonly string[] }[],
  mapping: readonly MappingEntry[],
): Promise<MappingEntry[]> =>
  withDefinitions(ctx, async ({ types }) =>
    Promise.all(
      mapping.map(async (entry) => {
        const { to, column } = entry
        const relationship = to === null ? undefined : definition.relationships.get(to)
        const other = relationship && types.get(relationship.objectType)
        if (!other || column === undefined) return entry
        const ids = (columns[column]?.texts ?? []).flatMap((text) => text.split(';')).map((text) => text.trim())
        if (ids.length === 0 || !ids.every((id) => decodeId(other.prefix, id))) return entry
        const known = [...(await findById(ctx, other, ids)), ...(await findByExternalId(ctx, other, ids))]
        return known.some(({ length }) => length > 0) ? entry : { ...entry, to: null }
      }),
    ),
  )

const suggestMatch = (mapping: readonly MappingEntry[]) =>
  ['id', 'externalId', '$email', '$website'].find((key) => mapping.some(({ to }) => to === key)) ?? null

/** One import by its id. Throws a 404 when there is none. */
export async function retrieveImport(ctx: Context, id: string) {
  const one = await requireImport(ctx, id)
  return presentImport(one, await problemsOf(ctx, one), ctx.now())
}

export async function listAllImports(ctx: Context, { limit, offset }: { limit: number; offset: number }) {
  const { imports, total } = await listImports<StoredImport>(ctx.db, ctx.workspace, limit, offset)
  return { object: 'list', data: imports.map((one) => presentSummary(one, ctx.now())), totalCount: total }
}

export async function requireImport(ctx: Context, id: string): Promise<StoredImport> {
  const uuid = decodeId(idPrefixes.import, id)
  const found = uuid && (await findImport<StoredImport>(ctx.db, ctx.workspace, uuid))
  if (!found) throw noResource('imports')
  return found
}

export type SettingsChange = {
  mapping?: readonly MappingEntry[] | undefined
  match?: { by?: string | null | undefined; onMatch?: 'update' | 'skip' | undefined } | undefined
  createMissing?: { accounts?: boolean | undefined } | undefined
  timeZone?: string | undefined
}

/** Changes what an import is to do; what the input does not name stays. Throws for what cannot be, and once it has begun. */
export async function updateImport(ctx: Context, id: string, input: SettingsChange) {
  const one = await requireImport(ctx, id)
  const settings: Settings = {
    mapping: input.mapping ?? one.settings.mapping,
    match: {
      by: input.match?.by === undefined ? one.settings.match.by : input.match.by,
      onMatch: input.match?.onMatch ?? one.settings.match.onMatch,
    },
    createMissing: { accounts: input.createMissing?.accounts ?? one.settings.createMissing.accounts },
    timeZone: input.timeZone ?? one.settings.timeZone,
  }
  await withDefinitions(ctx, async (definitions) =>
    requireValid(findType(definitions, one.objectType), one.source, settings),
  )
  if (!(await changeSettings(ctx.db, ctx.workspace, one.id, settings))) {
    throw unprocessable('The import has begun, and what it does can no longer be changed. Begin another one.')
  }
  return retrieveImport(ctx, id)
}

function requireValid(definition: ObjectDefinition, { columns }: Source, { mapping, match, timeZone }: Settings) {
  const targets = targetsOf(definition)
  const used = new Set<string>()
  for (const [index, { column, value, to }] of mapping.entries()) {
    const param = `mapping.${index}`
    if ((column === undefined) === (value === undefined)) {
      throw unprocessable('Each entry says either a column, or a value for every row.', param)
    }
    if (column !== undefined && column >= columns.length) {
      throw unprocessable(`The table has the columns 0 to ${columns.length - 1}.`, `${param}.column`)
    }
    const target = to === null ? undefined : targets.get(to)
    if (to !== null && !target) throw unknownTarget(definition, to, `${param}.to`)
    if (!target) continue
    const isTaken = used.has(target.to) && !takesSeveral(target)
    const other = [...used].find((one) => one.startsWith(`${target.to}.`) || target.to.startsWith(`${one}.`))
    if (isTaken || other) throw unprocessable(`Two columns cannot both become ${target.label}.`, `${param}.to`)
    used.add(target.to)
  }
  const by = match.by === null ? undefined : targets.get(match.by)
  if (
    match.by !== null &&
    (!by || by.kind === 'relationship' || (by.kind === 'field' && (by.part !== undefined || !isFindable(by.field))))
  ) {
    throw unprocessable(`Records cannot be found by '${match.by.slice(0, 200)}'.`, 'match.by')
  }
  if (!isTimeZone(timeZone)) throw unprocessable(`'${timeZone}' is no time zone such as Europe/Berlin.`, 'timeZone')
}

function unknownTarget(definition: ObjectDefinition, to: string, param: string) {
  const shortened = to.slice(0, 200).toWellFormed()
  return badRequest('unknown_field', `'${shortened}' is nothing of ${definition.plural} that can be imported.`, param)
}

/** What is still to be done before an import can start, in sentences. */
const problemsOf = (ctx: Context, { objectType, settings, source, state }: StoredImport): Promise<string[]> =>
  state !== 'draft'
    ? Promise.resolve([])
    : withDefinitions(ctx, async ({ types }) => {
        const definition = types.get(objectType)
        if (!definition) return [`There is no object type '${objectType}' any more.`]
        const { mapping, match } = settings
        const isMapped = (key: string) => mapping.some(({ to }) => to === key || to?.startsWith(`${key}.`))
        const unknown = mapping.find(({ to }) => to !== null && !targetsOf(definition).has(to))
        const needed = [...definition.fields.values(), ...definition.relationships.values()].filter(
          (one) => one.required && !('readOnly' in one && one.readOnly) && !isMapped(one.key),
        )
        const label = (key: string) => targetsOf(definition).get(key)?.label ?? key
        return [
          ...(mapping.every(({ to }) => to === null) ? ['Say what at least one column becomes.'] : []),
          ...(unknown
            ? [
                `'${unknown.to}' is not there any more: say what column ${unknown.column} of ${source.filename} becomes.`,
              ]
            : []),
          ...(match.by !== null && !isMapped(match.by)
            ? [`Rows are matched by ${label(match.by)}, and no column becomes that.`]
            : []),
          ...(match.by === null
            ? needed.map(
                (one) => `A new ${definition.label.toLowerCase()} needs “${one.label}”: no column becomes that.`,
              )
            : []),
        ]
      })

/** Starts an import, or goes on with a cancelled one, in the background. */
export async function startImport(ctx: Context, id: string) {
  const one = await requireImport(ctx, id)
  const [problem] = await problemsOf(ctx, one)
  if (problem !== undefined) throw unprocessable(problem, 'mapping')
  return move(ctx, one, ['draft', 'cancelled'], 'running', 'import', 'can be started')
}

/** Stops an import; what it has written stays, and can be undone. */
export const cancelImport = async (ctx: Context, id: string) =>
  move(ctx, await requireImport(ctx, id), ['running'], 'cancelled', undefined, 'can be cancelled')

/** Takes back what an import wrote, in the background, save what others have changed since. */
export const undoImport = async (ctx: Context, id: string) =>
  move(ctx, await requireImport(ctx, id), ['done', 'cancelled', 'failed'], 'undoing', 'import-undo', 'can be undone')

async function move(
  ctx: Context,
  one: StoredImport,
  from: ImportState[],
  to: ImportState,
  work: string | undefined,
  what: string,
) {
  const change = { from, to, at: ctx.now(), ...(work !== undefined && { work }) }
  const id = encodeId(idPrefixes.import, one.id)
  if (!(await moveImport(ctx.db, ctx.workspace, one.id, change))) {
    const { state } = await requireImport(ctx, id)
    throw unprocessable(`The import is ${state}. Only one that is ${from.join(' or ')} ${what}.`)
  }
  if (work !== undefined) ctx.workWritten()
  return retrieveImport(ctx, id)
}

/** The first rows of an import as they would be written now. Writes nothing. */
export async function previewImport(ctx: Context, id: string, limit: number) {
  const one = await requireImport(ctx, id)
  const rows = await firstRows(bytesOf(ctx, one.fileId), one.source, limit)
  const made = new Map<string, string>()
  const work = await workOf(ctx, one, pretend(made))
  const { prepared, later } = await prepareRows(work, rows)
  const shownRows = await Promise.all(prepared.map((row) => preview(work, row, made)))
  // About the record of an earlier row.
  const others = later.map(({ number }) => ({ row: number, outcome: one.settings.match.onMatch }))
  return { data: [...shownRows, ...others].sort((left, right) => left.row - right.row) }
}

async function firstRows(bytes: Bytes, { format, header }: Source, limit: number): Promise<Row[]> {
  const found: Row[] = []
  for await (const rows of readRows(bytes, format)) {
    found.push(...rows)
    if (found.length > limit) break
  }
  return found.slice(header ? 1 : 0, limit + (header ? 1 : 0))
}

/** Ids for accounts that would be created, noted with what they would be called. */
const pretend =
  (made: Map<string, string>): MakeAccounts =>
  async (missing) =>
    new Map(
      missing.map(({ text }) => {
        const id = newUuid()
        made.set(encodeId(objectTypes.account.prefix, id), text)
        return [fold(text), id]
      }),
    )

async function preview(work: Work, row: Prepared, made: ReadonlyMap<string, string>) {
  const { definition } = work.plan
  if (row.verb === 'refuse') return { row: row.row, outcome: 'refused', error: row.error }
  if (row.verb === 'skip') return { row: row.row, outcome: 'skip', id: encodeId(definition.prefix, row.id) }
  const links = Object.entries(row.input.relationships).map(([key, ids]) => [key, named(ids, made)])
  const record = { fields: row.input.fields, relationships: Object.fromEntries(links) }
  try {
    if (row.verb === 'create') {
      await checkNew(work.ctx, work.definitions, definition, row.input)
      return { row: row.row, outcome: 'create', record }
    }
    const id = encodeId(definition.prefix, row.id)
    const changes = await changesTo(work, row.id, row.input)
    const outcome = Object.keys(changes).length > 0 || hasNewLinks(links) ? 'update' : 'skip'
    return { row: row.row, outcome, id, record, changes }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return { row: row.row, outcome: 'refused', error: messageOf(work.plan, error, row.read, row.row) }
  }
}

/** Ids of linked records as they are; what would be created by what it would be called. */
const named = (ids: unknown, made: ReadonlyMap<string, string>): unknown =>
  Array.isArray(ids)
    ? ids.map((id) => (made.has(id) ? { create: made.get(id) } : id))
    : Object.fromEntries(Object.entries(ids as object).map(([verb, all]) => [verb, named(all, made)]))

const hasNewLinks = (links: unknown) => JSON.stringify(links).includes('"create":')

async function changesTo({ ctx, definitions, plan }: Work, id: string, input: Parameters<typeof checkChange>[4]) {
  const found = await fetchRecord(ctx.db, ctx.workspace, shapeOf(definitions, plan.definition), id)
  if (!found) throw noResource(plan.definition.plural)
  const { before, after, changes } = await checkChange(ctx, definitions, plan.definition, found.record, input)
  const values = after.map(({ field, value }): [string, object] => {
    const old = before.find((one) => one.field === field)?.value ?? null
    return [field.key, { before: old as Json, after: value }]
  })
  const links = changes.map(({ relationship, added, removed }): [string, object] => {
    const prefix = definitions.types.get(relationship.objectType)?.prefix ?? 'obj'
    return [
      relationship.key,
      { added: added.map((one) => encodeId(prefix, one)), removed: removed.map((one) => encodeId(prefix, one)) },
    ]
  })
  return Object.fromEntries([...values, ...links])
}
