import { type DueMailbox, findSync, reportSync, type SyncReport } from '../../storage/mail-sync.ts'
import { findMailbox, type Mailbox } from '../../storage/mailboxes.ts'
import type { Context } from '../context.ts'
import { isLasting, noteLasting } from '../mailboxes/mailboxes.ts'
import { nameOf } from '../mailboxes/servers.ts'
import { type Connected, connect } from './connect.ts'
import { serverFailure } from './failures.ts'
import { pass } from './pass.ts'
import { defaultSettings, type SyncSettings } from './settings.ts'

export type KeepOptions = {
  mailbox: string
  stopping: AbortSignal
  /** Resolves when a pass is due; undefined when the signal comes first. */
  nextDue(signal: AbortSignal): Promise<DueMailbox | undefined>
  /** There is something new: a pass is due. */
  ring(): void
  /** Runs `work` when not too many others run. */
  inTurn<T>(work: () => Promise<T>): Promise<T>
  log(error: unknown, details: object, what: string): void
  /** How often a mailbox is looked at whose server does not say that something came. */
  pollMs: number
}

/** After a failure, and then for twice as long each time. */
const firstDelayMs = 5000
const delayMaxMs = 15 * 60 * 1000
/** For how long messages are brought in without others having their turn. */
const turnMs = 30_000
/** A connection that ends after less was no good one. */
const goodConnectionMs = 60_000

/**
 * Keeps a mailbox in step with its server: a pass whenever one is due, and on the same connection the server says that
 * something came. Returns when the connection ends or something fails; how the mailbox stands, and when it is due again, is
 * written down by then.
 */
export async function keepInStep(ctx: Context, options: KeepOptions): Promise<void> {
  const { stopping } = options
  let connected: Connected | undefined
  let last: DueMailbox | undefined
  try {
    for (;;) {
      const due = await options.nextDue(connected ? AbortSignal.any([stopping, connected.ended]) : stopping)
      if (!due) break
      last = due
      connected = await options.inTurn(() => attempt(ctx, due, connected, options))
      if (!connected) return
    }
    if (!last || stopping.aborted) return
    const isGood = connected !== undefined && Date.now() - connected.since > goodConnectionMs
    await reportSync(ctx.db, last, { dueAt: later(ctx, isGood ? 0 : firstDelayMs) })
  } finally {
    connected?.close()
  }
}

/** One pass. Returns the connection to go on with; undefined when there is none, and then it is written down why. */
async function attempt(
  ctx: Context,
  due: DueMailbox,
  open: Connected | undefined,
  options: KeepOptions,
): Promise<Connected | undefined> {
  const [mailbox, sync] = [
    await findMailbox(ctx.db, ctx.workspace, options.mailbox),
    await findSync<Partial<SyncSettings>>(ctx.db, ctx.workspace, options.mailbox),
  ]
  let connected = open
  try {
    if (!mailbox || !sync || sync.state === 'paused' || options.stopping.aborted) return undefined
    await reportSync(ctx.db, due, { dueAt: later(ctx, options.pollMs) })
    connected ??= await connect(ctx, mailbox, options)
    if (!connected) return undefined
    await onePass(ctx, mailbox, sync.settings, connected, due, options)
    const used = connected
    connected = undefined
    return used
  } catch (error) {
    await report(ctx, mailbox, due, error, options)
    return undefined
  } finally {
    connected?.close()
  }
}

async function onePass(
  ctx: Context,
  { id, member, privacy }: Mailbox,
  stored: Partial<SyncSettings>,
  { client, listen }: Connected,
  due: DueMailbox,
  options: KeepOptions,
) {
  const began = ctx.now()
  const dueAt = () => later(ctx, options.pollMs)
  const settings = { ...defaultSettings, ...stored }
  const { missing, hasMore, uidNext } = await pass(ctx, { id, member, privacy, settings, stored }, client, {
    stopping: options.stopping,
    until: Date.now() + turnMs,
    begin: async () => {
      await reportSync(ctx.db, due, { state: 'syncing', problem: null, dueAt: dueAt() })
    },
    failed: (error, uid) => options.log(error, { uid }, 'a message could not be brought in'),
  })
  // Others have their turn in between.
  if (hasMore) return options.ring()
  await listen((path, next) => next > (uidNext.get(path) ?? 0))
  const good: SyncReport = { state: 'ready', problem: null, dueAt: dueAt(), attempts: 0, checkedAt: began }
  const bad = { problem: missingText(missing), ...again(ctx, due) }
  await reportSync(ctx.db, due, missing > 0 ? { ...good, ...bad } : good)
}

const missingText = (count: number) =>
  `${count === 1 ? 'One message' : `${count} messages`} could not be brought in; the log of the server says why. It is tried again by itself.`

/** Writes down why a pass failed, and when there is another. */
async function report(
  ctx: Context,
  mailbox: Mailbox | undefined,
  due: DueMailbox,
  error: unknown,
  { stopping, log }: KeepOptions,
) {
  if (stopping.aborted) return reportSync(ctx.db, due, { dueAt: ctx.now() })
  // Its status says so for as long as there is none, and then it is due.
  if (!ctx.hasRoom()) return reportSync(ctx.db, due, { state: 'pending', dueAt: ctx.now() })
  const server = mailbox?.settings.imap
  const failure = serverFailure(error, server ? nameOf(server) : '')
  if (mailbox && failure && isLasting(failure)) {
    await noteLasting(ctx, mailbox, failure)
    return reportSync(ctx.db, due, { state: 'needs_reconnect', problem: failure.message, dueAt: ctx.now() })
  }
  if (!failure) log(error, {}, 'a mailbox could not be synchronised')
  const why = failure?.message ?? 'Something went wrong on our side; the log of the server says what.'
  return reportSync(ctx.db, due, {
    state: 'retrying',
    problem: `${why} It is tried again by itself.`,
    ...again(ctx, due),
  })
}

const later = (ctx: Context, ms: number) => new Date(ctx.now().getTime() + ms)

const again = (ctx: Context, { attempts }: DueMailbox) => ({
  dueAt: later(ctx, Math.min(delayMaxMs, firstDelayMs * 2 ** Math.min(attempts, 20))),
  attempts: attempts + 1,
})
