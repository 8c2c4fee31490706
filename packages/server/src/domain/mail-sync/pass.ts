import type { ImapFlow } from 'imapflow'
import {
  emptyFolders,
  knownUids,
  listFolders,
  noteFolder,
  noteGone,
  recordMessages,
  type StoredFolder,
} from '../../storage/mail-sync.ts'
import type { Context } from '../context.ts'
import { bringIn, type Seen, type SyncedMailbox } from './bring-in.ts'
import { foldersRead } from './folders.ts'
import { headersRead } from './read-message.ts'
import { ownersReasons } from './reasons.ts'

/** What a pass may know of who runs it. */
export type PassOptions = {
  stopping: AbortSignal
  /** When it is time to leave the rest for another pass. */
  until: number
  /** Told once it is known that there is something to bring in. */
  begin(): Promise<void>
  /** Told of messages that could not be dealt with, for a reason that is ours. */
  failed(error: unknown, uid: number): void
}

/** A folder whose messages were compared with what is known of them. */
type Look = {
  path: string
  number: number
  uidValidity: number
  uidNext: number
  messages: number
  /** The messages that are in no row of the ledger, newest first. */
  uids: number[]
}

/** So many messages are looked at together … */
const batchMessages = 100
/** … and so many bytes of them are in memory; of a larger message only that one. */
const chunkBytes = 1024 * 1024

/**
 * Brings a mailbox into step with its server: looks at all folders first, so that what was moved is not taken for gone, then
 * brings in what is in no row of the ledger, newest first. Interrupted anywhere, the next pass does the rest. Returns how
 * many messages could not be dealt with, whether some were left, and which number would have been the next in each folder.
 */
export async function pass(
  ctx: Context,
  mailbox: SyncedMailbox,
  client: ImapFlow,
  options: PassOptions,
): Promise<{ missing: number; hasMore: boolean; uidNext: Map<string, number> }> {
  // Of the folder that is open, servers may say what they said before.
  if (client.mailbox) await client.mailboxClose()
  const looks = await lookAtAll(ctx, mailbox, client)
  if (looks.some(({ uids }) => uids.length > 0)) await options.begin()
  let missing = 0
  let hasMore = false
  for (const look of looks) {
    if (hasMore && look.uids.length > 0) break
    const done = await bringInFolder(ctx, mailbox, client, look, options)
    missing += done.missing
    hasMore ||= done.hasMore
  }
  return { missing, hasMore, uidNext: new Map(looks.map(({ path, uidNext }) => [path, uidNext])) }
}

async function lookAtAll(ctx: Context, { id }: SyncedMailbox, client: ImapFlow): Promise<Look[]> {
  const { db, workspace } = ctx
  const paths = foldersRead(await client.list())
  const stored = await listFolders(db, workspace, id)
  const dropped = stored.filter(({ path, messages }) => !paths.includes(path) && messages > 0)
  if (dropped.length > 0) {
    const numbers = dropped.map(({ number }) => number)
    await emptyFolders(db, workspace, id, numbers, ctx.now())
  }
  const looks: Look[] = []
  for (const path of paths) {
    const known = stored.find((one) => one.path === path)
    looks.push(await look(ctx, id, client, path, known))
  }
  return looks
}

