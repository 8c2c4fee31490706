import { ApiError, badRequest, encodeId, type ObjectDefinition, unprocessable } from '@openfield/schema'
import {
  type ExternalId,
  findByExternalIds,
  findHolders,
  holdTargets,
  type NewRecord,
  typesOfIds,
  type UniqueValue,
} from '../../storage/bulk.ts'
import type { Client } from '../../storage/copy.ts'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import type { Context } from '../context.ts'
import { type LinkChange, linkLog, newLinks, refusedLink } from '../records/relationships.ts'
import { rulesOf } from '../records/rules.ts'
import { changeIdAt, valueTaken } from '../records/write.ts'
import { isRead, type ReadRow, type References } from './bulk-row.ts'

/** What becomes of a row: a record that is to be written, one that is there already, or why there is none. */
export type Settled = { outcome: 'created' | 'exists'; id: string } | { outcome: 'refused'; error: ApiError }

/** What is to be written of some rows, and what becomes of each. */
export type Settlement = { records: NewRecord[]; outcomes: Settled[] }

/**
 * Decides what becomes of rows, one after the other, by what there is: each may refer to those before it. Only looks; what is
 * to be linked to is held until the transaction ends.
 */
export async function settle(
  ctx: Context,
  tx: Client,
  definitions: VersionedDefinitions,
  rows: readonly (ReadRow | ApiError)[],
  references: References,
): Promise<Settlement> {
  const there = await lookUp(ctx, tx, rows, references)
  const settlement: Settlement = { records: [], outcomes: [] }
  for (const row of rows) {
    try {
      if (!isRead(row)) throw row
      settlement.outcomes.push(
        existing(there, row) ?? (await settleOne(ctx, definitions, row, references, there, settlement.records)),
      )
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      settlement.outcomes.push({ outcome: 'refused', error })
    }
  }
  return settlement
}

/** What is there: in the database, and of the rows before. */
type There = {
  /** The types of the ids that rows bring. */
  ids: Map<string, number>
  /** The ids of records by type and external id. */
  external: Map<string, string>
  targets: Map<string, { type: number; deleted: boolean }>
  /** Who has a unique value. */
  holders: Map<string, string>
}

const externalKey = ({ objectType, externalId }: ExternalId) => `${objectType} ${externalId}`
const uniqueKey = ({ field, value }: UniqueValue) => `${field} ${value}`

async function lookUp(
  { workspace }: Context,
  tx: Client,
  rows: readonly (ReadRow | ApiError)[],
  references: References,
): Promise<There> {
  const read = rows.filter(isRead)
  const named = [
    ...read.flatMap(({ definition, externalId }) => (externalId === null ? [] : [{ definition, externalId }])),
    ...references.byId.values(),
  ].map(({ definition, externalId }) => ({ objectType: definition.number, externalId }))
  const found = await findByExternalIds(tx, workspace, [
    ...new Map(named.map((one) => [externalKey(one), one])).values(),
  ])
  const linked = read.flatMap(({ write }) => write.links.flatMap(({ added }) => added))
  const targets = [...linked.filter((id) => !references.byId.has(id)), ...found.map(({ id }) => id)]
  const uniques = read.flatMap((row) => row.uniques)
  const known = read.flatMap((row) => (row.known ? [row.id] : []))
  return {
    ids: await typesOfIds(tx, workspace, [...new Set(known)]),
    external: new Map(found.map((one) => [externalKey(one), one.id])),
    targets: await holdTargets(tx, workspace, [...new Set(targets)]),
    holders: new Map((await findHolders(tx, workspace, uniques)).map((one) => [uniqueKey(one), one.id])),
  }
}

function existing({ ids, external }: There, row: ReadRow): Settled | undefined {
  const { definition, externalId } = row
  const type = ids.get(row.id)
  if (type !== undefined && type !== definition.number)
    throw unprocessable('A record of another type has this id.', 'id')
  const id =
    type === undefined
      ? externalId !== null && external.get(externalKey({ objectType: definition.number, externalId }))
      : row.id
  return id ? { outcome: 'exists', id: encodeId(definition.prefix, id) } : undefined
}

async function settleOne(
  ctx: Context,
  definitions: VersionedDefinitions,
  row: ReadRow,
  references: References,
  there: There,
  records: NewRecord[],
): Promise<Settled> {
  const { definition, id, externalId, at, lines, uniques, after } = row
  const links = row.write.links.map((change) => resolved(change, references, there))
  const derived = row.derives && (await rulesOf(definition).derive?.(ctx, definition, { ...row.write, links }, []))
  const changes = [...links, ...(derived || [])]
  requireTargets(definitions, links, there)
  for (const one of uniques) {
    const holder = there.holders.get(uniqueKey(one))
    if (holder !== undefined && holder !== id) throw valueTaken(`${one.field} ${holder}`, definition)
  }

  for (const one of uniques) there.holders.set(uniqueKey(one), id)
  there.ids.set(id, definition.number)
  there.targets.set(id, { type: definition.number, deleted: false })
  if (externalId !== null) there.external.set(externalKey({ objectType: definition.number, externalId }), id)
  records.push({
    id,
    at,
    lines,
    links: newLinks(definitions.types, changes),
    changeId: changeIdAt(at),
    after,
    linkChanges: linkLog(changes),
    ...(row.mail && { mail: row.mail }),
  })
  return { outcome: 'created', id: encodeId(definition.prefix, id) }
}

/** Links by the ids of the records that were named by their external ids. */
function resolved(change: LinkChange, { byId }: References, { external }: There): LinkChange {
  const added = change.added.map((id) => {
    const reference = byId.get(id)
    if (!reference) return id
    const { definition, externalId } = reference
    return (
      external.get(externalKey({ objectType: definition.number, externalId })) ??
      missing(change, definition, externalId)
    )
  })
  return { ...change, added: [...new Set(added)] }
}

function missing({ relationship: { key } }: LinkChange, { name }: ObjectDefinition, externalId: string): never {
  throw badRequest(
    'relationship_entity_missing',
    `There is no ${name} with the externalId '${externalId.slice(0, 80).toWellFormed()}', here or in the rows before.`,
    `relationships.${key}`,
  )
}

function requireTargets({ types }: VersionedDefinitions, links: readonly LinkChange[], { targets }: There) {
  newLinks(types, links).forEach((link, at) => {
    const target = targets.get(link.other)
    if (target?.type !== link.otherType) throw refusedLink(links, at + 1, false)
    if (target.deleted) throw refusedLink(links, at + 1, true)
  })
}
