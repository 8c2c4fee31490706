import { encodeId, newUuid, objectTypes, valueTypes } from '@openfield/schema'
import type { WorkKind } from '../../jobs/work.ts'
import { addHolder, findByMessageId } from '../../storage/emails.ts'
import { WriteRefused } from '../../storage/records.ts'
import { type Context, withDefinitions } from '../context.ts'
import { createRecord } from '../records/create.ts'
import { updateRecord } from '../records/update.ts'
import { htmlOf } from './html.ts'

/** An e-mail, as one mailbox has it. */
export type NewEmail = {
  subject: string
  /** When it was sent, as it says itself; not later than now is kept. */
  sentAt: Date
  /** Bare addresses. Those that the CRM cannot hold, such as `root@server`, are left out. */
  from: readonly string[]
  to: readonly string[]
  cc: readonly string[]
  bcc: readonly string[]
  body: { html: string } | { text: string }
  /** Stored ids of completed files. */
  attachments: readonly string[]
  privacy: 'FULL' | 'METADATA' | null
  /** The stored id of the member in whose mailbox it is; undefined: in nobody's. */
  holder: string | undefined
  /** Its Message-ID without angle brackets, and that of the first e-mail of its thread. */
  messageId: string
  thread: string
  externalId?: string | undefined
  /** Its UUID, for who has to find out later whether it was written. */
  as?: string
  /** Background work that it asks for, when it is new. */
  work?: readonly WorkKind[]
}

/**
 * Adds an e-mail and links it to the contacts and accounts that its addresses lead to. One with the same Message-ID that is
 * there already stays, and gets another holder and the stricter privacy. Returns its stored id.
 */
export async function createEmail(ctx: Context, email: NewEmail): Promise<{ id: string; isNew: boolean }> {
  const known = await findByMessageId(ctx.db, ctx.workspace, email.messageId)
  if (known !== undefined) return joined(ctx, known, email)
  const id = email.as ?? newUuid()
  try {
    await createRecord(ctx, 'email', inputOf(ctx, { ...email, as: id }))
    return { id, isNew: true }
  } catch (error) {
    if (!(error instanceof WriteRefused) || error.reason !== 'message id taken') throw error
    // Another mailbox brought it at the same moment.
    return joined(ctx, (await findByMessageId(ctx.db, ctx.workspace, email.messageId)) ?? id, email)
  }
}

function inputOf(ctx: Context, email: NewEmail & { as: string }) {
  const { messageId, thread, holder, attachments, externalId, as, work } = email
  const sentAt = new Date(Math.min(email.sentAt.getTime(), ctx.now().getTime()))
  return {
    fields: {
      $subject: stored(email.subject),
      $sentAt: sentAt.toISOString(),
      $from: addressesIn(email.from),
      $to: addressesIn(email.to),
      $cc: addressesIn(email.cc),
      $bcc: addressesIn(email.bcc),
      $privacySetting: email.privacy,
    },
    relationships: {},
    links: { $attachment: attachments, $holder: holder === undefined ? [] : [holder] },
    mail: { messageId: stored(messageId), thread: stored(thread), body: stored(bodyOf(email.body)) },
    ...(externalId !== undefined && { externalId }),
    ...(work && { work }),
    as,
  }
}

const bodyOf = (body: NewEmail['body']) => ('html' in body ? body.html : htmlOf(body.text))

/** Mail from outside may hold what PostgreSQL cannot. */
const stored = (text: string) => text.toWellFormed().replaceAll('\0', '')

const { typeConfiguration } = objectTypes.email.fields.$from

/** Those that the CRM can hold, of very many the first. */
const addressesIn = (texts: readonly string[]) => texts.filter(isAddress).slice(0, typeConfiguration.valuesMax)

function isAddress(text: string): boolean {
  try {
    valueTypes.EMAIL.parse(text, typeConfiguration)
    return true
  } catch {
    return false
  }
}

/** Adds a holder to an e-mail that is there; of two settings of privacy the stricter holds. */
async function joined(ctx: Context, id: string, { holder, privacy }: NewEmail) {
  const { unseen } = await withDefinitions(ctx, async ({ types }) => types.get('email') ?? fail())
  const relationship = unseen.get('$holder')?.ids[0] ?? fail()
  if (holder !== undefined) await addHolder(ctx.db, ctx.workspace, id, { relationship, member: holder })
  if (privacy === 'METADATA') {
    const input = { fields: { $privacySetting: privacy }, relationships: {} }
    await updateRecord(ctx, 'email', encodeId(objectTypes.email.prefix, id), input)
  }
  return { id, isNew: false }
}

const fail = () => {
  throw new Error('there is no object type for e-mails')
}
