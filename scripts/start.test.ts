import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, expect, it } from 'vitest'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'openfield-start-'))
const started: ChildProcess[] = []

afterAll(async () => {
  for (const child of started.filter(isRunning)) await stop(child)
  rmSync(folder, { recursive: true, force: true })
})

it('npm start serves; the curl that it prints creates an opportunity; SIGTERM ends it with 0; then it starts again', async () => {
  const first = await start()
  const [curl = ''] = /^curl[\s\S]*?\}'$/m.exec(first.said) ?? []
  const { stdout } = await run('sh', ['-c', curl])
  expect(JSON.parse(stdout)).toMatchObject({ fields: { $name: { value: 'First deal' } } })
  expect(await stop(first.child)).toBe(0)

  const second = await start()
  expect(second.said).toContain('npx openfield keys create')
  expect(second.said).not.toContain('sk_of_')
  const [url = '', key = ''] = [second.url, /sk_of_[\w-]+/.exec(first.said)?.[0]]
  const headers = { authorization: `Bearer ${key}`, 'lightfield-version': '2026-03-01' }
  expect(await (await fetch(`${url}/v1/opportunities`, { headers })).json()).toMatchObject({ totalCount: 1 })
  // The bundle has what is loaded only where it is asked for.
  const [, metrics = ''] = /^Metrics: (\S+)$/m.exec(second.said) ?? []
  expect(await (await fetch(metrics)).text()).toMatch(
    /^openfield_http_requests_total\{operation="opportunity.list",status="200"\} 1$/m,
  )
  expect(await stop(second.child)).toBe(0)
}, 60_000)

it('npx openfield prints exactly one JSON value with --json', async () => {
  const { stdout } = await run('npx', ['openfield', 'config', '--json'], { cwd: root, env: environment() })
  expect(JSON.parse(stdout)).toContainEqual(expect.objectContaining({ name: 'PORT', default: '3000' }))
})

async function start() {
  const child = spawn('npm', ['start'], { cwd: root, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk))
  // The address comes first, what else there is to say in the same piece of text.
  while (isRunning(child) && !/^Openfield serves .*\n[\s\S]*\n$/m.test(said)) {
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
  }
  const url = /^Openfield serves (.*)$/m.exec(said)?.[1]
  if (url === undefined) throw new Error(`npm start did not serve:\n${said}`)
  return { child, said, url }
}

const isRunning = (child: ChildProcess) => child.exitCode === null && child.signalCode === null

/** Only npm is told, as a process manager would; the server behind it has to hear of it. */
async function stop(child: ChildProcess): Promise<number | null> {
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const [code] = await ended
  return code
}

function environment(): NodeJS.ProcessEnv {
  const ours = (name: string) => name.startsWith('OPENFIELD_') || ['DATABASE_URL', 'HOST'].includes(name)
  const inherited = Object.entries(process.env).filter(([name]) => !ours(name))
  return { ...Object.fromEntries(inherited), ...{ PORT: '0', OPENFIELD_DATA_DIR: folder, OPENFIELD_METRICS_PORT: '0' } }
}
