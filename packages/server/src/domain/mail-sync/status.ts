import { badRequest, encodeId, noResource } from '@openfield/schema'
import {
  askForSync,
  changeSync,
  findSync,
  ledgerDays,
  ledgerMessages,
  listFolders,
  type StoredFolder,
  type StoredSync,
  type SyncState,
} from '../../storage/mail-sync.ts'
import type { Mailbox } from '../../storage/mailboxes.ts'
import type { Context } from '../context.ts'
import { requireMailbox, requireOwnMailbox } from '../mailboxes/mailboxes.ts'
import { ownersReasons } from './reasons.ts'
import { defaultSettings, type SyncSettings } from './settings.ts'

export type SyncChange = {
  since?: string | null | undefined
  excluded?: string[] | undefined
  skipInternal?: boolean | undefined
  paused?: boolean | undefined
}

/** How a mailbox is synchronised and how it stands with its server. For its owner and for admins. */
export async function retrieveSync(ctx: Context, id: string) {
  const mailbox = await requireMailbox(ctx, id)
  return presentSync(
    ctx,
    id,
    mailbox,
    await syncOf(ctx, mailbox.id),
    await listFolders(ctx.db, ctx.workspace, mailbox.id),
  )
}

/** Has a mailbox looked at as soon as possible. */
export async function syncNow(ctx: Context, id: string) {
  const mailbox = await requireMailbox(ctx, id)
  await askForSync(ctx.db, ctx.workspace, mailbox.id)
  return retrieveSync(ctx, id)
}

/** Changes what the owner wants of a mailbox. What was left out for it is looked at again. */
export async function updateSync(ctx: Context, id: string, { paused, ...change }: SyncChange) {
  const mailbox = await requireOwnMailbox(ctx, id)
  const { settings, state } = await syncOf(ctx, mailbox.id)
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
  const wanted: SyncSettings = { ...defaultSettings, ...settings, ...given }
  const goesOn = paused === false && state === 'paused' ? 'pending' : undefined
  await changeSync(ctx.db, ctx.workspace, mailbox.id, {
    settings: { ...wanted, excluded: [...new Set(wanted.excluded.map((one) => one.toLowerCase()))] },
    state: paused === true ? 'paused' : goesOn,
    again: Object.keys(given).length > 0 ? ownersReasons : [],
  })
  return retrieveSync(ctx, id)
}

const dayMs = 24 * 60 * 60 * 1000
const daysMax = 366
const daysDefault = 30

/** What became of the messages of a mailbox, day by day, and whether that is all that its server has. */
export async function readLedger(
  ctx: Context,
  id: string,
  query: { from?: string | undefined; to?: string | undefined },
) {
  const mailbox = await requireMailbox(ctx, id)
  const to = day('to', query.to) ?? new Date(Math.floor(ctx.now().getTime() / dayMs) * dayMs)
  const from = day('from', query.from) ?? new Date(to.getTime() - (daysDefault - 1) * dayMs)
  if (from > to || to.getTime() - from.getTime() >= daysMax * dayMs) {
    throw badRequest(
      'invalid_configuration',
      `Ask for 1 to ${daysMax} days: 'from' is the first and 'to' the last.`,
      'from',
    )
  }
  const folders = await listFolders(ctx.db, ctx.workspace, mailbox.id)
  const rows = await ledgerDays(ctx.db, ctx.workspace, mailbox.id, from, new Date(to.getTime() + dayMs))
  const days = [...Map.groupBy(rows, (row) => row.day)].map(([one, counts]) => {
    const of = (outcome: string) => counts.filter((count) => count.outcome === outcome)
    return {
      day: one,
      seen: sum(counts.map(({ count }) => count)),
      stored: sum(of('stored').map(({ count }) => count)),
      skipped: Object.fromEntries(of('skipped').map(({ reason, count }) => [reason ?? '', count])),
      removed: sum(counts.map(({ gone }) => gone)),
    }
  })
  return {
    ...presentSync(ctx, id, mailbox, await syncOf(ctx, mailbox.id), folders),
    object: 'mailbox_ledger',
    folders: folders.map(({ path, messages, known, checkedAt, renumberedAt }) => ({
      path,
      onServer: messages,
      recorded: known,
      checkedAt,
      renumberedAt,
    })),
    days,
  }
}

export type SoughtMessages = {
  day?: string | undefined
  outcome?: string | undefined
  reason?: string | undefined
  search?: string | undefined
}

/** The messages of a ledger, newest first: why one is missing. For the owner alone, since it says what they are about. */
export async function listLedgerMessages(
  ctx: Context,
  id: string,
  { day: text, outcome, reason, search }: SoughtMessages,
  { limit, offset }: { limit: number; offset: number },
) {
  const mailbox = await requireOwnMailbox(ctx, id)
  const from = day('day', text)
  const to = from && new Date(from.getTime() + dayMs)
  const sought = { from, to, outcome, reason, text: search }
  const found = await ledgerMessages(ctx.db, ctx.workspace, mailbox.id, sought, limit, offset)
  const data = found.messages.map(({ emailId, uid: _, goneAt, ...message }) => ({
    ...message,
    emailId: emailId && encodeId('eml', emailId),
    removedAt: goneAt,
  }))
  return { object: 'list', data, totalCount: found.total }
}

async function syncOf(ctx: Context, mailbox: string): Promise<StoredSync<Partial<SyncSettings>>> {
  const found = await findSync<Partial<SyncSettings>>(ctx.db, ctx.workspace, mailbox)
  if (!found) throw noResource('mailboxes')
  return found
}

function presentSync(
  ctx: Context,
  mailboxId: string,
  mailbox: Mailbox,
  { settings, state, problem, dueAt, checkedAt }: StoredSync<Partial<SyncSettings>>,
  folders: readonly StoredFolder[],
) {
  const total = sum(folders.map(({ messages }) => messages))
  const missing = sum(folders.map(({ messages, known }) => Math.max(0, messages - known)))
  const told = statusOf(mailbox, state, missing)
  const isRead = !['off', 'paused', 'needs_reconnect'].includes(told)
  const waits = isRead && !ctx.hasRoom()
  return {
    object: 'mailbox_sync',
    mailboxId,
    status: waits ? 'retrying' : told,
    problem: waits ? noRoom : (mailbox.problem ?? problem),
    nextAttemptAt: isRead && !waits ? dueAt : null,
    checkedAt,
    progress: { total, done: total - missing, missing },
    ...defaultSettings,
    ...settings,
    paused: state === 'paused',
  }
}

const noRoom = 'The disk of the server is nearly full: e-mails are brought in when there is more room.'

/** Whether all is well, whatever the last pass said: never with a gap. */
function statusOf({ settings, state: signIn }: Mailbox, state: SyncState, missing: number) {
  if (!settings.imap) return 'off'
  if (signIn === 'needs_reconnect') return signIn
  if (state !== 'ready') return state
  return missing > 0 ? 'gap' : 'up_to_date'
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0)

/** Midnight in UTC at which a day begins; undefined when none is named. */
function day(param: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const time = new Date(`${text}T00:00:00Z`)
  if (/^\d{4}-\d\d-\d\d$/.test(text) && time.getTime() >= 0 && time.toISOString().startsWith(text)) return time
  throw badRequest('invalid_configuration', `'${param}' is a day such as 2026-05-01.`, param)
}
