import { type ChangeRow, changesAfter, isAfter, type Position } from '../../storage/changes.ts'
import type { Database } from '../../storage/database.ts'
import { readDefinitions, type VersionedDefinitions } from '../../storage/definitions.ts'
import { type ActorOf, readActors } from '../actors.ts'

/** How far somebody has come: in the log of changes, and which version of the definitions they know of. */
export type Cursor = Position & { definitions: number }

/** Something that has happened, with what it takes to say it; `cursor` is the place after it. */
export type Happening = { cursor: Cursor } & (
  | { type: 'change'; change: ChangeRow; definitions: VersionedDefinitions; actorOf: ActorOf }
  | { type: 'definitions' }
)

type Page = { happenings: Happening[]; end: Cursor; hasMore: boolean }

/** How often a workspace is looked at, and how soon after a write of this process. */
const lookEveryMs = 250
const gatherMs = 15
const pageSize = 500

/** One workspace's log as its listeners see it: one look serves them all, and nobody looks where nobody listens. */
export class Watch {
  readonly #db: Database
  readonly #workspace: number
  readonly #queues = new Set<Queue>()
  #definitions: VersionedDefinitions | undefined
  #cursor: Cursor | undefined
  #timer: NodeJS.Timeout | undefined
  #isLooking = false
  #isWoken = false

  constructor(db: Database, workspace: number) {
    this.#db = db
    this.#workspace = workspace
  }

  /** Looks soon, rather than when it is due anyway. */
  wake() {
    if (this.#isLooking) this.#isWoken = true
    else if (this.#queues.size > 0) this.#plan(gatherMs)
  }

  /** Where what happens after a place comes in; undefined when the listeners there are have come further. */
  join(after: Cursor): Queue | undefined {
    if (this.#queues.size === 0) {
      // A copy, by which a look that is under way sees that it has been overtaken.
      this.#cursor = { ...after }
      this.#plan(0)
    }
    if (this.#cursor && isBehind(after, this.#cursor)) return undefined
    const queue = new Queue(after)
    this.#queues.add(queue)
    return queue
  }

  leave(queue: Queue) {
    this.#queues.delete(queue)
    if (this.#queues.size === 0) clearTimeout(this.#timer)
  }

  /** What has happened after a place, as far as it is settled. */
  async read(after: Cursor): Promise<Page> {
    const page = await changesAfter(this.#db, this.#workspace, after, pageSize)
    const renewed = { type: 'definitions', cursor: { ...after, definitions: page.definitions } } as const
    return {
      happenings: [...(page.definitions === after.definitions ? [] : [renewed]), ...(await this.#tell(page))],
      end: { ...page.end, definitions: page.definitions },
      hasMore: page.hasMore,
    }
  }

  async #tell({ changes, definitions: version }: { changes: ChangeRow[]; definitions: number }): Promise<Happening[]> {
    if (changes.length === 0) return []
    if (this.#definitions?.version !== version) {
      this.#definitions = await readDefinitions(this.#db, this.#workspace)
    }
    const definitions = this.#definitions
    const actors = changes.map(({ actor }) => actor)
    const actorOf = await readActors(this.#db, this.#workspace, definitions.types, actors)
    return changes.map((change) => ({
      ...{ type: 'change', change, definitions, actorOf },
      cursor: { transaction: change.transaction, id: change.id, definitions: version },
    }))
  }

  #plan(ms: number) {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#look(), ms)
  }

  async #look() {
    const from = this.#cursor
    if (!from || this.#isLooking) return
    this.#isLooking = true
    // While the database is away there is nothing to tell; what happens meanwhile is told afterwards.
    const page = await this.read(from).catch(() => undefined)
    this.#isLooking = false
    const isOvertaken = this.#cursor !== from
    if (page && !isOvertaken) {
      this.#cursor = page.end
      for (const queue of this.#queues) for (const one of page.happenings) queue.push(one)
    }
    const isDue = isOvertaken || this.#isWoken || page?.hasMore
    this.#isWoken = false
    if (this.#queues.size > 0) this.#plan(isDue ? gatherMs : lookEveryMs)
  }
}

/** Whether somebody at one place lacks something that somebody at the other has. */
const isBehind = (one: Cursor, other: Cursor) => isAfter(other, one) || one.definitions < other.definitions

/** What may wait for one listener. Who is slower than that reads alone until they have caught up. */
const waitingMax = 1000

/** What waits for one listener. */
export class Queue {
  readonly #after: Cursor
  #waiting: Happening[] = []
  #isFull = false
  #arrived = () => {}

  constructor(after: Cursor) {
    this.#after = after
  }

  push(one: Happening) {
    const isNew = one.type === 'change' ? isAfter(one.cursor, this.#after) : isBehind(this.#after, one.cursor)
    if (!isNew || this.#isFull) return
    this.#isFull = this.#waiting.length === waitingMax
    if (!this.#isFull) this.#waiting.push(one)
    this.#arrived()
  }

  /** What comes in, until the signal, or until so much waits that something had to be left out. */
  async *until(signal: AbortSignal): AsyncGenerator<Happening, void, undefined> {
    const wake = () => this.#arrived()
    signal.addEventListener('abort', wake)
    try {
      while (!signal.aborted) {
        const batch = this.#waiting
        this.#waiting = []
        yield* batch
        if (this.#waiting.length > 0) continue
        if (this.#isFull) return
        await new Promise<void>((resolve) => {
          this.#arrived = resolve
          if (signal.aborted) resolve()
        })
      }
    } finally {
      signal.removeEventListener('abort', wake)
    }
  }
}
