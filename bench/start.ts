import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Effort } from './effort.ts'
import { median } from './median.ts'
import { residentMegabytes } from './processes.ts'
import type { Figure, Section } from './report.ts'
import { serveCommand, startServer } from './server.ts'

/** From the start of the process to the first answer of /health; and what an idle server holds in memory. */
export async function measureStarts({ starts }: Effort): Promise<Section> {
  return {
    title: 'Start',
    figures: [
      ...(await startFigures('npm start', ['npm', 'start'], starts)),
      ...(await startFigures('without npm', serveCommand, starts)),
      { name: 'server process, memory when idle for 10 s', value: await idleMegabytes(), unit: 'MB', most: 120 },
    ],
  }
}

async function startFigures(name: string, command: readonly string[], starts: number): Promise<Figure[]> {
  const first: number[] = []
  const later: number[] = []
  for (let start = 0; start < starts; start += 1) {
    await inNewFolder(async (dataDir) => {
      first.push(await readySeconds(dataDir, command))
      later.push(await readySeconds(dataDir, command))
    })
  }
  return [
    { name: `${name}: ready, first start`, value: median(first), unit: 's', most: 2 },
    { name: `${name}: ready, later start`, value: median(later), unit: 's', most: 0.8 },
  ]
}

async function readySeconds(dataDir: string, command: readonly string[]): Promise<number> {
  const server = await startServer({ dataDir, command, worker: 'on' })
  await server.stop()
  return server.readySeconds
}

/** Of the server process alone, with background work on. */
const idleMegabytes = () =>
  inNewFolder(async (dataDir) => {
    const server = await startServer({ dataDir, worker: 'on' })
    await wait(10_000)
    const megabytes = residentMegabytes(server.pid)
    await server.stop()
    return megabytes
  })

async function inNewFolder<T>(use: (dataDir: string) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'openfield-bench-'))
  try {
    return await use(dataDir)
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}
