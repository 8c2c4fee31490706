import {
  ApiError,
  encodeId,
  type Field,
  fold,
  type Json,
  type ObjectDefinition,
  type Relationship,
  recordId,
} from '@openfield/schema'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import { readFields } from '../../storage/summaries.ts'
import type { Context } from '../context.ts'
import type { RecordInput } from '../records/create.ts'
import { findType } from '../records/definitions.ts'
import type { Row } from './csv.ts'
import { findByExternalId, findById, findByText, findByValue } from './find.ts'
import { type Plan, type ReadRow, RowRefused, readRow } from './read-row.ts'
import type { Settings } from './settings.ts'

/** What is to be done with a row. `id` is the stored id of the record that it is about. */
export type Prepared = { row: number; read?: ReadRow } & (
  | { verb: 'create'; input: RecordInput }
  | { verb: 'update'; id: string; input: RecordInput }
  | { verb: 'skip'; id: string }
  | { verb: 'refuse'; error: string }
)

/** An account that some row names and that there is not. */
export type MissingAccount = { text: string; row: number; part: number }
/** Stored ids of accounts made for some texts, or why one could not be made. */
export type MakeAccounts = (missing: readonly MissingAccount[]) => Promise<Map<string, string | ApiError>>

/** The tables of one import: what all of its rows have in common. */
export type Work = {
  ctx: Context
  definitions: VersionedDefinitions
  plan: Plan
  settings: Settings
  makeAccounts: MakeAccounts
}

/**
 * Says for some rows what is to be done with each. Rows that are about the record of an earlier one among them are left for
 * later: what is to be done with those depends on what becomes of that one.
 */
export async function prepareRows(work: Work, rows: readonly Row[]): Promise<{ prepared: Prepared[]; later: Row[] }> {
  const prepared: Prepared[] = []
  const later: Row[] = []
  const reads: ReadRow[] = []
  const seen = new Set<string>()
  for (const row of rows) {
    try {
      const read = readRow(work.plan, row)
      const keys = keysOf(work.plan, read)
      if (keys.some((key) => seen.has(key))) later.push(row)
      else reads.push(read)
      for (const key of keys) seen.add(key)
    } catch (error) {
      if (!(error instanceof RowRefused)) throw error
      prepared.push({ row: row.number, verb: 'refuse', error: error.message })
    }
  }
  const matches = await findMatches(work, reads)
  const links = await linkRows(work, reads)
  const current = await currentParts(work, reads, matches)
  for (const [index, read] of reads.entries()) prepared.push(prepare(work, read, matches[index] ?? [], links, current))
  return { prepared, later }
}

/** By what a row is told from others of the table: what it is matched by. */
function keysOf({ definition, match }: Plan, read: ReadRow): string[] {
  if (match.by === null) return []
  if (match.by === 'id' || match.by === 'externalId') return [read[match.by] ?? []].flat()
  const field = definition.fields.get(match.by)
  const value = field && read.fields.get(field)
  if (!field || value === undefined || value === null) return []
  if (field.type.hosts) return field.type.hosts(value)
  const { text = [], substring = [] } = field.type.entries(value, field.configuration)
  return [...text, ...substring]
}

/** The records that each row is about: none, one, or several that cannot be told apart. */
async function findMatches({ ctx, plan }: Work, reads: readonly ReadRow[]): Promise<string[][]> {
  const { definition, match } = plan
  if (match.by === null) return reads.map(() => [])
  if (match.by === 'id')
    return findById(
      ctx,
      definition,
      reads.map(({ id = '' }) => id),
    )
  if (match.by === 'externalId')
    return findByExternalId(
      ctx,
      definition,
      reads.map(({ externalId = '' }) => externalId),
    )
  const field = definition.fields.get(match.by)
  return field
    ? findByValue(
        ctx,
        field,
        reads.map(({ fields }) => fields.get(field) ?? null),
      )
    : reads.map(() => [])
}

/** The ids that each text means at the other end of a relationship, or a sentence that says why it means none. */
type Links = Map<Relationship, Map<string, { id: string } | { error: string }>>

async function linkRows(
  { ctx, definitions, plan, settings, makeAccounts }: Work,
  reads: readonly ReadRow[],
): Promise<Links> {
  const links: Links = new Map()
  const relationships = new Set(
    plan.lanes.flatMap(({ target }) => (target.kind === 'relationship' ? [target.relationship] : [])),
  )
  let part = 0
  for (const relationship of relationships) {
    part += 1
    const named = reads.flatMap((read) =>
      (read.links.get(relationship) ?? []).map((text) => ({ text, row: read.number })),
    )
    const texts = [...new Set(named.map(({ text }) => text))]
    const other = findType(definitions, relationship.objectType)
    const found = texts.length > 0 ? await findByText(ctx, other, texts) : new Map<string, readonly string[]>()
    const missing = named.filter(({ text }) => !found.has(text))
    const creates = settings.createMissing.accounts && other.name === 'account'
    const made =
      creates && missing.length > 0 ? await makeAccounts(claimsOf(missing, part)) : new Map<string, string | ApiError>()
    links.set(relationship, new Map(texts.map((text) => [text, linkOf(other, found.get(text), made.get(fold(text)))])))
  }
  return links
}

/** Of every text once, for the first row that names it. A row names at most a hundred records by each relationship. */
function claimsOf(missing: readonly { text: string; row: number }[], relationship: number): MissingAccount[] {
  const perRow = new Map<number, number>()
  return [...Map.groupBy(missing, ({ text }) => fold(text)).values()].flatMap(([first]) => {
    if (!first) return []
    const count = (perRow.get(first.row) ?? 0) + 1
    perRow.set(first.row, count)
    return [{ ...first, part: relationship * 1000 + count }]
  })
}

