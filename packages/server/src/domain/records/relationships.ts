import {
  type ApiError,
  badRequest,
  type Definitions,
  decodeId,
  type ObjectDefinition,
  type Relationship,
  unprocessable,
} from '@openfield/schema'
import type { Connection } from '../../storage/database.ts'
import { findRecords, linkedAmong, type NewLink, type OldLink } from '../../storage/records.ts'
import { type Links, linksMax, type StoredRecord } from '../../storage/rows.ts'
import { linkedIds } from './links.ts'

/** What a body says about one relationship: ids to link, ids to unlink, or the exact set to have. */
export type RelationshipWrite = { relationship: Relationship; add: string[]; remove: string[]; replace: boolean }

/** The most ids, and the most link changes, of one request (public documentation of relationship writes). */
const idsMax = 25
const changesMax = 25

/** Reads the `relationships` of a create body: an id or an array of ids per key. */
export function parseNewRelationships(
  definition: ObjectDefinition,
  input: Record<string, unknown>,
  most = idsMax,
): RelationshipWrite[] {
  const writes = Object.entries(input).map(([key, value]): RelationshipWrite => {
    const relationship = writableRelationship(definition, key, 'create')
    const add = parseIds(value, param(key), most)
    requireOne(relationship, add)
    return { relationship, add, remove: [], replace: false }
  })
  limitIds(writes, most)
  return writes
}

/** Reads the `relationships` of an update body: `add`, `remove` or `replace` per key. */
export function parseRelationshipChanges(
  definition: ObjectDefinition,
  input: Record<string, unknown>,
): RelationshipWrite[] {
  const writes = Object.entries(input).map(([key, value]): RelationshipWrite => {
    const relationship = writableRelationship(definition, key, 'update')
    const { add, remove, replace } = operations(value, param(key))
    requireAllowed(definition, { add, remove, replace }, param(key))
    const added = [...(add ?? []), ...(replace ?? [])]
    requireOne(relationship, added)
    return { relationship, add: added, remove: remove ?? [], replace: replace !== undefined }
  })
  limitIds(writes)
  return writes
}

const param = (key: string) => `relationships.${key.slice(0, 200)}`.toWellFormed()

function writableRelationship(definition: ObjectDefinition, key: string, verb: 'create' | 'update'): Relationship {
  const relationship = definition.relationships.get(key)
  if (!relationship) {
    const named = key.slice(0, 200).toWellFormed()
    throw badRequest(
      'unknown_relationship',
      `Unrecognized relationship '${named}' for '${definition.plural}'.`,
      param(key),
    )
  }
  const writable = relationship.write === 'always' || relationship.write === verb
  if (writable) return relationship
  throw badRequest(
    'invalid_configuration',
    relationship.write === 'create'
      ? `The relationship '${key}' is set when the record is created and cannot be changed.`
      : `The relationship '${key}' is read-only here: change it from the other record.`,
    param(key),
  )
}

const wrongIds = (where: string) =>
  badRequest('invalid_type', 'A relationship takes the id of a record, or an array of ids.', where)

function parseIds(value: unknown, where: string, most = idsMax): string[] {
  const ids = typeof value === 'string' ? [value] : value
  if (!Array.isArray(ids) || !ids.every((id) => typeof id === 'string')) throw wrongIds(where)
  if (ids.length > most) throw tooMany(most)
  return [...new Set(ids)]
}

function requireOne({ one, key }: Relationship, ids: readonly string[]) {
  if (one && ids.length > 1) {
    throw badRequest('invalid_type', `The relationship '${key}' takes one id.`, param(key))
  }
}

type Operations = { add?: string[] | undefined; remove?: string[] | undefined; replace?: string[] | undefined }

function operations(value: unknown, where: string): Operations {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest('invalid_type', "Say what to do with the ids: {'add': …}, {'remove': …} or {'replace': …}.", where)
  }
  const unknown = Object.keys(value).find((key) => key !== 'add' && key !== 'remove' && key !== 'replace')
  if (unknown !== undefined) {
    throw badRequest('invalid_type', 'A relationship is changed by `add`, `remove` and `replace` only.', where)
  }
  const { add, remove, replace } = value as Record<keyof Operations, unknown>
  if (replace !== undefined && (add !== undefined || remove !== undefined)) {
    throw badRequest(
      'invalid_configuration',
      '`replace` says the whole set; do not combine it with `add` or `remove`.',
      where,
    )
  }
  return {
    ...(add !== undefined && { add: parseIds(add, where) }),
    ...(remove !== undefined && { remove: parseIds(remove, where) }),
    ...(replace !== undefined && { replace: replace === null ? [] : parseIds(replace, where) }),
  }
}

