import type { Custom, CustomValue, RecordOf, TableName, ValueOf, WritableFields } from './records.ts'
import type { RequestOptions, Send } from './request.ts'

/** Two records of one type of which one is to remain. */
export type MergeInput<Name extends TableName> = {
  /** The record that remains, with its id. */
  primaryId: string
  /** The record that is merged into it and then is in the trash for good. */
  duplicateId: string
  /** Which value a field gets; by default the primary's, or the duplicate's where the primary has none. */
  fieldResolutions?: {
    [Key in keyof WritableFields<Name>]?: Resolution<ValueOf<WritableFields<Name>[Key]>>
  } & Custom<Name, Resolution<CustomValue>>
  /** `multiSelectUnion`: multi-selects get the options of both. */
  options?: { multiSelectUnion?: boolean }
}

type Resolution<Value> = 'primary' | 'duplicate' | { value: Value }

/** `cleanup_pending`: links are still being moved, in the background. */
export type MergeStatus = 'cleanup_pending' | 'done' | 'failed'

export type MergeAnswer<Name extends TableName> = {
  merge: { id: string; status: MergeStatus }
  primary: RecordOf<Name>
  /** How many fields and links were changed, and what was lost. */
  summary: { fieldWriteCount: number; syncRepointedCount: number; warnings: string[] }
}

/** A merge, and how far it has come. */
export type Merge = {
  id: string
  createdAt: string
  updatedAt: string
  /** The type of the records: `account`, or the slug of a custom object type. */
  entityType: string
  primaryId: string
  duplicateId: string
  status: MergeStatus
}

/** Merges a duplicate into another record, for good. Every operation throws APIError when it fails. */
export class Merges {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  mergeAccounts(merge: MergeInput<'account'>, options?: RequestOptions): Promise<MergeAnswer<'account'>> {
    return this.#merge(['accounts'], merge, options)
  }

  mergeContacts(merge: MergeInput<'contact'>, options?: RequestOptions): Promise<MergeAnswer<'contact'>> {
    return this.#merge(['contacts'], merge, options)
  }

  /** Both must belong to the same account. */
  mergeOpportunities(merge: MergeInput<'opportunity'>, options?: RequestOptions): Promise<MergeAnswer<'opportunity'>> {
    return this.#merge(['opportunities'], merge, options)
  }

  mergeObjectValues(
    entitySlug: string,
    merge: MergeInput<'object'>,
    options?: RequestOptions,
  ): Promise<MergeAnswer<'object'>> {
    return this.#merge(['objects', entitySlug], merge, options)
  }

  /** A merge by its id, e.g. to see whether its links are all moved. */
  getMerge(id: string, options?: RequestOptions): Promise<Merge> {
    return this.#send({ method: 'GET', path: ['merges', id] }, options)
  }

  #merge<Name extends TableName>(path: readonly string[], merge: MergeInput<Name>, options?: RequestOptions) {
    return this.#send<MergeAnswer<Name>>({ method: 'POST', path: [...path, 'merge'], body: merge }, options)
  }
}
