import { statfs } from 'node:fs/promises'
import type { Config } from '../config.ts'
import { examine, type Report } from '../domain/doctor/examine.ts'
import { type Finding, Findings } from '../domain/doctor/findings.ts'
import { knownWork } from '../jobs/drain.ts'
import type { Database } from '../storage/database.ts'
import { aboutDatabase } from '../storage/doctor/catalog.ts'
import { presentKey } from '../storage/encryption-key.ts'
import { schemaState } from '../storage/migrate.ts'
import { withSystem } from './system.ts'

type Options = { json?: boolean; repair?: boolean }

/**
 * `openfield doctor`: says whether all that follows from records agrees with them, and whether the surroundings are sound.
 * Ends with 0 when all is well, 1 when something was found (and not repaired), 2 when it could not look.
 */
export async function doctor(config: Config, { json = false, repair = false }: Options) {
  const started = Date.now()
  const report = await withSystem(
    config,
    async (system) => {
      const surroundings = await examineSurroundings(system.db, config)
      const { pending } = await schemaState(system.db)
      if (pending.length > 0) {
        throw new NotExamined(
          `The database lacks ${pending.length} of this version's migrations (${pending.join(', ')}). Start the server once, which applies them; then ask again.`,
        )
      }
      const { findings, ...counts } = await examine(system, {
        repair,
        kinds: knownWork(),
        key: await presentKey(config.OPENFIELD_ENCRYPTION_KEY, config.OPENFIELD_DATA_DIR),
      })
      return { findings: [...surroundings, ...findings], ...counts }
    },
    { migrate: false },
  )
  const seconds = (Date.now() - started) / 1000
  const left = report.findings.filter(({ count, repaired }) => repaired < count)
  if (json) console.log(JSON.stringify({ healthy: left.length === 0, ...report, seconds }))
  else console.log(told(report, seconds).join('\n'))
  process.exitCode = left.length > 0 ? 1 : 0
}

/** The examination was not possible; the message says what to do. */
export class NotExamined extends Error {}

const diskFreeMin = 1024 ** 3
const skewMaxMs = 5_000

async function examineSurroundings(db: Database, { OPENFIELD_DATA_DIR }: Config): Promise<Finding[]> {
  const findings = new Findings()
  const { unsafe, invalid, missing, skew } = await aboutDatabase(db)
  for (const name of unsafe) {
    findings.add(null, `PostgreSQL runs with ${name} = off: a crash of the machine can destroy the database`)
  }
  for (const name of invalid) findings.add(null, `The index ${name} is not valid: run REINDEX INDEX ${name}`)
  for (const name of missing) findings.add(null, `The extension ${name} is missing: run CREATE EXTENSION ${name}`)
  if (skew > skewMaxMs) {
    findings.add(null, `The clock of the database is ${Math.round(skew / 1000)} s from this machine's: set both by NTP`)
  }
  for (const name of (await schemaState(db)).changed) {
    findings.add(null, `The migration ${name} was another one when it was applied: these sources were changed`)
  }
  const disk = await statfs(OPENFIELD_DATA_DIR).catch(() => undefined)
  const free = disk ? disk.bavail * disk.bsize : Number.POSITIVE_INFINITY
  if (free < diskFreeMin) {
    findings.add(null, `Only ${Math.round(free / 1024 ** 2)} MiB are free where ${OPENFIELD_DATA_DIR} is: make room`)
  }
  return findings.all
}

function told({ findings, workspaces, records, entries, files }: Report, seconds: number): string[] {
  const number = new Intl.NumberFormat('en')
  const looked = `Looked at ${number.format(records)} records, ${number.format(entries)} index rows and ${number.format(files)} files of ${number.format(workspaces)} workspace(s) in ${seconds.toFixed(1)} s.`
  if (findings.length === 0) return [looked, 'All is well.']
  return [looked, '', ...findings.flatMap(sentences), '', advice(findings)]
}

function sentences({ workspace, what, count, ids, repairable, repaired }: Finding): string[] {
  const state =
    repaired >= count ? 'repaired' : repaired > 0 ? `${repaired} repaired` : repairable ? '--repair mends it' : ''
  const where = workspace === null ? '' : `${workspace}: `
  const often = ids.length > 0 || count > 1 ? `: ${count}` : ''
  const more = count > ids.length ? ', …' : ''
  return [
    `${where}${what}${often}${state && ` (${state})`}`,
    ...(ids.length > 0 ? [`    ${ids.join(', ')}${more}`] : []),
  ]
}

function advice(findings: readonly Finding[]): string {
  const left = findings.filter(({ count, repaired }) => repaired < count)
  if (left.length === 0) return 'All of it is repaired.'
  if (left.some(({ repairable, repaired }) => repairable && repaired === 0)) {
    return 'openfield doctor --repair mends what follows from records; records themselves it never changes.'
  }
  return 'The rest needs a person: see docs/operations.md.'
}
