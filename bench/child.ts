import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A process of our own that does one job after the other. */
export type Child<Job, Result> = {
  /** Does one job. Rejects with what went wrong when the job fails or the process ends. */
  run(job: Job): Promise<Result>
  close(): Promise<void>
}

type Answer<Result> = { result: Result } | { problem: string }

/** Starts a file, which calls `doJobs`, as a process. `environment` is added to ours. */
export function startChild<Job extends object, Result>(
  file: URL,
  args: readonly string[] = [],
  environment: Record<string, string> = {},
): Child<Job, Result> {
  const env = { ...process.env, ...environment }
  const child = fork(fileURLToPath(file), args, { env, serialization: 'advanced' })
  const ended = once(child, 'exit')
  const failed = ended.then(([code]): [Answer<Result>] => [{ problem: `ended with ${code}` }])
  return {
    async run(job) {
      child.send(job)
      const [answer] = (await Promise.race([once(child, 'message'), failed])) as [Answer<Result>]
      if ('problem' in answer) throw new Error(`${file.pathname}: ${answer.problem}`)
      return answer.result
    },
    async close() {
      if (child.connected) child.disconnect()
      await ended
    },
  }
}

/** Does the jobs that the parent sends until it disconnects; `end` runs then. */
export function doJobs<Job, Result>(doJob: (job: Job) => Promise<Result>, end: () => Promise<void> = async () => {}) {
  process.on('message', async (job: Job) => {
    const answer: Answer<Result> = await doJob(job).then(
      (result) => ({ result }),
      (error) => ({ problem: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    )
    process.send?.(answer)
  })
  process.once('disconnect', end)
}
