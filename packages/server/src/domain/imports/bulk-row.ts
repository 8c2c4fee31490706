import {
  ApiError,
  badRequest,
  decodeId,
  encodeId,
  type Field,
  InvalidValue,
  newUuid,
  type ObjectDefinition,
  timeOfUuid,
  unprocessable,
  uuidAt,
  valueTypes,
} from '@openfield/schema'
import { type Lines, linesOf, type UniqueValue, wordsIn } from '../../storage/bulk.ts'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import type { Mail } from '../../storage/emails.ts'
import type { Context } from '../context.ts'
import { type RecordInput, readNew, setFields, systemLinks } from '../records/create.ts'
import { findType } from '../records/definitions.ts'
import { bareValues, entriesOf } from '../records/fields.ts'
import { rulesOf, type Write } from '../records/rules.ts'
import { searchField } from '../search/words.ts'
import { requireImportable } from './import.ts'

/** A row that can be written, when what it is linked to is there and what it takes is free. */
export type ReadRow = {
  definition: ObjectDefinition
  /** The record's id: the one it brings, the one that follows from the key of the request, or a new one. */
  id: string
  /** Whether that id may be there already. */
  known: boolean
  externalId: string | null
  at: Date
  write: Write
  /** Whether it also gets links by what others have. */
  derives: boolean
  mail: Mail | undefined
  lines: Lines
  uniques: UniqueValue[]
  /** Words that are kept beside the records. */
  words: string[]
  after: string
}

/** Whether a row can be written, as far as it says itself. */
export const isRead = (row: ReadRow | ApiError): row is ReadRow => !(row instanceof ApiError)

/** Where rows without an id of any kind get one: from the key of the request, and when that was used first. */
export type Origin = { key: string; at: Date }

/** A record of a row that is named by its external id; until it is looked for, links name it by an id that is made up. */
export type Reference = { definition: ObjectDefinition; externalId: string }
export type References = {
  byName: Map<string, string>
  byId: Map<string, Reference>
}

export const noReferences = (): References => ({ byName: new Map(), byId: new Map() })

const known = ['objectType', 'id', 'externalId', 'createdAt', 'updatedAt', 'fields', 'relationships']
/** What a row may also have that copies a record as it is: links that the system made, and what is kept beside an e-mail. */
const knownOfCopies = [...known, 'links', 'mail']
/** The most links of one row. */
const linksMax = 1000

type Objects = Record<string, unknown>

/** Reads a row against the definitions. Throws ApiError for one that cannot be written, whatever there is. */
export async function readRow(
  ctx: Context,
  definitions: VersionedDefinitions,
  value: unknown,
  number: number,
  origin: Origin | undefined,
  references: References,
  copies = false,
): Promise<ReadRow> {
  const row = requireObject(value)
  const wrong = Object.keys(row).find((key) => !(copies ? knownOfCopies : known).includes(key))
  if (wrong !== undefined) {
    const param = wrong.slice(0, 200).toWellFormed()
    throw badRequest('unknown_field', `A row has no key '${param}'.`, param)
  }
  const named = typeOf(definitions, row['objectType'])
  if (!copies) requireImportable(named)
  const definition = copies ? withAllOptions(named) : named
  const externalId = row['externalId'] === undefined ? null : requireExternalId(row['externalId'], 'externalId')
  const { id, known: isKnown } = idOf(definition, row, number, origin)
  const at = timeOfUuid(id)
  const updatedAt = row['updatedAt'] === undefined ? at : requireMoment(row['updatedAt'], 'updatedAt')
  requirePast(ctx, at, row['id'] === undefined ? 'createdAt' : 'id')
  requirePast(ctx, updatedAt, 'updatedAt')
  const input = {
    fields: row['fields'] === undefined ? {} : requireObject(row['fields'], 'fields'),
    relationships: row['relationships'] === undefined ? {} : requireObject(row['relationships'], 'relationships'),
  }
  const relationships = withIds(definitions, definition, input.relationships, references)
  const { values, write, refused } = await readNew(ctx, definitions, definition, { ...input, relationships }, linksMax)
  if (refused) throw refused
  const entries = entriesOf(values)
  const about = { id, objectType: definition.number, externalId, at, updatedAt: updatedAt < at ? at : updatedAt }
  return {
    definition,
    id,
    known: isKnown,
    externalId,
    at,
    write: { ...write, links: [...write.links, ...systemLinks(definition, (row as RecordInput).links)] },
    derives: !copies && rulesOf(definition).derive !== undefined,
    mail: (row as RecordInput).mail,
    lines: linesOf(ctx.workspace, { ...about, fields: JSON.stringify(setFields(values)), entries }),
    uniques: entries.uniques.map((value, place) => ({ field: entries.uniqueFields[place] ?? 0, value })),
    words: wordsIn(entries, searchField),
    after: bareValues(values),
  }
}

