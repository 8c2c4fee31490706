import Papa from 'papaparse'
import type { Position } from '../../storage/query.ts'
import { type Context, withDefinitions } from '../context.ts'
import { findType } from '../records/definitions.ts'
import { type RecordQuery, readableType, readPage } from '../records/query.ts'
import { type Column, columnsOf, type SentRecord } from './columns.ts'

export type ExportQuery = Pick<RecordQuery, 'sort' | 'keys' | 'filters'>
export type TableFormat = 'csv' | 'ndjson'

const pageSize = 500
/** The most links of one relationship that an export shows. */
const linksMax = 1000

/**
 * The live records of a type that pass the filters, page by page, in the order asked for or as they came about. Each is
 * there once, whatever is written meanwhile.
 */
async function* pages(ctx: Context, objectType: string, { sort = 'createdAt', keys, filters }: ExportQuery) {
  let after: Position | undefined
  do {
    const page = await withDefinitions(ctx, (definitions) =>
      readPage(ctx, definitions, objectType, { sort, keys, filters, limit: pageSize, offset: 0 }, after, linksMax),
    )
    yield page
    after = page.next
  } while (after)
}

/** Throws what an export of these records would: for a type or a filter that there is not, or what the caller may not read. */
export async function checkExport(ctx: Context, objectType: string, { sort, keys, filters }: ExportQuery) {
  const query = { sort, keys, filters, limit: 1, offset: 0 }
  await withDefinitions(ctx, (definitions) => readPage(ctx, definitions, objectType, query, undefined, 1))
}

/** The text of an export, in pieces. */
export const exportText = (
  ctx: Context,
  objectType: string,
  format: TableFormat,
  query: ExportQuery,
): AsyncIterable<string> => (format === 'csv' ? tableOf(ctx, objectType, query) : linesOf(ctx, objectType, query))

async function* linesOf(ctx: Context, objectType: string, query: ExportQuery) {
  for await (const { data } of pages(ctx, objectType, query)) yield data.map((record) => `${record}\n`).join('')
}

async function* tableOf(ctx: Context, objectType: string, query: ExportQuery) {
  const definition = findType(await ctx.definitions.get(ctx), objectType)
  const columns = columnsOf(definition, query.keys && new Set(query.keys))
  yield `\ufeff${rowsOf([columns.map(({ name }) => name)])}`
  for await (const { data, names } of pages(ctx, objectType, query)) {
    if (data.length > 0) yield rowsOf(data.map((record) => cellsOf(columns, JSON.parse(record), names)))
  }
}

const cellsOf = (columns: readonly Column[], record: SentRecord, names: Record<string, string>) =>
  columns.map(({ cell }) => cell(record, names))

/** A text that a spreadsheet would take for a formula gets an apostrophe, which an import takes away again. */
export const rowsOf = (rows: (string | number)[][]) =>
  `${Papa.unparse(rows, { newline: '\r\n', escapeFormulae: /^'*[=+\-@\t\r]/ })}\r\n`

/** The types whose records the caller may export. */
export const exportableTypes = (ctx: Context) =>
  withDefinitions(ctx, async (definitions) =>
    [...definitions.types.values()].filter((type) => {
      if (!type.verbs.includes('retrieve')) return false
      readableType(ctx, definitions, type.name)
      return true
    }),
  )