function linkOf(
  definition: ObjectDefinition,
  found: readonly string[] = [],
  made: string | ApiError | undefined,
): { id: string } | { error: string } {
  const { label, plural, prefix } = definition
  const [only, ...others] = found
  if (only !== undefined && others.length === 0) return { id: encodeId(prefix, only) }
  if (made instanceof ApiError) return { error: `cannot be created: ${made.message}` }
  if (made !== undefined) return { id: encodeId(prefix, made) }
  const kind = label.toLowerCase()
  if (only !== undefined) {
    const ids = found.map((id) => recordId(definition, id)).join(', ')
    return { error: `could be any of several ${plural} (${ids}, …): write the id of the one that is meant` }
  }
  return { error: `is the name, address or id of no ${kind}: create the ${kind} first, or correct the cell` }
}

/** The values of which rows say only parts, as the matched records have them. */
async function currentParts({ ctx, plan }: Work, reads: readonly ReadRow[], matches: readonly string[][]) {
  const ids = matches.flatMap((found, index) => ((reads[index]?.parts.size ?? 0) > 0 ? found : []))
  return ids.length > 0 ? readFields(ctx.db, ctx.workspace, plan.definition.number, ids) : new Map()
}

type Current = Awaited<ReturnType<typeof currentParts>>

function prepare(work: Work, read: ReadRow, matches: readonly string[], links: Links, current: Current): Prepared {
  const { definition, match } = work.plan
  const row = read.number
  try {
    const [id, ...others] = matches
    if (others.length > 0) throw severalMatches(work.plan, read, matches)
    if (id === undefined && match.by === 'id' && read.id !== undefined) {
      throw new RowRefused(`Row ${row}: there is no ${definition.label.toLowerCase()} with the id “${read.id}”.`)
    }
    const linked = linksOf(read, links)
    if (id === undefined) return { row, read, verb: 'create', input: newRecord(definition, read, linked) }
    if (match.onMatch === 'skip') return { row, read, verb: 'skip', id }
    return { row, read, verb: 'update', id, input: changes(definition, read, linked, current.get(id) ?? {}) }
  } catch (error) {
    if (!(error instanceof RowRefused)) throw error
    return { row, verb: 'refuse', error: error.message }
  }
}

function severalMatches({ definition, match }: Plan, { number, places }: ReadRow, matches: readonly string[]) {
  const text = places.get(`fields.${match.by}`)?.text ?? ''
  const ids = matches.map((id) => recordId(definition, id)).join(', ')
  return new RowRefused(
    `Row ${number}: several ${definition.plural} have “${text}” (${ids}). Merge them, or match by their ids.`,
  )
}

function linksOf({ number, links: named, places }: ReadRow, links: Links): Map<Relationship, string[]> {
  const ids = Array.from(named, ([relationship, texts]): [Relationship, string[]] => {
    const found = texts.map((text) => {
      const link = links.get(relationship)?.get(text)
      if (link && 'id' in link) return link.id
      const place = places.get(`relationships.${relationship.key}`)
      const where = place?.name ? `, column “${place.name}”` : ''
      throw new RowRefused(`Row ${number}${where}: “${text.slice(0, 100)}” ${link?.error ?? 'was not found'}.`)
    })
    return [relationship, [...new Set(found)]]
  })
  return new Map(ids)
}

function newRecord(definition: ObjectDefinition, read: ReadRow, links: Map<Relationship, string[]>): RecordInput {
  for (const field of definition.fields.values())
    if (field.required && !read.fields.has(field)) throw isMissing(read, field.label)
  for (const relationship of definition.relationships.values()) {
    if (relationship.required && !links.get(relationship)?.length) throw isMissing(read, relationship.label)
  }
  return {
    fields: Object.fromEntries(Array.from(read.fields, ([field, value]) => [field.key, value])),
    relationships: Object.fromEntries(Array.from(links, ([{ key }, ids]) => [key, ids])),
    ...(read.externalId !== undefined && { externalId: read.externalId }),
  }

  function isMissing({ number }: ReadRow, label: string) {
    const one = definition.label.toLowerCase()
    return new RowRefused(`Row ${number}: “${label}” is empty, and a new ${one} needs one.`)
  }
}

/** What a row says to a record that is there already. Links are added to those that there are, where there may be several. */
function changes(
  definition: ObjectDefinition,
  read: ReadRow,
  links: Map<Relationship, string[]>,
  current: Record<string, { value: Json }>,
): RecordInput {
  const whole = (field: Field, value: Json): Json => {
    const parts = read.parts.get(field)
    return parts ? ({ ...(current[field.key]?.value as object | null), ...parts } as Json) : value
  }
  const fields = [...read.fields].filter(([field]) => field.write !== 'create')
  const changeable = [...links].filter(([{ write }]) => write !== 'create')
  return {
    fields: Object.fromEntries(fields.map(([field, value]) => [field.key, whole(field, value)])),
    relationships: Object.fromEntries(
      changeable.map(([{ key, one }, ids]) => [key, { [one && !addsOnly(definition) ? 'replace' : 'add']: ids }]),
    ),
  }
}

const addsOnly = ({ linkChanges }: ObjectDefinition) =>
  linkChanges === 'add-remove' || linkChanges === 'one-of-add-remove'
