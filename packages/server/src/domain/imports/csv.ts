import { unprocessable } from '@openfield/schema'
import Papa from 'papaparse'

export const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const
export type Encoding = (typeof encodings)[number]

/** How a table is written as text. */
export type TableFormat = {
  encoding: Encoding
  delimiter: string
  linebreak: '\n' | '\r\n' | '\r'
  /** Where the table begins: the first row after a line such as `sep=;`. */
  firstRow: number
}

/** A row of a table; `number` is what a spreadsheet shows beside it. `broken` says what is wrong with its quotes. */
export type Row = { number: number; cells: string[]; broken: boolean }

/** Reads the bytes of a table anew, from the beginning. */
export type Source = () => Promise<AsyncIterable<Uint8Array>>

const headBytes = 64 * 1024
/** A row that is longer than this is one in which a quote is never closed. */
const rowMax = 4 * 1024 * 1024

/** Finds out how a table is written. Throws a 422 that says what to do for what is none, or in no encoding that is known. */
export async function detectFormat(source: Source, given: Partial<TableFormat>): Promise<TableFormat> {
  const head = await firstBytes(await source())
  requireText(head)
  const encoding = given.encoding ?? markedEncoding(head) ?? (await unmarkedEncoding(source))
  const text = textOf(head, encoding)
  const [mark = '', separator] = /^sep=(.)\r?\n/i.exec(text) ?? []
  const { delimiter, linebreak } = Papa.parse(text.slice(mark.length), {
    preview: 100,
    skipEmptyLines: 'greedy',
  }).meta
  return {
    encoding,
    delimiter: given.delimiter ?? separator ?? delimiter,
    linebreak: linebreak as TableFormat['linebreak'],
    firstRow: mark === '' ? 1 : 2,
  }
}

async function firstBytes(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of bytes) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= headBytes) break
  }
  return Buffer.concat(chunks).subarray(0, headBytes)
}

const otherFiles: [start: string, what: string][] = [
  ['PK\x03\x04', 'an Excel workbook or a zip archive'],
  ['\xd0\xcf\x11\xe0', 'an old Excel workbook'],
  ['%PDF', 'a PDF'],
]

function requireText(head: Buffer) {
  const start = head.toString('latin1', 0, 4)
  const [, what] = otherFiles.find(([known]) => start.startsWith(known)) ?? []
  if (what !== undefined) {
    throw unprocessable(
      `The file is ${what}. In the spreadsheet, choose “Save as” or “Download” and the type “CSV UTF-8”, and upload that file.`,
      'fileId',
    )
  }
}

/** The encoding that the first bytes tell: by a byte order mark, or because every other byte is zero. */
function markedEncoding(head: Buffer): Encoding | undefined {
  const hex = head.toString('hex', 0, 3)
  if (hex === 'efbbbf') return 'utf-8'
  if (hex.startsWith('fffe')) return 'utf-16le'
  if (hex.startsWith('feff')) return 'utf-16be'
  const zeros = (parity: number) => head.filter((byte, index) => byte === 0 && index % 2 === parity).length
  if (zeros(1) > head.length / 5) return 'utf-16le'
  if (zeros(0) > head.length / 5) return 'utf-16be'
  return undefined
}

/** UTF-8, when all of the bytes are; else the encoding of older programs for Windows. */
async function unmarkedEncoding(source: Source): Promise<Encoding> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let isUtf8 = true
  for await (const chunk of await source()) {
    // Neither has zeros, nor Windows-1252 the other four.
    if (chunk.includes(0)) throw undecodable()
    if (isUtf8) isUtf8 = decodes(decoder, chunk, true)
    if (!isUtf8 && [0x81, 0x8d, 0x8f, 0x90, 0x9d].some((byte) => chunk.includes(byte))) throw undecodable()
  }
  return isUtf8 && decodes(decoder, new Uint8Array(), false) ? 'utf-8' : 'windows-1252'
}

function decodes(decoder: TextDecoder, bytes: Uint8Array, stream: boolean): boolean {
  try {
    decoder.decode(bytes, { stream })
    return true
  } catch {
    return false
  }
}

/** The text of the first bytes, up to the last whole line. */
function textOf(head: Buffer, encoding: Encoding): string {
  const text = new TextDecoder(encoding).decode(head)
  if (head.length < headBytes) return text
  const end = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r'))
  return end < 0 ? text : text.slice(0, end + 1)
}

const undecodable = () =>
  unprocessable(
    'The text of the file cannot be read: it is neither UTF-8 nor UTF-16 nor Windows-1252. Save it as “CSV UTF-8” and upload it again.',
    'fileId',
  )

/** The rows of a table, some at a time, those without any text left out. Throws a 422 for text that is not as detected. */
export async function* readRows(source: Source, format: TableFormat): AsyncGenerator<Row[]> {
  const parser = { delimiter: format.delimiter, newline: format.linebreak, quoteChar: '"' }
  let number = 0
  let rest = ''
  const parse = (isLast: boolean): Row[] => {
    const { data, errors, meta } = new Papa.Parser(parser).parse(rest, 0, !isLast) as Papa.ParseResult<string[]>
    const open = errors.find(({ code }) => code === 'MissingQuotes')
    if (isLast && open) throw unclosed(number + (open.row ?? 0) + 1)
    rest = rest.slice(meta.cursor)
    const broken = new Set(errors.map((error) => error.row))
    const rows = data.map((cells, index) => ({ number: number + index + 1, cells, broken: broken.has(index) }))
    number += data.length
    return rows.filter((row) => row.number >= format.firstRow && row.cells.some((cell) => cell.trim() !== ''))
  }
  for await (const text of decoded(await source(), format.encoding)) {
    rest += text
    const rows = parse(false)
    if (rows.length > 0) yield rows
    if (rest.length > rowMax) throw unclosed(number + 1)
  }
  if (rest !== '') yield parse(true)
}

const unclosed = (row: number) =>
  unprocessable(
    `A quote that opens in row ${row} is never closed, so that the rest of the file would be one cell. Correct that row.`,
    'fileId',
  )

async function* decoded(bytes: AsyncIterable<Uint8Array>, encoding: Encoding) {
  const decoder = new TextDecoder(encoding, { fatal: true })
  const decode = (chunk?: Uint8Array) => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined })
    } catch {
      throw undecodable()
    }
  }
  for await (const chunk of bytes) yield decode(chunk)
  yield decode()
}
