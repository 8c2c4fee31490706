import { badRequest, decodeId, encodeId, idPrefixes, type ObjectDefinition, recordId } from '@openfield/schema'
import { type AuditFilter, type AuditPlace, type AuditRow, auditBefore } from '../../storage/audit.ts'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import { type Actor, readActors } from '../actors.ts'
import { type Context, withDefinitions } from '../context.ts'
import { nameRecords, namesById } from '../records/names.ts'

/** What a request asks of the log: which page, and of what. */
export type AuditQuery = Omit<AuditFilter, 'record'> & { limit: number; before: string | undefined }

/** One thing that was done. */
export type AuditLine = {
  id: string
  at: string
  actor: Actor | null
  action: string
  outcome: string
  /** What it was done to; `title` is null for what is no record, is gone, or has no name. */
  object: { id: string; objectType: string | null; title: string | null } | null
  /** The keys of the fields and relationships that a write changed. */
  keys: string[]
  details: object
  requestId: string | null
  address: string | null
}

export type AuditPage = { data: AuditLine[]; nextCursor: string | null }

/** A page of what was done in the workspace, newest first: admin actions, sign-ins and writes of records. */
export const readAudit = (ctx: Context, { limit, before, ...filter }: AuditQuery): Promise<AuditPage> =>
  withDefinitions(ctx, async (definitions) => {
    const record = filter.object === undefined ? undefined : uuidIn(definitions, filter.object)
    const place = before === undefined ? end : readPlace(before)
    const found = await auditBefore(ctx.db, ctx.workspace, place, { ...filter, record }, limit + 1)
    const page = found.slice(0, limit)
    const last = found.length > limit ? page.at(-1) : undefined
    return {
      data: await present(ctx, definitions, page),
      nextCursor: last === undefined ? null : `${last.transaction}-${last.id}`,
    }
  })

/** The uuid of a record, of whatever type an id is. */
function uuidIn({ types }: VersionedDefinitions, id: string): string | undefined {
  const prefix = [...types.values()].find((one) => one.prefix === id.slice(0, id.lastIndexOf('_')))?.prefix
  return prefix && decodeId(prefix, id)
}

async function present(ctx: Context, definitions: VersionedDefinitions, found: readonly AuditRow[]) {
  const { types } = definitions
  const actors = found.map(({ actor }) => actor)
  const actorOf = await readActors(ctx.db, ctx.workspace, types, actors)
  const byNumber = new Map(Array.from(types.values(), (one) => [one.number, one]))
  const named = found.flatMap(({ record, object }) => record ?? (object && uuidIn(definitions, object)) ?? [])
  const titles = namesById(await nameRecords(ctx, definitions, new Set(named)))
  return found.map((row): AuditLine => {
    const object = objectOf(row, byNumber.get(row.objectType ?? Number.NaN))
    return {
      id: encodeId(row.record === null ? idPrefixes.audit : idPrefixes.change, row.id),
      at: row.at.toISOString(),
      actor: actorOf(row.actor),
      action: row.action,
      outcome: row.outcome,
      object: object && { ...object, title: titles[object.id] ?? null },
      keys: row.keys,
      details: row.details,
      requestId: row.requestId,
      address: row.address,
    }
  })
}

function objectOf({ record, object }: AuditRow, definition: ObjectDefinition | undefined) {
  if (record === null) return object === null ? null : { id: object, objectType: null }
  // Of a record that has been removed for good, the type is not known any more.
  if (!definition) return { id: record, objectType: null }
  return { id: recordId(definition, record), objectType: definition.name }
}

const end: AuditPlace = { transaction: 2n ** 63n - 1n, id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' }

/** Throws a 400 for what is no cursor. */
function readPlace(text: string): AuditPlace {
  const [, transaction, id = ''] = /^(\d{1,18})-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(text) ?? []
  if (transaction !== undefined) return { transaction: BigInt(transaction), id }
  throw badRequest('invalid_type', '`before` takes the nextCursor of the page before.', 'before')
}
