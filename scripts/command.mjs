import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runChild } from './child.mjs'
import { NotReady, root } from './clone.mjs'
import { makeReady } from './ready.mjs'

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
    else process.exitCode = await runChild(node, [join(root, file), ...args], { stdio: 'inherit' })
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
