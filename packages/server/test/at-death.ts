import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Has a shell run a command once what this returns is called, or once this process is gone, however it ended. */
export function atDeath(command: string): () => Promise<void> {
  // What it reads ends with the process that holds the other end.
  const watcher = spawn('sh', ['-c', `read _; ${command}`], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  const ended = once(watcher, 'exit')
  return async () => {
    watcher.stdin?.end()
    await ended
  }
}
