import { object, orNull, text } from '@openfield/schema/openapi'
import { queryRecords } from '../../../domain/records/query.ts'
import { parseRecordQuery, queryDefault, queryMax } from '../../list-query.ts'
import { type AdminGroup, adminOperation } from './operation.ts'

const parameter = (name: string, description: string, schema: object = { type: 'string' }) => ({
  name,
  in: 'query',
  description,
  schema,
})

const filterParameter = {
  name: 'filter',
  in: 'query',
  description:
    'Filters as lists take them, and more; see [screens and exports](using-the-api/screens-and-exports/#filters).',
  style: 'form',
  explode: true,
  schema: { type: 'object', additionalProperties: { type: 'string' } },
}

/** What screens and exports need of records beyond the public API. */
export const records: AdminGroup = {
  operations: {
    'admin.records.list': adminOperation({
      method: 'GET',
      path: '/admin/v1/records/:objectType',
      summary: 'List records for a screen',
      access: 'caller',
      category: 'Search',
      alsoAnswers: [403],
      parameters: [
        parameter('sort', 'A field, `createdAt` or `updatedAt`; `-` before it for the greatest first.'),
        parameter('limit', 'How many records a page has at most.', {
          type: 'integer',
          minimum: 1,
          maximum: queryMax,
          default: queryDefault,
        }),
        parameter('offset', 'How many records to skip.', { type: 'integer', minimum: 0, default: 0 }),
        parameter('after', 'The `nextCursor` of the page before, instead of `offset`.'),
        parameter('fields', 'The fields and relationships to show, with commas between them; by default all.'),
        filterParameter,
      ],
      answer: 'RecordPage',
      run: async ({ ctx, params, query }) => queryRecords(ctx, params.objectType, parseRecordQuery(query)),
    }),
  },
  schemas: {
    RecordPage: object(
      {
        object: { const: 'list' },
        data: { type: 'array', maxItems: queryMax, items: partialRecord() },
        totalCount: { type: 'integer', minimum: 0, description: 'How many records pass the filters.' },
        nextCursor: orNull(text('What the next page takes as `after`; null on the last one.')),
        names: { ...mapOf({ type: 'string' }), description: 'What the linked records of the page are called, by id.' },
      },
      ['object', 'data', 'totalCount', 'nextCursor', 'names'],
    ),
  },
}

function mapOf(values: object) {
  return { type: 'object', additionalProperties: values }
}

/** A record with the fields and relationships that were asked for. */
function partialRecord() {
  return {
    type: 'object',
    description: 'A record as in the public API, with at most five links of each relationship.',
    properties: { id: text('Its id.'), fields: mapOf({ type: 'object' }), relationships: mapOf({ type: 'object' }) },
    required: ['id', 'fields'],
  }
}
