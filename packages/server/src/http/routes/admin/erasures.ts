import { listOf, object, orNull, text } from '@openfield/schema/openapi'
import { z } from 'zod'
import { erase } from '../../../domain/erasures/erase.ts'
import { readErasures } from '../../../domain/erasures/list.ts'
import { type AdminGroup, adminOperation } from './operation.ts'

const newErasure = z.strictObject({
  recordId: z.string(),
  fields: z.array(z.string()).min(1, 'it names at least one field').optional(),
  emails: z.boolean().optional(),
  remove: z.boolean().optional(),
})

const erasure = {
  id: text('Starts with `era_`.'),
  recordId: text('What it was about.'),
  objectType: text('What that is, or was.'),
  fields: orNull({ type: 'array', items: { type: 'string' }, description: 'What was erased of it; null: everything.' }),
  emails: { type: 'boolean', description: 'Whether the e-mails that it was linked to were erased as well.' },
  removed: { type: 'boolean', description: 'Whether nothing of the record is left.' },
  at: text('When.', { format: 'date-time' }),
}

/** Erasing what is known of somebody, wherever it stands. */
export const erasures: AdminGroup = {
  operations: {
    'admin.erasure.create': adminOperation({
      method: 'POST',
      path: '/admin/v1/erasures',
      summary: 'Erase what is known of somebody, for good',
      description:
        'Of a record of whatever type: all of its fields, or those in `fields`. `emails`: the e-mails that it is linked to as well. `remove`: nothing of the record is left. It cannot be taken back.',
      access: 'admin',
      body: newErasure,
      answer: 'Erasure',
      run: async ({ ctx, body }) => erase(ctx, body),
    }),
    'admin.erasure.list': adminOperation({
      method: 'GET',
      path: '/admin/v1/erasures',
      summary: 'List what was erased',
      access: 'admin',
      answer: 'ErasureList',
      run: async ({ ctx }) => readErasures(ctx),
    }),
  },
  schemas: { Erasure: object(erasure, Object.keys(erasure)), ErasureList: listOf('Erasure') },
}
