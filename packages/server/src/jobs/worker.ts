import type { System } from '../domain/context.ts'
import { purgeAttempts } from '../storage/failed-attempts.ts'
import { purgeResponses } from '../storage/idempotency.ts'
import { type DueKind, dueKinds } from '../storage/outbox.ts'
import { purgeClaims } from '../storage/sending.ts'
import { openWorkPlaces } from '../storage/work-places.ts'
import { askForTriggers } from '../storage/workflow-triggers.ts'
import { Drain, type Log, type QueueName, queueOf, queues } from './drain.ts'
import { removeOldRuns } from './remove-old-runs.ts'
import { removeDeadUploads } from './remove-uploads.ts'

/** Background work of this process. */
export type Worker = {
  /** There is new work: look soon, rather than at the next look that is due anyway. */
  wake(): void
  /** Finishes the piece of work in hand. */
  close(): Promise<void>
}

/** How often a process looks for work that others left, and how long it lets a burst gather. */
const lookEveryMs = 250
const gatherMs = 10
/** After so long other workspaces have their turn, should they have work. */
const turnMs = 20_000
/** What has to be done from time to time, by any process and at the cost of nothing when it was done already. */
const choresEveryMs = 60 * 60 * 1000

/**
 * Starts background work beside the server. Work is written to a workspace's outbox together with the record it is about;
 * each queue of a workspace is done by one process at a time, which claims what is due.
 */
export function startWorker(system: System, log: Log): Worker {
  const stopping = new AbortController()
  const around = { system, stopping: stopping.signal, log }
  const places = openWorkPlaces(system.db)
  const drains = new Map<string, { queue: QueueName; drain: Drain; done: Promise<void> }>()
  /** The queues in which workspaces wait for the turn of others to end. */
  let crowded = new Set<QueueName>()
  const told = (what: string) => (error: unknown) => log.error({ err: error }, what)

  const begin = async (queue: QueueName, workspace: number, kind: string) => {
    if (!(await places.take(queue, workspace))) return
    const until = Date.now() + turnMs
    const drain = new Drain(workspace, queue, around, () => crowded.has(queue) && Date.now() > until)
    drain.wake(kind)
    const name = nameOf(queue, workspace)
    const leave = async () => {
      await places.leave(queue, workspace).catch(told('leaving a queue'))
      drains.delete(name)
      // For others who wait, and for what became due since.
      clock.wake()
    }
    drains.set(name, { queue, drain, done: drain.run().catch(told('background work')).then(leave) })
  }
  const has = (queue: QueueName) =>
    drains
      .values()
      .filter((one) => one.queue === queue)
      .toArray().length

  const look = async () => {
    // What is at work ends; what fails for want of room would only be put off.
    if (!system.hasRoom()) return
    const waiting = new Set<QueueName>()
    await askForTriggers(system.db)
    for (const { workspace, kind } of await dueKinds(system.db)) {
      const queue = queueOf(kind)
      const running = drains.get(nameOf(queue, workspace))
      if (running) running.drain.wake(kind)
      else if (has(queue) < queues[queue].workspaces) await begin(queue, workspace, kind)
      else waiting.add(queue)
    }
    crowded = waiting
  }
  const clock = startClock(() => look().catch(told('looking for work')))
  const doChores = async () => {
    await purgeResponses(system.db).catch(told('removing old responses'))
    await removeOldRuns(system.db).catch(told('removing old runs of workflows'))
    await purgeClaims(system.db).catch(told('forgetting old keys of e-mails'))
    await purgeAttempts(system.db).catch(told('forgetting old failures to sign in'))
    await removeDeadUploads(system.db, system.blobs, system.now()).catch(told('removing dead uploads'))
  }
  let chores = doChores()
  const choresTimer = setInterval(() => {
    chores = doChores()
  }, choresEveryMs)

  return {
    wake: clock.wake,
    async close() {
      stopping.abort()
      clearInterval(choresTimer)
      await clock.stop()
      await Promise.all(Array.from(drains.values(), ({ done }) => done))
      await chores
      await places.close()
    },
  }
}

const nameOf = (queue: QueueName, workspace: DueKind['workspace']) => `${queue} ${workspace}`

/** Calls `look` again and again, and soon after being woken. */
function startClock(look: () => Promise<void>) {
  let looking: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let isWoken = false
  let isStopped = false

  const plan = (ms: number) => {
    clearTimeout(timer)
    if (!isStopped) timer = setTimeout(begin, ms)
  }
  const begin = () => {
    isWoken = false
    looking = look().then(() => {
      looking = undefined
      plan(isWoken ? gatherMs : lookEveryMs)
    })
  }
  plan(0)
  return {
    wake() {
      // A look that is planned for soon is not put off.
      if (!isWoken && !looking) plan(gatherMs)
      isWoken = true
    },
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await looking
    },
  }
}
