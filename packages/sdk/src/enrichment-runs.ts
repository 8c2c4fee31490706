import type { RequestOptions, Send } from './request.ts'

export type EnrichmentStatus = 'queued' | 'running' | 'completed' | 'failed' | 'timed_out'

/** A look-up of what a record lacks, and how far it has come. */
export type EnrichmentRun = {
  id: string
  entityType: 'account' | 'contact'
  entityId: string
  status: EnrichmentStatus
  /** What it looks up, without `$`. */
  targetFields: string[]
  /** Whether the record was new, or somebody asked. */
  trigger: 'creation' | 'manual'
  createdAt: string
  startedAt: string | null
  completedAt: string | null
  updatedAt: string
}

/** What comes of asking: a run that began, the one that is under way, or none and why. */
export type EnrichmentStart =
  | { enrichmentRun: EnrichmentRun; status: 'started' | 'already_running'; reason: null }
  | { enrichmentRun: null; status: 'skipped'; reason: 'no_targets' | 'no_operations' }

/** What is enriched: `fields` names what is to be looked up, and replaced; without, what is missing is filled. */
export type EnrichmentInput = { entitySlug: 'accounts' | 'contacts'; fields?: readonly string[] }

/** Looks up what accounts and contacts lack. Every operation throws APIError when it fails. */
export class EnrichmentRuns {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  /**
   * Begins a run for a record.
   *
   * @example
   * const { enrichmentRun } = await client.enrichmentRun.enrich(account.id, { entitySlug: 'accounts' })
   */
  enrich(
    entityId: string,
    { entitySlug, ...body }: EnrichmentInput,
    options?: RequestOptions,
  ): Promise<EnrichmentStart> {
    return this.#send({ method: 'POST', path: ['enrichmentRun', entitySlug, entityId], body }, options)
  }

  /** A run by its id, e.g. to see whether it is over. */
  getEnrichmentRun(id: string, options?: RequestOptions): Promise<EnrichmentRun> {
    return this.#send({ method: 'GET', path: ['enrichmentRun', id] }, options)
  }
}
