import type { EnrichmentRun } from '../enrichment-runs.ts'
import type { PageQuery } from '../page.ts'
import type { RequestOptions, Send } from '../request.ts'
import type { Actor } from './events.ts'

/** What was found for a field, and what became of it: `reason` says it as a sentence. */
export type EnrichedField = {
  /** The field as runs name it, and as records do. */
  name: string
  key: string
  label: string
  before: unknown
  value: unknown
  beforeText: string | null
  valueText: string | null
  /** The page on which it was found, or the address that says it, as `mailto:`. */
  source: string | null
  foundAt: string | null
  outcome: string
  reason: string | null
}

/** A run with what it found. `outcome` says by name what came of it, `reason` as a sentence; null: it is not over. */
export type EnrichmentRunDetail = EnrichmentRun & {
  entityTitle: string | null
  actor: Actor | null
  outcome: string | null
  reason: string | null
  page: { url: string; title: string | null; description: string | null } | null
  fields: EnrichedField[]
}

/** Which fields of a record still have what a run found, which suggestions wait, and the run that is under way. */
export type EnrichedRecord = {
  fields: EnrichedValue[]
  suggestions: EnrichedValue[]
  running: EnrichmentRun | null
}

export type EnrichedValue = EnrichedField & { runId: string }

/** What taking back gave back, and what it left and why. */
export type EnrichmentRevert = {
  run: EnrichmentRunDetail
  reverted: string[]
  left: { name: string; reason: string }[]
}

/** When records are enriched: when they are new and when somebody asks, when somebody asks, never. */
export type EnrichmentMode = 'automatic' | 'manual' | 'off'

type OfType = { mode: EnrichmentMode; off: string[] }
type Findable = { name: string; key: string; label: string }

export type EnrichmentSettings = {
  accounts: OfType
  contacts: OfType
  profilePhotos: boolean
  /** Whether the server enriches at all. */
  available: boolean
  /** What can be found, by type. */
  fields: { accounts: Findable[]; contacts: Findable[] }
}

export type EnrichmentSettingsChange = {
  accounts?: Partial<OfType>
  contacts?: Partial<OfType>
  profilePhotos?: boolean
}

/** What the look-up of accounts and contacts does, found and changed. Every operation throws APIError when it fails. */
export class Enrichment {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  settings(options?: RequestOptions): Promise<EnrichmentSettings> {
    return this.#send({ method: 'GET', api: 'admin', path: ['enrichment', 'settings'] }, options)
  }

  /** Changes some settings; the others stay. */
  updateSettings(change: EnrichmentSettingsChange, options?: RequestOptions): Promise<EnrichmentSettings> {
    return this.#send({ method: 'PATCH', api: 'admin', path: ['enrichment', 'settings'], body: change }, options)
  }

  /** A page of the runs, the latest first: of the workspace, or of one record. */
  runs(
    query: PageQuery & { record?: string } = {},
    options?: RequestOptions,
  ): Promise<{ data: EnrichmentRunDetail[]; totalCount: number }> {
    return this.#send({ method: 'GET', api: 'admin', path: ['enrichment', 'runs'], query }, options)
  }

  run(id: string, options?: RequestOptions): Promise<EnrichmentRunDetail> {
    return this.#send({ method: 'GET', api: 'admin', path: ['enrichment', 'runs', id] }, options)
  }

  /** Gives the fields that a run changed back what they had, save what has been changed since. */
  revert(id: string, options?: RequestOptions): Promise<EnrichmentRevert> {
    return this.#send({ method: 'POST', api: 'admin', path: ['enrichment', 'runs', id, 'revert'] }, options)
  }

  /** Gives a field what a run suggests for it; `name` is the field as runs name it. */
  accept(id: string, name: string, options?: RequestOptions): Promise<EnrichmentRunDetail> {
    return this.#decide(id, name, 'accept', options)
  }

  dismiss(id: string, name: string, options?: RequestOptions): Promise<EnrichmentRunDetail> {
    return this.#decide(id, name, 'dismiss', options)
  }

  /** Where the values of a record are from, as far as they were looked up. */
  record(id: string, options?: RequestOptions): Promise<EnrichedRecord> {
    return this.#send({ method: 'GET', api: 'admin', path: ['enrichment', 'records', id] }, options)
  }

  #decide(id: string, name: string, how: string, options?: RequestOptions): Promise<EnrichmentRunDetail> {
    const path = ['enrichment', 'runs', id, 'suggestions', name, how]
    return this.#send({ method: 'POST', api: 'admin', path }, options)
  }
}
