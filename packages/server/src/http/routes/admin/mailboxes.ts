import { listOf, object, orNull, schemaRef, text } from '@openfield/schema/openapi'
import { z } from 'zod'
import {
  checkMailbox,
  connectMailbox,
  disconnectMailbox,
  listMailboxes,
  retrieveMailbox,
  updateMailbox,
} from '../../../domain/mailboxes/mailboxes.ts'
import { isStorable, moment } from './bodies.ts'
import { type AdminGroup, adminOperation } from './operation.ts'

const line = (most: number) =>
  z
    .string()
    .refine(
      (value) => value.length > 0 && value.length <= most && isStorable(value) && !/[\r\n]/.test(value),
      `it takes 1 to ${most} characters in one line`,
    )
const url = line(500).regex(/^https?:\/\//, 'an address such as https://login.example.com/token')

const server = z.strictObject({
  host: line(253),
  port: z.int().min(1, 'from 1 to 65535').max(65_535, 'from 1 to 65535').optional(),
  security: z.enum(['tls', 'starttls', 'none']).optional(),
  username: line(320).optional(),
  password: line(1000).optional(),
})

const signIn = {
  username: line(320).optional(),
  password: line(1000).optional(),
  smtp: server.optional(),
  imap: server.nullable().optional(),
  oauth: z
    .strictObject({
      clientId: line(500),
      clientSecret: line(1000).optional(),
      refreshToken: line(8000),
      accessToken: line(8000).optional(),
      expiresAt: moment.optional(),
      tokenUrl: url.optional(),
      revocationUrl: url.optional(),
    })
    .optional(),
  certificate: z
    .string()
    .max(65_536, 'at most 65,536 characters')
    .regex(/^\s*-----BEGIN CERTIFICATE-----/, 'a certificate in PEM')
    .optional(),
}

const privacySetting = z.enum(['FULL', 'METADATA']).optional()

const newMailbox = z.strictObject({
  email: z.string(),
  provider: z.enum(['imap', 'google', 'microsoft']).optional(),
  ...signIn,
  privacySetting,
})
const mailboxChange = z.strictObject({ ...signIn, privacySetting })

const ofMembers = 'Needs somebody who is signed in, or a key that acts as a member.'

const shownServer = object(
  {
    host: text('Where it is.'),
    port: { type: 'integer' },
    security: { enum: ['tls', 'starttls', 'none'] },
    username: text('Whom it is signed in to as.'),
  },
  ['host', 'port', 'security', 'username'],
)

const mailbox = {
  id: text('Starts with `mbx_`.'),
  email: text('Its address, in lower case.'),
  memberId: text('Whose it is.'),
  provider: { enum: ['imap', 'google', 'microsoft'] },
  authentication: { enum: ['password', 'oauth'], description: 'Passwords, secrets and tokens are never shown.' },
  smtp: shownServer,
  imap: orNull(shownServer),
  privacySetting: { enum: ['FULL', 'METADATA'], description: 'The privacy of e-mails that come from it.' },
  state: { enum: ['connected', 'needs_reconnect'], description: 'Whether its owner has to connect it again.' },
  problem: orNull(text('Why, in words.')),
  connectedAt: text('When it was connected last.', { format: 'date-time' }),
  createdAt: text('When it was connected first.', { format: 'date-time' }),
  updatedAt: text('When it was changed last.', { format: 'date-time' }),
}

const tried = object(
  {
    works: { type: 'boolean' },
    phase: {
      enum: ['dns', 'private_address', 'connection', 'tls', 'token', 'sign_in', 'protocol'],
      description: 'Where it ended.',
    },
    problem: text('What went wrong and what to do.'),
  },
  ['works'],
)

/** Mailboxes that members connect, to send from and to read. */
export const mailboxes: AdminGroup = {
  operations: {
    'admin.mailbox.list': adminOperation({
      method: 'GET',
      path: '/admin/v1/mailboxes',
      summary: 'List mailboxes',
      description: `Your own; as an admin, all. ${ofMembers}`,
      access: 'caller',
      scopes: ['emails:read'],
      alsoAnswers: [403],
      answer: 'MailboxList',
      run: async ({ ctx }) => listMailboxes(ctx),
    }),
    'admin.mailbox.connect': adminOperation({
      method: 'POST',
      path: '/admin/v1/mailboxes',
      summary: 'Connect a mailbox',
      description: `It becomes yours. All its servers are signed in to first. ${ofMembers}`,
      access: 'caller',
      audited: true,
      scopes: ['emails:create'],
      alsoAnswers: [403],
      body: newMailbox,
      answer: 'Mailbox',
      run: async ({ ctx, body }) => connectMailbox(ctx, body),
    }),
    'admin.mailbox.retrieve': adminOperation({
      method: 'GET',
      path: '/admin/v1/mailboxes/:id',
      summary: 'Retrieve a mailbox',
      access: 'caller',
      scopes: ['emails:read'],
      answer: 'Mailbox',
      run: async ({ ctx, params }) => retrieveMailbox(ctx, params.id),
    }),
    'admin.mailbox.update': adminOperation({
      method: 'PATCH',
      path: '/admin/v1/mailboxes/:id',
      summary: 'Change a mailbox, or connect it again',
      description: 'For its owner. What says how to sign in is tried first.',
      access: 'caller',
      audited: true,
      scopes: ['emails:create'],
      alsoAnswers: [403],
      body: mailboxChange,
      answer: 'Mailbox',
      run: async ({ ctx, params, body }) => updateMailbox(ctx, params.id, body),
    }),
    'admin.mailbox.disconnect': adminOperation({
      method: 'DELETE',
      path: '/admin/v1/mailboxes/:id',
      summary: 'Disconnect a mailbox',
      description: 'For its owner and admins. Its e-mails stay.',
      access: 'caller',
      audited: true,
      scopes: ['emails:create'],
      answer: 'Mailbox',
      run: async ({ ctx, params }) => disconnectMailbox(ctx, params.id),
    }),
    'admin.mailbox.check': adminOperation({
      method: 'POST',
      path: '/admin/v1/mailboxes/:id/check',
      summary: 'Sign in to a mailbox to see whether it works',
      description: 'For its owner and admins.',
      access: 'caller',
      scopes: ['emails:create'],
      answer: 'MailboxCheck',
      run: async ({ ctx, params }) => checkMailbox(ctx, params.id),
    }),
  },
  schemas: {
    Mailbox: object(mailbox, Object.keys(mailbox)),
    MailboxList: listOf('Mailbox'),
    MailboxCheck: object({ mailbox: schemaRef('Mailbox'), smtp: tried, imap: orNull(tried) }, [
      'mailbox',
      'smtp',
      'imap',
    ]),
  },
}
