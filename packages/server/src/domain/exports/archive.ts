import { Readable } from 'node:stream'
import { presentFullDefinitions } from '@openfield/schema'
import yazl from 'yazl'
import type { Context } from '../context.ts'
import { allLinks } from './all-links.ts'
import { exportableTypes, exportText } from './table.ts'

const everything = { sort: undefined, keys: undefined, filters: [] }

/** All records of a workspace as one zip archive: of each type a table and JSON lines, all links, and what is defined. */
export async function archive(ctx: Context): Promise<AsyncIterable<Uint8Array>> {
  const types = await exportableTypes(ctx)
  const zip = new yazl.ZipFile()
  const definitions = Object.fromEntries(types.map((type) => [type.name, presentFullDefinitions(type)]))
  zip.addBuffer(Buffer.from(JSON.stringify(definitions, null, 2)), 'definitions.json')
  for (const { name, plural } of types) {
    for (const format of ['csv', 'ndjson'] as const) {
      // One after the other, each read as it is sent.
      zip.addReadStreamLazy(`${plural}.${format}`, (done) => {
        done(null, Readable.from(exportText(ctx, name, format, everything)))
      })
    }
  }
  zip.addReadStreamLazy('links.csv', (done) => done(null, Readable.from(allLinks(ctx))))
  zip.end()
  return zip.outputStream as unknown as AsyncIterable<Uint8Array>
}
