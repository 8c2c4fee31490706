import { createHash } from 'node:crypto'
import { brokenFileRule, collapse, systemDefinitions } from '@openfield/schema'
import type { Address, Attachment, Email } from 'postal-mime'

/** What the headers of a message say. */
export type Head = {
  /** Without angle brackets; null when the message has none. */
  messageId: string | null
  /** The messages before it in its thread, the oldest first. */
  references: string[]
  from: string[]
  to: string[]
  cc: string[]
  bcc: string[]
  subject: string
  /** Null when its header says nothing sensible. */
  date: Date | null
  /** Its date or, without one, when it was received. */
  sentAt: Date
}

export type ReadAttachment = { filename: string; mimeType: string; bytes: Uint8Array }

export type Message = Head & {
  body: { html: string } | { text: string }
  attachments: ReadAttachment[]
  /** The names of files that are too many or too large to be kept. */
  leftOut: string[]
}

/** A message that nothing can be made of. */
export class Unreadable extends Error {}

/** The headers that `readHead` looks at. */
export const headersRead = 'date from sender to cc bcc subject message-id in-reply-to references'.split(' ')

/** The most bytes of a message that is fetched at all. */
export const messageBytesMax = 40 * 1024 * 1024
const attachmentsMax = 50
const bodyMax = 1_000_000
const subjectMax = 1000
const addressesMax = 500
const messageIdMax = 500

/** Reads the headers of a message, whole or alone. Throws Unreadable. */
export const readHead = async (bytes: Uint8Array, received: Date): Promise<Head> => head(await parse(bytes), received)

/** Reads a message: the best that can be made of it. Throws Unreadable when that is nothing. */
export async function readMessage(bytes: Uint8Array, received: Date): Promise<Message> {
  const email = await parse(bytes)
  return { ...head(email, received), body: bodyOf(email), ...filesOf(email) }
}

/**
 * What a message is known by: its Message-ID, whatever mailbox it is seen in. One without is known by its headers and its
 * size, in its mailbox alone.
 */
export function idOf({ messageId, from, date, to, cc, subject }: Head, size: number, mailbox: string): string {
  return messageId ?? digest([mailbox, size, from, date, to, cc, subject])
}

/** A stand-in for the id of a message that has none. */
export const digest = (what: unknown) => `sha256:${createHash('sha256').update(JSON.stringify(what)).digest('hex')}`

async function parse(bytes: Uint8Array): Promise<Email> {
  const { default: PostalMime } = await import('postal-mime')
  const email = await PostalMime.parse(bytes, { forceRfc822Attachments: true }).catch((error: unknown) => {
    throw new Unreadable(error instanceof Error ? error.message : 'its structure is broken')
  })
  const isMail = email.headers.some(({ key }) => headersRead.includes(key))
  if (!isMail) throw new Unreadable('it has none of the headers of a message')
  return email
}

function head(email: Email, received: Date): Head {
  const { from, sender } = email
  const date = dateOf(email, received)
  return {
    messageId: idsIn(email.messageId)[0] ?? bareId(email.messageId),
    references: unique([...idsIn(email.references), ...idsIn(email.inReplyTo)]),
    from: addressesOf([from, sender].filter((one) => one !== undefined)).slice(0, 1),
    to: addressesOf(email.to),
    cc: addressesOf(email.cc),
    bcc: addressesOf(email.bcc),
    subject: cut(collapse(email.subject ?? ''), subjectMax),
    date,
    sentAt: date ?? received,
  }
}

const dayMs = 24 * 60 * 60 * 1000
const firstMail = Date.UTC(1980, 0)

/** The date that a message gives itself, unless it is none, or one at which it cannot have been sent. */
function dateOf({ date }: Email, received: Date): Date | null {
  const time = new Date(date ?? Number.NaN)
  const isSensible = time.getTime() >= firstMail && time.getTime() <= received.getTime() + dayMs
  return isSensible ? time : null
}

const idsIn = (text = '') =>
  [...text.matchAll(/<([^<>\s]+)>/g)].map(([, id = '']) => storable(id).slice(0, messageIdMax))

/** Some programs leave the brackets out. */
const bareId = (text = '') => storable(text.trim()).slice(0, messageIdMax) || null

/** Those addresses that are addresses in the world; `printer@office.lan` is nobody's. */
function addressesOf(addresses: readonly Address[] = []): string[] {
  const mailboxes = addresses.flatMap((one) => one.group ?? [one])
  const found = mailboxes.flatMap(({ address }) => normalAddress(address) ?? [])
  return [...new Map(found.map((one) => [one.toLowerCase(), one])).values()].slice(0, addressesMax)
}

const addressField = systemDefinitions.get('member')?.fields.get('$email')

/** An address in its normal form; undefined for what is none. */
function normalAddress(text: string): string | undefined {
  try {
    return String(addressField?.type.parse(storable(text), addressField.configuration))
  } catch {
    return undefined
  }
}

function bodyOf({ html, text = '' }: Email): Message['body'] {
  return html?.trim() ? { html: cut(html, bodyMax) } : { text: cut(text.trimEnd(), bodyMax) }
}

const cut = (text: string, length: number) => storable(text).slice(0, length).toWellFormed()

/** The files of a message: not the pictures that its text shows, nor the signatures that mail programs check. */
function filesOf(email: Email): Pick<Message, 'attachments' | 'leftOut'> {
  const all = email.attachments.filter((one) => !isShown(email, one) && !signatures.has(one.mimeType))
  const attachments: ReadAttachment[] = []
  const leftOut: string[] = []
  for (const one of all) {
    const bytes = typeof one.content === 'string' ? Buffer.from(one.content) : new Uint8Array(one.content)
    if (bytes.length === 0) continue
    const file = { filename: filenameOf(one), mimeType: one.mimeType, sizeBytes: bytes.length, purpose } as const
    const param = brokenFileRule(file)?.param
    if (attachments.length >= attachmentsMax || param === 'sizeBytes') leftOut.push(file.filename)
    else {
      const mimeType = param === 'mimeType' ? 'application/octet-stream' : one.mimeType
      attachments.push({ filename: file.filename, mimeType, bytes })
    }
  }
  return { attachments, leftOut }
}

const purpose = 'email_attachment'
const signatures = new Set([
  'application/pkcs7-signature',
  'application/x-pkcs7-signature',
  'application/pgp-signature',
])

function isShown({ html = '' }: Email, { contentId }: Attachment): boolean {
  const id = contentId?.replaceAll(/[<>]/g, '')
  return id !== undefined && html.includes(`cid:${id}`)
}

const filenameMax = 255
const otherNames: Record<string, string> = { 'message/rfc822': 'message.eml', 'text/calendar': 'invitation.ics' }

/** A name without folders and characters that nobody sees; the end, which says what it is, stays. */
function filenameOf({ filename, mimeType }: Attachment): string {
  const name = collapse(storable(filename ?? '').replaceAll(/[\p{Cc}\p{Cf}]/gu, '')).replace(/^.*[/\\]/, '')
  return [...name].slice(-filenameMax).join('') || (otherNames[mimeType] ?? 'attachment')
}

/** What JSON and the database can hold. */
const storable = (text: string) => text.replaceAll('\0', '').toWellFormed()

const unique = (texts: readonly string[]) => [...new Set(texts)]
