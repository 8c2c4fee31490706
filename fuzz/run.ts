/**
 * Sends a server what schemathesis makes of OpenAPI documents, ours and the official one, and holds each answer against the
 * document: `node fuzz/run.ts [--long] [--examples N] [--seed N] [--only ours|official]`. Each operation gets so many requests
 * of random data; with `--long` also those for every documented value and its limits. Exits with 1 when anything was found.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { execute } from '../clients/check.ts'
import { type Server, startServer } from '../clients/server.ts'
import { documents } from './documents.ts'

const { values: options } = parseArgs({
  options: {
    long: { type: 'boolean', default: false },
    examples: { type: 'string' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
})

const folder = fileURLToPath(new URL('.', import.meta.url))
const venv = join(folder, '.venv')

if (spawnSync('python3', ['-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))']).status !== 0) {
  console.error('Fuzzing takes Python 3.11 or newer with its module venv: the command `python3` has to be in PATH.')
  process.exit(1)
}

const scratch = mkdtempSync(join(tmpdir(), 'openfield-fuzz-'))
let server: Server | undefined
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end().finally(() => process.exit(1)))
try {
  prepare()
  server = await startServer({ rateLimit: 0 })
  const results: Result[] = []
  for (const document of await documents(server)) {
    if (options.only !== undefined && options.only !== document.name) continue
    results.push(await fuzz(server, document))
  }
  const failed = results.reduce((sum, { failures }) => sum + failures, 0)
  for (const { name, requests, failures } of results) console.log(`${name}: ${requests} requests, ${failures} findings`)
  console.log(`${results.filter(({ failures }) => failures === 0).length} passed, ${failed} failed`)
  if (failed > 0) console.error(server.output())
  process.exitCode = failed > 0 || results.length === 0 ? 1 : 0
} finally {
  await end()
}

async function end() {
  await server?.stop()
  rmSync(scratch, { recursive: true, force: true })
}

/** Installs schemathesis in a folder beside this file, unless it is there as it is pinned. */
function prepare() {
  const requirements = createHash('sha256')
    .update(readFileSync(join(folder, 'requirements.txt')))
    .digest('hex')
  const stamp = join(venv, 'requirements.sha256')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === requirements) return
  execute('python3', ['-m', 'venv', '--clear', venv], folder)
  execute(join(venv, 'bin', 'python'), ['-m', 'pip', 'install', '--require-hashes', '-r', 'requirements.txt'], folder)
  writeFileSync(stamp, requirements)
}

type Result = { name: string; requests: number; failures: number }

async function fuzz(
  { url, key }: Server,
  { name, document, phases, excluded }: Awaited<ReturnType<typeof documents>>[number],
): Promise<Result> {
  console.log(`\n— ${name}`)
  const file = join(scratch, `${name}.json`)
  writeFileSync(file, JSON.stringify(document))
  const { code, output } = await run([
    ...[
      'run',
      file,
      '--url',
      url,
      '--phases',
      options.long ? phases : 'fuzzing',
      '--continue-on-failure',
      '--no-color',
    ],
    ...['-H', `Authorization: Bearer ${key}`, '-H', 'Lightfield-Version: 2026-03-01'],
    ...['--checks', 'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance'],
    ...[
      '--max-examples',
      options.examples ?? (options.long ? '60' : '3'),
      '--seed',
      options.seed,
      '--no-shrink',
      '--generation-database',
      'none',
    ],
    ...['--suppress-health-check', 'all', '--warnings', 'off', '--request-timeout', '20'],
    ...excluded.flatMap((id) => ['--exclude-operation-id', id]),
  ])
  const [, requests = '0'] = /(\d+) generated/.exec(output) ?? []
  const [, found] = /(\d+) unique failures/.exec(output) ?? []
  // However it ends badly, something is wrong.
  const failures = Number(found ?? 0) || (code === 0 && requests !== '0' ? 0 : 1)
  return { name, requests: Number(requests), failures }
}

/** Runs schemathesis; what it says is shown, and returned. */
function run(args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(join(venv, 'bin', 'schemathesis'), args, { cwd: scratch, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    process.stdout.write(text)
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  })
}
