import { setImmediate as nextTurn } from 'node:timers/promises'
import { ApiError } from '@openfield/schema'
import type { WorkKind } from '../../jobs/work.ts'
import { askLater, inBatch, insertRecords, know } from '../../storage/bulk.ts'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import { firstUse } from '../../storage/idempotency.ts'
import { hasten } from '../../storage/outbox.ts'
import { noteWords } from '../../storage/search-words.ts'
import { type Context, withDefinitions } from '../context.ts'
import { isRead, noReferences, type Origin, type ReadRow, type References, readRow } from './bulk-row.ts'
import { type Settled, settle } from './bulk-settle.ts'

/** What became of a row; rows are counted from 1. */
export type RowResult = { row: number } & (
  | { id: string; outcome: 'created' | 'exists' }
  | { outcome: 'refused'; error: object }
)

/** What became of all. */
export type ImportSummary = { done: true; rows: number } & Record<Settled['outcome'], number>

/** A batch is written when it has so many rows, or so many characters. */
const rowsMax = 5000
const sizeMax = 8 * 1024 * 1024
const rowsInOneGo = 10

/**
 * What follows from the records is seen to when all are there, so that it is not in their way and is done once for many; or
 * so long after they came, should the import never come to its end.
 */
const workDelayMs = 10 * 60_000
const work: WorkKind = 'imported'

/**
 * Creates records, of any number and of all types that can be created, in their order. A row is an object with `objectType`,
 * `fields` and, if need be, `relationships`, `id`, `externalId`, `createdAt` and `updatedAt`; in the place of one, an ApiError
 * refuses what stood there. One whose id or externalId is there already is left alone, so that what broke off is simply
 * imported again; with a key, that holds for rows without either, too. Rows come in portions of any size; an empty one
 * says that the next may take a while, and has those before it written. With `copies`, rows are of records of any type as they
 * were elsewhere: they also have `links` that the system made there, and none are derived. Yields what became of each, batch by batch, and
 * then of all.
 */
export async function* importRows(
  ctx: Context,
  portions: AsyncIterable<readonly unknown[]>,
  idempotencyKey?: string,
  copies = false,
): AsyncGenerator<readonly (RowResult | ImportSummary)[], void, undefined> {
  const origin = idempotencyKey === undefined ? undefined : await originOf(ctx, idempotencyKey)
  const importer = new Importer(ctx, origin, copies)
  try {
    for await (const portion of portions) {
      for (const [at, row] of portion.entries()) {
        const written = await importer.add(row)
        if (written.length > 0) yield written
        // The database, which is at the batch before, is not to wait for what it is to do next.
        if (at % rowsInOneGo === 0) await nextTurn()
      }
      const written = portion.length === 0 ? await importer.writeAll() : []
      if (written.length > 0) yield written
    }
    yield [...(await importer.writeAll()), importer.summary]
  } finally {
    await importer.end()
  }
}

async function originOf(ctx: Context, key: string): Promise<Origin> {
  return { key, at: await firstUse(ctx.db, ctx.workspace, 'import', key, ctx.now()) }
}

type Batch = {
  /** The number of the row before the first. */
  before: number
  raw: unknown[]
  read: (ReadRow | ApiError)[]
  references: References
  size: number
  /** Whether it is one of records that get links by what others have; undefined when it has none yet. */
  looksAtOthers: boolean | undefined
  definitions: VersionedDefinitions | undefined
}

class Importer {
  readonly summary: ImportSummary = { done: true, rows: 0, created: 0, exists: 0, refused: 0 }
  readonly #ctx: Context
  readonly #origin: Origin | undefined
  readonly #copies: boolean
  #batch: Batch = newBatch(0)
  #writing: Promise<RowResult[]> = Promise.resolve([])
  #batches = 0
  /** The work that waits for the end. */
  readonly #asked: string[] = []
  /** Words that are noted already. */
  #words = new Set<string>()

  constructor(ctx: Context, origin: Origin | undefined, copies: boolean) {
    this.#ctx = ctx
    this.#origin = origin
    this.#copies = copies
  }

