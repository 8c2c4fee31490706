import { object, text } from '@openfield/schema/openapi'
import { z } from 'zod'
import { linkTo } from '../../../domain/exports/links.ts'
import { findDownload, sendDownload } from '../../downloads.ts'
import { type AdminGroup, type AdminRequest, adminOperation } from './operation.ts'

const newLink = z.strictObject({ path: z.string().max(8000, 'it takes at most 8,000 characters') })

const description = 'All live records that pass the filters; `sort`, `fields` and filters as in a query for a screen.'

const send = async ({ ctx, request, reply }: AdminRequest<unknown>) => sendDownload(ctx, request.raw.url ?? '', reply)

/** Records as files, one type or all of them, for saving. */
export const tableExports: AdminGroup = {
  operations: {
    'admin.export.table': adminOperation({
      method: 'GET',
      path: '/admin/v1/export/:objectType.csv',
      summary: 'Export records as a table',
      description: `${description} Needs the scope to read them.`,
      access: 'caller',
      category: 'Search',
      answer: 'Table',
      contentType: 'text/csv',
      alsoAnswers: [403],
      run: send,
    }),
    'admin.export.lines': adminOperation({
      method: 'GET',
      path: '/admin/v1/export/:objectType.ndjson',
      summary: 'Export records as JSON, a line each',
      description: `${description} Needs the scope to read them.`,
      access: 'caller',
      category: 'Search',
      answer: 'Lines',
      contentType: 'application/x-ndjson',
      alsoAnswers: [403],
      run: send,
    }),
    'admin.export.all': adminOperation({
      method: 'GET',
      path: '/admin/v1/export.zip',
      summary: 'Export everything',
      description: 'A zip archive: of each object type a table and JSON lines, and what is defined.',
      access: 'admin',
      category: 'Search',
      answer: 'Archive',
      contentType: 'application/zip',
      run: send,
    }),
    'admin.download.create': adminOperation({
      method: 'POST',
      path: '/admin/v1/downloads',
      summary: 'Get an address from which a browser can download an export',
      description: 'Of any path that exports something. Needs what that needs.',
      access: 'caller',
      body: newLink,
      answer: 'DownloadLink',
      alsoAnswers: [403],
      async run({ ctx, body: { path } }) {
        await findDownload(ctx, path)
        return linkTo(ctx, path)
      },
    }),
  },
  schemas: {
    Lines: text('A record as in the public API on each line.'),
    Archive: text('A zip archive.', { contentMediaType: 'application/zip' }),
    DownloadLink: object(
      {
        url: text('Where it can be downloaded, without a key.', { format: 'uri' }),
        expiresAt: text('Until when.', { format: 'date-time' }),
      },
      ['url', 'expiresAt'],
    ),
  },
}
