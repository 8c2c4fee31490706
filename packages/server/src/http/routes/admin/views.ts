import { listOf, object, orNull, text } from '@openfield/schema/openapi'
import { z } from 'zod'
import { retrievePreferences, updatePreferences } from '../../../domain/views/preferences.ts'
import { createView, listMyViews, removeView, updateView } from '../../../domain/views/views.ts'
import { parseParameter } from '../../list-query.ts'
import { isStorable, isStorableJson, label } from './bodies.ts'
import { type AdminGroup, adminOperation } from './operation.ts'

const columnsMax = 200

const viewChange = z.strictObject({
  name: label.optional(),
  shared: z.boolean().optional(),
  position: z.number().optional(),
  layout: z.enum(['table', 'board']).optional(),
  query: z
    .string()
    .refine((query) => query.length <= 8000 && isStorable(query), 'it takes at most 8,000 characters')
    .optional(),
  columns: z
    .array(z.looseObject({ key: z.string() }))
    .max(columnsMax, `at most ${columnsMax} columns`)
    .refine(
      (columns) => isStorableJson(columns) && JSON.stringify(columns).length <= 32_000,
      'it takes at most 32,000 characters',
    )
    .optional(),
})
const newView = viewChange.extend({ objectType: z.string(), name: label })

const settings = z
  .record(z.string(), z.unknown())
  .refine((value) => isStorableJson(value), 'texts must be well-formed, without NUL')

const view = {
  id: text('Starts with `view_`.'),
  objectType: text('What it shows.'),
  ownerId: orNull(text('The member whose it is; null when they have left.')),
  name: text('What people call it.'),
  shared: { type: 'boolean', description: 'Every member sees it.' },
  position: { type: 'number', description: 'Views are in this order.' },
  layout: { enum: ['table', 'board'] },
  query: text('Filters and sorting, as the web app has them in its addresses.'),
  columns: {
    type: 'array',
    items: object({ key: text('The key of a field or relationship.') }, ['key'], true),
    description: 'In their order, with what else the web app keeps of each; none: as usual.',
  },
  createdAt: text('When it was saved first.', { format: 'date-time' }),
  updatedAt: text('When it was changed last.', { format: 'date-time' }),
}

const ofMembers = 'Needs somebody who is signed in, or a key that acts as a member.'

export const views: AdminGroup = {
  operations: {
    'admin.view.list': adminOperation({
      method: 'GET',
      path: '/admin/v1/views',
      summary: 'List your own views and the shared ones',
      description: `${ofMembers} Lists those of object types that the key may read.`,
      access: 'caller',
      alsoAnswers: [403, 404],
      parameters: [
        { name: 'objectType', in: 'query', description: 'Only those of one object type.', schema: { type: 'string' } },
      ],
      answer: 'ViewList',
      run: async ({ ctx, query }) => listMyViews(ctx, parseParameter(query, 'objectType')),
    }),
    'admin.view.create': adminOperation({
      method: 'POST',
      path: '/admin/v1/views',
      summary: 'Save a view',
      description: `${ofMembers} Needs the scope to read the object type.`,
      access: 'caller',
      alsoAnswers: [403],
      body: newView,
      answer: 'View',
      run: async ({ ctx, body }) => createView(ctx, body),
    }),
    'admin.view.update': adminOperation({
      method: 'PATCH',
      path: '/admin/v1/views/:id',
      summary: 'Change a view',
      description: `${ofMembers} Those that are shared can be changed by their owners and by admins.`,
      access: 'caller',
      alsoAnswers: [403],
      body: viewChange,
      answer: 'View',
      run: async ({ ctx, params, body }) => updateView(ctx, params.id, body),
    }),
    'admin.view.remove': adminOperation({
      method: 'DELETE',
      path: '/admin/v1/views/:id',
      summary: 'Remove a view',
      description: `${ofMembers} Those that are shared can be removed by their owners and by admins.`,
      access: 'caller',
      alsoAnswers: [403],
      answer: 'View',
      run: async ({ ctx, params }) => removeView(ctx, params.id),
    }),
    'admin.preferences.retrieve': adminOperation({
      method: 'GET',
      path: '/admin/v1/preferences',
      summary: 'Read what the web app remembers of you',
      description: ofMembers,
      access: 'caller',
      alsoAnswers: [403],
      answer: 'Preferences',
      run: async ({ ctx }) => retrievePreferences(ctx),
    }),
    'admin.preferences.update': adminOperation({
      method: 'PATCH',
      path: '/admin/v1/preferences',
      summary: 'Change some of what the web app remembers of you',
      description: `${ofMembers} A setting that is null is forgotten; there is room for 16 KiB.`,
      access: 'caller',
      alsoAnswers: [403],
      body: settings,
      answer: 'Preferences',
      run: async ({ ctx, body }) => updatePreferences(ctx, body),
    }),
  },
  schemas: {
    View: object(view, Object.keys(view)),
    ViewList: listOf('View'),
    Preferences: { type: 'object', description: 'Settings by their names; the web app chooses both.' },
  },
}
