/**
 * Measures speed and size: `npm run bench -- [--json] [--quick] [--only PARTS]`, the parts being start, create, retrieve,
 * processes, bulk, list, search, web, links, files, mail and workflows. `--million` measures lists of a million records
 * instead, or of so many as `--records` says; `--folder` names a data folder that is kept, and used again. Prints tables, or
 * with --json one JSON value; what it is doing goes to standard error. A missed target is no failure.
 */
import { cpus, loadavg, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { measureBulk } from './bulk.ts'
import { measureCreates } from './create.ts'
import { full, quick } from './effort.ts'
import { measureFiles } from './files.ts'
import { measureLinks } from './links.ts'
import { measureLists } from './list.ts'
import { hasImapServer, measureMail } from './mail.ts'
import { measureMillion } from './million.ts'
import { isMet, type Section, table } from './report.ts'
import { measureRetrieves } from './retrieve.ts'
import { type Rig, withRig } from './rig.ts'
import { measureProcesses } from './scale.ts'
import { measureSearch } from './search.ts'
import { stopServers } from './server.ts'
import { measureStarts } from './start.ts'
import { measureWeb } from './web.ts'
import { measureWorkflows } from './workflows.ts'

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean' },
    quick: { type: 'boolean' },
    only: { type: 'string' },
    million: { type: 'boolean' },
    records: { type: 'string', default: '1000000' },
    folder: { type: 'string' },
  },
})
const effort = options.quick ? quick : full
const isWanted = (part: string) =>
  !options.million && (options.only === undefined || options.only.split(',').includes(part))
const tell = (what: string) => console.error(`Measuring ${what} …`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stopServers)

const machine = {
  takenAt: new Date().toISOString(),
  processor: `${cpus().length} × ${cpus()[0]?.model}`,
  memoryGigabytes: Math.round(totalmem() / 1e9),
  node: process.version,
  /** How many processes of others wanted a processor, on average over the minute before. */
  loadBefore: loadavg()[0],
}

const sections = [
  ...(isWanted('start') ? [await start()] : []),
  ...(isWanted('create') || isWanted('retrieve') ? await withRig(createAndRetrieve) : []),
  ...(isWanted('processes') ? await withRig(processes) : []),
  ...(isWanted('bulk') ? [await withRig(bulk)] : []),
  ...(isWanted('list') ? await withRig(list) : []),
  ...(isWanted('search') ? await withRig(search) : []),
  ...(isWanted('web') ? [await withRig(web)] : []),
  ...(isWanted('links') ? await withRig(links) : []),
  ...(isWanted('files') ? [await withRig(files)] : []),
  ...(isWanted('mail') && (hasImapServer() || tellMissing()) ? [await withRig(mail)] : []),
  ...(isWanted('workflows') ? await withRig(workflows) : []),
  ...(options.million ? await million() : []),
]
console.log(options.json ? JSON.stringify({ machine, sections: sections.map(withMet) }) : report())

function start(): Promise<Section> {
  tell('starts')
  return measureStarts(effort)
}

/** On one database, so that there is something to retrieve. */
async function createAndRetrieve(rig: Rig): Promise<Section[]> {
  tell('creates')
  const creates = await measureCreates(rig, effort)
  tell('retrieves')
  return [creates, await measureRetrieves(rig, effort)]
}

function processes(rig: Rig): Promise<Section[]> {
  tell('several processes')
  return measureProcesses(rig, effort)
}

function bulk(rig: Rig): Promise<Section> {
  tell('many creates')
  return measureBulk(rig, effort)
}

function list(rig: Rig): Promise<Section[]> {
  tell('lists')
  return measureLists(rig, effort)
}

function web(rig: Rig): Promise<Section> {
  tell('the web app')
  return measureWeb(rig, effort)
}

function links(rig: Rig): Promise<Section[]> {
  tell('records with many links')
  return measureLinks(rig, effort)
}

function files(rig: Rig): Promise<Section> {
  tell('files')
  return measureFiles(rig, effort)
}

function mail(rig: Rig): Promise<Section> {
  tell('mail')
  return measureMail(rig, effort)
}

function tellMissing(): false {
  console.error('Mail is NOT measured: there is no Dovecot here (Debian: dovecot-imapd).')
  return false
}

function workflows(rig: Rig): Promise<Section[]> {
  tell('workflows')
  return measureWorkflows(rig, effort)
}

function million(): Promise<Section[]> {
  tell('many records')
  return measureMillion(Number(options.records), options.folder)
}

function search(rig: Rig): Promise<Section[]> {
  tell('searches')
  return measureSearch(rig, effort)
}

function withMet({ title, figures }: Section) {
  return { title, figures: figures.map((figure) => ({ ...figure, met: isMet(figure) })) }
}

function report(): string {
  const { takenAt, processor, memoryGigabytes, node, loadBefore } = machine
  const head = `${takenAt.slice(0, 10)}, ${processor}, ${memoryGigabytes} GB, Node ${node}, load before: ${loadBefore}`
  return [head, '', ...sections.map(table)].join('\n')
}