  /** Takes a row; when that begins a new batch, returns what became of the rows of the one before the last. */
  async add(row: unknown): Promise<RowResult[]> {
    const read = await this.#read(this.#batch, row)
    if (isRead(read) && looksAtOthers(read) !== (this.#batch.looksAtOthers ?? looksAtOthers(read))) {
      const written = await this.#write()
      return [...written, ...(await this.add(row))]
    }
    const batch = this.#batch
    batch.raw.push(row)
    batch.read.push(read)
    if (isRead(read)) {
      batch.size += read.after.length
      batch.looksAtOthers = looksAtOthers(read)
    }
    return batch.raw.length >= rowsMax || batch.size >= sizeMax ? this.#write() : []
  }

  /** Writes what has been taken, and returns what became of all that has not been told of yet. */
  async writeAll(): Promise<RowResult[]> {
    return [...(await this.#write()), ...(await this.#write())]
  }

  /** Resolves when nothing is being written any more, and what follows from it is seen to. */
  async end(): Promise<void> {
    await this.#writing.catch(nothing)
    if (this.#asked.length === 0) return
    await hasten(this.#ctx.db, this.#ctx.workspace, work, this.#asked)
    this.#ctx.workWritten()
  }

  /** Begins to write the batch, while the next one is read. Returns what became of the one before it. */
  async #write(): Promise<RowResult[]> {
    const written = await this.#writing
    const batch = this.#batch
    this.#batch = newBatch(batch.before + batch.raw.length)
    this.#writing = batch.raw.length === 0 ? Promise.resolve([]) : this.#writeBatch(batch)
    // Whoever waits for it is told.
    this.#writing.catch(nothing)
    return written
  }

  async #read(batch: Batch, row: unknown): Promise<ReadRow | ApiError> {
    if (row instanceof ApiError) return row
    batch.definitions ??= await this.#ctx.definitions.get(this.#ctx)
    const { definitions } = batch
    try {
      const number = batch.before + batch.read.length + 1
      return await readRow(this.#ctx, definitions, row, number, this.#origin, batch.references, this.#copies)
    } catch (error) {
      if (error instanceof ApiError) return error
      throw error
    }
  }

  async #writeBatch(batch: Batch): Promise<RowResult[]> {
    const { db, workspace, caller } = this.#ctx
    const { outcomes, asked } = await withDefinitions(this.#ctx, async (definitions) => {
      if (definitions.version !== batch.definitions?.version) await this.#readAgain(batch, definitions)
      await this.#noteWords(batch)
      return inBatch(db, workspace, definitions.version, async (tx) => {
        const { records, outcomes } = await settle(this.#ctx, tx, definitions, batch.read, batch.references)
        if (records.length === 0) return { outcomes }
        await insertRecords(tx, workspace, records, caller?.actor ?? null)
        const dueAt = new Date(this.#ctx.now().getTime() + workDelayMs)
        return { outcomes, asked: await askLater(tx, workspace, work, records, dueAt) }
      })
    })
    if (asked !== undefined) this.#asked.push(asked)
    if (this.#batches === 0) await know(db)
    this.#batches += 1
    this.#ctx.events.wake(workspace)
    return outcomes.map((outcome, at) => this.#result(batch.before + at + 1, outcome))
  }

  /** The definitions have changed since the rows were read. */
  async #readAgain(batch: Batch, definitions: VersionedDefinitions) {
    const { raw } = batch
    Object.assign(batch, { read: [], references: noReferences(), definitions })
    for (const row of raw) batch.read.push(await this.#read(batch, row))
  }

  /** By itself, so that nobody who writes the same words has to wait for the batch. */
  async #noteWords({ read }: Batch) {
    const words = new Set(read.filter(isRead).flatMap((row) => row.words))
    const fresh = [...words].filter((word) => !this.#words.has(word))
    if (fresh.length === 0) return
    await noteWords(this.#ctx.db, this.#ctx.workspace, fresh)
    if (this.#words.size > wordsMax) this.#words.clear()
    for (const word of fresh) this.#words.add(word)
  }

  #result(row: number, settled: Settled): RowResult {
    this.summary.rows += 1
    this.summary[settled.outcome] += 1
    if (settled.outcome !== 'refused') return { row, id: settled.id, outcome: settled.outcome }
    return { row, outcome: 'refused', ...settled.error.toJSON() }
  }
}

const wordsMax = 200_000

const newBatch = (before: number): Batch => ({
  before,
  raw: [],
  read: [],
  references: noReferences(),
  size: 0,
  looksAtOthers: undefined,
  definitions: undefined,
})

const nothing = () => {}

/** Records that get links by what others have, which has to be written before they are looked at. */
const looksAtOthers = ({ derives }: ReadRow) => derives