/** Compares a folder with what is known of it: by numbers alone when these say that nothing came and nothing went. */
async function look(
  ctx: Context,
  mailbox: string,
  client: ImapFlow,
  path: string,
  stored: StoredFolder | undefined,
): Promise<Look> {
  const { db, workspace } = ctx
  const status = await client.status(path, { messages: true, uidNext: true, uidValidity: true })
  const [messages, uidNext] = [status.messages ?? 0, status.uidNext ?? 1]
  const uidValidity = Number(status.uidValidity ?? 0)
  const isSame = stored?.uidValidity === uidValidity
  const dealtWith = isSame ? stored.uidNext : 1
  const note = (count: number) =>
    noteFolder(db, workspace, mailbox, { path, uidValidity, uidNext: dealtWith, messages: count, at: ctx.now() })
  const number = await note(messages)
  const seen = { path, number, uidValidity, uidNext, messages }
  const known = isSame ? stored.known : 0
  if (uidNext === dealtWith && messages === known) return { ...seen, uids: [] }

  return inFolder(client, path, async () => {
    const fresh = await search(client, `${dealtWith}:*`)
    const later = fresh.filter((uid) => uid >= dealtWith)
    if (known + later.length === messages) return { ...seen, uids: later.reverse() }
    const all = await search(client, '1:*')
    const before = await knownUids(db, workspace, mailbox, number)
    const there = new Set(all)
    const gone = [...before].filter((uid) => !there.has(uid))
    if (gone.length > 0) await noteGone(db, workspace, mailbox, number, gone, ctx.now())
    await note(all.length)
    return { ...seen, messages: all.length, uids: all.filter((uid) => !before.has(uid)).reverse() }
  })
}

/** The numbers of some messages of the open folder, ascending. */
async function search(client: ImapFlow, uid: string): Promise<number[]> {
  const found = await client.search({ uid }, { uid: true })
  if (!Array.isArray(found)) throw new Error('the server did not answer a search')
  return found.sort((one, other) => one - other)
}

async function bringInFolder(
  ctx: Context,
  mailbox: SyncedMailbox,
  client: ImapFlow,
  look: Look,
  { stopping, until, failed }: PassOptions,
): Promise<{ missing: number; hasMore: boolean }> {
  const { db, workspace } = ctx
  let missing = 0
  let vanished = 0
  for (let start = 0; start < look.uids.length; start += batchMessages) {
    const batch = look.uids.slice(start, start + batchMessages)
    const seen = await inFolder(client, look.path, () => headsOf(client, batch))
    vanished += batch.length - seen.length
    const rows = await bringIn(ctx, mailbox, seen, {
      fetch: (wanted) => inFolder(client, look.path, () => sourcesOf(client, wanted)),
      chunkBytes,
      failed,
    })
    missing += seen.length - rows.length
    await recordMessages(db, workspace, mailbox.id, look, rows, { settings: mailbox.stored, reasons: ownersReasons })
    stopping.throwIfAborted()
    if (Date.now() > until && start + batchMessages < look.uids.length) return { missing, hasMore: true }
  }
  const uidNext = missing === 0 ? look.uidNext : 1
  const messages = look.messages - vanished
  if (look.uids.length > 0) {
    await noteFolder(db, workspace, mailbox.id, { ...look, uidNext, messages, at: ctx.now() })
  }
  return { missing, hasMore: false }
}

/** Runs `work` with a folder open that is only read: no flag of a message changes. */
async function inFolder<T>(client: ImapFlow, path: string, work: () => Promise<T>): Promise<T> {
  const lock = await client.getMailboxLock(path, { readOnly: true })
  try {
    return await work()
  } finally {
    lock.release()
  }
}

/** What the server lists of some messages; those that are gone by now are not among them. */
async function headsOf(client: ImapFlow, uids: readonly number[]): Promise<Seen[]> {
  const query = { uid: true, size: true, internalDate: true, flags: true, headers: headersRead }
  const found = await client.fetchAll(uids.join(','), query, { uid: true })
  return found.map(({ uid, size = 0, internalDate, flags, headers }) => ({
    uid,
    size,
    received: new Date(internalDate ?? Date.now()),
    isDraft: flags?.has('\\Draft') ?? false,
    headers: headers ?? Buffer.alloc(0),
  }))
}

async function sourcesOf(client: ImapFlow, uids: readonly number[]): Promise<Map<number, Buffer>> {
  const found = await client.fetchAll(uids.join(','), { uid: true, source: true }, { uid: true })
  return new Map(found.flatMap(({ uid, source }) => (source ? [[uid, source] as const] : [])))
}
