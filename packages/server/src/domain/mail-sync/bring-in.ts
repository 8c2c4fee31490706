import { newUuid } from '@openfield/schema'
import { joinThreads, type KnownMessage, knownMessages, type LedgerRow, threadsOf } from '../../storage/mail-sync.ts'
import { type Context, requireRoom } from '../context.ts'
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
  /** These as they are stored. */
  stored: object
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
 * ones: what an email is known by is written together with it. Returns the rows of the ledger for what was dealt with. Throws
 * a 503 once there is no room for more; what has been written is known when it is looked at again.
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
  const threads = await threadsFor(ctx, wanted)
  for (const chunk of chunks(wanted, fetching.chunkBytes)) {
    requireRoom(ctx)
    const unknown = chunk.filter((one) => !one.known)
    const sources = unknown.length === 0 ? new Map() : await fetching.fetch(unknown.map(({ uid }) => uid))
    const stored = await concurrently(chunk, writers, (one) =>
      store(ctx, mailbox, one, sources.get(one.uid), threads).catch((error: unknown) => {
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
  threads: ReadonlyMap<string, string>,
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
    thread: threads.get(one.id) ?? one.id,
    as: newUuid(new Date(Math.min(one.received.getTime(), ctx.now().getTime()))),
  })
  const { leftOut } = message
  const note = leftOut.length > 0 ? `Left out, as too large or too many: ${leftOut.join(', ')}`.slice(0, 2000) : null
  return { ...row(one, one.head, one.id), outcome: 'stored', reason: null, note, emailId: id }
}

/**
 * The thread of each message: that of what it answers, as far as that is known, or else it is named by the first message
 * that it refers to. Answers that came before what they answer join its thread.
 */
async function threadsFor(ctx: Context, wanted: readonly Wanted[]): Promise<Map<string, string>> {
  const fresh = wanted.filter(({ known }) => !known).sort((one, other) => +one.head.sentAt - +other.head.sentAt)
  const references = new Set(fresh.flatMap(({ head }) => head.references))
  const threads = await threadsOf(ctx.db, ctx.workspace, [...references])
  for (const { id, head } of fresh) {
    const parent = head.references.findLast((one) => threads.has(one))
    threads.set(id, (parent === undefined ? head.references[0] : threads.get(parent)) ?? id)
  }
  // Of an answer that says that it was written before what it answers.
  const last = (thread: string, steps = references.size): string => {
    const next = threads.get(thread) ?? thread
    return next === thread || steps === 0 ? thread : last(next, steps - 1)
  }
  const found = new Map(fresh.map(({ id }) => [id, last(id)]))
  const joined = [...found].filter(([id, thread]) => id !== thread)
  if (joined.length > 0) await joinThreads(ctx.db, ctx.workspace, joined)
  return found
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
