import { object, orNull, schemaRef, text } from '@openfield/schema/openapi'
import { readTimeline } from '../../../domain/timeline/read.ts'
import { parseTimelineQuery } from '../../list-query.ts'
import { type AdminGroup, adminOperation } from './operation.ts'

const label = text('What people call it.')
const value = { description: 'The value in its read form, or null.' }
const inWords = orNull(text('How a person reads the value.'))
const change = {
  key: text('The key of the field.'),
  label,
  valueType: { type: 'string' },
  before: value,
  after: value,
  beforeText: inWords,
  afterText: inWords,
}
const linked = {
  id: text('The id of the record.'),
  title: orNull(text('What it is called; null when it is gone, or not for the caller.')),
  objectType: text('What it is.'),
}
const links = { type: 'array', items: object(linked, Object.keys(linked)) }
const linkChange = { key: text('The key of the relationship.'), label, added: links, removed: links }

/** What happened to records and around them. */
export const timeline: AdminGroup = {
  operations: {
    'admin.timeline.read': adminOperation({
      method: 'GET',
      path: '/admin/v1/timeline/:id',
      summary: 'Read what happened to a record and around it',
      description:
        'Needs the scope to read the record; shows notes, tasks, meetings, messages, e-mails and files as far as there are scopes to read them.',
      access: 'caller',
      alsoAnswers: [403],
      parameters: [
        {
          name: 'limit',
          in: 'query',
          description: 'How many entries a page has at most.',
          schema: { type: 'integer', minimum: 1, maximum: 100, default: 50 },
        },
        {
          name: 'before',
          in: 'query',
          description: 'The `nextCursor` of the page before.',
          schema: { type: 'string' },
        },
      ],
      answer: 'Timeline',
      run: async ({ ctx, params, query }) => readTimeline(ctx, params.id, parseTimelineQuery(query)),
    }),
  },
  schemas: {
    Timeline: object(
      {
        object: { const: 'list' },
        data: { type: 'array', items: schemaRef('TimelineEntry') },
        nextCursor: orNull(text('What the next page takes as `before`.')),
      },
      ['object', 'data', 'nextCursor'],
    ),
    TimelineEntry: object(
      {
        id: text('The id of the change, or of the record that stands here.'),
        at: text('When.', { format: 'date-time' }),
        kind: {
          enum: [
            ...['created', 'updated', 'trashed', 'restored', 'merged'],
            ...['note', 'task', 'meeting', 'message', 'email', 'file'],
          ],
          description: 'What was done to the record, or what stands here beside it.',
        },
        actor: schemaRef('Actor'),
        changes: { type: 'array', items: object(change, Object.keys(change)) },
        links: { type: 'array', items: object(linkChange, Object.keys(linkChange)) },
        record: {
          type: 'object',
          description: 'What stands here, as the API sends it, with its `title`.',
          properties: { id: text('Its id.'), title: text('What it is called.') },
          required: ['id', 'title'],
        },
      },
      ['id', 'at', 'kind', 'actor'],
    ),
  },
}
