import { decodeId, encodeId, type FilePurpose, fold, type ObjectDefinition, objectTypes } from '@openfield/schema'
import type { Mail } from '../../storage/emails.ts'
import { findFile } from '../../storage/files.ts'
import { findRecords } from '../../storage/records.ts'
import type { Context } from '../context.ts'
import { bringInFile } from '../files/bring-in.ts'
import { importRows, type RowResult } from '../imports/bulk.ts'
import { findType } from '../records/definitions.ts'
import { listRecords } from '../records/list.ts'
import { compare, type Difference } from './compare.ts'
import { copyDefinitions, type DefinitionsReport, keepRetiredOptions } from './definitions.ts'
import type { Source, SourceDefinitions, SourceFile, SourceRecord, Unreadable } from './source.ts'
import { Ids, idFor, type Translated, translate } from './translate.ts'

/**
 * Copies a workspace of Lightfield into one here, by nothing but its public API. What is here already, by its id, is left
 * alone: so a copy that broke off is simply begun again, and nothing has to be remembered. In the end both are compared.
 */

/** What became of the records of a type. */
export type TypeReport = {
  type: string
  /** How many there are in the source; a word when they cannot be read. */
  there: number | Unreadable
  copied: number
  /** Those that were here before. */
  before: number
  /** Those that are not here, and why. */
  missing: Difference[]
  /** Those that are here, but not quite the same. */
  different: Difference[]
  /** Those of which the key may not see everything. */
  redacted: number
}
export type CopyReport = DefinitionsReport & { types: TypeReport[] }

export type Options = {
  dryRun: boolean
  /** Told of each page: what of a type has been read, and of how many. */
  onProgress: (type: string, done: number, total: number) => void
}

/** In this order what is linked to comes before what is linked. Custom object types come after the first four. */
const order = [
  ['member', 'account', 'contact', 'opportunity'],
  ['task', 'note', 'file', 'meeting', 'list', 'channel', 'message', 'email'],
] as const

export async function copyWorkspace(ctx: Context, source: Source, options: Options): Promise<CopyReport> {
  const { custom, ...report } = await copyDefinitions(ctx, source, options)
  const types = [...order[0], ...custom, ...order[1]]
  const copy = new Copy(ctx, source, options)
  const reports: TypeReport[] = []
  for (const type of types) reports.push(await copy.begin(type))
  if (!options.dryRun) {
    for (const one of reports) await copy.run(one)
    for (const one of reports) await copy.check(one)
  }
  return { ...report, types: reports }
}

type Row = Record<string, unknown> & { fields: Record<string, unknown>; links: Record<string, string[]> }

class Copy {
  readonly #ctx: Context
  readonly #source: Source
  readonly #options: Options
  readonly #ids = new Ids()
  readonly #definitions = new Map<string, SourceDefinitions | undefined>()
  /** Files that meetings have as their transcripts, which is what they have to be uploaded as. */
  readonly #transcripts = new Set<string>()
  /** What was refused of a record, by its id: keys, and why. */
  readonly #refused = new Map<string, Map<string, string>>()

  constructor(ctx: Context, source: Source, options: Options) {
    this.#ctx = ctx
    this.#source = source
    this.#options = options
  }

  /** Counts what there is of a type. */
  async begin(type: string): Promise<TypeReport> {
    const there = await this.#source.count(type)
    return { type, there, copied: 0, before: 0, missing: [], different: [], redacted: 0 }
  }

  /** Copies all records of a type. */
  async run(report: TypeReport): Promise<void> {
    const { type, there } = report
    if (typeof there !== 'number') return
    if (type === 'member') await this.#recogniseMembers(report)
    if (type === 'file') return this.#copyFiles(report)
    this.#definitions.set(type, await this.#source.definitions(type))
    let done = 0
    for await (const { data, totalCount } of this.#source.pages<SourceRecord>(type)) {
      done += data.length
      await this.#write(report, data)
      this.#options.onProgress(type, done, totalCount)
    }
  }

