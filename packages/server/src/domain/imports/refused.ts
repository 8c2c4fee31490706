import { notFound } from '@openfield/schema'
import Papa from 'papaparse'
import { findFile } from '../../storage/files.ts'
import { refusedRows } from '../../storage/imports.ts'
import type { Context } from '../context.ts'
import { type Row, readRows } from './csv.ts'
import { bytesOf } from './draft.ts'
import type { StoredImport } from './settings.ts'

const pageSize = 1000

/** Throws a 404 when the table of an import was erased, because of somebody who stood in it. */
export async function requireTable(ctx: Context, { fileId }: StoredImport) {
  const file = await findFile(ctx.db, ctx.workspace, fileId)
  if (!file?.upload) throw notFound('The table of this import was erased, and its refused rows with it.')
}

/** The refused rows of an import as they were, each with why, as a table that can be corrected and imported. */
export async function* refusedTable(ctx: Context, one: StoredImport): AsyncGenerator<string> {
  const { columns, format } = one.source
  const line = (cells: readonly string[]) =>
    `${Papa.unparse([cells as string[]], { delimiter: format.delimiter, newline: '\n' })}\r\n`
  yield `\ufeff${line([...columns.map(({ name }) => name), 'Why it was refused'])}`
  const refused = pages(ctx, one.id)
  let next = (await refused.next()).value
  for await (const rows of readRows(bytesOf(ctx, one.fileId), format)) {
    for (const row of rows) {
      if (row.number !== next?.row) continue
      yield line([...cellsOf(row, columns.length), next.error])
      next = (await refused.next()).value
    }
    if (!next) return
  }
}

async function* pages(ctx: Context, importId: string): AsyncGenerator<{ row: number; error: string }, undefined> {
  for (let after = 0; ; ) {
    const found = await refusedRows(ctx.db, ctx.workspace, importId, after, pageSize)
    yield* found
    const last = found.at(-1)
    if (!last || found.length < pageSize) return undefined
    after = last.row
  }
}

const cellsOf = ({ cells }: Row, count: number) => [
  ...cells,
  ...Array<string>(Math.max(0, count - cells.length)).fill(''),
]
