import { object, schemaRef, text } from '@openfield/schema/openapi'
import { z } from 'zod'
import { bringInEmail } from '../../../domain/emails/bring-in.ts'
import { importRecords } from '../../../domain/imports/import.ts'
import { createChannel, createMessage } from '../../../domain/messages/ingest.ts'
import { externalId, ids, label, messageId, moment, name } from './bodies.ts'
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

const addresses = z.array(z.string()).optional()

const newEmail = z.strictObject({
  subject: z.string(),
  sentAt: moment,
  from: addresses,
  to: addresses,
  cc: addresses,
  bcc: addresses,
  html: z.string().optional(),
  text: z.string().optional(),
  privacySetting: z.enum(['FULL', 'METADATA']).nullish(),
  attachmentIds: ids.optional(),
  holderId: z.string().optional(),
  messageId: messageId.optional(),
  references: z.array(messageId).optional(),
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
      audited: false,
      body: newMessage,
      answer: 'Message',
      run: async ({ ctx, body }) => createMessage(ctx, body),
    }),
    'admin.email.create': adminOperation({
      method: 'POST',
      path: '/admin/v1/emails',
      summary: 'Bring in an e-mail',
      description:
        'One with the same Message-ID that is there already stays; the member of `holderId` gets to hold it too, and of two settings of privacy the stricter holds.',
      access: 'admin',
      audited: false,
      body: newEmail,
      answer: 'Email',
      run: async ({ ctx, body }) => bringInEmail(ctx, body),
    }),
    'admin.import': adminOperation({
      method: 'POST',
      path: '/admin/v1/objects/:objectType/import',
      summary: 'Bring in records under the ids they have elsewhere',
      access: 'admin',
      audited: false,
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
