/** `npm run check`: everything about the sources that needs no test run. Ends with the line `N passed, N failed`. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What is known of files that have not changed since, so that checking again takes a quarter of the time. */
const typesSeen = 'node_modules/.cache/openfield/types.tsbuildinfo'
const incrementally = ['--incremental', '--tsBuildInfoFile', typesSeen]

/** Each prints what is wrong and says whether all is well. */
const checks: Record<string, () => boolean> = {
  'types (tsc)': () => succeeds('tsc', '-p', 'tsconfig.json', '--noEmit', ...incrementally),
  'lint and format (biome)': () => succeeds('biome', 'check', '--error-on-warnings'),
  'boundaries (scripts/boundaries.ts)': () => succeeds('node', 'scripts/boundaries.ts'),
  'nothing unused (knip)': () => succeeds('knip', '--no-progress', '--treat-config-hints-as-errors'),
  'lock file free of addresses': lockIsFreeOfAddresses,
}

const outcomes = Object.entries(checks).map(([name, check]) => {
  console.log(`\n— ${name}`)
  const started = Date.now()
  const ok = check()
  console.log(`${ok ? 'ok' : 'FAILED'} (${((Date.now() - started) / 1000).toFixed(1)} s)`)
  return ok
})
const failed = outcomes.filter((ok) => !ok).length
console.log(`\n${outcomes.length - failed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

function succeeds(program: string, ...args: string[]): boolean {
  const shell = process.platform === 'win32'
  return spawnSync(program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], shell }).status === 0
}

/** Every machine has its own place to fetch packages from; their hashes are what counts. */
function lockIsFreeOfAddresses(): boolean {
  const { packages } = JSON.parse(readFileSync(`${root}/package-lock.json`, 'utf8')) as {
    packages: Record<string, { resolved?: string }>
  }
  const addressed = Object.entries(packages).filter(([, { resolved }]) => resolved?.includes('://'))
  for (const [path] of addressed) console.log(`package-lock.json: ${path} has an address in "resolved"`)
  if (addressed.length > 0) console.log('npm leaves addresses out with: npm install --omit-lockfile-registry-resolved')
  return addressed.length === 0
}
