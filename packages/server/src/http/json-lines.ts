import { ApiError } from '@openfield/schema'
import { parseJson } from './body.ts'

/** The longest line. */
const lineBytesMax = 1024 * 1024
/** When nothing has come for so long, an empty portion says so. */
const pauseMs = 250

const newline = 10
const carriageReturn = 13

/**
 * The values of JSON lines, in portions as they come; in the place of one that is no JSON, or too long, the ApiError that says
 * so. Empty lines are passed over. An empty portion says that the next is not there yet.
 */
export async function* jsonLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<unknown[], void, undefined> {
  const lines = new Lines()
  for await (const chunk of withPauses(chunks)) yield chunk === 'pause' ? [] : lines.take(chunk)
  yield lines.end()
}

/** A line that is cut into pieces is put together; of one that is too long nothing is kept. */
class Lines {
  #pieces: Buffer[] = []
  #length = 0

  take(chunk: Buffer): unknown[] {
    const values: unknown[] = []
    let from = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      this.#add(chunk.subarray(from, end))
      values.push(...this.end())
      from = end + 1
    }
    this.#add(chunk.subarray(from))
    return values
  }

  /** The value of the line that ends here; none of an empty one. */
  end(): unknown[] {
    const [pieces, length] = [this.#pieces, this.#length]
    this.#pieces = []
    this.#length = 0
    if (length > lineBytesMax) return [tooLong()]
    const [only, ...others] = pieces
    if (!only) return []
    const line = others.length > 0 ? Buffer.concat(pieces) : only
    if (line.length === 1 && line[0] === carriageReturn) return []
    try {
      return [parseJson(line, 'The line')]
    } catch (error) {
      if (error instanceof ApiError) return [error]
      throw error
    }
  }

  #add(piece: Buffer) {
    if (piece.length === 0) return
    this.#length += piece.length
    if (this.#length > lineBytesMax) this.#pieces = []
    else this.#pieces.push(piece)
  }
}

const tooLong = () => new ApiError('payload_too_large', undefined, 'The line is longer than 1 MiB.')

async function* withPauses<T>(source: AsyncIterable<T>): AsyncGenerator<T | 'pause', void, undefined> {
  const iterator = source[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = iterator.next()
      if (!(await isSoon(next))) yield 'pause'
      const { value, done } = await next
      if (done) return
      yield value
    }
  } finally {
    await iterator.return?.()
  }
}

async function isSoon(next: Promise<unknown>): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(resolve, pauseMs, false)
  const come = () => resolve(true)
  next.then(come, come)
  return promise.finally(() => clearTimeout(timer))
}
