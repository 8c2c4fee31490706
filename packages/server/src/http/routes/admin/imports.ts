import { listOf, object, orNull, schemaRef, text } from '@openfield/schema/openapi'
import { z } from 'zod'
import { encodings } from '../../../domain/imports/csv.ts'
import {
  cancelImport,
  createImport,
  listAllImports,
  previewImport,
  retrieveImport,
  startImport,
  undoImport,
  updateImport,
} from '../../../domain/imports/draft.ts'
import { sendDownload } from '../../downloads.ts'
import { parsePreviewQuery, previewDefault, previewMax } from '../../list-query.ts'
import { type AdminGroup, adminOperation } from './operation.ts'

const newImport = z.strictObject({
  objectType: z.string(),
  fileId: z.string(),
  header: z.boolean().optional(),
  encoding: z.enum(encodings).optional(),
  delimiter: z
    .string()
    .regex(/^[^"\r\n]$/, 'it takes one character')
    .optional(),
})

const mappingEntry = z.strictObject({
  column: z.int().min(0).optional(),
  value: z.string().max(10_000, 'it takes at most 10,000 characters').optional(),
  to: z.string().nullable(),
  dates: z.enum(['day-first', 'month-first']).optional(),
  decimal: z.enum(['.', ',']).optional(),
  separator: z.string().min(1).max(3, 'it takes 1 to 3 characters').optional(),
  unknownOptions: z.enum(['refuse', 'create']).optional(),
})

const settings = z.strictObject({
  mapping: z.array(mappingEntry).max(1000, 'it takes at most 1,000 entries').optional(),
  match: z
    .strictObject({ by: z.string().nullable().optional(), onMatch: z.enum(['update', 'skip']).optional() })
    .optional(),
  createMissing: z.strictObject({ accounts: z.boolean().optional() }).optional(),
  timeZone: z.string().max(100).optional(),
})

const count = (description: string) => ({ type: 'integer', minimum: 0, description })
const moment = (description: string) => orNull(text(description, { format: 'date-time' }))

const counts = {
  total: count('How many rows there are.'),
  done: count('How many have been dealt with.'),
  created: count('How many made a record.'),
  updated: count('How many changed a record.'),
  skipped: count('How many had nothing to change, or were to leave the record as it is.'),
  refused: count('How many could not be imported.'),
}

const undo = {
  reverted: count('How many records are as they were before.'),
  kept: count('How many were left alone, wholly or in part, because they have been changed since.'),
  failed: count('How many could not be brought back.'),
}

const summary = {
  id: text('Starts with `imp_`.'),
  objectType: text('What its rows become.'),
  fileId: text('The uploaded table.'),
  filename: text('What the file is called.'),
  state: {
    enum: ['draft', 'running', 'cancelled', 'done', 'failed', 'undoing', 'undone'],
    description: 'How far it is.',
  },
  problem: orNull(text('Why it failed.')),
  createdBy: orNull(text('The member in whose name it writes.')),
  createdAt: text('When the file was read.', { format: 'date-time' }),
  startedAt: moment('When it was started.'),
  finishedAt: moment('When it came to an end.'),
  counts: object(counts, Object.keys(counts)),
  undo: object(undo, Object.keys(undo)),
  rate: orNull({ type: 'number', description: 'Rows a second.' }),
  eta: orNull({ type: 'integer', description: 'How many seconds are left, as far as can be told.' }),
}

const full = {
  ...summary,
  encoding: { enum: encodings },
  delimiter: text('What stands between two cells.'),
  header: { type: 'boolean', description: 'The first row names the columns.' },
  columns: {
    type: 'array',
    items: object(
      {
        column: count('Its position, from 0.'),
        name: text('What the header calls it.'),
        samples: { type: 'array', items: { type: 'string' }, description: 'Some of its cells.' },
      },
      ['column', 'name', 'samples'],
    ),
  },
  mapping: {
    type: 'array',
    items: { type: 'object' },
    description: 'What each column becomes; at first a suggestion.',
  },
  match: { type: 'object', description: 'By what a row finds the record that it is about, and what becomes of that.' },
  createMissing: { type: 'object', description: 'Which linked records are created when they are not there.' },
  timeZone: text('In which times without an offset are meant.'),
  problems: { type: 'array', items: { type: 'string' }, description: 'What is to be done before it can start.' },
}

const previewed = object(
  {
    row: count('The row, as a spreadsheet counts.'),
    outcome: { enum: ['create', 'update', 'skip', 'refused'], description: 'What would become of it.' },
    id: text('The record that it is about, if there is one.'),
    record: { type: 'object', description: 'The fields and relationships that it says.' },
    changes: { type: 'object', description: 'What it would change, by key.' },
    error: text('Why it would be refused.'),
  },
  ['row', 'outcome'],
)

const at = '/admin/v1/imports'

/** Imports of tables: uploaded files whose rows become records in the background. */
export const imports: AdminGroup = {
  operations: {
    'admin.import.create': adminOperation({
      method: 'POST',
      path: at,
      summary: 'Begin an import from an uploaded table',
      access: 'admin',
      body: newImport,
      answer: 'Import',
      run: async ({ ctx, body }) => createImport(ctx, body),
    }),
    'admin.import.list': adminOperation({
      method: 'GET',
      path: at,
      summary: 'List imports',
      access: 'admin',
      paged: true,
      answer: 'ImportList',
      run: async ({ ctx, page }) => listAllImports(ctx, page),
    }),
    'admin.import.retrieve': adminOperation({
      method: 'GET',
      path: `${at}/:id`,
      summary: 'Retrieve an import, with its progress',
      access: 'admin',
      answer: 'Import',
      run: async ({ ctx, params }) => retrieveImport(ctx, params.id),
    }),
    'admin.import.update': adminOperation({
      method: 'PATCH',
      path: `${at}/:id`,
      summary: 'Say what an import is to do',
      access: 'admin',
      body: settings,
      answer: 'Import',
      run: async ({ ctx, params, body }) => updateImport(ctx, params.id, body),
    }),
    'admin.import.preview': adminOperation({
      method: 'GET',
      path: `${at}/:id/preview`,
      summary: 'Show the first rows as they would be written',
      access: 'admin',
      parameters: [
        {
          name: 'limit',
          in: 'query',
          description: 'How many rows to show.',
          schema: { type: 'integer', minimum: 1, maximum: previewMax, default: previewDefault },
        },
      ],
      answer: 'ImportPreview',
      run: async ({ ctx, params, query }) => previewImport(ctx, params.id, parsePreviewQuery(query)),
    }),
    'admin.import.start': adminOperation({
      method: 'POST',
      path: `${at}/:id/start`,
      summary: 'Start an import, or go on with a cancelled one',
      access: 'admin',
      answer: 'Import',
      run: async ({ ctx, params }) => startImport(ctx, params.id),
    }),
    'admin.import.cancel': adminOperation({
      method: 'POST',
      path: `${at}/:id/cancel`,
      summary: 'Stop an import',
      access: 'admin',
      answer: 'Import',
      run: async ({ ctx, params }) => cancelImport(ctx, params.id),
    }),
    'admin.import.undo': adminOperation({
      method: 'POST',
      path: `${at}/:id/undo`,
      summary: 'Take back what an import wrote',
      access: 'admin',
      answer: 'Import',
      run: async ({ ctx, params }) => undoImport(ctx, params.id),
    }),
    'admin.import.errors': adminOperation({
      method: 'GET',
      path: `${at}/:id/errors.csv`,
      summary: 'Download the refused rows, each with why',
      access: 'admin',
      answer: 'Table',
      contentType: 'text/csv',
      run: async ({ ctx, request, reply }) => sendDownload(ctx, request.raw.url ?? '', reply),
    }),
  },
  schemas: {
    Import: object(full, Object.keys(full)),
    ImportList: listOf('ImportSummary', { maxItems: 25 }),
    ImportSummary: object(summary, Object.keys(summary)),
    ImportPreview: object({ data: { type: 'array', items: schemaRef('PreviewedRow') } }, ['data']),
    PreviewedRow: previewed,
    Table: text('A table as CSV, in UTF-8 with a byte order mark.'),
  },
}
