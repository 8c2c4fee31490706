import { ApiError } from '@openfield/schema'
import { APIError } from '@openfield/sdk'
import type { Config } from '../config.ts'
import { noteCommand } from '../domain/audit/note.ts'
import { type CopyReport, copyWorkspace, type TypeReport } from '../domain/lightfield/copy.ts'
import { Source } from '../domain/lightfield/source.ts'
import { workspaceId } from '../domain/workspaces/create.ts'
import { chooseWorkspace } from './choose-workspace.ts'
import { withSystem } from './system.ts'

type Options = { apiKey: string; baseUrl: string; workspace?: string; dryRun?: boolean; json?: boolean }

/**
 * `openfield import lightfield`: copies a whole workspace of Lightfield, by its public API, into one here. Ends with 1 when
 * something is missing.
 */
export async function importLightfield(config: Config, options: Options) {
  const { apiKey, baseUrl, dryRun = false, json = false } = options
  const started = Date.now()
  const source = new Source({ apiKey, baseURL: baseUrl })
  const { report, workspace } = await withSystem(config, async (system) => {
    const chosen = await chooseWorkspace(system.db, options.workspace)
    await source.client.auth.validate()
    const ctx = { ...system, workspace: chosen, caller: undefined }
    if (!dryRun) await noteCommand(system.db, 'importLightfield', { baseUrl }, chosen)
    return { report: await copyWorkspace(ctx, source, { dryRun, onProgress: progress() }), workspace: chosen }
  }).catch((error) => {
    throw error instanceof APIError
      ? new ApiError('unprocessable_content', undefined, saysSource(baseUrl, error))
      : error
  })
  clearLine()
  const missing = report.types.some((one) => one.missing.length > 0 || one.there === 'forbidden')
  if (missing && !dryRun) process.exitCode = 1
  const seconds = Math.round((Date.now() - started) / 1000)
  if (json) return console.log(JSON.stringify({ workspaceId: workspaceId(workspace), dryRun, seconds, ...report }))
  console.log(dryRun ? plan(report, baseUrl) : summary(report, { baseUrl, seconds, workspace: workspaceId(workspace) }))
}

function saysSource(baseUrl: string, error: APIError): string {
  if (error.status === 401) return `${baseUrl} does not know this API key. Give one that may read everything: --api-key`
  const said = error.status === undefined ? error.message : `it answers ${error.status}: ${error.message}`
  return `${baseUrl} cannot be read any further: ${said}\nWhat has been copied stays; run the same command again, and it goes on.`
}

const number = new Intl.NumberFormat('en')
const lineEveryMs = 10_000

/** Says how far a type is: on a terminal all the time, else now and then. */
function progress() {
  let type = ''
  let began = 0
  let said = Date.now()
  return (of: string, done: number, total: number) => {
    const now = Date.now()
    if (of !== type) [type, began] = [of, now]
    const rate = done / Math.max(1, (now - began) / 1000)
    const left = Math.max(0, total - done) / rate
    const line = `${of}: ${number.format(done)} of ${number.format(total)}, ${number.format(Math.round(rate))} a second${left >= 5 ? `, ${duration(left)} left` : ''}`
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`)
    else if (now - said > lineEveryMs) {
      said = now
      console.error(line)
    }
  }
}

function clearLine() {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
}

const duration = (seconds: number) =>
  seconds < 90
    ? `${Math.round(seconds)} s`
    : seconds < 5400
      ? `${Math.round(seconds / 60)} min`
      : `${(seconds / 3600).toFixed(1)} h`

function plan({ made, notes, types }: CopyReport, baseUrl: string): string {
  return [
    `Would copy from ${baseUrl}:`,
    ...types.map(
      ({ type, there }) =>
        `  ${type.padEnd(16)}${typeof there === 'number' ? number.format(there).padStart(9) : `        – ${unreadable[there]}`}`,
    ),
    ...section('Would define here', made),
    ...section('Has no place here', notes),
    '',
    'Nothing was changed.',
  ].join('\n')
}

const unreadable = { forbidden: 'this key may not read them', absent: 'there are none of these in that service' }
/** The first ones; --json has all. */
const named = 10

function summary(
  { made, notes, types }: CopyReport,
  { baseUrl, seconds, workspace }: { baseUrl: string; seconds: number; workspace: string },
): string {
  const missing = types.reduce((sum, one) => sum + one.missing.length, 0)
  const redacted = types.filter((one) => one.redacted > 0)
  return [
    `Copied ${baseUrl} into ${workspace} in ${duration(seconds)}, and compared both.`,
    '',
    `  ${'type'.padEnd(16)}${['there', 'copied', 'before', 'different', 'missing'].map((one) => one.padStart(11)).join('')}`,
    ...types.map(line),
    ...section('Defined here', made),
    ...section('Has no place here', notes),
    ...types.flatMap(({ type, missing: all }) => section(`Missing ${type}s`, all.map(said))),
    ...types.flatMap(({ type, different }) => section(`Different ${type}s`, different.map(said))),
    ...section(
      'Copied without what this key may not see',
      redacted.map(({ type, redacted: count }) => `${number.format(count)} ${type}s`),
    ),
    '',
    'Not in the API, and so not copied: history before today, views, workflows, passwords, and which records a file is attached to.',
    'Members choose a password by a link: npx openfield password reset --email ADDRESS',
    missing > 0
      ? 'Run the same command again once what is named above is seen to: it copies what is missing.'
      : 'Everything that could be read is here. Run the same command again to bring what changes there meanwhile.',
  ].join('\n')
}

const said = ({ id, why }: { id: string; why: string }) => `${id}: ${why}`

const line = ({ type, there, copied, before, different, missing }: TypeReport) =>
  typeof there === 'number'
    ? `  ${type.padEnd(16)}${[there, copied, before, different.length, missing.length].map((one) => number.format(one).padStart(11)).join('')}`
    : `  ${type.padEnd(16)}          – ${unreadable[there]}`

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return []
  const more = lines.length > named ? [`  … and ${number.format(lines.length - named)} more (--json names all)`] : []
  return ['', `${title}:`, ...lines.slice(0, named).map((one) => `  ${one}`), ...more]
}
