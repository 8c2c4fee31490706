import { listOf, object, orNull, text } from '@openfield/schema/openapi'
import { z } from 'zod'
import { type SkipReason, skipReasons } from '../../../domain/mail-sync/reasons.ts'
import { listLedgerMessages, readLedger, retrieveSync, syncNow, updateSync } from '../../../domain/mail-sync/status.ts'
import { readThread } from '../../../domain/mail-sync/thread.ts'
import { parseListQuery, parseParameter } from '../../list-query.ts'
import { type AdminGroup, adminOperation } from './operation.ts'

const excludedMax = 500

const change = z.strictObject({
  since: z.iso.date().nullable().optional(),
  excluded: z
    .array(z.string().regex(/^([^\s@]{1,64}@)?([a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}$/i, 'an address or a domain'))
    .max(excludedMax, `at most ${excludedMax} addresses and domains`)
    .optional(),
  skipInternal: z.boolean().optional(),
  paused: z.boolean().optional(),
})

const count = (description: string) => ({ type: 'integer', description })
const date = (description: string) => text(description, { format: 'date-time' })

const sync = {
  object: { const: 'mailbox_sync' },
  mailboxId: text('Starts with `mbx_`.'),
  status: {
    enum: ['pending', 'syncing', 'up_to_date', 'gap', 'retrying', 'needs_reconnect', 'paused', 'off'],
    description:
      '`up_to_date` only when every message that the server has is accounted for. `off`: there is no server to read from.',
  },
  problem: orNull(text('What is wrong, and what is done about it or to be done.')),
  nextAttemptAt: orNull(date('When the server is looked at next; it may say before that something came.')),
  checkedAt: orNull(date('The last time as of which everything is accounted for, but for what is missing.')),
  progress: object(
    {
      total: count('How many messages the server has.'),
      done: count('How many of them are accounted for.'),
      missing: count('How many are not, so far.'),
    },
    ['total', 'done', 'missing'],
  ),
  since: orNull(text('The first day from which messages are brought in, in UTC.', { format: 'date' })),
  excluded: { type: 'array', items: { type: 'string' }, description: 'Addresses and domains that are left out.' },
  skipInternal: { type: 'boolean', description: 'Messages among members alone are left out.' },
  paused: { type: 'boolean' },
}

const reasons = Object.keys(skipReasons) as SkipReason[]
const reasonText = reasons.map((reason) => `\`${reason}\`: ${skipReasons[reason].says}`).join(' ')

const folder = {
  path: text('Its name.'),
  onServer: count('How many messages it has.'),
  recorded: count('How many of them are accounted for.'),
  checkedAt: date('When the server was last asked.'),
  renumberedAt: orNull(date('When the server last gave all its messages other numbers (UIDVALIDITY).')),
}
const day = {
  day: text('In UTC, by when messages were received.', { format: 'date' }),
  seen: count('How many messages were seen: `stored` and all that were skipped.'),
  stored: count('How many of them became emails.'),
  skipped: object(Object.fromEntries(reasons.map((reason) => [reason, count(skipReasons[reason].says)])), []),
  removed: count('How many of those that were seen the server has no more.'),
}
const message = {
  folder: orNull(text('Where it stands.')),
  messageId: text('Its Message-ID, or what stands for one.'),
  receivedAt: date('When the server received it.'),
  sender: orNull(text('The address of who wrote it.')),
  subject: orNull(text('What it is about.')),
  outcome: { enum: ['stored', 'skipped'] },
  reason: orNull({ enum: reasons, description: reasonText }),
  note: orNull(text('What of it was left out.')),
  emailId: orNull(text('The email that it is.')),
  removedAt: orNull(date('Since when the server has it no more.')),
}

const who = 'For the owner of the mailbox and for admins.'
const parameter = (name: string, description: string, schema: object = { type: 'string' }) => ({
  ...{ name, in: 'query', description, schema },
})

/** How mailboxes are kept in step with their servers, and the ledger that says what became of each message. */
export const mailboxSync: AdminGroup = {
  operations: {
    'admin.mailboxSync.retrieve': adminOperation({
      method: 'GET',
      path: '/admin/v1/mailboxes/:id/sync',
      summary: 'Read how a mailbox stands with its server',
      description: who,
      access: 'caller',
      scopes: ['emails:read'],
      alsoAnswers: [403],
      answer: 'MailboxSync',
      run: async ({ ctx, params }) => retrieveSync(ctx, params.id),
    }),
    'admin.mailboxSync.update': adminOperation({
      method: 'PATCH',
      path: '/admin/v1/mailboxes/:id/sync',
      summary: 'Say what is wanted of a mailbox, pause or resume',
      description:
        'For the owner. What was left out for a wish that has changed is looked at again; what was brought in stays.',
      access: 'caller',
      audited: true,
      scopes: ['emails:create'],
      alsoAnswers: [403],
      body: change,
      answer: 'MailboxSync',
      run: async ({ ctx, params, body }) => updateSync(ctx, params.id, body),
    }),
    'admin.mailboxSync.run': adminOperation({
      method: 'POST',
      path: '/admin/v1/mailboxes/:id/sync',
      summary: 'Look at a mailbox now',
      description: `${who} Answers at once; the mailbox is looked at within seconds.`,
      access: 'caller',
      scopes: ['emails:create'],
      alsoAnswers: [403],
      answer: 'MailboxSync',
      run: async ({ ctx, params }) => syncNow(ctx, params.id),
    }),
    'admin.mailboxLedger.retrieve': adminOperation({
      method: 'GET',
      path: '/admin/v1/mailboxes/:id/ledger',
      summary: 'Read what became of the messages of a mailbox, day by day',
      description: `${who} Days without messages are left out.`,
      access: 'caller',
      scopes: ['emails:read'],
      alsoAnswers: [403],
      parameters: [
        parameter('from', 'The first day; by default 30 days with the last one.', { type: 'string', format: 'date' }),
        parameter('to', 'The last day, by default today.', { type: 'string', format: 'date' }),
      ],
      answer: 'MailboxLedger',
      run: async ({ ctx, params, query }) =>
        readLedger(ctx, params.id, { from: parseParameter(query, 'from'), to: parseParameter(query, 'to') }),
    }),
    'admin.mailboxLedger.messages': adminOperation({
      method: 'GET',
      path: '/admin/v1/mailboxes/:id/messages',
      summary: 'Look up what became of a message, and why',
      description: 'For the owner alone.',
      access: 'caller',
      scopes: ['emails:read'],
      alsoAnswers: [403],
      paged: true,
      parameters: [
        parameter('day', 'Only those received on a day, in UTC.', { type: 'string', format: 'date' }),
        parameter('outcome', 'Only those that became this.', { enum: ['stored', 'skipped'] }),
        parameter('reason', 'Only those that were skipped for this.', { enum: reasons }),
        parameter('search', 'A part of the Message-ID, of the sender’s address or of the subject.'),
      ],
      answer: 'MailboxMessageList',
      run: async ({ ctx, params, query }) =>
        listLedgerMessages(
          ctx,
          params.id,
          {
            day: parseParameter(query, 'day'),
            outcome: parseParameter(query, 'outcome'),
            reason: parseParameter(query, 'reason'),
            search: parseParameter(query, 'search'),
          },
          parseListQuery(query),
        ),
    }),
    'admin.email.thread': adminOperation({
      method: 'GET',
      path: '/admin/v1/emails/:id/thread',
      summary: 'List the emails that answer each other',
      description: 'The oldest first, at most 200, each as far as the caller may see it.',
      access: 'caller',
      scopes: ['emails:read'],
      answer: 'EmailThread',
      run: async ({ ctx, params }) => readThread(ctx, params.id),
    }),
  },
  schemas: {
    MailboxSync: object(sync, Object.keys(sync)),
    MailboxLedger: object(
      {
        ...sync,
        object: { const: 'mailbox_ledger' },
        folders: { type: 'array', items: object(folder, Object.keys(folder)) },
        days: { type: 'array', items: object(day, Object.keys(day)), description: 'The newest first.' },
      },
      [...Object.keys(sync), 'folders', 'days'],
    ),
    MailboxMessage: object(message, Object.keys(message)),
    MailboxMessageList: listOf('MailboxMessage'),
    EmailThread: listOf('Email'),
  },
}
