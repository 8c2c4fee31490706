import { z } from 'zod'
import { attachFile, detachFile, listRecordFiles } from '../../../domain/files/attach.ts'
import { type AdminGroup, adminOperation } from './operation.ts'

const path = '/admin/v1/records/:objectType/:id/files'

const attached = z.strictObject({ fileId: z.string() })

/** The files of records. What they answer is described with the other operations on files. */
export const recordFiles: AdminGroup = {
  operations: {
    'admin.recordFile.list': adminOperation({
      method: 'GET',
      path,
      summary: 'List the files of a record',
      description: "It needs the scope for reading the record's type too.",
      access: 'caller',
      scopes: ['files:read'],
      paged: true,
      answer: 'AttachedFileList',
      run: async ({ ctx, params, page }) => listRecordFiles(ctx, params.objectType, params.id, page),
    }),
    'admin.recordFile.attach': adminOperation({
      method: 'POST',
      path,
      summary: 'Attach a file to a record',
      description: "It needs the scope for updating the record's type.",
      access: 'caller',
      scopes: ['files:read'],
      body: attached,
      answer: 'File',
      run: async ({ ctx, params, body }) => attachFile(ctx, params.objectType, params.id, body.fileId),
    }),
    'admin.recordFile.detach': adminOperation({
      method: 'DELETE',
      path: `${path}/:fileId`,
      summary: 'Take a file off a record',
      description: "It needs the scope for updating the record's type.",
      access: 'caller',
      scopes: ['files:read'],
      answer: 'File',
      run: async ({ ctx, params }) => detachFile(ctx, params.objectType, params.id, params.fileId),
    }),
  },
  schemas: {},
}
