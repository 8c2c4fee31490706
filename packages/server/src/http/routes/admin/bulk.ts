import { Readable } from 'node:stream'
import { text } from '@openfield/schema/openapi'
import { type ImportSummary, importRows, type RowResult } from '../../../domain/imports/bulk.ts'
import { requireUnpacked } from '../../body.ts'
import { answerTo } from '../../errors.ts'
import { idempotencyKeyOf, identify } from '../../guard.ts'
import { jsonLines } from '../../json-lines.ts'
import { streamedBody } from '../../streamed-body.ts'
import { type AdminGroup, type AdminRequest, adminOperation } from './operation.ts'

/** Results that a client has not read yet may wait here, so that it can send a lot before it reads any. */
const unreadMax = 8 * 1024 * 1024
/** How soon an import learns that its key or session has ended. */
const identifyEveryMs = 1000

async function run({ ctx, guards, request, reply }: AdminRequest<unknown>) {
  requireUnpacked(request)
  const key = idempotencyKeyOf(request)
  const answer = Readable.from(answerOf({ ctx, guards, request }, key), { objectMode: false, highWaterMark: unreadMax })
  return (
    reply
      .header('content-type', 'application/x-ndjson')
      .header('cache-control', 'no-store, no-transform')
      // Proxies that collect answers before they pass them on leave this one alone.
      .header('x-accel-buffering', 'no')
      .send(answer)
  )
}

type Request = Pick<AdminRequest<unknown>, 'ctx' | 'guards' | 'request'>

async function* answerOf(asked: Request, key: string | undefined) {
  const { ctx, request } = asked
  try {
    for await (const results of importRows(ctx, rowsOf(asked), key)) yield linesOf(results)
  } catch (error) {
    // Whoever broke off hears nothing.
    if (request.raw.destroyed && !request.raw.complete) return
    yield `${JSON.stringify({ done: false, ...answerTo(error, request).toJSON() })}\n`
  }
}

const linesOf = (results: readonly (RowResult | ImportSummary)[]) =>
  results.map((result) => `${JSON.stringify(result)}\n`).join('')

async function* rowsOf({ guards, request }: Request) {
  let identifiedAt = Date.now()
  for await (const rows of jsonLines(streamedBody(request.raw))) {
    if (Date.now() - identifiedAt > identifyEveryMs) {
      await identify(guards, request)
      identifiedAt = Date.now()
    }
    yield rows
  }
}

const description = `Creates records of any number. The body has a [record on each line](using-the-api/import/#any-number), as JSON, and is read as it comes; the answer has a line on what became of each, in order, and one on all of them at the end. What is there already, by its \`id\` or \`externalId\`, is left alone, so that an import that broke off is sent again as it is. A key in \`Idempotency-Key\` does the same for rows that have neither.`

/** Any number of records in one request. */
export const bulk: AdminGroup = {
  operations: {
    'admin.import.stream': adminOperation({
      method: 'POST',
      path: '/admin/v1/import',
      summary: 'Bring in any number of records',
      description,
      access: 'admin',
      streams: true,
      parameters: [{ $ref: '#/components/parameters/IdempotencyKey' }],
      answer: 'ImportLines',
      contentType: 'application/x-ndjson',
      run,
    }),
  },
  schemas: {
    ImportLines: text('What became of a row on each line, as JSON, and at the end what became of all.'),
  },
}
