import { attachedFiles, type Definitions, type ObjectDefinition, objectTypes, recordId } from '@openfield/schema'
import { inSnapshot } from '../../storage/database.ts'
import { readDefinitions } from '../../storage/definitions.ts'
import { countOn, namesOfNobody, numberings, rowsOfNobody, sealedTexts } from '../../storage/doctor/catalog.ts'
import { recordsOf } from '../../storage/doctor/entries.ts'
import { faults, findFault, type Knowledge, mendFault } from '../../storage/doctor/faults.ts'
import { countAnew } from '../../storage/erasures.ts'
import { listWorkspaces } from '../../storage/workspaces.ts'
import type { System } from '../context.ts'
import { isSealedWith } from '../encryption.ts'
import { workspaceId } from '../workspaces/create.ts'
import { examineFiles, examineStrayBytes } from './files.ts'
import { type Finding, Findings } from './findings.ts'
import type { Inspection } from './inspection.ts'
import { examineRecords } from './records.ts'

/** What an examination is to do, and knows from elsewhere: the kinds of work that somebody does, and the encryption key. */
export type Order = {
  repair: boolean
  kinds: readonly string[]
  /** What sealed texts open with; undefined where there is no such key. */
  key: Buffer | undefined
}

export type Report = { findings: Finding[]; workspaces: number; records: number; entries: number; files: number }

/**
 * Compares all that follows from records with the records. What it looks at is the database of one moment, so that writes
 * under way raise no alarm. With `repair` it puts right what follows from records, as they are by then; it never changes one.
 */
export const examine = (system: Pick<System, 'db' | 'blobs'>, order: Order): Promise<Report> =>
  inSnapshot(system.db, async (snapshot) => {
    const findings = new Findings()
    const report = { workspaces: 0, records: 0, entries: 0, files: 0 }
    for (const { table, workspace } of await rowsOfNobody(snapshot)) {
      findings.add(null, `Rows of ${table} that belong to workspace ${workspace}, which is not there`)
    }
    for (const { id } of await listWorkspaces(snapshot)) {
      const { types } = await readDefinitions(snapshot, id)
      const inspection: Inspection = { ...system, ...order, snapshot, workspace: id, types, findings: new Findings() }
      await examineFaults(inspection)
      await examineSealed(inspection, order)
      const { records, entries } = await examineRecords(inspection)
      const files = await examineFiles(inspection)
      if (inspection.findings.all.some(({ repaired }) => repaired > 0)) await countAnew(system.db, id)
      for (const finding of inspection.findings.all) {
        findings.add(workspaceId(id), finding.what, { ...finding, ids: await publicIds(inspection, finding.ids) })
      }
      report.workspaces += 1
      report.records += records
      report.entries += entries
      report.files += files
    }
    await examineStrayBytes(system, findings)
    await examineNumbering(system, findings, order)
    return { findings: findings.all, ...report }
  })

async function examineFaults(inspection: Inspection) {
  const { snapshot, db, workspace, types, findings, repair, kinds } = inspection
  const knowledge = knowledgeOf(types, kinds)
  for (const fault of faults) {
    const { count, ids } = await findFault(snapshot, workspace, fault, knowledge)
    if (count === 0) continue
    const repairable = fault.mend !== undefined
    if (repair && repairable) await mendFault(db, workspace, fault, knowledge)
    const left = repair && repairable ? (await findFault(db, workspace, fault, knowledge)).count : count
    findings.add(null, fault.what, { ids, count, repairable, repaired: Math.max(0, count - left) })
  }
  for (const { table, id } of await namesOfNobody(snapshot, workspace, objectTypes.member.number)) {
    findings.add(null, `Rows of ${table} that name a member who has never been there`, { ids: [id] })
  }
}

async function examineSealed({ snapshot, workspace, findings }: Inspection, { key }: Order) {
  for (const { of, id, sealed } of await sealedTexts(snapshot, workspace)) {
    if (key && isSealedWith(key, sealed)) continue
    const what = key ? 'were sealed with another encryption key' : 'are sealed, and there is no encryption key'
    findings.add(null, `Credentials of a ${of} that ${what}: put that one back, or enter them again`, { ids: [id] })
  }
}

function knowledgeOf(types: Definitions, kinds: readonly string[]): Knowledge {
  const numberOf = (name: string) => types.get(name)?.number ?? 0
  const all = [...types.values()]
  const relationships = new Map<number, Knowledge['relationships'][number]>()
  for (const type of all) {
    for (const { side, ids, objectType, one, inverseOne } of [
      ...type.relationships.values(),
      ...type.unseen.values(),
    ]) {
      if (side !== 'from') continue
      for (const id of ids) {
        const known = relationships.get(id) ?? { id, from: [], to: [], fromOne: one, toOne: inverseOne }
        known.from.push(type.number)
        known.to.push(numberOf(objectType))
        relationships.set(id, known)
      }
    }
  }
  const holders = all.filter(({ holdsFiles }) => holdsFiles).map(({ number }) => number)
  const attached = { id: attachedFiles.id, from: holders, to: [objectTypes.file.number], fromOne: false, toOne: false }
  return {
    relationships: [...relationships.values(), attached],
    kinds: [...kinds],
    types: {
      numbers: all.map(({ number }) => number),
      file: objectTypes.file.number,
      member: objectTypes.member.number,
    },
  }
}

/** As the API writes them, where they are of records; work and keys have ids of other things. */
async function publicIds({ snapshot, workspace, types }: Inspection, ids: readonly string[]): Promise<string[]> {
  const records = new Map((await recordsOf(snapshot, workspace, ids)).map((record) => [record.id, record]))
  const byNumber = new Map(Array.from(types.values(), (type): [number, ObjectDefinition] => [type.number, type]))
  return ids.map((id) => {
    const type = byNumber.get(records.get(id)?.objectType ?? 0)
    return type ? recordId(type, id) : id
  })
}

async function examineNumbering({ db }: Pick<System, 'db'>, findings: Findings, { repair }: Order) {
  for (const { table, column, max, next } of await numberings(db)) {
    if (next > max) continue
    if (repair) await countOn(db)
    const what = `The database would give ${table}.${column} a number that is taken`
    findings.add(null, what, { repairable: true, repaired: repair ? 1 : 0 })
  }
}
