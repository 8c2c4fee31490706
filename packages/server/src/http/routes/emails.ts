import { badRequest } from '@openfield/schema'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { draftEmail } from '../../domain/emails/draft.ts'
import { bodies } from '../../domain/emails/html.ts'
import { sendEmail } from '../../domain/emails/send.ts'
import { type Guards, guard, type Requirements, sendJson } from '../guard.ts'
import { parseBody } from '../parse.ts'
import { isStorable } from './admin/bodies.ts'
import { once } from './records.ts'

/** A bare address, as the public document has it. */
const pattern =
  /^(([^<>()[\]\\.,;:\s@"]+(\.[^<>()[\]\\.,;:\s@"]+)*)|(".+"))@((\[[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}])|(([a-zA-Z\-0-9]+\.)+[a-zA-Z]{2,}))$/

const addressMax = 254
const recipientsMax = 500
const attachmentsMax = 5
const lists = ['to', 'cc', 'bcc'] as const

const address = z
  .string()
  .refine(
    (text) => text.length <= addressMax && pattern.test(text) && isStorable(text),
    'it takes a bare e-mail address: ada@acme.com',
  )
const addresses = z.array(address).max(recipientsMax, `at most ${recipientsMax} recipients`)
const storable = z.string().refine(isStorable, 'it takes text without NUL and lone surrogates')
const oneLine = storable.refine((text) => !/[\r\n]/.test(text), 'it takes one line')
const contentType = z
  .enum(Object.keys(bodies) as (keyof typeof bodies)[])
  .optional()
  .meta({ description: 'By default `HTML`.' })
const attachments = z
  .array(z.string())
  .max(attachmentsMax, `at most ${attachmentsMax} attachments`)
  .optional()
  .meta({ description: 'Ids of completed files, of 20 MiB each and 25 MiB together.' })

const newDraft = z.strictObject({
  from: address.meta({ description: 'The address of a mailbox that you have connected.' }),
  to: addresses.optional(),
  cc: addresses.optional(),
  bcc: addresses.optional(),
  subject: oneLine.optional(),
  messageBody: z.strictObject({ contentType, content: storable }).optional(),
  attachments,
})

const newEmail = newDraft.extend({
  to: addresses.min(1, 'at least one recipient'),
  subject: oneLine.min(1, 'it is not empty'),
  messageBody: z.strictObject({ contentType, content: storable.min(1, 'it is not empty') }),
})

type Body = z.output<typeof newDraft>

/** What sends e-mails, beside the operations of their records. */
export const emailOperations = {
  'email.send': {
    path: '/v1/emails/send',
    summary: 'Send an email',
    description:
      'From a mailbox that you have connected. With an `Idempotency-Key` it is handed over once at most; where nobody knows whether the mail server took it, the answer is a 409 that is not to be retried.',
    body: newEmail,
    answer: 'EmailSent',
    run: sendEmail,
  },
  'email.draft': {
    path: '/v1/emails/draft',
    summary: 'Create a draft email',
    description:
      'In the Drafts folder of a mailbox that you have connected with IMAP. Something besides `from` is needed.',
    body: newDraft,
    answer: 'EmailDrafted',
    run: draftEmail,
  },
} as const

type Id = keyof typeof emailOperations

export const emailRequirements = (id: Id): Requirements => ({
  category: 'Write',
  scopes: ['emails:create'],
  version: 'required',
  operation: id.replace('.', ' '),
})

export function emailRoutes(app: FastifyInstance, guards: Guards) {
  for (const id of Object.keys(emailOperations) as Id[]) {
    const { path, body: schema, run } = emailOperations[id]
    app.post(path, { onRequest: guard(guards, emailRequirements(id)) }, async (request, reply) => {
      const { ctx, idempotency } = request.call
      const broken = (message: string, param?: string) => badRequest('invalid_type', message, param)
      const body: Body = parseBody(schema, request.body, broken)
      requireMeaning(body)
      const answer = await once(request, reply, () => run(ctx, body, idempotency))
      return answer === undefined ? reply : sendJson(reply, answer)
    })
  }
}

/** Throws for what no key alone makes wrong. */
function requireMeaning({ subject, messageBody, attachments = [], ...body }: Body) {
  const recipients = lists.reduce((sum, list) => sum + (body[list]?.length ?? 0), 0)
  if (recipients > recipientsMax) {
    throw badRequest('invalid_type', `There are at most ${recipientsMax} recipients in to, cc and bcc together.`, 'to')
  }
  if (recipients + attachments.length > 0 || subject || messageBody?.content) return
  throw badRequest(
    'parameter_missing',
    'A draft has something besides `from`: recipients, a subject, a body or attachments.',
    'to',
  )
}
