import { OpenfieldError } from '../errors.ts'
import { type RequestOptions, randomKey, type SendLines } from '../request.ts'

/** A record to link to: by its id, or by the external id that it has here, or in a row before. */
export type ImportLink = string | { externalId: string }

/** A record to bring in. With an `id` or `externalId` that is there already, it is left alone. */
export type BulkRow = {
  /** The type's own name, such as `opportunity`. */
  objectType: string
  /** An id of this API, as the record had it in another workspace. */
  id?: string
  externalId?: string
  createdAt?: string
  updatedAt?: string
  fields?: Readonly<Record<string, unknown>>
  relationships?: Readonly<Record<string, ImportLink | readonly ImportLink[]>>
}

/** What became of a row; rows are counted from 1. */
export type BulkResult = { row: number } & (
  | { outcome: 'created' | 'exists'; id: string }
  | { outcome: 'refused'; error: { type: string; message: string; code?: string; param?: string } }
)

type Line = BulkResult | { done: true } | { done: false; error: { message: string } }

/** A request has so many rows, or one more than so many characters. Which rows are in which must be the same each time. */
const rowsMax = 2000
const sizeMax = 2_000_000

/** The import of any number of records. */
export const importWith = (sendLines: SendLines) =>
  /**
   * Brings in records, in their order and of all types that can be created, a few thousand a request; requests that fail are
   * sent again. Tells what became of each row. Throws APIError when it comes no further: then import the same again, with
   * the same `idempotencyKey` when rows have neither `id` nor `externalId`.
   *
   * @example
   * for await (const { row, outcome } of client.admin.import(rows)) if (outcome === 'refused') console.log(row)
   */
  async function* importRows(
    rows: Iterable<BulkRow> | AsyncIterable<BulkRow>,
    { idempotencyKey = randomKey(), ...options }: RequestOptions = {},
  ): AsyncGenerator<BulkResult, void, undefined> {
    let before = 0
    for await (const part of partsOf(rows)) {
      const lines = await sendLines<Line>(request, part, { ...options, idempotencyKey: `${idempotencyKey}/${before}` })
      for (const line of lines) {
        if (!('done' in line)) yield { ...line, row: before + line.row }
        else if (!line.done) throw new OpenfieldError(`The import broke off: ${line.error.message}`)
      }
      before += part.length
    }
  }

const request = { method: 'POST', api: 'admin', path: ['import'] } as const

async function* partsOf(rows: Iterable<BulkRow> | AsyncIterable<BulkRow>) {
  let part: BulkRow[] = []
  let size = 0
  for await (const row of rows) {
    part.push(row)
    size += JSON.stringify(row).length
    if (part.length < rowsMax && size < sizeMax) continue
    yield part
    part = []
    size = 0
  }
  if (part.length > 0) yield part
}
