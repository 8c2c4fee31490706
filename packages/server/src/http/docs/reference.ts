import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

let loading: Promise<Buffer> | undefined

/** The program of the interactive reference, gzipped: 1.3 MB, read when someone first asks for it. */
export function referenceProgram(): Promise<Buffer> {
  loading ??= read().catch((error) => {
    loading = undefined
    throw error
  })
  return loading
}

async function read(): Promise<Buffer> {
  const program = fileURLToPath(new URL('./reference-program.ts', import.meta.url))
  const options = { encoding: 'buffer', maxBuffer: 16 * 1024 * 1024 } as const
  const { stdout } = await promisify(execFile)(process.execPath, [program], options)
  return stdout
}
