import type { System } from '../domain/context.ts'
import type { Database } from '../storage/database.ts'
import { dueWork, type OutboxRow, postponeWork } from '../storage/outbox.ts'
import { inTask, jobTask } from '../watching/task.ts'
import { summariseAccounts } from './account-summaries.ts'
import { linkEmails } from './email-links.ts'
import { enrich, enrichNewRecords } from './enrichment.ts'
import { followImported } from './imported.ts'
import { runImports, undoImports } from './imports.ts'
import { noteInteractions } from './interactions.ts'
import { cleanUpMerges } from './merges.ts'
import { removeField, removeObjectType, removeRelationship } from './remove-definitions.ts'
import { addSearchWords } from './search-words.ts'
import { putSentCopies } from './sent-copies.ts'
import { summarise, summariseAll, summariseRelated } from './summaries.ts'
import type { WorkKind } from './work.ts'
import { runWorkflows, startScheduled, startWorkflows } from './workflows.ts'

/** Does pieces of one kind of a workspace's work. Must give the same result when it is done twice. */
export type Doer = (db: Database, workspace: number, work: readonly OutboxRow[], around: Surroundings) => Promise<void>

/** What work may know of the process that does it. */
export type Surroundings = {
  system: System
  stopping: AbortSignal
  log: Log
}

/** Where failures are told; each once. */
export type Log = { error(details: object, message: string): void }

/** How work is done that waits in one line: for how many workspaces at once, and per workspace how much of it. */
type Queue = { workspaces: number; batches: number; batchSize: number }

/** Each kind of work waits in one of these, and for nothing that waits in another. */
export const queues = {
  /** What takes milliseconds: much together, one after the other. */
  quick: { workspaces: 1, batches: 1, batchSize: 100 },
  /** What takes minutes. */
  long: { workspaces: 1, batches: 1, batchSize: 100 },
  /** What reads the sites of companies: a few at a time, however many are to be read. */
  websites: { workspaces: 8, batches: 4, batchSize: 1 },
  /** What waits for other machines: each piece by itself, so that a slow one holds up no other. */
  network: { workspaces: Number.POSITIVE_INFINITY, batches: 16, batchSize: 1 },
  /** What starts workflows: soon, whatever else there is to do. */
  triggers: { workspaces: 4, batches: 1, batchSize: 100 },
  /** Each workflow by itself; most of the time they wait for other machines. */
  workflows: { workspaces: Number.POSITIVE_INFINITY, batches: 256, batchSize: 1 },
} satisfies Record<string, Queue>

export type QueueName = keyof typeof queues

const works: Record<WorkKind, { queue: QueueName; doer: Doer }> = {
  summary: { queue: 'quick', doer: summarise },
  'related-summaries': { queue: 'quick', doer: summariseRelated },
  'all-summaries': { queue: 'quick', doer: summariseAll },
  'account-summary': { queue: 'quick', doer: summariseAccounts },
  interaction: { queue: 'quick', doer: noteInteractions },
  'field-removal': { queue: 'quick', doer: removeField },
  'relationship-removal': { queue: 'quick', doer: removeRelationship },
  'object-removal': { queue: 'quick', doer: removeObjectType },
  'merge-cleanup': { queue: 'quick', doer: cleanUpMerges },
  import: { queue: 'long', doer: runImports },
  imported: { queue: 'long', doer: followImported },
  'import-undo': { queue: 'long', doer: undoImports },
  'search-words': { queue: 'quick', doer: addSearchWords },
  'sent-copy': { queue: 'network', doer: putSentCopies },
  'new-record': { queue: 'quick', doer: enrichNewRecords },
  enrichment: { queue: 'websites', doer: enrich },
  workflow: { queue: 'workflows', doer: runWorkflows },
  'workflow-triggers': { queue: 'triggers', doer: startWorkflows },
  'workflow-schedule': { queue: 'triggers', doer: startScheduled },
  'email-links': { queue: 'quick', doer: linkEmails },
}

