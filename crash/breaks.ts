/** The ways in which things are broken. Each ends with nothing left broken that nobody but this program would mend. */
import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { type Database, type DatabaseKind, look } from './database.ts'
import type { Random } from './random.ts'
import type { World } from './world.ts'

export type Break = {
  name: string
  weight: number
  /** Where this can be done; all: in every world. */
  in?: (world: World) => boolean
  /** It takes the server half a minute to find out. */
  slow?: true
  act(world: World, random: Random): Promise<void>
}

const isOn = (kind: DatabaseKind) => (world: World) => world.database.kind === kind

export const breaks: readonly Break[] = [
  {
    name: 'server killed',
    weight: 4,
    async act({ server }, random) {
      await server.kill()
      await pause(random, 500)
      await server.start()
    },
  },
  {
    name: 'server stopped (SIGTERM)',
    weight: 2,
    async act({ server }, random) {
      await server.stop()
      await pause(random, 300)
      await server.start()
    },
  },
  {
    name: 'postmaster killed',
    weight: 3,
    async act({ database }, random) {
      await end(database, 'SIGKILL')
      await pause(random, 1500)
      await database.revive()
    },
  },
  {
    name: 'a session of the database killed',
    weight: 2,
    async act({ database }, random) {
      const sessions = sessionsOf(database)
      const pid = random.pick(sessions)
      if (pid !== undefined) process.kill(pid, 'SIGKILL')
    },
  },
  {
    name: 'server and postmaster killed together',
    weight: 2,
    async act({ server, database }, random) {
      await Promise.all([end(database, 'SIGKILL'), server.kill()])
      await pause(random, 500)
      await database.revive()
      await server.start()
    },
  },
  {
    name: 'database restarted (immediate)',
    weight: 1.5,
    async act({ database }, random) {
      await end(database, 'SIGQUIT')
      await pause(random, 1000)
      await database.revive()
    },
  },
  {
    name: 'database restarted (fast)',
    weight: 1.5,
    async act({ database }, random) {
      await end(database, 'SIGINT')
      await pause(random, 1000)
      await database.revive()
    },
  },
  {
    name: 'sessions terminated',
    weight: 1.5,
    act: ({ database }) =>
      look(database, async (client) => {
        await client.query(
          'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and client_port is not null',
        )
      }).catch(() => {
        // It may be away already.
      }),
  },
  {
    name: 'connections cut',
    weight: 2,
    in: isOn('external'),
    async act({ database }, random) {
      database.network?.cut()
      await pause(random, 1500)
      database.network?.restore()
    },
  },
  {
    name: 'connections silent (half open)',
    weight: 0.4,
    slow: true,
    in: isOn('external'),
    async act({ database }, random) {
      database.network?.silence()
      await pause(random, 2000)
      database.network?.restore()
    },
  },
  {
    name: 'disk full',
    weight: 2,
    in: ({ disk }) => disk.small,
    async act({ disk, database }, random) {
      disk.fill()
      await wait(random.between(500, 3000))
      disk.empty()
      await database.revive()
    },
  },
]

const pause = (random: Random, most: number) => wait(random.chance(0.4) ? 0 : random.between(0, most))

/** Ends the process of the database, and waits until it has: nobody could tell before whether it has to be started again. */
async function end(database: Database, signal: NodeJS.Signals) {
  const pid = database.postmaster()
  if (pid === undefined) return
  process.kill(pid, signal)
  while (database.postmaster() === pid) await wait(2)
}

/** The processes that serve clients of a database. */
function sessionsOf(database: Database): number[] {
  const postmaster = database.postmaster()
  if (postmaster === undefined) return []
  try {
    const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8').trim().split(' ')
    return children.filter((pid) => /^postgres: .*openfield.* (idle|[A-Z]+)/.test(titleOf(pid))).map(Number)
  } catch {
    return []
  }
}

const titleOf = (pid: string) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
