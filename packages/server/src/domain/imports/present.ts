import { encodeId, idPrefixes, objectTypes } from '@openfield/schema'
import type { StoredImport } from './settings.ts'

/** An import as lists show it. */
export function presentSummary(one: StoredImport, now: Date) {
  const { created, updated, skipped, refused, total, reverted, kept, failed } = one
  const done = created + updated + skipped + refused
  const seconds = one.state === 'running' && one.startedAt ? (now.getTime() - one.startedAt.getTime()) / 1000 : 0
  const rate = seconds > 0 && done > 0 ? done / seconds : null
  return {
    id: encodeId(idPrefixes.import, one.id),
    objectType: one.objectType,
    fileId: encodeId(objectTypes.file.prefix, one.fileId),
    filename: one.source.filename,
    state: one.state,
    problem: one.problem,
    createdBy: one.createdBy?.memberId ?? null,
    createdAt: one.createdAt.toISOString(),
    startedAt: one.startedAt?.toISOString() ?? null,
    finishedAt: one.finishedAt?.toISOString() ?? null,
    counts: { total, done, created, updated, skipped, refused },
    undo: { reverted, kept, failed },
    rate: rate && Math.round(rate * 10) / 10,
    eta: rate ? Math.ceil((total - done) / rate) : null,
  }
}

/** An import in full. */
export const presentImport = (one: StoredImport, problems: readonly string[], now: Date) => ({
  ...presentSummary(one, now),
  encoding: one.source.format.encoding,
  delimiter: one.source.format.delimiter,
  header: one.source.header,
  columns: one.source.columns.map((column, index) => ({ column: index, ...column })),
  mapping: one.settings.mapping,
  match: one.settings.match,
  createMissing: one.settings.createMissing,
  timeZone: one.settings.timeZone,
  problems,
})
