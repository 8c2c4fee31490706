import { listOf, object, orNull, schemaRef, text } from '@openfield/schema/openapi'
import { listTrashed, restoreTrashed, retrieveGone } from '../../../domain/records/trash.ts'
import { type AdminGroup, adminOperation } from './operation.ts'

const entry = {
  objectType: text('What it is.'),
  deletedAt: text('When it was deleted.', { format: 'date-time' }),
  deletedBy: orNull(text('The API key, or the member who was signed in, that deleted it.')),
  record: orNull(schemaRef('AnyRecord')),
}

const mergedInto = orNull(text('The record that stayed, when it was merged.'))

export const trash: AdminGroup = {
  operations: {
    'admin.trash.list': adminOperation({
      method: 'GET',
      path: '/admin/v1/trash',
      summary: 'List what is in the trash',
      access: 'admin',
      paged: true,
      answer: 'TrashList',
      run: async ({ ctx, page }) => listTrashed(ctx, page),
    }),
    'admin.trash.retrieve': adminOperation({
      method: 'GET',
      path: '/admin/v1/trash/:id',
      summary: 'Tell what became of a record',
      description: 'It needs the scopes for reading and for restoring records of its type.',
      access: 'caller',
      answer: 'GoneRecord',
      alsoAnswers: [403],
      run: async ({ ctx, params }) => retrieveGone(ctx, params.id),
    }),
    'admin.trash.restore': adminOperation({
      method: 'POST',
      path: '/admin/v1/trash/:id/restore',
      summary: 'Bring something back from the trash',
      access: 'admin',
      audited: false,
      answer: 'AnyRecord',
      run: async ({ ctx, params }) => restoreTrashed(ctx, params.id),
    }),
  },
  schemas: {
    TrashList: listOf('TrashEntry'),
    TrashEntry: object(entry, Object.keys(entry)),
    GoneRecord: object({ ...entry, mergedInto }, [...Object.keys(entry), 'mergedInto']),
  },
}
