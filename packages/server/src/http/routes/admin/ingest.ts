import { object, schemaRef, text } from '@openfield/schema/openapi'
import { z } from 'zod'
import { importRecords } from '../../../domain/imports/import.ts'
import { createChannel, createMessage } from '../../../domain/messages/ingest.ts'
import { externalId, ids, label, name } from './bodies.ts'
import { type AdminGroup, adminOperation } from './operation.ts'

const newChannel = z.strictObject({
  name: label,
  provider: z.enum(['SLACK', 'MICROSOFT_TEAMS', 'LINKEDIN']),
  visibility: z.enum(['PUBLIC', 'PRIVATE']).optional(),
  memberIds: ids.optional(),
  accountIds: ids.optional(),
  externalId: externalId.optional(),
})

const newMessage = z.strictObject({
  channelId: z.string(),
  text: z.string(),
  sentAt: z.string(),
  senderName: name.nullish(),
  senderEmail: z.string().nullish(),
  externalId: externalId.optional(),
})

const importRowsMax = 100

const newImport = z.strictObject({
  records: z
    .array(
      z.strictObject({
        externalId,
        fields: z.record(z.string(), z.unknown()),
        relationships: z.record(z.string(), z.union([z.string(), ids])).optional(),
      }),
    )
    .max(importRowsMax, `at most ${importRowsMax} records at a time`),
})

const theirId = text('Its id in the system it comes from.')

/** What programs bring in from other systems. */
export const ingest: AdminGroup = {
  operations: {
    'admin.channel.create': adminOperation({
      method: 'POST',
      path: '/admin/v1/channels',
      summary: 'Bring in a channel',
      access: 'admin',
      body: newChannel,
      answer: 'Channel',
      run: async ({ ctx, body }) => createChannel(ctx, body),
    }),
    'admin.message.create': adminOperation({
      method: 'POST',
      path: '/admin/v1/messages',
      summary: 'Bring in a message',
      access: 'admin',
      body: newMessage,
      answer: 'Message',
      run: async ({ ctx, body }) => createMessage(ctx, body),
    }),
    'admin.import': adminOperation({
      method: 'POST',
      path: '/admin/v1/objects/:objectType/import',
      summary: 'Bring in records under the ids they have elsewhere',
      access: 'admin',
      body: newImport,
      answer: 'ImportResults',
      run: async ({ ctx, params, body }) => importRecords(ctx, params.objectType, body.records),
    }),
  },
  schemas: {
    ImportResults: object(
      { results: { type: 'array', items: { anyOf: [schemaRef('Imported'), schemaRef('ImportRefused')] } } },
      ['results'],
    ),
    Imported: object(
      { externalId: theirId, outcome: { enum: ['created', 'updated'] }, id: text('The id of the record.') },
      ['externalId', 'outcome', 'id'],
    ),
    ImportRefused: object(
      {
        externalId: theirId,
        outcome: { const: 'refused' },
        error: { type: 'object', description: 'As in a refused request.' },
      },
      ['externalId', 'outcome', 'error'],
    ),
  },
}
