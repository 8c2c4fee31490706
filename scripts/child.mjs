import { spawn } from 'node:child_process'

/**
 * Runs a program to its end, passing on the signals that reach us meanwhile. Returns its exit code, or for one that was
 * ended by a signal what a shell would say. `started` is told of the running program.
 * @param {string} program
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions & { started?: (child: import('node:child_process').ChildProcess) => void }} options
 * @returns {Promise<number>}
 */
export async function runChild(program, args, { started, ...options }) {
  const child = spawn(program, args, options)
  const forward = (signal) => child.kill(signal)
  for (const signal of signals) process.on(signal, forward)
  try {
    started?.(child)
    const [code, signal] = await new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (...end) => resolve(end))
    })
    return code ?? exitCodes[signal] ?? 1
  } finally {
    for (const signal of signals) process.removeListener(signal, forward)
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGKILL: 137, SIGTERM: 143 }
