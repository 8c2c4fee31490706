import { listOf, object, orNull, schemaRef, text } from '@openfield/schema/openapi'
import { listTrashed, restoreTrashed } from '../../../domain/records/trash.ts'
import { type AdminGroup, adminOperation } from './operation.ts'

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
    'admin.trash.restore': adminOperation({
      method: 'POST',
      path: '/admin/v1/trash/:id/restore',
      summary: 'Bring something back from the trash',
      access: 'admin',
      answer: 'AnyRecord',
      run: async ({ ctx, params }) => restoreTrashed(ctx, params.id),
    }),
  },
  schemas: {
    TrashList: listOf('TrashEntry'),
    TrashEntry: object(
      {
        objectType: text('What it is.'),
        deletedAt: text('When it was deleted.', { format: 'date-time' }),
        deletedBy: orNull(text('The API key with which it was deleted.')),
        record: orNull(schemaRef('AnyRecord')),
      },
      ['objectType', 'deletedAt', 'deletedBy', 'record'],
    ),
  },
}
