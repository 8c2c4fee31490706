import { performance } from 'node:perf_hooks'
import { busySeconds } from './processes.ts'

/**
 * What some work took: `cpuSeconds` of the process that did it, `busySeconds` of all processors on anything meanwhile;
 * `latencies` are in ms, one for each item.
 */
export type Run = { seconds: number; cpuSeconds: number; busySeconds: number; latencies: number[] }

/** Does a step for every item. Each lane takes the next item when it is done with the one before. */
export async function timed<Item, Lane>(
  items: readonly Item[],
  lanes: readonly Lane[],
  step: (lane: Lane, item: Item) => Promise<void>,
): Promise<Run> {
  const latencies: number[] = []
  const queue = items.values()
  const work = async (lane: Lane) => {
    for (const item of queue) {
      const begin = performance.now()
      await step(lane, item)
      latencies.push(performance.now() - begin)
    }
  }
  const [cpuBefore, busyBefore] = [process.cpuUsage(), busySeconds()]
  const begin = performance.now()
  await Promise.all(lanes.map(work))
  const seconds = (performance.now() - begin) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  return { seconds, cpuSeconds: (user + system) / 1e6, busySeconds: busySeconds() - busyBefore, latencies }
}
