/**
 * Drives a server with the official Lightfield clients: `node clients/run.ts [--only go|python] [--url U --key K]`.
 * Without `--url` it starts servers of its own. Prints a line per check; exits with 1 when one failed or could not run.
 */
import { parseArgs } from 'node:util'
import { type Outcome, run } from './check.ts'
import { go } from './go.ts'
import { startMailServer } from './mail.ts'
import { python } from './python.ts'
import { type Server, startServer } from './server.ts'

const { values: options } = parseArgs({
  options: { only: { type: 'string' }, url: { type: 'string' }, key: { type: 'string' } },
})
const languages = [go, python].filter(({ name }) => options.only === undefined || options.only === name)

const problems = [...optionProblems(), ...languages.flatMap((language) => language.missing())]
if (problems.length > 0) {
  for (const problem of problems) console.error(problem)
  process.exit(1)
}

const started: Server[] = []
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => stopAll().finally(() => process.exit(1)))
}
try {
  const environment = await servers()
  const outcomes: Outcome[] = []
  for (const language of languages) outcomes.push(await run(language, environment))
  process.exitCode = summarise(outcomes)
  if (outcomes.some(({ names, failed }) => names.length > 0 && failed > 0)) explain()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  await stopAll()
}

function optionProblems(): string[] {
  return [
    ...(languages.length === 0 ? [`--only ${options.only}: there is only go and python`] : []),
    ...((options.url === undefined) !== (options.key === undefined) ? ['--url and --key belong together'] : []),
  ]
}

/** The environment of the checks: where the servers are, and their keys. */
async function servers(): Promise<Record<string, string>> {
  if (options.url !== undefined && options.key !== undefined) {
    const health = await fetch(new URL('/health', options.url)).catch(() => undefined)
    if (!health?.ok) throw new Error(`No server answers at ${options.url}`)
    return { OPENFIELD_URL: options.url, OPENFIELD_KEY: options.key }
  }
  const unlimited = await startServer({ rateLimit: 0 })
  started.push(unlimited)
  const limited = await startServer({ rateLimit: 5 })
  started.push(limited)
  return {
    OPENFIELD_URL: unlimited.url,
    OPENFIELD_KEY: unlimited.key,
    OPENFIELD_LIMITED_URL: limited.url,
    OPENFIELD_LIMITED_KEY: limited.key,
    OPENFIELD_MAIL_PORT: await startMailServer(),
  }
}

/** Shows what the servers logged, for checks that failed. */
function explain(): void {
  for (const { url, output } of started) console.error(`\nThe server at ${url} said:\n${output()}`)
}

async function stopAll(): Promise<void> {
  await Promise.all(started.splice(0).map(({ stop }) => stop()))
}

/** Prints the totals and returns the exit code. The languages have to have run the same checks in the same order. */
function summarise(outcomes: Outcome[]): number {
  const ran = outcomes.filter(({ names }) => names.length > 0)
  const same = new Set(ran.map(({ names }) => names.join('\n'))).size < 2
  if (!same) console.log('FAIL the languages have different checks')
  const sum = (key: 'passed' | 'failed' | 'skipped') => outcomes.reduce((total, outcome) => total + outcome[key], 0)
  const failed = sum('failed') + (same ? 0 : 1)
  const skipped = sum('skipped')
  console.log(`${sum('passed')} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  return failed === 0 ? 0 : 1
}