/** Throws for an operation that the object type's relationships do not have. */
function requireAllowed({ linkChanges, label }: ObjectDefinition, { add, remove, replace }: Operations, where: string) {
  if (linkChanges === 'replace-one' && replace?.length !== 1) {
    throw badRequest('invalid_configuration', `On a ${label.toLowerCase()}, say {'replace': …} with one id.`, where)
  }
  if (linkChanges === 'add-remove' && replace) {
    throw badRequest('invalid_type', `On a ${label.toLowerCase()}, say {'add': …} or {'remove': …} or both.`, where)
  }
  if (linkChanges === 'one-of-add-remove' && (replace || (add && remove) || (!add && !remove))) {
    throw badRequest(
      'invalid_configuration',
      `On a ${label.toLowerCase()}, say {'add': …} or {'remove': …}, one of them.`,
      where,
    )
  }
}

function limitIds(writes: readonly RelationshipWrite[], most = idsMax) {
  const ids = writes.reduce((sum, write) => sum + write.add.length + write.remove.length, 0)
  if (ids > most) throw tooMany(most)
}

const tooMany = (most = idsMax) =>
  unprocessable(
    most === idsMax
      ? `A request can name at most ${idsMax} related records and make at most ${changesMax} link changes; split it.`
      : `A row can name at most ${most} related records; add the others afterwards.`,
    'relationships',
    'relationship_write_limit_exceeded',
  )

/** The changes of one relationship of a record, in stored ids. */
export type LinkChange = { relationship: Relationship; added: string[]; removed: string[] }

/**
 * What to write so that the record has the links asked for; links that are there already, or already gone, are no
 * change. Throws when an id is not of the related type. In an order that is the same for everybody: writers that want
 * the same places wait for each other, instead of each for the other.
 */
export function linkChanges(
  types: Definitions,
  writes: readonly RelationshipWrite[],
  current: { from: Links; to: Links },
): LinkChange[] {
  return writes
    .map((write): LinkChange => {
      const { relationship } = write
      const has = linkedIds(relationship, current)
      const wanted = decodeIds(types, relationship, write.add)
      const unwanted = write.replace
        ? has.filter((id) => !wanted.includes(id))
        : decodeIds(types, relationship, write.remove).filter((id) => has.includes(id) && !wanted.includes(id))
      const added = wanted.filter((id) => !has.includes(id)).sort()
      const displaced = relationship.one && added.length > 0 ? has.filter((id) => !unwanted.includes(id)) : []
      return { relationship, added, removed: [...unwanted, ...displaced].sort() }
    })
    .filter(({ added, removed }) => added.length + removed.length > 0)
    .sort((left, right) => (left.relationship.ids[0] ?? 0) - (right.relationship.ids[0] ?? 0))
}

/** Throws a 422 for more link changes than one request may make. */
export function limitChanges(changes: readonly LinkChange[]) {
  if (changes.reduce((sum, { added, removed }) => sum + added.length + removed.length, 0) > changesMax) throw tooMany()
}

/**
 * A record's links as far as some writes are concerned: those it was read with and, where these are only the newest, the
 * links to the ids that the writes name.
 */
export async function linksConcerned(
  db: Connection,
  workspace: number,
  types: Definitions,
  writes: readonly RelationshipWrite[],
  record: StoredRecord,
): Promise<{ from: Links; to: Links }> {
  const ids = { from: new Map(record.from.ids), to: new Map(record.to.ids) }
  for (const { relationship, add, remove } of writes) {
    const { side } = relationship
    const [id = 0] = relationship.ids
    if (!record[side].more.has(id)) continue
    const named = decodeIds(types, relationship, [...add, ...remove])
    const linked = await linkedAmong(db, workspace, record.id, id, side, named)
    ids[side].set(id, [...new Set([...(ids[side].get(id) ?? []), ...linked])])
  }
  return { from: { ids: ids.from, more: record.from.more }, to: { ids: ids.to, more: record.to.more } }
}

function decodeIds(types: Definitions, relationship: Relationship, ids: readonly string[]): string[] {
  const prefix = types.get(relationship.objectType)?.prefix ?? 'obj'
  return ids.map((id) => decodeId(prefix, id) ?? missing(relationship, id))
}

