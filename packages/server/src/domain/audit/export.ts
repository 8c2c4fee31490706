import type { Context } from '../context.ts'
import { rowsOf, type TableFormat } from '../exports/table.ts'
import { type AuditLine, type AuditQuery, readAudit } from './read.ts'

const pageSize = 500

/** All that matches, newest first, page by page. */
async function* linesOf(ctx: Context, filter: Omit<AuditQuery, 'limit' | 'before'>) {
  for (let before: string | undefined; ; ) {
    const { data, nextCursor } = await readAudit(ctx, { ...filter, limit: pageSize, before })
    yield data
    if (nextCursor === null) return
    before = nextCursor
  }
}

const columns: readonly [string, (line: AuditLine) => string | null | undefined][] = [
  ['At', ({ at }) => at],
  ['Actor ID', ({ actor }) => actor?.id],
  ['Actor', ({ actor }) => actor?.name],
  ['Action', ({ action }) => action],
  ['Outcome', ({ outcome }) => outcome],
  ['Object ID', ({ object }) => object?.id],
  ['Object', ({ object }) => object?.title],
  ['Changed', ({ keys }) => keys.join(' ')],
  ['Details', ({ details }) => (Object.keys(details).length > 0 ? JSON.stringify(details) : '')],
  ['Request ID', ({ requestId }) => requestId],
  ['Address', ({ address }) => address],
]

/** The log as a table, or as JSON lines. */
export async function* auditText(
  ctx: Context,
  format: TableFormat,
  filter: Omit<AuditQuery, 'limit' | 'before'>,
): AsyncGenerator<string, void, undefined> {
  if (format === 'csv') yield `\ufeff${rowsOf([columns.map(([name]) => name)])}`
  for await (const lines of linesOf(ctx, filter)) {
    if (lines.length === 0) continue
    if (format === 'csv') yield rowsOf(lines.map((line) => columns.map(([, read]) => read(line) ?? '')))
    else yield lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  }
}
