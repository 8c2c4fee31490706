import { newUuid } from '@openfield/schema'
import { joinThreads, type KnownMessage, knownMessages, type LedgerRow, threadsOf } from '../../storage/mail-sync.ts'
import type { Context } from '../context.ts'
import { createEmail } from '../emails/create.ts'
import { concurrently } from '../imports/concurrently.ts'
import { keepFiles } from './keep-files.ts'
import { digest, type Head, idOf, messageBytesMax, readHead, readMessage, Unreadable } from './read-message.ts'
import type { SkipReason } from './reasons.ts'
import { type SyncSettings, wishesOf } from './settings.ts'

/** A mailbox that is synchronised. */
export type SyncedMailbox = {
  id: string
  /** The stored id of the member whose it is. */
  member: string
  privacy: 'FULL' | 'METADATA' | null
  settings: SyncSettings
}

/** A message as the server lists it. */
export type Seen = { uid: number; size: number; received: Date; isDraft: boolean; headers: Buffer }

export type Fetching = {
  /** Gets messages as they are, by their numbers; those that are gone by now are missing. */
  fetch(uids: readonly number[]): Promise<Map<number, Buffer>>
  /** How many bytes of messages are in memory at once. */
  chunkBytes: number
  failed(error: unknown, uid: number): void
}

/** A message that is neither skipped nor an email of the mailbox yet. */
type Wanted = Seen & { head: Head; id: string; known: KnownMessage | undefined }

/** How many messages are written at once. */
const writers = 6
const shownMax = 300

/**
 * Makes emails of some messages of a folder, each once, whatever was killed in between and whoever else brings in the same
 * ones: what an email is known by is written together with it. Returns the rows of the ledger for what was dealt with.
 */
export async function bringIn(
  ctx: Context,
  mailbox: SyncedMailbox,
  seen: readonly Seen[],
  fetching: Fetching,
): Promise<LedgerRow[]> {
  const rows: LedgerRow[] = []
  const wanted: Wanted[] = []
  const readable = await readHeads(seen, rows)
  const wish = await wishesOf(ctx, mailbox.settings, readable)
  const known = await idsOf(ctx, mailbox, readable)
  const here = new Set<string>()
  for (const one of readable) {
    const { id, known: email } = known.get(one) ?? { id: idOf(one.head, one.size, mailbox.id), known: undefined }
    const isDuplicate = here.has(id) || email?.isHere === true
    const reason = one.isDraft ? 'draft' : (wish(one) ?? (isDuplicate ? 'duplicate' : tooLarge(one)))
    if (reason) {
      rows.push(skipped(one, one.head, id, reason, reason === 'duplicate' ? (email?.emailId ?? null) : null))
      continue
    }
    here.add(id)
    wanted.push({ ...one, id, known: email })
  }
  for (const chunk of chunks(wanted, fetching.chunkBytes)) {
    const unknown = chunk.filter((one) => !one.known)
    const sources = unknown.length === 0 ? new Map() : await fetching.fetch(unknown.map(({ uid }) => uid))
    const stored = await concurrently(chunk, writers, (one) =>
      store(ctx, mailbox, one, sources.get(one.uid)).catch((error: unknown) => {
        if (error instanceof Unreadable) return skipped(one, one.head, one.id, 'unreadable')
        fetching.failed(error, one.uid)
        return undefined
      }),
    )
    rows.push(...stored.filter((row) => row !== undefined))
  }
  return rows
}

const tooLarge = ({ size }: Seen): SkipReason | undefined => (size > messageBytesMax ? 'too_large' : undefined)

async function readHeads(seen: readonly Seen[], rows: LedgerRow[]): Promise<(Seen & { head: Head })[]> {
  const read = await Promise.all(
    seen.map(async (one) => {
      try {
        return { ...one, head: await readHead(one.headers, one.received) }
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error
        rows.push(skipped(one, undefined, digest([String(one.headers), one.size, one.uid]), 'unreadable'))
        return undefined
      }
    }),
  )
  return read.filter((one) => one !== undefined)
}

