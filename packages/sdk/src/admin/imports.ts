import type { PageQuery } from '../page.ts'
import type { RequestOptions, Send } from '../request.ts'

/** How far an import is. */
export type ImportState = 'draft' | 'running' | 'cancelled' | 'done' | 'failed' | 'undoing' | 'undone'

export type ImportSummary = {
  id: string
  objectType: string
  fileId: string
  filename: string
  state: ImportState
  /** Why it failed. */
  problem: string | null
  createdBy: string | null
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
  counts: { total: number; done: number; created: number; updated: number; skipped: number; refused: number }
  undo: { reverted: number; kept: number; failed: number }
  /** Rows a second, and seconds that are left, while it runs. */
  rate: number | null
  eta: number | null
}

/** What a column, or one text for every row, is to become; `to` null: nothing. */
export type ImportMapping = ({ column: number; value?: never } | { value: string; column?: never }) & {
  /** A field, a part of one such as `$name.firstName`, a relationship, `id` or `externalId`. */
  to: string | null
  dates?: 'day-first' | 'month-first'
  decimal?: '.' | ','
  separator?: string
  unknownOptions?: 'refuse' | 'create'
}

export type ImportSettings = {
  mapping: ImportMapping[]
  /** By what a row finds the record that it is about; null: every row is a new record. */
  match: { by: string | null; onMatch: 'update' | 'skip' }
  createMissing: { accounts: boolean }
  /** The IANA name of the time zone of times without an offset. */
  timeZone: string
}

/** An import in full. `problems`: what is to be done before it can start, in sentences. */
export type Import = ImportSummary &
  ImportSettings & {
    encoding: ImportEncoding
    delimiter: string
    header: boolean
    columns: { column: number; name: string; samples: string[] }[]
    problems: string[]
  }

export type ImportEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

/** A completed file with a table; how it is written is found out where it is not said. */
export type NewImport = {
  objectType: string
  fileId: string
  header?: boolean
  encoding?: ImportEncoding
  delimiter?: string
}

export type ImportChange = {
  mapping?: readonly ImportMapping[]
  match?: Partial<ImportSettings['match']>
  createMissing?: Partial<ImportSettings['createMissing']>
  timeZone?: string
}

/** A row as it would be written. `row` counts as a spreadsheet does. */
export type PreviewedRow = {
  row: number
  outcome: 'create' | 'update' | 'skip' | 'refused'
  id?: string
  record?: { fields: Record<string, unknown>; relationships: Record<string, unknown> }
  changes?: Record<string, { before: unknown; after: unknown } | { added: string[]; removed: string[] }>
  error?: string
}

/** Imports of tables. Every operation throws APIError when it fails. */
export class Imports {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  /**
   * Reads an uploaded table and suggests what its columns become; nothing is imported yet.
   *
   * @example
   * const { id: fileId } = await client.file.upload({ filename: file.name, mimeType: 'text/csv', data: file })
   * const draft = await client.admin.imports.create({ objectType: 'contact', fileId })
   * await client.admin.imports.start(draft.id)
   */
  create(input: NewImport, options?: RequestOptions): Promise<Import> {
    return this.#send({ method: 'POST', api: 'admin', path: ['imports'], body: input }, options)
  }

  /** A page of the imports, the latest first. */
  list(page: PageQuery = {}, options?: RequestOptions): Promise<{ data: ImportSummary[]; totalCount: number }> {
    return this.#send({ method: 'GET', api: 'admin', path: ['imports'], query: page }, options)
  }

  retrieve(id: string, options?: RequestOptions): Promise<Import> {
    return this.#send({ method: 'GET', api: 'admin', path: ['imports', id] }, options)
  }

  /** Says what a draft is to do. The mapping is replaced as a whole. */
  update(id: string, change: ImportChange, options?: RequestOptions): Promise<Import> {
    return this.#send({ method: 'PATCH', api: 'admin', path: ['imports', id], body: change }, options)
  }

  /** The first rows as they would be written. */
  preview(id: string, query: { limit?: number } = {}, options?: RequestOptions): Promise<{ data: PreviewedRow[] }> {
    return this.#send({ method: 'GET', api: 'admin', path: ['imports', id, 'preview'], query }, options)
  }

  /** Starts an import in the background, or goes on with a cancelled one. */
  start(id: string, options?: RequestOptions): Promise<Import> {
    return this.#send({ method: 'POST', api: 'admin', path: ['imports', id, 'start'] }, options)
  }

  /** Stops an import; what is written stays. */
  cancel(id: string, options?: RequestOptions): Promise<Import> {
    return this.#send({ method: 'POST', api: 'admin', path: ['imports', id, 'cancel'] }, options)
  }

  /** Takes back what an import wrote, in the background, save what has been changed since. */
  undo(id: string, options?: RequestOptions): Promise<Import> {
    return this.#send({ method: 'POST', api: 'admin', path: ['imports', id, 'undo'] }, options)
  }
}
