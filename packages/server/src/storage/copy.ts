import { once } from 'node:events'
import type { Socket } from 'node:net'
import type pg from 'pg'

/** What of a connection of the driver is used here; its types leave these out. */
type Wire = {
  stream: Socket
  query(text: string): void
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
  sendCopyFail(message: string): void
}

/** A connection for itself, as `copyOut` and `copyIn` need it. */
export type Client = pg.PoolClient

/** Rows in the text format of COPY, whole ones, and how many there are. */
export type Piece = { rows: number; bytes: Buffer }

/** A piece is done when it has so many bytes, and the row is whole. */
const pieceSize = 4 * 1024 * 1024
/** So many pieces may wait; then PostgreSQL does. */
const waitingMax = 2

/** The rows of a statement `copy … to stdout`, a piece at a time, no faster than they are taken. */
export async function* copyOut(client: Client, text: string): AsyncGenerator<Piece, void, undefined> {
  const outgoing = new Outgoing(text)
  ;(client as unknown as { query(outgoing: Outgoing): void }).query(outgoing)
  for (;;) {
    const piece = await outgoing.next()
    if (!piece) return
    yield piece
  }
}

class Outgoing {
  readonly #text: string
  #wire: Wire | undefined
  #pieces: Piece[] = []
  #chunks: Buffer[] = []
  #size = 0
  #over = false
  #error: Error | undefined
  #wake = () => {}

  constructor(text: string) {
    this.#text = text
  }

  async next(): Promise<Piece | undefined> {
    for (;;) {
      const piece = this.#pieces.shift()
      if (this.#pieces.length < waitingMax) this.#wire?.stream.resume()
      if (piece) return piece
      if (this.#error) throw this.#error
      if (this.#over) return undefined
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  #flush() {
    if (this.#chunks.length === 0) return
    this.#pieces.push({ rows: this.#chunks.length, bytes: Buffer.concat(this.#chunks) })
    this.#chunks = []
    this.#size = 0
    if (this.#pieces.length >= waitingMax) this.#wire?.stream.pause()
    this.#wake()
  }

  submit(wire: Wire) {
    this.#wire = wire
    wire.query(this.#text)
  }
  /** One row a message. The driver uses the memory again. */
  handleCopyData({ chunk }: { chunk: Buffer }) {
    this.#chunks.push(Buffer.from(chunk))
    this.#size += chunk.length
    if (this.#size >= pieceSize) this.#flush()
  }
  handleCommandComplete() {
    this.#flush()
  }
  handleReadyForQuery() {
    this.#over = true
    this.#wake()
  }
  handleError(error: Error) {
    this.#error = error
    this.#wake()
  }
}

/** Sends rows to a statement `copy … from stdin`. Returns how many there were. */
export function copyIn(client: Client, text: string, rows: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  let count = 0
  const incoming = {
    submit: (wire: Wire) => wire.query(text),
    handleCopyInResponse: (wire: Wire) => {
      send(wire, rows).catch((error: Error) => {
        reject(error)
        wire.sendCopyFail(error.message)
      })
    },
    handleCommandComplete: ({ text: said }: { text: string }) => {
      count = Number(/^COPY (\d+)$/.exec(said)?.[1] ?? 0)
    },
    handleReadyForQuery: () => resolve(count),
    handleError: reject,
  }
  ;(client as unknown as { query(query: typeof incoming): void }).query(incoming)
  return promise
}

async function send(wire: Wire, rows: AsyncIterable<Buffer> | Iterable<Buffer>) {
  for await (const chunk of rows) {
    wire.sendCopyFromChunk(chunk)
    if (wire.stream.writableNeedDrain) await once(wire.stream, 'drain')
  }
  wire.endCopyFrom()
}
