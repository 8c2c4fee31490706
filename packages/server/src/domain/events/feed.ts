import { endOfLog } from '../../storage/changes.ts'
import type { Database } from '../../storage/database.ts'
import { type Cursor, type Happening, Watch } from './watch.ts'

/** Tells listeners what happens in their workspaces, whichever process wrote it. */
export class EventFeed {
  readonly #db: Database
  readonly #watches = new Map<number, { watch: Watch; listeners: number }>()
  readonly #closing = new AbortController()

  constructor(db: Database) {
    this.#db = db
  }

  /** Has a workspace looked at soon: this process has written there. */
  wake(workspace: number) {
    this.#watches.get(workspace)?.watch.wake()
  }

  /** How many listen. */
  get listeners(): number {
    return this.#watches.values().reduce((sum, { listeners }) => sum + listeners, 0)
  }

  /** Ends all listening. */
  close() {
    this.#closing.abort()
  }

  /** The place after everything that is settled by now, and what happened before now although it comes after that. */
  async now(workspace: number) {
    const { definitions, end, isOver } = await endOfLog(this.#db, workspace)
    const cursor: Cursor = { ...end, definitions }
    return { cursor, isOver: (one: Happening) => one.type === 'change' && isOver(one.cursor.transaction) }
  }

  /** What happens after a place, in order, nothing missing and nothing twice, until the signal. */
  async *listen(workspace: number, after: Cursor, signal: AbortSignal): AsyncGenerator<Happening, void, undefined> {
    const until = AbortSignal.any([signal, this.#closing.signal])
    const shared = this.#watches.get(workspace) ?? { watch: new Watch(this.#db, workspace), listeners: 0 }
    this.#watches.set(workspace, shared)
    shared.listeners += 1
    try {
      yield* follow(shared.watch, after, until)
    } finally {
      shared.listeners -= 1
      if (shared.listeners === 0) this.#watches.delete(workspace)
    }
  }
}

/** Reads alone as long as others are ahead, and then together with them. */
async function* follow(watch: Watch, after: Cursor, until: AbortSignal): AsyncGenerator<Happening, void, undefined> {
  for (let cursor = after; !until.aborted; ) {
    const queue = watch.join(cursor)
    if (!queue) {
      const page = await watch.read(cursor)
      yield* page.happenings
      cursor = page.end
      continue
    }
    try {
      for await (const one of queue.until(until)) {
        cursor = one.cursor
        yield one
      }
    } finally {
      watch.leave(queue)
    }
  }
}
