import { object, orNull, schemaRef, text } from '@openfield/schema/openapi'
import { search as run } from '../../../domain/search/search.ts'
import { parseSearchQuery, searchMax } from '../../list-query.ts'
import { type AdminGroup, adminOperation } from './operation.ts'

const result = {
  id: text('The id of the record.'),
  objectType: text('What it is.'),
  title: text('What it is called.'),
  subtitle: orNull(text('What tells it from others, or shows why it was found.')),
  httpLink: orNull(text('Where people see it.', { format: 'uri' })),
  matched: text('The slug of the field in which it was found, such as `name` or `email`.'),
}

/** Finding records by what people know of them. */
export const search: AdminGroup = {
  operations: {
    'admin.search': adminOperation({
      method: 'GET',
      path: '/admin/v1/search',
      summary: 'Search all records',
      description: 'Finds records of the object types that the key may read.',
      access: 'caller',
      category: 'Search',
      parameters: [
        { name: 'q', in: 'query', required: true, description: 'What to look for.', schema: { type: 'string' } },
        {
          name: 'types',
          in: 'query',
          description: 'Only these object types, with commas between them.',
          schema: { type: 'string' },
        },
        {
          name: 'limit',
          in: 'query',
          description: 'How many records there are at most.',
          schema: { type: 'integer', minimum: 1, maximum: searchMax, default: 20 },
        },
      ],
      answer: 'SearchResults',
      run: async ({ ctx, query }) => run(ctx, parseSearchQuery(query)),
    }),
  },
  schemas: {
    SearchResults: object({ object: { const: 'list' }, data: { type: 'array', items: schemaRef('SearchResult') } }, [
      'object',
      'data',
    ]),
    SearchResult: object(result, Object.keys(result)),
  },
}