  /** Compares all records of a type with what is here, copies what was missed, and brings up to date what has changed there. */
  async check(report: TypeReport): Promise<void> {
    const { type, there } = report
    if (typeof there !== 'number') return
    if (type === 'file') return this.#checkFiles(report)
    let count = 0
    for await (const { data } of this.#source.pages<SourceRecord>(type)) {
      count += data.length
      await this.#write(
        report,
        data.filter(({ id }) => !this.#ids.get(id)),
      )
      for (const record of data) {
        if (record.accessLevel === 'METADATA') report.redacted += 1
        if (this.#ids.get(record.id)) await this.#checkOne(report, record)
      }
      this.#options.onProgress(`${type}, compared`, count, report.there as number)
    }
    report.there = count
  }

  async #checkOne(report: TypeReport, record: SourceRecord) {
    const definition = await this.#definition(report.type)
    const [whole] = await this.#whole(definition, [record], false)
    if (!whole) return
    const translated = translate(definition, this.#definitions.get(report.type), whole)
    const refused = this.#refused.get(record.id) ?? new Map<string, string>()
    const known = { ...translated, left: [...translated.left, ...refused.keys()] }
    const reasons = [
      ...(await compare(this.#ctx, definition, this.#ids, whole, known)),
      ...translated.left.map((key) => `${key} has no place here`),
      ...Array.from(refused, ([key, why]) => `${key} was left out: ${why}`),
    ]
    if (reasons.length > 0) report.different.push({ id: record.id, why: reasons.join('; ') })
  }

  /** Writes those of some records that are not here. */
  async #write(report: TypeReport, records: readonly SourceRecord[]) {
    const old = await this.#definition(report.type)
    const fresh = await this.#fresh(report, old, records)
    const whole = await this.#whole(old, fresh, true)
    await this.#keepOptions(old, whole)
    const definition = await this.#definition(report.type)
    // A row may be linked to those before it.
    const before = new Map<string, string>()
    const rows = whole.map((record) => {
      const row = this.#row(
        definition,
        record,
        translate(definition, this.#definitions.get(report.type), record),
        before,
      )
      before.set(record.id, idFor(definition, record).uuid)
      return row
    })
    await this.#bring(report, definition, whole, rows)
  }

  /** Defines the options that records have and nobody can choose any more. */
  async #keepOptions(definition: ObjectDefinition, records: readonly SourceRecord[]) {
    if (!definition.open) return
    for (const field of definition.fields.values()) {
      if (!field.configuration.options || field.configuration.parentFieldKey) continue
      const there = this.#definitions.get(definition.name)?.fieldDefinitions[field.key]?.typeConfiguration.options ?? []
      const known = new Set([...field.configuration.options, ...there].map(({ id }) => id))
      const retired = new Map<string, string>()
      for (const { id, fields } of records) {
        for (const option of [fields[field.key]?.value ?? []].flat().map(String)) {
          if (known.has(option) || retired.has(option)) continue
          retired.set(option, (await this.#source.labelOf(definition.name, id, field.key, option)) ?? option)
        }
      }
      if (retired.size > 0) await keepRetiredOptions(this.#ctx, definition.name, field, retired)
    }
  }

  /** Brings in rows; what is refused of one is left out of it, as long as that is not what makes it a record. */
  async #bring(
    report: TypeReport,
    definition: ObjectDefinition,
    records: readonly SourceRecord[],
    rows: readonly Row[],
  ) {
    const again: { record: SourceRecord; row: Row }[] = []
    const results = await this.#results(rows)
    for (const [at, result] of results.entries()) {
      const [record, row] = [records[at], rows[at]]
      if (!record || !row) continue
      if (result.outcome !== 'refused') {
        this.#ids.set(record.id, decodeId(definition.prefix, result.id) ?? '')
        if (result.outcome === 'created') report.copied += 1
        else report.before += 1
        continue
      }
      const error = result.error as { message: string; param?: string }
      const [, part, key = ''] = /^(fields|relationships)\.([^.]+)/.exec(error.param ?? '') ?? []
      const isNeeded = definition.fields.get(key)?.required || definition.relationships.get(key)?.required
      if (part && !isNeeded && this.#leaveOut(record, row, key, error.message)) again.push({ record, row })
      else report.missing.push({ id: record.id, why: error.message })
    }
    if (again.length === 0) return
    await this.#bring(
      report,
      definition,
      again.map(({ record }) => record),
      again.map(({ row }) => row),
    )
  }

  async #results(rows: readonly Row[]): Promise<RowResult[]> {
    const results: RowResult[] = []
    async function* portions() {
      yield rows
    }
    for await (const some of importRows(this.#ctx, portions(), undefined, true)) {
      for (const one of some) if (!('done' in one)) results.push(one)
    }
    return results
  }

  /** Leaves something out of a row; says whether it was in there. */
  #leaveOut(record: SourceRecord, row: Row, key: string, why: string): boolean {
    const isThere = key in row.fields || key in row.links
    delete row.fields[key]
    delete row.links[key]
    const refused = this.#refused.get(record.id) ?? new Map<string, string>()
    this.#refused.set(record.id, refused.set(key, why))
    return isThere
  }

  /** Those of some records that are not here yet; notes that the others are. */
  async #fresh(report: TypeReport, definition: ObjectDefinition, records: readonly SourceRecord[]) {
    const unknown = records.filter(({ id }) => !this.#ids.get(id))
    const uuids = unknown.map((record) => idFor(definition, record).uuid)
    const found = new Set((await findRecords(this.#ctx.db, this.#ctx.workspace, uuids)).map(({ id }) => id))
    return unknown.filter((record, at) => {
      const uuid = uuids[at] ?? ''
      if (!found.has(uuid)) return true
      this.#ids.set(record.id, uuid)
      report.before += 1
      return false
    })
  }

  /** Records with what lists do not show: members of lists and, where it is wanted, bodies of e-mails. */
  async #whole(definition: ObjectDefinition, records: readonly SourceRecord[], withApart: boolean) {
    const hasApart = withApart && [...definition.fields.values()].some(({ apart }) => apart)
    const isList = definition.name === objectTypes.list.name
    const whole: SourceRecord[] = []
    for (const record of records) {
      if (isList) whole.push(await this.#withMembers(record))
      // One that was deleted meanwhile is not there any more.
      else if (hasApart) whole.push((await this.#source.retrieve<SourceRecord>(definition.name, record.id)) ?? record)
      else whole.push(record)
    }
    return whole
  }

  async #withMembers(list: SourceRecord): Promise<SourceRecord> {
    const of = String(list.fields['$objectType']?.value).replace('$', '')
    const plural = of === 'account' ? 'accounts' : of === 'contact' ? 'contacts' : 'opportunities'
    const values = await this.#source.membersOf(list.id, plural)
    return { ...list, relationships: { [`$${plural}`]: { objectType: of, values } } }
  }

  #row(
    definition: ObjectDefinition,
    record: SourceRecord,
    { fields, links }: Translated,
    before: ReadonlyMap<string, string>,
  ): Row {
    const { uuid, isKept } = idFor(definition, record)
    const here = Object.entries(links).map(([key, ids]) => [
      key,
      ids.flatMap((id) => this.#ids.get(id) ?? before.get(id) ?? []),
    ]) as [string, string[]][]
    const isRequired = ([key]: [string, string[]]) => definition.relationships.get(key)?.required
    const required = here
      .filter(isRequired)
      .map(([key, ids]) => [key, ids.map((id) => this.#publicly(definition, key, id))])
    const apart = [...definition.fields.values()].find((field) => field.apart)
    return {
      objectType: definition.name,
      id: encodeId(definition.prefix, uuid),
      ...externalIdOf(record, isKept),
      ...(record.updatedAt && { updatedAt: record.updatedAt }),
      fields,
      relationships: Object.fromEntries(required),
      links: Object.fromEntries(here.filter((one) => !isRequired(one) && isOwned(definition, one[0]))),
      ...(apart && { mail: mailOf(record, apart.key) }),
    }
  }

  #publicly(definition: ObjectDefinition, key: string, uuid: string): string {
    const name = definition.relationships.get(key)?.objectType as keyof typeof objectTypes
    return encodeId(objectTypes[name]?.prefix ?? 'obj', uuid)
  }

  /** Members whose address somebody here has already are them. */
  async #recogniseMembers(report: TypeReport) {
    const { data } = JSON.parse(await listRecords(this.#ctx, 'member', { limit: 100_000, offset: 0, filters: [] })) as {
      data: SourceRecord[]
    }
    const here = new Map(data.map(({ id, fields }) => [fold(String(fields['$email']?.value)), id]))
    for await (const page of this.#source.pages<SourceRecord>('member')) {
      for (const { id, fields } of page.data) {
        const known = here.get(fold(String(fields['$email']?.value)))
        const uuid = known && decodeId(objectTypes.member.prefix, known)
        if (!uuid) continue
        this.#ids.set(id, uuid)
        report.before += 1
      }
    }
  }

  async #copyFiles(report: TypeReport) {
    if (typeof (await this.#source.count('meeting')) === 'number') {
      for await (const { data } of this.#source.pages<SourceRecord>('meeting')) {
        for (const { relationships } of data) {
          for (const id of relationships?.['$transcript']?.values ?? []) this.#transcripts.add(id)
        }
      }
    }
    let done = 0
    for await (const { data, totalCount } of this.#source.pages<SourceFile>('file')) {
      for (const file of data) await this.#copyFile(report, file)
      done += data.length
      this.#options.onProgress('file', done, totalCount)
    }
  }

  async #copyFile(report: TypeReport, file: SourceFile) {
    if (file.status !== 'COMPLETED') return
    const { uuid: id } = idFor(await this.#definition('file'), file)
    const known = await findFile(this.#ctx.db, this.#ctx.workspace, id)
    if (known?.status === 'COMPLETED') {
      this.#ids.set(file.id, id)
      report.before += 1
      return
    }
    const { filename, mimeType, sizeBytes, createdAt, completedAt } = file
    const purpose: FilePurpose | null = this.#transcripts.has(file.id) ? 'meeting_transcript' : null
    const brought = {
      ...{ id, filename, mimeType, sizeBytes, purpose },
      createdAt: new Date(createdAt),
      completedAt: new Date(completedAt ?? createdAt),
    }
    try {
      await this.#source.download(file, (bytes) => bringInFile(this.#ctx, brought, bytes))
      this.#ids.set(file.id, id)
      report.copied += 1
    } catch (error) {
      report.missing.push({ id: file.id, why: (error as Error).message })
    }
  }

  /** Bytes were counted when they came; here it is seen that none was missed. */
  async #checkFiles(report: TypeReport) {
    let count = 0
    for await (const { data } of this.#source.pages<SourceFile>('file')) {
      for (const file of data) {
        if (file.status !== 'COMPLETED') continue
        count += 1
        const isTold = report.missing.some(({ id }) => id === file.id)
        if (!this.#ids.get(file.id) && !isTold) await this.#copyFile(report, file)
      }
    }
    report.there = count
  }

  async #definition(type: string): Promise<ObjectDefinition> {
    return findType(await this.#ctx.definitions.get(this.#ctx), type)
  }
}

/** The link is kept here by the record itself, or can be written from it as well. */
function isOwned({ relationships }: ObjectDefinition, key: string): boolean {
  const relationship = relationships.get(key)
  return relationship !== undefined && (relationship.side === 'from' || relationship.write !== 'never')
}

function externalIdOf({ id, externalId }: SourceRecord, isKept: boolean) {
  if (!isKept) return { externalId: id }
  return externalId ? { externalId } : {}
}

/** What is kept beside an e-mail. The API says neither its Message-ID nor its thread. */
function mailOf({ id, fields }: SourceRecord, key: string): Mail {
  const messageId = `${id}@copied.openfield.invalid`
  return { messageId, thread: messageId, body: String(fields[key]?.value ?? '') }
}
