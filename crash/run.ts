/**
 * Breaks a server and its database while clients use them, again and again, and checks after each round that nothing was lost
 * and nothing was done by halves or twice: `npm run crash -- [--rounds N] [--seed N] [--from N] [--database embedded|external]
 * [--only WORDS] [--short]`, the last for CI. What a round does follows from the seed and its number: `--from N --rounds 1`
 * makes one again. Prints a line for every round and what was found; the last line is `N passed, N failed`.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Break, breaks } from './breaks.ts'
import { check, settle } from './checks.ts'
import { Client } from './client.ts'
import { type DatabaseKind, hasInstalled } from './database.ts'
import { randomOf } from './random.ts'
import { makeWorld, type World } from './world.ts'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '1' },
    database: { type: 'string' },
    only: { type: 'string' },
    short: { type: 'boolean', default: false },
  },
})
const rounds = Number(options.rounds ?? (options.short ? 4 : 50))
const first = Number(options.from)
const kinds = (['embedded', ...(hasInstalled ? (['external'] as const) : [])] as const).filter(
  (kind) => options.database === undefined || options.database === kind,
)
if (!hasInstalled)
  console.log('This machine has no PostgreSQL in /usr/lib/postgresql: only the embedded one is broken.')
/** A world grows, and takes longer to check. */
const roundsOfWorld = 20

const done = new Map<string, number>()
const statuses = new Map<number, number>()
const outcomes = { passed: 0, failed: 0 }
const worlds = new Map<DatabaseKind, { world: World; rounds: number }>()
let complain: (problem: string) => void = (problem) => console.error(problem)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => finish().finally(() => process.exit(1)))
}

try {
  for (let round = first; round < first + rounds; round += 1) await doRound(round)
} finally {
  await finish()
}

async function finish() {
  for (const { world } of worlds.values()) await world.close()
  console.log('')
  for (const [name, count] of [...done].toSorted(([, one], [, other]) => other - one)) console.log(`${count} × ${name}`)
  const answers = [...statuses].toSorted(([one], [other]) => one - other)
  console.log(`Answers: ${answers.map(([status, count]) => `${count} × ${status || 'none'}`).join(', ')}`)
  console.log(`${outcomes.passed} passed, ${outcomes.failed} failed`)
  process.exitCode = outcomes.failed > 0 || outcomes.passed === 0 ? 1 : 0
}

async function doRound(round: number) {
  const random = randomOf(Number(options.seed), round)
  const kind = kinds[round % kinds.length] ?? 'embedded'
  const problems = new Set<string>()
  complain = (problem) => {
    if (!problems.has(problem)) console.error(`  ${problem}`)
    problems.add(problem)
  }
  const world = await worldOf(kind)
  world.tag = `r${round}x`
  const began = Date.now()
  const surroundings = { url: world.server.url, complain: (problem: string) => complain(problem), shared: world.shared }
  const clients = Array.from(
    { length: 5 },
    (_, at) => new Client(`${world.tag}c${at}`, { ...surroundings, random: randomOf(Number(options.seed), round, at) }),
  )
  const stopping = new AbortController()
  const working = Promise.all(clients.map((client) => client.work(stopping.signal)))
  const broken: string[] = []
  for (let left = 2 + random.whole(options.short ? 2 : 5); left > 0; left -= 1) {
    await wait(random.between(100, 1500))
    const one = pickBreak(world, random)
    broken.push(one.name)
    done.set(one.name, (done.get(one.name) ?? 0) + 1)
    await one.act(world, random)
  }
  await wait(300)
  stopping.abort()
  await working
  const worked = Date.now()
  await settle(world, complain)
  await check(world, clients, complain)
  for (const client of clients) {
    for (const [status, count] of client.statuses) statuses.set(status, (statuses.get(status) ?? 0) + count)
  }
  const said = world.server.said()
  const isGood = problems.size === 0
  outcomes[isGood ? 'passed' : 'failed'] += 1
  if (!isGood) console.error(logOf(said, problems))
  const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1)
  const writes = clients.reduce((sum, { records }) => sum + records.length, 0)
  console.log(
    `${isGood ? 'ok' : 'FAILED'} round ${round} (seed ${options.seed}, ${kind}): ${broken.join(', ')}; ${writes} records; ` +
      `${seconds(began, worked)} s, checked in ${seconds(worked, Date.now())} s`,
  )
}

/** What the server has said of what was found, else the last of it. */
function logOf(said: string, problems: ReadonlySet<string>): string {
  const ids = [...problems].flatMap((problem) => problem.match(/req_[0-9a-f]{32}/g) ?? [])
  const lines = said.split('\n')
  const about = lines.filter((line) => ids.some((id) => line.includes(id)))
  return (about.length > 0 ? about : lines.slice(-40)).map((line) => `  | ${line.slice(0, 1500)}`).join('\n')
}

function pickBreak(world: World, random: ReturnType<typeof randomOf>): Break {
  const possible = breaks.filter(
    (one) => (one.in?.(world) ?? true) && !(options.short && one.slow) && one.name.includes(options.only ?? ''),
  )
  const one = random.weighted(possible)
  if (!one)
    throw new Error(
      `Nothing is called '${options.only}' here. There are: ${breaks.map(({ name }) => name).join(', ')}.`,
    )
  return one
}

async function worldOf(kind: DatabaseKind): Promise<World> {
  const known = worlds.get(kind)
  if (known && known.rounds < roundsOfWorld) {
    known.rounds += 1
    return known.world
  }
  if (known) {
    worlds.delete(kind)
    await known.world.close()
  }
  const world = await makeWorld(kind, (problem) => complain(problem))
  worlds.set(kind, { world, rounds: 1 })
  return world
}