/** The kinds of work that somebody does. */
export const knownWork = (): string[] => Object.keys(works)

const workOf = (kind: string) => (Object.hasOwn(works, kind) ? works[kind as WorkKind] : undefined)

/** Where work of a kind waits. */
export const queueOf = (kind: string): QueueName => workOf(kind)?.queue ?? 'quick'

/** Does a workspace's work of one queue until none is due, or until it has to make room for others. */
export class Drain {
  readonly #workspace: number
  readonly #queue: Queue
  readonly #around: Surroundings
  readonly #hasToEnd: () => boolean
  readonly #kinds: Set<string>
  readonly #inHand = new Map<OutboxRow, Promise<void>>()
  #wake = () => {}

  constructor(workspace: number, queue: QueueName, around: Surroundings, hasToEnd: () => boolean) {
    this.#workspace = workspace
    this.#queue = queues[queue]
    this.#around = around
    this.#hasToEnd = hasToEnd
    this.#kinds = new Set(Object.keys(works).filter((kind) => queueOf(kind) === queue))
  }

  /** Work of a kind has become due. */
  wake(kind: string) {
    this.#kinds.add(kind)
    this.#wake()
  }

  async run(): Promise<void> {
    for (;;) {
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      for (const batch of this.#around.stopping.aborted || this.#hasToEnd() ? [] : await this.#take()) {
        const done = this.#attempt(batch).finally(() => {
          for (const piece of batch) this.#inHand.delete(piece)
        })
        for (const piece of batch) this.#inHand.set(piece, done)
      }
      if (this.#inHand.size === 0) return
      await Promise.race([woken, ...this.#inHand.values()])
    }
  }

  /** What is due and not in hand, as far as there is room for it; pieces of one kind together. */
  async #take(): Promise<OutboxRow[][]> {
    const { batches, batchSize } = this.#queue
    const room = batches - new Set(this.#inHand.values()).size
    if (room === 0) return []
    const limit = room * batchSize + this.#inHand.size
    const due = await dueWork(this.#around.system.db, this.#workspace, [...this.#kinds], limit)
    const inHand = new Set(Array.from(this.#inHand.keys(), nameOf))
    const work = due.filter((piece) => !inHand.has(nameOf(piece)))
    if (batchSize === 1) return work.slice(0, room).map((piece) => [piece])
    return [work].filter(({ length }) => length > 0)
  }

  /** Pieces of one kind at once; when that fails one by one, so that one bad record does not hold up the rest. */
  async #attempt(work: readonly OutboxRow[]): Promise<void> {
    for (const pieces of Map.groupBy(work, ({ kind }) => kind).values()) await this.#attemptKind(pieces)
  }

  async #attemptKind(pieces: readonly OutboxRow[]): Promise<void> {
    const { system, log } = this.#around
    const [piece, ...others] = pieces
    if (!piece) return
    const startedAt = performance.now()
    const count = (outcome: 'done' | 'failed') => {
      // What nobody does may be called anything.
      const kind = workOf(piece.kind) ? piece.kind : 'unknown'
      system.metrics?.work(kind, outcome, pieces.length, (performance.now() - startedAt) / 1000)
    }
    try {
      const work = workOf(piece.kind)
      if (!work) throw new Error(`no job does the work '${piece.kind}'`)
      const task = jobTask(piece.kind, this.#workspace)
      const run = () => inTask(task, () => work.doer(system.db, this.#workspace, pieces, this.#around))
      await (system.traces ? system.traces.work(task, pieces.length, run) : run())
      count('done')
    } catch (error) {
      if (others.length > 0) {
        for (const one of pieces) await this.#attemptKind([one])
        return
      }
      count('failed')
      log.error({ err: error, workspace: this.#workspace, work: piece }, 'background work failed and is put off')
      await postponeWork(system.db, this.#workspace, piece)
    }
  }
}

const nameOf = ({ kind, recordId }: OutboxRow) => `${kind} ${recordId}`