function missing(relationship: Relationship, id: string): never {
  throw badRequest(
    'relationship_entity_missing',
    `There is no ${relationship.objectType} with the id '${id.slice(0, 80).toWellFormed()}'.`,
    param(relationship.key),
  )
}

const inactive = (relationship: Relationship) =>
  badRequest(
    'relationship_entity_inactive',
    `The ${relationship.objectType} to link is in the trash; restore it first.`,
    param(relationship.key),
  )

/** The links to make, in the form that storage takes. */
export const newLinks = (types: Definitions, changes: readonly LinkChange[]): NewLink[] =>
  changes.flatMap(({ relationship, added }) =>
    added.map((other) => ({
      relationship: relationship.ids[0] ?? 0,
      from: relationship.side === 'from',
      other,
      otherType: types.get(relationship.objectType)?.number ?? 0,
      one: relationship.one,
      otherOne: relationship.inverseOne,
    })),
  )

/** The links to remove, in the form that storage takes. */
export const oldLinks = (changes: readonly LinkChange[]): OldLink[] =>
  changes.flatMap(({ relationship, removed }) =>
    removed.map((other) => ({ relationship: relationship.ids[0] ?? 0, from: relationship.side === 'from', other })),
  )

/** The error for the link that storage refused: `position` counts the links of `newLinks` from 1. */
export function refusedLink(changes: readonly LinkChange[], position: number, isInTrash: boolean): ApiError {
  const links = changes.flatMap(({ relationship, added }) => added.map((id) => ({ relationship, id })))
  const link = links[position - 1]
  if (!link) throw new Error(`storage refused link ${position} of ${links.length}`)
  if (isInTrash) return inactive(link.relationship)
  return badRequest(
    'relationship_entity_missing',
    `There is no ${link.relationship.objectType} with the given id.`,
    param(link.relationship.key),
  )
}

/** Throws if a record to link does not exist or is in the trash. Only for requests that fail anyway: writes check themselves. */
export async function requireLinked(
  db: Connection,
  workspace: number,
  types: Definitions,
  changes: readonly LinkChange[],
) {
  const links = newLinks(types, changes)
  if (links.length === 0) return
  const found = await findRecords(
    db,
    workspace,
    links.map((link) => link.other),
  )
  for (const [index, link] of links.entries()) {
    const record = found.find((row) => row.id === link.other)
    if (record?.object_type !== link.otherType) throw refusedLink(changes, index + 1, false)
    if (record.deleted) throw refusedLink(changes, index + 1, true)
  }
}

/** What changed, for the change log: stored ids by key. */
export const linkLog = (changes: readonly LinkChange[]) =>
  JSON.stringify(
    Object.fromEntries(changes.map(({ relationship, added, removed }) => [relationship.key, { added, removed }])),
  )

/** A record's links after some changes; of very many the newest. */
export function linksAfter(
  current: { id?: string; from: Links; to: Links },
  changes: readonly LinkChange[],
): { from: Links; to: Links } {
  const ids = { from: new Map(current.from.ids), to: new Map(current.to.ids) }
  const more = { from: new Set(current.from.more), to: new Set(current.to.more) }
  const change = (side: 'from' | 'to', id: number, added: readonly string[], removed: readonly string[]) => {
    const kept = (ids[side].get(id) ?? []).filter((one) => !removed.includes(one) && !added.includes(one))
    const all = [...kept, ...added].sort().reverse()
    ids[side].set(id, all.slice(0, linksMax))
    if (all.length > linksMax) more[side].add(id)
  }
  for (const { relationship, added, removed } of changes) {
    const { side } = relationship
    const [id = 0] = relationship.ids
    change(side, id, added, removed)
    // A record linked to itself is at both ends.
    const isSelf = (other: string) => other === current.id
    if ([...added, ...removed].some(isSelf)) {
      change(side === 'from' ? 'to' : 'from', id, added.filter(isSelf), removed.filter(isSelf))
    }
  }
  return { from: { ids: ids.from, more: more.from }, to: { ids: ids.to, more: more.to } }
}

/** The 422 for a required relationship, of those given, that would be left empty; or undefined. */
export function missingRequired(
  definition: ObjectDefinition,
  relationships: Iterable<Relationship>,
  links: { from: Links; to: Links },
): ApiError | undefined {
  for (const relationship of relationships) {
    if (relationship.required && linkedIds(relationship, links).length === 0) {
      return unprocessable(`${definition.label} requires ${relationship.key}.`, `relationships.${relationship.key}`)
    }
  }
  return undefined
}
