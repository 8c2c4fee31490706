import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { makeReady, NotReady, root } from './ready.mjs'

/** Runs `openfield` with its arguments, on the settings of the environment and, where that has none, of `.env`. */
export async function openfield(args) {
  const settings = join(root, '.env')
  if (existsSync(settings)) process.loadEnvFile(settings)
  await command({ file: 'dist/openfield.mjs', args, built: true })
}

/**
 * Runs a file of this clone with its arguments, after installing what is missing and, where `built` says that the
 * command needs it, building. Progress goes to standard error. The exit code is that of the file.
 * @param {{ file: string, args: string[], built?: boolean }} what
 */
export async function command({ file, args, built = false }) {
  try {
    const node = await makeReady({ built })
    process.env.PATH = [join(root, 'node_modules', '.bin'), dirname(node), process.env.PATH].join(delimiter)
    if (node === process.execPath) await runHere(join(root, file), args)
    else process.exitCode = await runWith(node, join(root, file), args)
  } catch (error) {
    if (!(error instanceof NotReady)) throw error
    console.error(`\n${error.message}\n`)
    process.exitCode = 1
  }
}

/** In this process when it is the right Node already, as it is behind npm: one process less to start and to signal. */
async function runHere(file, args) {
  process.argv = [process.execPath, file, ...args]
  await import(pathToFileURL(file).href)
}

async function runWith(node, file, args) {
  const child = spawn(node, [file, ...args], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  const [code, signal] = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (...end) => resolve(end))
  })
  return code ?? exitCodes[signal] ?? 1
}

/** As a shell tells that a command was ended by a signal. */
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGKILL: 137, SIGTERM: 143 }
