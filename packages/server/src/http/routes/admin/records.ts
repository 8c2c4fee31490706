import { object, orNull, schemaRef, text } from '@openfield/schema/openapi'
import { z } from 'zod'
import { restoreRecords, trashRecords, updateRecords } from '../../../domain/records/bulk.ts'
import { retrieveNames } from '../../../domain/records/names.ts'
import { queryRecords } from '../../../domain/records/query.ts'
import { groupsMax, totalChanges, totalRecords } from '../../../domain/records/totals.ts'
import {
  namesMax,
  parseChangesQuery,
  parseIdsQuery,
  parseRecordQuery,
  parseTotalsQuery,
  queryDefault,
  queryMax,
} from '../../list-query.ts'
import { ids } from './bodies.ts'
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

/** The most records of a bulk operation. */
const bulkMax = 1000
const tooMany = `at most ${bulkMax} records at a time`

const jsonObject = z.record(z.string(), z.unknown())

const updates = z.strictObject({
  records: z
    .array(
      z.strictObject({
        id: z.string(),
        fields: jsonObject.optional(),
        relationships: jsonObject.optional(),
        expected: z
          .strictObject({
            fields: jsonObject.optional(),
            relationships: z.record(z.string(), z.union([z.string(), ids, z.null()])).optional(),
          })
          .optional(),
      }),
    )
    .max(bulkMax, tooMany),
})

const someIds = z.strictObject({ ids: ids.max(bulkMax, tooMany) })

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
    'admin.records.totals': adminOperation({
      method: 'GET',
      path: '/admin/v1/records/:objectType/totals',
      summary: 'Count records, and sum them up, by group',
      access: 'caller',
      category: 'Search',
      alsoAnswers: [403],
      parameters: [
        parameter('group', 'One or two, with a comma between them: `$stage`, `$owner`, `month($closeDate)`.'),
        parameter('sum', 'A field to sum up, e.g. `$amount`.'),
        parameter('timeZone', 'In which a day begins: a name such as Europe/Berlin, UTC by default.'),
        filterParameter,
      ],
      answer: 'Totals',
      run: async ({ ctx, params, query }) => totalRecords(ctx, params.objectType, parseTotalsQuery(query)),
    }),
    'admin.changes.totals': adminOperation({
      method: 'GET',
      path: '/admin/v1/changes/totals',
      summary: 'Count in how many records a field got a value, by time',
      description:
        'Of the records that there are. A record counts once in each time; sums are of what records have now.',
      access: 'caller',
      category: 'Search',
      alsoAnswers: [403, 404],
      parameters: [
        parameter('objectType', 'The singular slug of an object type.'),
        parameter('field', 'A select or a checkbox, e.g. `$stage`.'),
        parameter('value', 'What it got: the id or the label of an option, `true` or `false`.'),
        parameter('by', '`day`, `week`, `month` (the default), `quarter` or `year`.'),
        parameter('from', 'The first moment that counts.'),
        parameter('to', 'The first moment that counts no more.'),
        parameter('group', 'What else to group by, e.g. `$owner`.'),
        parameter('sum', 'A field to sum up, e.g. `$amount`.'),
        parameter('timeZone', 'In which a day begins: a name such as Europe/Berlin, UTC by default.'),
        filterParameter,
      ],
      answer: 'Totals',
      run: async ({ ctx, query }) => {
        const { objectType, ...asked } = parseChangesQuery(query)
        return totalChanges(ctx, objectType, asked)
      },
    }),
    'admin.names': adminOperation({
      method: 'GET',
      path: '/admin/v1/names',
      summary: 'Ask what records are called',
      description: 'Of the types that the caller may read. Ids that lead to no record are left out.',
      access: 'caller',
      parameters: [parameter('ids', `Up to ${namesMax} ids of records of any types, with commas between them.`)],
      answer: 'Names',
      run: async ({ ctx, query }) => retrieveNames(ctx, parseIdsQuery(query)),
    }),
    'admin.records.update': adminOperation({
      method: 'POST',
      path: '/admin/v1/records/:objectType/update',
      summary: 'Update several records',
      description: 'Each as by itself. A record that is no more as `expected` says is not changed.',
      access: 'caller',
      alsoAnswers: [403],
      body: updates,
      answer: 'RecordResults',
      run: async ({ ctx, params, body }) => updateRecords(ctx, params.objectType, body.records),
    }),
    'admin.records.delete': adminOperation({
      method: 'POST',
      path: '/admin/v1/records/:objectType/delete',
      summary: 'Move several records to the trash',
      access: 'caller',
      alsoAnswers: [403],
      body: someIds,
      answer: 'RecordResults',
      run: async ({ ctx, params, body }) => trashRecords(ctx, params.objectType, body.ids),
    }),
    'admin.records.restore': adminOperation({
      method: 'POST',
      path: '/admin/v1/records/:objectType/restore',
      summary: 'Bring several records back from the trash',
      access: 'caller',
      alsoAnswers: [403],
      body: someIds,
      answer: 'RecordResults',
      run: async ({ ctx, params, body }) => restoreRecords(ctx, params.objectType, body.ids),
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
    Totals: object(
      {
        groups: {
          type: 'array',
          maxItems: groupsMax,
          items: object(
            {
              keys: {
                type: 'array',
                description:
                  'The id of an option or a record, true or false, or the first day of a time; null: not set. One for each group of the request.',
                items: { type: ['string', 'boolean', 'null'] },
              },
              count: { type: 'integer', minimum: 0 },
              sum: {
                type: ['number', 'null'],
                description: 'Null when nothing is to be summed up, or no record has it.',
              },
            },
            ['keys', 'count', 'sum'],
          ),
        },
        totalCount: { type: 'integer', minimum: 0, description: 'How many records pass the filters.' },
        hasMore: { const: true, description: 'There are more groups: the biggest are shown.' },
        names: { ...mapOf({ type: 'string' }), description: 'What the records among the keys are called, by id.' },
      },
      ['groups', 'totalCount', 'names'],
    ),
    Names: object({ data: { type: 'array', maxItems: namesMax, items: schemaRef('Name') } }, ['data']),
    Name: object(
      {
        id: text('The id of the record.'),
        title: text('What it is called.'),
        objectType: text('Its object type.'),
        httpLink: orNull(text('Where people see it; null for e-mails.', { format: 'uri' })),
      },
      ['id', 'title', 'objectType', 'httpLink'],
    ),
    RecordResults: object({ results: { type: 'array', items: schemaRef('RecordResult') } }, ['results']),
    RecordResult: object(
      {
        id: text('The id of the request.'),
        outcome: { enum: ['updated', 'deleted', 'restored', 'conflict', 'refused'] },
        record: { ...partialRecord(), description: 'The record as it is now, when it was updated or restored.' },
        error: { type: 'object', description: 'Of a refused one: as in a refused request.' },
        current: object(
          {
            fields: mapOf(
              object(
                {
                  value: { description: 'The value now.' },
                  valueType: { type: 'string' },
                  changedAt: orNull(text('When it was last changed.', { format: 'date-time' })),
                  changedBy: orNull(text('The API key or the member that changed it; null: the system.')),
                },
                ['value', 'valueType', 'changedAt', 'changedBy'],
              ),
            ),
            relationships: mapOf(object({ values: { type: 'array', items: { type: 'string' } } }, ['values'])),
          },
          ['fields', 'relationships'],
        ),
      },
      ['id', 'outcome'],
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