/**
 * What messages are known by, and which emails have it. A message with the id of an email that somebody else wrote is
 * another one: it is known by its sender too.
 */
async function idsOf(ctx: Context, { id: mailbox }: SyncedMailbox, seen: readonly (Seen & { head: Head })[]) {
  const claimed = seen.map((one) => ({ one, id: idOf(one.head, one.size, mailbox), sender: one.head.from[0] ?? '' }))
  const ids = claimed.flatMap(({ id, sender }) => [id, `${id} ${sender}`])
  const known = await knownMessages(ctx.db, ctx.workspace, mailbox, ids)
  return new Map(
    claimed.map(({ one, id, sender }) => {
      const found = known.get(id)
      const isOther = found !== undefined && !isSameSender(found.from, one.head.from)
      const own = isOther ? `${id} ${sender}` : id
      return [one, { id: own, known: isOther ? known.get(own) : found }]
    }),
  )
}

const isSameSender = ([one = '']: readonly string[], [other = '']: readonly string[]) =>
  one.toLowerCase() === other.toLowerCase()

/** Groups of messages of so many bytes together, or of one that has more. */
function* chunks(wanted: readonly Wanted[], bytesMax: number): Generator<Wanted[]> {
  let chunk: Wanted[] = []
  let bytes = 0
  for (const one of wanted) {
    const size = one.known ? 0 : one.size
    if (chunk.length > 0 && bytes + size > bytesMax) {
      yield chunk
      chunk = []
      bytes = 0
    }
    chunk.push(one)
    bytes += size
  }
  if (chunk.length > 0) yield chunk
}

/** Makes an email of a message, or adds the mailbox to those that have it; undefined when it is gone from the server. */
async function store(
  ctx: Context,
  mailbox: SyncedMailbox,
  one: Wanted,
  source: Buffer | undefined,
): Promise<LedgerRow | undefined> {
  if (!one.known && !source) return undefined
  const message = source
    ? await readMessage(source, one.received)
    : { ...one.head, body: { text: '' }, attachments: [], leftOut: [] }
  const { id } = await createEmail(ctx, {
    ...message,
    attachments: await keepFiles(ctx, one.id, one.received, message.attachments),
    privacy: mailbox.privacy,
    holder: mailbox.member,
    messageId: one.id,
    thread: await threadOf(ctx, one.id, message.references),
    as: newUuid(new Date(Math.min(one.received.getTime(), ctx.now().getTime()))),
  })
  const { leftOut } = message
  const note = leftOut.length > 0 ? `Left out, as too large or too many: ${leftOut.join(', ')}`.slice(0, 2000) : null
  return { ...row(one, one.head, one.id), outcome: 'stored', reason: null, note, emailId: id }
}

/**
 * The thread of a message: that of what it answers, as far as that is known, or else it is named by the first message that
 * it refers to. Answers that came before what they answer join its thread.
 */
async function threadOf(ctx: Context, id: string, references: readonly string[]): Promise<string> {
  const known = await threadsOf(ctx.db, ctx.workspace, references)
  const parent = references.toReversed().find((one) => known.has(one))
  const thread = (parent === undefined ? references[0] : known.get(parent)) ?? id
  if (thread !== id) await joinThreads(ctx.db, ctx.workspace, id, thread)
  return thread
}

const skipped = (
  one: Seen,
  head: Head | undefined,
  id: string,
  reason: SkipReason,
  emailId: string | null = null,
): LedgerRow => ({ ...row(one, head, id), outcome: 'skipped', reason, note: null, emailId })

const row = ({ uid, received }: Seen, head: Head | undefined, messageId: string) => ({
  uid,
  messageId,
  receivedAt: received,
  sender: head?.from[0] ?? null,
  subject: head ? head.subject.slice(0, shownMax).toWellFormed() : null,
})
