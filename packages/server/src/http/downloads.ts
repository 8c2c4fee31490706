import { badRequest, forbidden, notFound } from '@openfield/schema'
import type { FastifyReply } from 'fastify'
import { auditText } from '../domain/audit/export.ts'
import type { Context } from '../domain/context.ts'
import { archive } from '../domain/exports/archive.ts'
import { checkExport, exportText, type TableFormat } from '../domain/exports/table.ts'
import { requireImport } from '../domain/imports/draft.ts'
import { refusedTable, requireTable } from '../domain/imports/refused.ts'
import { noteExport } from './audit.ts'
import { parseAuditQuery, parseRecordQuery } from './list-query.ts'
import { queryOf } from './routes/records.ts'
import { sendText } from './send-text.ts'

/** Something to be saved: what it is called, and its bytes, which are read as they are sent. */
type Download = {
  type: string
  name: string
  parts: () => AsyncIterable<string | Uint8Array> | Promise<AsyncIterable<Uint8Array>>
}

type Kind = { path: RegExp; admin: boolean; find(ctx: Context, name: string, query: string): Promise<Download> }

const types: Record<TableFormat, string> = { csv: 'text/csv', ndjson: 'application/x-ndjson' }

const table = (format: TableFormat): Kind => ({
  path: new RegExp(String.raw`^/admin/v1/export/([^/?]+)\.${format}$`),
  admin: false,
  async find(ctx, objectType, text) {
    const { sort, keys, filters } = parseRecordQuery(text)
    const query = { sort, keys, filters }
    await checkExport(ctx, objectType, query)
    return {
      type: types[format],
      name: `${objectType}.${format}`,
      parts: () => exportText(ctx, objectType, format, query),
    }
  },
})

const auditLog = (format: TableFormat): Kind => ({
  path: new RegExp(String.raw`^/admin/v1/(audit)\.${format}$`),
  admin: true,
  async find(ctx, _, text) {
    const { limit: _limit, before: _before, ...filter } = parseAuditQuery(text)
    return { type: types[format], name: `audit.${format}`, parts: () => auditText(ctx, format, filter) }
  },
})

/** Everything that can be downloaded, by its path in the admin API. */
const kinds: readonly Kind[] = [
  table('csv'),
  table('ndjson'),
  auditLog('csv'),
  auditLog('ndjson'),
  {
    path: /^\/admin\/v1\/(export)\.zip$/,
    admin: true,
    find: async (ctx) => ({ type: 'application/zip', name: 'export.zip', parts: () => archive(ctx) }),
  },
  {
    path: /^\/admin\/v1\/imports\/([^/?]+)\/errors\.csv$/,
    admin: true,
    async find(ctx, id) {
      const one = await requireImport(ctx, id)
      await requireTable(ctx, one)
      return { type: 'text/csv', name: `refused rows of ${one.source.filename}`, parts: () => refusedTable(ctx, one) }
    },
  },
]

/** What a path of the admin API, with its query, downloads. Throws what a request of it would be refused with. */
export async function findDownload(ctx: Context, path: string): Promise<Download> {
  const [bare = ''] = path.split('?')
  for (const { path: pattern, admin, find } of kinds) {
    const [, name] = pattern.exec(bare) ?? []
    if (name === undefined) continue
    if (admin && ctx.caller && (ctx.caller.role !== 'admin' || ctx.caller.scopes.length > 0)) {
      throw forbidden('The admin API needs a full-access key of an admin.')
    }
    return find(ctx, decoded(name), queryOf(path))
  }
  throw notFound(`There is nothing to download at '${bare.slice(0, 200).toWellFormed()}'.`)
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    throw badRequest('invalid_type', 'The path is not correctly percent-encoded.', 'path')
  }
}

/** Sends what a path downloads. */
export async function sendDownload(ctx: Context, path: string, reply: FastifyReply) {
  const { type, name, parts } = await findDownload(ctx, path)
  await noteExport(ctx, path, reply)
  return sendText(reply, type, name, await parts())
}
