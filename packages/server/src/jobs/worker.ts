import { setTimeout as sleep } from 'node:timers/promises'
import { PgBoss } from 'pg-boss'
import type { System } from '../domain/context.ts'
import type { Database } from '../storage/database.ts'
import { purgeResponses } from '../storage/idempotency.ts'
import { drain, type Log, type Surroundings, workspacesWith } from './drain.ts'
import { removeDeadUploads } from './remove-uploads.ts'

/** Background work of this process. */
export type Worker = {
  /** There is new work: look soon, rather than at the next look that is due anyway. */
  wake(): void
  /** Finishes the piece of work in hand. */
  close(): Promise<void>
}

/** How often a process looks for work that others left, and how long it lets a burst gather. */
const lookEveryMs = 1000
const gatherMs = 50

/**
 * Starts the job queue beside the server. Work is written to a workspace's outbox together with the record it is about;
 * here every workspace with work due gets one job in the queue, and whichever process takes the job does the work.
 */
export function startWorker(system: System, log: Log): Worker {
  const { db } = system
  const boss = new PgBoss({ db: { executeSql: (text, values) => db.query(text, values) }, schema: 'openfield_jobs' })
  boss.on('error', (error) => log.error({ err: error }, 'job queue'))
  const stopping = new AbortController()
  let looking: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined

  const look = () => {
    timer = undefined
    looking = enqueueWork(boss, db)
      .catch((error) => log.error({ err: error }, 'looking for work'))
      .then(() => plan(lookEveryMs))
  }
  const plan = (ms: number) => {
    if (!stopping.signal.aborted) timer = setTimeout(look, ms)
  }
  const started = start(boss, { system, stopping: stopping.signal, log }).then(() => plan(0))

  return {
    wake() {
      if (!timer) return
      clearTimeout(timer)
      plan(gatherMs)
    },
    async close() {
      stopping.abort()
      clearTimeout(timer)
      await started
      await looking
      await boss.stop({ timeout: 10_000 })
    },
  }
}

/** The queues of outboxes, and whether it is their long work that is done there. */
const drainQueues = [
  ['drain', false],
  ['drain-long', true],
] as const
const purgeQueue = 'purge'
const uploadsQueue = 'remove-uploads'

async function start(boss: PgBoss, around: Surroundings) {
  const { system, stopping, log } = around
  const { db, blobs } = system
  while (!stopping.aborted && !(await prepare(boss, log))) {
    // The database may be starting anew; nothing is lost, since work waits in the outbox.
    await sleep(lookEveryMs, undefined, { signal: stopping }).catch(() => {})
  }
  if (stopping.aborted) return
  await boss.work(purgeQueue, { pollingIntervalSeconds: 30 }, async () => {
    await purgeResponses(db)
  })
  await boss.work(uploadsQueue, { pollingIntervalSeconds: 30 }, async () => {
    await removeDeadUploads(db, blobs, new Date())
  })
  for (const [queue, long] of drainQueues) {
    await boss.work<{ workspace: number }>(queue, { pollingIntervalSeconds: 0.5 }, async ([job]) => {
      if (job) await drain(job.data.workspace, long, around)
    })
  }
}

/** Makes the queues and schedules there have to be, as far as they are missing. Returns whether they are all there. */
async function prepare(boss: PgBoss, log: Log): Promise<boolean> {
  try {
    await boss.start()
    // At most one waiting job for a workspace; one more may run, so that nothing waits for a process that was killed.
    for (const [queue] of drainQueues) {
      await boss.createQueue(queue, { policy: 'short', expireInSeconds: 300, retryLimit: 0, deleteAfterSeconds: 60 })
    }
    await boss.createQueue(purgeQueue, { deleteAfterSeconds: 3600 })
    await boss.schedule(purgeQueue, '17 * * * *')
    await boss.createQueue(uploadsQueue, { deleteAfterSeconds: 3600 })
    await boss.schedule(uploadsQueue, '47 * * * *')
    return true
  } catch (error) {
    log.error({ err: error }, 'starting the job queue')
    return false
  }
}

async function enqueueWork(boss: PgBoss, db: Database) {
  for (const [queue, long] of drainQueues) {
    const workspaces = await workspacesWith(db, long)
    if (workspaces.length === 0) continue
    await boss.insert(
      queue,
      workspaces.map((workspace) => ({ data: { workspace }, singletonKey: String(workspace) })),
    )
  }
}
