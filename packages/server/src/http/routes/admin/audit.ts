import { type JsonSchema, object, orNull, schemaRef, text } from '@openfield/schema/openapi'
import { readAudit } from '../../../domain/audit/read.ts'
import { wordsFor } from '../../audit-words.ts'
import { sendDownload } from '../../downloads.ts'
import { auditDefault, auditMax, parseAuditQuery } from '../../list-query.ts'
import { type AdminGroup, type AdminRequest, adminOperation } from './operation.ts'

const parameter = (name: string, description: string, schema: object = { type: 'string' }) => ({
  name,
  in: 'query',
  description,
  schema,
})
const filters = [
  parameter('actor', 'Only what this member or key did, by their id.'),
  parameter('action', 'Only this action, or all that begin like this up to a dot: `admin.apiKey`, `record`.'),
  parameter('object', 'Only what was done to this: the id of a record, key, workflow …, or a slug.'),
  parameter('from', 'Only from this moment on.', { type: 'string', format: 'date-time' }),
  parameter('to', 'Only before this moment.', { type: 'string', format: 'date-time' }),
]
const page = [
  parameter('limit', 'How many lines a page has at most.', {
    type: 'integer',
    minimum: 1,
    maximum: auditMax,
    default: auditDefault,
  }),
  parameter('before', 'The `nextCursor` of the page before.'),
]

const line: Record<string, JsonSchema> = {
  id: text('Of the entry; of a write, that of the change.'),
  at: text('When.', { format: 'date-time' }),
  actor: schemaRef('Actor'),
  action: text('The id of the operation, `record.…` of a write, `export`, or `command.…` of the command line.'),
  label: text('The same in words.'),
  outcome: {
    enum: ['done', 'refused', 'begun'],
    description: 'What became of it; what stays `begun` broke off, and nobody knows.',
  },
  object: orNull(
    object(
      {
        id: text('The id or slug of what it was done to.'),
        objectType: orNull(text('What it is, of a record that is there.')),
        title: orNull(text('What people call it.')),
      },
      ['id', 'objectType', 'title'],
    ),
  ),
  keys: {
    type: 'array',
    items: { type: 'string' },
    description:
      'The keys of the fields and relationships that a write changed; the timeline of the record has the values.',
  },
  details: {
    type: 'object',
    description: 'What was given: the names of all of it, and what says nothing of a person.',
  },
  requestId: orNull(text('The `X-Request-Id` of the request, as it is in the log of the server.')),
  address: orNull(text('Where the request came from.')),
}

const send = async ({ ctx, request, reply }: AdminRequest<unknown>) => sendDownload(ctx, request.raw.url ?? '', reply)

/** Who did what, when, on what. */
export const audit: AdminGroup = {
  operations: {
    'admin.audit.list': adminOperation({
      method: 'GET',
      path: '/admin/v1/audit',
      summary: 'Read who did what',
      description: 'Admin actions, sign-ins, exports, and writes of records, newest first.',
      access: 'admin',
      category: 'Search',
      parameters: [...page, ...filters],
      answer: 'AuditLog',
      async run({ ctx, query }) {
        const { data, nextCursor } = await readAudit(ctx, parseAuditQuery(query))
        return { object: 'list', data: data.map((one) => ({ ...one, label: wordsFor(one.action) })), nextCursor }
      },
    }),
    'admin.audit.table': adminOperation({
      method: 'GET',
      path: '/admin/v1/audit.csv',
      summary: 'Export the audit log as a table',
      access: 'admin',
      category: 'Search',
      parameters: filters,
      answer: 'Table',
      contentType: 'text/csv',
      run: send,
    }),
    'admin.audit.lines': adminOperation({
      method: 'GET',
      path: '/admin/v1/audit.ndjson',
      summary: 'Export the audit log as JSON lines',
      access: 'admin',
      category: 'Search',
      parameters: filters,
      answer: 'Lines',
      contentType: 'application/x-ndjson',
      run: send,
    }),
  },
  schemas: {
    AuditLog: object(
      {
        object: { const: 'list' },
        data: { type: 'array', items: schemaRef('AuditLine') },
        nextCursor: orNull(text('What the next page takes as `before`.')),
      },
      ['object', 'data', 'nextCursor'],
    ),
    AuditLine: object(line, Object.keys(line)),
  },
}
