import cluster, { type Worker as Process } from 'node:cluster'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'

/** What the one that started them tells a process: to stop, or to leave what is to come to the others, and stop. */
export type Order = 'stop' | 'leave'
export const isOrder = (said: unknown): said is Order => said === 'stop' || said === 'leave'

/** Processes of this program that serve one port together. */
export type Fleet<Serving> = {
  /** What the first of them said when it served. */
  serving: Serving
  /** Replaces them one after the other: each goes when another one serves in its place. */
  restart(): Promise<void>
  stop(): Promise<void>
}

type Member<Serving> = {
  process: Process
  begunAt: number
  /** What it says when it serves; rejects when it ends before. */
  serving: Promise<Serving>
  /** How it ended, for the log. */
  ended: Promise<string>
  isDismissed: boolean
}

/** Thrown when the first process does not come to serve; it has said why. */
export class NotServing extends Error {}

/** The first pause before a process is started again, doubled each time it does not last, up to the longest. */
const pauseMs = 100
const pauseMaxMs = 30_000
/** Who lasts so long has started well. */
const steadyMs = 10_000

/** Starts processes of this program, and each of them again when it ends by itself. */
export async function startFleet<Serving>(size: number, log: (line: string) => void): Promise<Fleet<Serving>> {
  const stopping = new AbortController()
  const running = new Set<Member<Serving>>()

  const launch = (): Member<Serving> => {
    const process = cluster.fork()
    const ended = once(process, 'exit').then(([code, signal]) => (signal === null ? `code ${code}` : `${signal}`))
    const serving = Promise.race([
      once(process, 'message').then(([said]) => said as Serving),
      ended.then(() => Promise.reject(new NotServing())),
    ])
    serving.catch(() => {})
    const member = { process, begunAt: Date.now(), serving, ended, isDismissed: false }
    running.add(member)
    void ended.then(() => running.delete(member))
    return member
  }

  /** Starts another one in the place of one that ends without having been told to. */
  const keep = async (member: Member<Serving>, failures = 0): Promise<void> => {
    const how = await member.ended
    if (member.isDismissed || stopping.signal.aborted) return
    const again = Date.now() - member.begunAt > steadyMs ? 0 : failures
    const pause = Math.min(pauseMs * 2 ** again, pauseMaxMs)
    log(`Process ${member.process.process.pid} ended (${how}); another one is started in ${pause / 1000} s`)
    await wait(pause, undefined, { signal: stopping.signal }).catch(() => {})
    if (!stopping.signal.aborted) void keep(launch(), again + 1)
  }

  const dismiss = async (member: Member<Serving>, order: Order) => {
    member.isDismissed = true
    if (member.process.isConnected()) member.process.send(order)
    await member.ended
  }

  const replace = async (old: Member<Serving>) => {
    const next = launch()
    await next.serving
    void keep(next)
    await dismiss(old, 'leave')
  }

  const restart = async () => {
    log('Restarting all processes, one after the other')
    try {
      for (const old of [...running]) if (!stopping.signal.aborted) await replace(old)
      log('All processes have been restarted')
    } catch {
      if (!stopping.signal.aborted) log('A new process does not serve: those that have not been restarted go on')
    }
  }

  const first = launch()
  const serving = await first.serving
  const all = [first, ...Array.from({ length: size - 1 }, launch)]
  for (const member of all) void keep(member)
  await Promise.allSettled(all.map((member) => member.serving))

  let turn = Promise.resolve()
  return {
    serving,
    restart: () => {
      turn = turn.then(restart)
      return turn
    },
    async stop() {
      stopping.abort()
      await Promise.all(Array.from(running, (member) => dismiss(member, 'stop')))
    },
  }
}
