/** How the checks of one language are run and counted. */
import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** One line of a language's test program: a finished check, or text that belongs to whatever runs at the time. */
export type Line = { result: 'ok' | 'FAIL' | 'skip'; name: string } | { text: string }

export interface Language {
  name: string
  /** What has to be installed first, a sentence each; nothing when all is there. */
  missing(): string[]
  /** Fetches the official client; throws with a sentence that says why when it cannot be had. */
  prepare(): void
  command(): { file: string; args: string[]; cwd: string }
  parse(line: string): Line | undefined
}

export type Outcome = { names: string[]; passed: number; failed: number; skipped: number }

/** Runs one language's checks, printing each as it ends. Whatever keeps them from running counts as one failure. */
export async function run(language: Language, environment: Record<string, string>): Promise<Outcome> {
  const outcome: Outcome = { names: [], passed: 0, failed: 0, skipped: 0 }
  const fail = (problem: string) => {
    outcome.failed += 1
    console.log(`FAIL ${language.name}: ${problem}`)
  }
  try {
    language.prepare()
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error))
    return outcome
  }
  const { file, args, cwd } = language.command()
  const child = spawn(file, args, { cwd, env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
  const [code] = await Promise.all([exit(child), count(child.stdout, language, outcome), echo(child.stderr)])
  if (outcome.names.length === 0) fail('no check ran')
  else if (code !== 0 && outcome.failed === 0) fail(`the checks ended with ${code}`)
  return outcome
}

/** Runs a command to its end; throws with its last words when it fails. */
export function execute(file: string, args: string[], cwd: string): void {
  const { status, stdout, stderr, error } = spawnSync(file, args, { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${[file, ...args].join(' ')}:\n${error?.message ?? (stderr || stdout).trim()}`)
}

async function count(stdout: Readable, language: Language, outcome: Outcome): Promise<void> {
  const text: string[] = []
  for await (const raw of createInterface({ input: stdout })) {
    const line = language.parse(raw)
    if (line === undefined) continue
    if ('text' in line) {
      text.push(line.text)
      continue
    }
    const name = line.name.replace('/', ': ').replaceAll('_', ' ')
    outcome.names.push(name)
    outcome[line.result === 'ok' ? 'passed' : line.result === 'FAIL' ? 'failed' : 'skipped'] += 1
    console.log(`${line.result} ${language.name}: ${name}`)
    if (line.result === 'FAIL') for (const words of text) console.log(`     ${words}`)
    text.length = 0
  }
}

async function echo(stderr: Readable): Promise<void> {
  for await (const line of createInterface({ input: stderr })) console.error(line)
}

function exit(child: ChildProcessByStdio<null, Readable, Readable>): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
}
