import { APIUserAbortError } from '../errors.ts'
import type { RequestOptions, Send, Stream } from '../request.ts'
import { delayMs, isWorthRetrying, sleep } from '../retry.ts'
import { messagesOf } from '../server-sent-events.ts'

type Name = { id: string; name: string | null }

/** Who did something; names are null to keys that may not read members. */
export type Actor =
  | ({ type: 'member' } & Name)
  | ({ type: 'key'; member: Name | null } & Name)
  /** A workflow, by one of its runs. */
  | ({ type: 'workflow'; run: string } & Name)
  | ({ type: 'enrichment' } & Name)

/** A record was written. */
export type ChangeEvent = {
  objectType: string
  id: string
  /** Of two records that were merged, one was `merged`, the other `merged-away`. */
  kind: 'created' | 'updated' | 'trashed' | 'restored' | 'merged' | 'merged-away'
  at: string
  /** Null: the system. */
  actor: Actor | null
  /** The keys of the fields and relationships that changed. */
  keys: string[]
  /** The ids of the records to which links came or went. */
  related: string[]
}

/** `id` is what `after` takes to go on after this event. */
export type Event = { id: string } & (
  | { event: 'change'; data: ChangeEvent }
  /** Fields, relationships or object types were written. */
  | { event: 'definitions'; data: { version: number } }
)

export type ListenOptions = Pick<RequestOptions, 'headers' | 'signal'> & {
  /** The id of the last event that is known; none: from now on. */
  after?: string
}

/** A record that was changed lately, and its last change. */
export type RecentChange = ChangeEvent & { title: string }

/** The server says every 15 seconds that it is still there. */
const silenceMaxMs = 40_000

/** What happens in the workspace. */
export class Events {
  readonly #stream: Stream
  readonly #send: Send

  constructor(stream: Stream, send: Send) {
    this.#stream = stream
    this.#send = send
  }

  /** The records that were changed last, each with its last change; 15, or up to 50. */
  recent(query: { limit?: number } = {}, options?: RequestOptions): Promise<{ data: RecentChange[] }> {
    return this.#send({ method: 'GET', api: 'admin', path: ['changes'], query }, options)
  }

  /**
   * Goes on until its signal is aborted or the loop is left. A connection that breaks is made anew, after a while, and goes
   * on where it was: nothing is missed and nothing comes twice. Throws APIError when the server refuses for good.
   *
   * @example
   * for await (const { event, data } of client.admin.events.listen({ signal })) {
   *   if (event === 'change' && data.objectType === 'opportunity') console.log(data.id, data.keys)
   * }
   */
  async *listen({ after, headers, signal }: ListenOptions = {}): AsyncGenerator<Event, void, undefined> {
    let last = after
    for (let failures = 0; !signal?.aborted; failures += 1) {
      const position: Record<string, string> = last === undefined ? {} : { 'last-event-id': last }
      const options = { headers: { ...headers, ...position }, timeout: silenceMaxMs, ...(signal && { signal }) }
      let answer: Headers | undefined
      try {
        for await (const { id, event, data } of messagesOf(this.#stream(request, options))) {
          failures = 0
          last = id ?? last
          if (event !== undefined && last !== undefined) yield { id: last, event, data: JSON.parse(data) } as Event
        }
      } catch (error) {
        if (error instanceof APIUserAbortError) return
        if (!isWorthRetrying(error)) throw error
        answer = error.headers
      }
      await sleep(delayMs(failures, answer), signal)
    }
  }
}

const request = { method: 'GET', api: 'admin', path: ['events'] } as const