function requireObject(value: unknown, param?: string): Objects {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Objects
  throw badRequest('invalid_type', `${param === undefined ? 'A row' : `'${param}'`} must be a JSON object.`, param)
}

function typeOf(definitions: VersionedDefinitions, name: unknown): ObjectDefinition {
  if (name === undefined) throw badRequest('parameter_missing', "A row must have 'objectType'.", 'objectType')
  if (typeof name !== 'string') throw badRequest('invalid_type', "'objectType' must be a string.", 'objectType')
  return findType(definitions, name)
}

/** A record keeps an option that can no longer be chosen. */
function withAllOptions(definition: ObjectDefinition): ObjectDefinition {
  const withAll = (field: Field): Field => {
    const options = field.configuration.options?.map((option) => ({ ...option, retired: false }))
    return options ? { ...field, configuration: { ...field.configuration, options } } : field
  }
  return { ...definition, fields: new Map(Array.from(definition.fields, ([key, field]) => [key, withAll(field)])) }
}

function requireExternalId(value: unknown, param: string): string {
  const isGood =
    typeof value === 'string' && value !== '' && value.length <= 200 && value.isWellFormed() && !value.includes('\0')
  if (isGood) return value
  throw badRequest('invalid_type', 'An externalId is a text of 1 to 200 characters.', param)
}

function idOf(definition: ObjectDefinition, row: Objects, number: number, origin: Origin | undefined) {
  const createdAt = row['createdAt'] === undefined ? undefined : requireMoment(row['createdAt'], 'createdAt')
  if (row['id'] !== undefined) {
    const id = typeof row['id'] === 'string' ? decodeId(definition.prefix, row['id']) : undefined
    // Others do not say when they were made, which is the order of lists.
    if (id?.[14] !== '7') {
      const message = `An id of ${definition.plural} is '${definition.prefix}_' and a UUIDv7 in base 32; bring any other as externalId.`
      throw badRequest('invalid_type', message, 'id')
    }
    return { id, known: true }
  }
  if (origin && row['externalId'] === undefined) {
    return { id: uuidAt(createdAt ?? origin.at, number, origin.key), known: true }
  }
  return { id: newUuid(createdAt), known: false }
}

function requireMoment(value: unknown, param: string): Date {
  try {
    const moment = new Date(String(valueTypes.DATETIME.parse(value, {})))
    if (moment.getTime() >= 0) return moment
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error
  }
  throw badRequest(
    'invalid_type',
    `'${param}' takes an ISO 8601 date and time with an offset, of 1970 or later, e.g. 2024-05-01T09:00:00Z.`,
    param,
  )
}

/** Clocks differ a little. */
const aheadMs = 60_000

function requirePast(ctx: Context, moment: Date, param: string) {
  if (moment.getTime() <= ctx.now().getTime() + aheadMs) return
  throw unprocessable(`'${param}' is of a time that is yet to come.`, param)
}

/** Relationships with an id for each record that is named by its external id. */
function withIds(
  { types }: VersionedDefinitions,
  definition: ObjectDefinition,
  relationships: Objects,
  references: References,
): Objects {
  const isNamed = Object.values(relationships).some((value) => typeof value === 'object')
  if (!isNamed) return relationships
  return Object.fromEntries(
    Object.entries(relationships).map(([key, value]) => {
      const other = types.get(definition.relationships.get(key)?.objectType ?? '')
      const idFor = (one: unknown) =>
        other && typeof one === 'object' && one !== null && !Array.isArray(one)
          ? madeUp(one as Objects, key, other, references)
          : one
      return [key, Array.isArray(value) ? value.map(idFor) : idFor(value)]
    }),
  )
}

function madeUp(reference: Objects, key: string, other: ObjectDefinition, { byName, byId }: References): string {
  const param = `relationships.${key}`
  if (Object.keys(reference).length !== 1 || reference['externalId'] === undefined) {
    throw badRequest('invalid_type', "A relationship takes ids, or records as {'externalId': …}.", param)
  }
  const externalId = requireExternalId(reference['externalId'], param)
  const name = `${other.name} ${externalId}`
  const id = byName.get(name) ?? newUuid()
  byName.set(name, id)
  byId.set(id, { definition: other, externalId })
  return encodeId(other.prefix, id)
}
