import { setTimeout as sleep } from 'node:timers/promises'
import type { System } from '../domain/context.ts'
import { keepInStep } from '../domain/mail-sync/keep-in-step.ts'
import {
  activeMailboxes,
  type DueMailbox,
  dueMailboxes,
  holdMailboxes,
  releaseMailbox,
  startMissing,
} from '../storage/mail-sync.ts'
import { openWorkPlaces } from '../storage/work-places.ts'
import { inTask, jobTask } from '../watching/task.ts'
import type { Log } from './drain.ts'

/** The synchronisation of mailboxes by this process. */
export type MailSync = { close(): Promise<void> }

const lookEveryMs = 1000
/** For so long a process says that it has a mailbox in hand, and it says so that often. */
const heldSeconds = 10
const holdEveryMs = 4000
/** How many mailboxes bring in messages at once; any number may wait for some. */
const busyMax = 4
const startedAtOnce = 20

type Kept = DueMailbox & { wake(one: DueMailbox): void; stopping: AbortController; done: Promise<void> }

/**
 * Keeps all mailboxes in step with their servers, beside all other background work: each is in the hands of one process, and
 * of another as soon as that one is gone.
 */
export function startMailSync(system: System, { pollMs, log }: { pollMs: number; log: Log }): MailSync {
  const stopping = new AbortController()
  const places = openWorkPlaces(system.db)
  const kept = new Map<string, Kept>()
  const turns = createTurns(busyMax)
  const told = (what: string) => (error: unknown) => log.error({ err: error }, what)

  const begin = async (one: DueMailbox) => {
    const { workspace, mailbox } = one
    const place = `mailbox ${mailbox}`
    if (!(await places.take(place, workspace))) return
    await holdMailboxes(system.db, [one], heldSeconds)
    const ending = new AbortController()
    const asked = createBell(one)
    const ctx = { ...system, workspace, caller: undefined }
    const run = inTask(jobTask('mail-sync', workspace), () =>
      keepInStep(ctx, {
        mailbox,
        stopping: AbortSignal.any([stopping.signal, ending.signal]),
        pollMs,
        nextDue: asked.next,
        ring: () => asked.ring(),
        inTurn: turns,
        log: (error, details, what) => log.error({ err: error, workspace, mailbox, ...details }, what),
      }),
    )
    const done = run.catch(told('synchronising a mailbox')).then(async () => {
      await releaseMailbox(system.db, one, stopping.signal.aborted).catch(told('leaving a mailbox'))
      await places.leave(place, workspace).catch(told('leaving a mailbox'))
      kept.delete(mailbox)
    })
    kept.set(mailbox, { ...one, wake: asked.ring, stopping: ending, done })
  }

  let heldAt = 0
  const look = async () => {
    // Who has nothing to bring in stays connected.
    if (!system.hasRoom()) return
    if (kept.size > 0 && Date.now() - heldAt > holdEveryMs) {
      await holdMailboxes(system.db, [...kept.values()], heldSeconds)
      heldAt = Date.now()
    }
    const active = await (kept.size > 0 ? activeMailboxes(system.db, [...kept.values()]) : new Map())
    for (const one of kept.values()) {
      const now = active.get(one.mailbox)
      if (!now) one.stopping.abort()
      else if (now.isDue) one.wake(now)
    }
    for (const one of await dueMailboxes(system.db, startedAtOnce)) if (!kept.has(one.mailbox)) await begin(one)
  }
  const run = async () => {
    // Those whose connecting broke off before this was said of them.
    await startMissing(system.db).catch(told('looking for mailboxes'))
    while (!stopping.signal.aborted) {
      await look().catch(told('looking for mailboxes'))
      await sleep(lookEveryMs, undefined, { signal: stopping.signal }).catch(() => {})
    }
  }
  const running = run()

  return {
    async close() {
      stopping.abort()
      await running
      await Promise.all(Array.from(kept.values(), ({ done }) => done))
      await places.close()
    },
  }
}

/** Lets work be done, so much of it at once; the rest waits for its turn. */
function createTurns(most: number) {
  let free = most
  const waiting: (() => void)[] = []
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free += 1
    }
  }
}

/** Something that is rung, with a value or the last one again, and heard once by who waits for it. At first it has been rung. */
function createBell<T>(first: T) {
  let last = first
  let isRung = true
  let hear = () => {}
  return {
    ring(value = last) {
      last = value
      isRung = true
      hear()
    },
    /** Resolves with what it was rung with; undefined when the signal comes first. */
    async next(signal: AbortSignal): Promise<T | undefined> {
      if (!isRung && !signal.aborted) {
        await new Promise<void>((resolve) => {
          hear = resolve
          signal.addEventListener('abort', () => resolve(), { once: true })
        })
      }
      if (signal.aborted) return undefined
      isRung = false
      return last
    },
  }
}
