import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { ApiError } from '@openfield/schema'
import { type JsonSchema, object, orNull, schemaRef, text } from '@openfield/schema/openapi'
import type { Context } from '../../../domain/context.ts'
import { type Event, listenToEvents } from '../../../domain/events/events.ts'
import { recentChanges } from '../../../domain/events/recent.ts'
import { identify } from '../../guard.ts'
import { parseParameter, parseRecentQuery, recentDefault, recentMax } from '../../list-query.ts'
import { type AdminGroup, type AdminRequest, adminOperation } from './operation.ts'

const heartbeatMs = 15_000
/** How soon a stream on which nothing is told ends after its key or session. */
const identifyEveryMs = 3_000

/** Sends events as they happen, until the client goes, the server stops, or the key or session ends. */
async function stream({ ctx, query, guards, request, reply }: AdminRequest<unknown>) {
  const ending = new AbortController()
  reply.raw.once('close', () => ending.abort())
  let current: Context = ctx
  const header = request.headers['last-event-id']
  const after = (typeof header === 'string' && header) || parseParameter(query, 'after')
  const events = await listenToEvents(() => current, after, ending.signal)

  const body = new PassThrough()
  const beat = setInterval(() => body.write(': still here\n\n'), heartbeatMs)
  const check = async () => {
    try {
      const { caller } = await identify(guards, request)
      current = { ...current, caller }
    } catch (error) {
      if (error instanceof ApiError) ending.abort()
    }
  }
  const checks = setInterval(check, identifyEveryMs)
  pump(events, body, ending.signal, check).finally(() => {
    clearInterval(beat)
    clearInterval(checks)
    body.end()
  })
  return (
    reply
      .header('content-type', 'text/event-stream; charset=utf-8')
      .header('cache-control', 'no-store, no-transform')
      // Proxies that collect answers before they pass them on leave this one alone.
      .header('x-accel-buffering', 'no')
      .send(body)
  )
}

/** A stream that fails ends; its client goes on with another one, from where it was. Nothing is told to who is nobody any more. */
async function pump(events: AsyncIterable<Event>, body: PassThrough, signal: AbortSignal, check: () => Promise<void>) {
  try {
    for await (const event of events) {
      await check()
      if (signal.aborted) return
      if (!body.write(frameOf(event))) await once(body, 'drain', { signal })
    }
  } catch {}
}

const frameOf = (event: Event) =>
  event.event === undefined
    ? `id: ${event.id}\n\n`
    : `id: ${event.id}\nevent: ${event.event}\ndata: ${JSON.stringify(event.data)}\n\n`

const description = `A stream of [server-sent events](using-the-api/events/) that does not end by itself. An event \`change\` tells that a record was written; an event \`definitions\`, that fields, relationships or object types were. Each has an id, which \`Last-Event-ID\` or \`after\` takes to go on after it.`

const name = orNull(text('What they are called; null to keys that may not read members.'))

const changeEvent: Record<string, JsonSchema> = {
  objectType: text('What was written.'),
  id: text('The id of the record.'),
  kind: {
    enum: ['created', 'updated', 'trashed', 'restored', 'merged', 'merged-away'],
    description: 'What was done. Of two records that were merged, one was `merged`, the other `merged-away`.',
  },
  at: text('When.', { format: 'date-time' }),
  actor: schemaRef('Actor'),
  keys: {
    type: 'array',
    items: { type: 'string' },
    description: 'The keys of the fields and relationships that changed.',
  },
  related: {
    type: 'array',
    items: { type: 'string' },
    description: 'The ids of the records to which links came or went.',
  },
}

export const events: AdminGroup = {
  operations: {
    'admin.event.listen': adminOperation({
      method: 'GET',
      path: '/admin/v1/events',
      summary: 'Listen to what happens in the workspace',
      description,
      access: 'caller',
      parameters: [
        {
          name: 'after',
          in: 'query',
          description: 'The id of the last event that is known; none: from now on.',
          schema: { type: 'string' },
        },
      ],
      answer: 'ChangeEvent',
      contentType: 'text/event-stream',
      run: stream,
    }),
    'admin.event.recent': adminOperation({
      method: 'GET',
      path: '/admin/v1/changes',
      summary: 'Read which records were changed last',
      description: 'Each with its last change, newest first, of the types that the caller may read.',
      access: 'caller',
      parameters: [
        {
          name: 'limit',
          in: 'query',
          description: 'How many records at most.',
          schema: { type: 'integer', minimum: 1, maximum: recentMax, default: recentDefault },
        },
      ],
      answer: 'RecentChanges',
      run: async ({ ctx, query }) => recentChanges(ctx, parseRecentQuery(query)),
    }),
  },
  schemas: {
    Actor: {
      description: 'Who did it; null: the system.',
      anyOf: [
        object({ type: { const: 'member' }, id: text('A member.'), name }, ['type', 'id', 'name']),
        object(
          {
            type: { const: 'enrichment' },
            id: text('A run of enrichment.'),
            name: orNull(text('The site that it read; null: none, or not for the caller.')),
          },
          ['type', 'id', 'name'],
        ),
        object(
          {
            type: { const: 'key' },
            id: text('An API key.'),
            name,
            member: orNull(object({ id: text('As whom it acts.'), name }, ['id', 'name'])),
          },
          ['type', 'id', 'name', 'member'],
        ),
        object({ type: { const: 'workflow' }, id: text('A workflow.'), name, run: text('The run that did it.') }, [
          'type',
          'id',
          'name',
          'run',
        ]),
        { type: 'null' },
      ],
    },
    RecentChanges: object({ data: { type: 'array', items: schemaRef('RecentChange') } }, ['data']),
    RecentChange: object({ ...changeEvent, title: text('What the record is called.') }, [
      ...Object.keys(changeEvent),
      'title',
    ]),
    ChangeEvent: object(changeEvent, Object.keys(changeEvent)),
  },
}
