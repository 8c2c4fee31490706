import {
  type CellFormat,
  type Field,
  InvalidValue,
  type Json,
  type ObjectDefinition,
  type Relationship,
  unprocessable,
} from '@openfield/schema'
import type { Row } from './csv.ts'
import type { MappingEntry, Settings, Source } from './settings.ts'
import { type Target, targetsOf } from './targets.ts'

/** A row that cannot be imported; the message is for the person whose table it is. */
export class RowRefused extends Error {}

/** A column on its way to its target. */
type Lane = { name: string; text: (row: Row) => string; target: Target; entry: MappingEntry; format: CellFormat }

/** An import's settings against the definitions of its object type: how its rows are read. */
export type Plan = { definition: ObjectDefinition; columns: number; lanes: Lane[]; match: Settings['match'] }

export function planOf(definition: ObjectDefinition, source: Source, settings: Settings): Plan {
  const targets = targetsOf(definition)
  const lanes = settings.mapping.flatMap((entry): Lane[] => {
    const target = entry.to === null ? undefined : targets.get(entry.to)
    if (entry.to !== null && !target) {
      throw unprocessable(`'${entry.to}' is nothing of ${definition.plural} that can be imported.`, 'mapping')
    }
    if (!target) return []
    const { column, value = '' } = entry
    const name = column === undefined ? '' : (source.columns[column]?.name ?? '')
    const text = (row: Row) => (column === undefined ? value : plain(row.cells[column] ?? ''))
    return [{ name, text, target, entry, format: formatOf(entry, settings.timeZone) }]
  })
  return { definition, columns: source.columns.length, lanes, match: settings.match }
}

const formatOf = (entry: MappingEntry, timeZone: string): CellFormat => ({
  dates: entry.dates ?? 'month-first',
  decimal: entry.decimal ?? '.',
  separator: entry.separator ?? ';',
  timeZone,
})

/** Without the apostrophe that keeps spreadsheets from taking a text for a formula. */
const plain = (cell: string) => (/^'+[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell)

/** What a row says: values in their stored form, by field; texts that name linked records, by relationship. */
export type ReadRow = {
  number: number
  fields: Map<Field, Json>
  /** Of fields of which only some parts are in the table. */
  parts: Map<Field, Record<string, unknown>>
  links: Map<Relationship, string[]>
  id: string | undefined
  externalId: string | undefined
  /** The column that a key of the API comes from, and its text, for messages. */
  places: Map<string, Place>
}
type Place = { name: string; text: string }

/** Reads a row. Throws RowRefused, which names the column and the text. Empty cells say nothing. */
export function readRow(plan: Plan, row: Row): ReadRow {
  requireWhole(plan, row)
  const read: ReadRow = {
    number: row.number,
    fields: new Map(),
    parts: new Map(),
    links: new Map(),
    id: undefined,
    externalId: undefined,
    places: new Map(),
  }
  const texts = new Map<Field, Record<string, string>>()
  for (const lane of plan.lanes) {
    const text = lane.text(row)
    if (text.trim() === '') continue
    const place = { name: lane.name, text }
    read.places.set(placeKey(lane.target), place)
    const { target } = lane
    if (target.kind === 'relationship') addLinks(read, target.relationship, text, lane.format)
    else if (target.kind !== 'field') read[target.kind] = ownId(row, place)
    else if (target.part === undefined) addValue(read, target.field, text, lane.format, place)
    else texts.set(target.field, { ...texts.get(target.field), [target.part]: text.trim() })
  }
  for (const [field, parts] of texts) addParts(read, field, parts)
  return read
}

const placeKey = (target: Target) =>
  target.kind === 'field'
    ? `fields.${target.field.key}`
    : target.kind === 'relationship'
      ? `relationships.${target.to}`
      : target.to

function requireWhole({ columns }: Plan, row: Row) {
  if (row.broken)
    throw new RowRefused(`Row ${row.number}: a quote in this row is not closed, or not doubled inside a quoted cell.`)
  const more = row.cells.slice(columns).find((cell) => cell.trim() !== '')
  if (more === undefined) return
  throw new RowRefused(
    `Row ${row.number} has ${row.cells.length} cells, but the table has ${columns} columns. Put quotes around cells that contain the delimiter.`,
  )
}

const lengthMax = 200

function ownId(row: Row, { name, text }: Place): string {
  const id = text.trim()
  if (id.length <= lengthMax && id.isWellFormed() && !id.includes('\0')) return id
  throw refusal(row.number, { name, text }, `must have at most ${lengthMax} characters`)
}

function addLinks({ links }: ReadRow, relationship: Relationship, text: string, { separator }: CellFormat) {
  const texts = relationship.one ? [text] : text.split('\n').flatMap((line) => line.split(separator))
  const named = texts.map((one) => one.trim()).filter((one) => one !== '')
  links.set(relationship, [...new Set([...(links.get(relationship) ?? []), ...named])])
}

function addValue(read: ReadRow, field: Field, text: string, format: CellFormat, place: Place) {
  const { type, configuration } = field
  const before = read.fields.get(field)
  try {
    const written = type.fromCell(text, format, configuration)
    // Several columns of one field: their values are united. Which stage a label means depends on its pipeline.
    const value = Array.isArray(before) ? [before, written].flat() : written
    read.fields.set(field, configuration.parentFieldKey ? String(value) : type.parse(value, configuration))
  } catch (error) {
    throw error instanceof InvalidValue ? refusal(read.number, place, error.message) : error
  }
}

function addParts(read: ReadRow, field: Field, texts: Record<string, string>) {
  const { type, configuration } = field
  const place = read.places.get(`fields.${field.key}`) ?? { name: '', text: '' }
  try {
    const parts = type.fromParts?.(texts) ?? {}
    read.parts.set(field, parts)
    read.fields.set(field, type.parse(parts, configuration))
  } catch (error) {
    throw error instanceof InvalidValue
      ? refusal(read.number, { ...place, text: Object.values(texts).join(', ') }, error.message)
      : error
  }
}

const shownMax = 100

/** The sentence for a cell: which row and column, what stands there, and what is accepted. */
export function refusal(row: number, { name, text }: Place, rule: string): RowRefused {
  const shown = text.length > shownMax ? `${text.slice(0, shownMax)}…` : text
  const where = name === '' ? '' : `, column “${name}”`
  return new RowRefused(`Row ${row}${where}: “${shown.toWellFormed().replaceAll('\0', '')}” ${rule}.`)
}

/** The labels of a row's cells that are no options yet, where they are to become some. */
export function newOptionsOf(plan: Plan, row: Row): { field: Field; labels: string[] }[] {
  return plan.lanes.flatMap(({ target, entry, format, text }) => {
    if (target.kind !== 'field' || entry.unknownOptions !== 'create') return []
    const { type, configuration } = target.field
    const labels = text(row).trim() === '' ? [] : (type.unknownOptions?.(text(row), format, configuration) ?? [])
    return labels.length > 0 ? [{ field: target.field, labels }] : []
  })
}
