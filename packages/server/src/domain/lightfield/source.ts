import { setTimeout as sleep } from 'node:timers/promises'
import { APIError, NotFoundError, Openfield, PermissionDeniedError } from '@openfield/sdk'

/** Lightfield, or whatever speaks its API, as something to read from: all of it by its public operations. */

/** A record as the API sends it, of any type. */
export type SourceRecord = {
  id: string
  createdAt: string
  updatedAt?: string | null
  externalId?: string | null
  accessLevel?: 'FULL' | 'METADATA'
  fields: Record<string, { value: unknown; valueType: string }>
  relationships?: Record<string, { objectType: string; values: string[]; hasMore?: boolean }>
}

export type SourceFile = {
  id: string
  status: string
  filename: string
  mimeType: string
  sizeBytes: number
  createdAt: string
  completedAt: string | null
}

export type SourceField = {
  id?: string | null
  label: string
  description: string | null
  valueType: string
  readOnly?: boolean
  typeConfiguration: {
    options?: { id: string; label: string; description?: string | null; parentId?: string }[]
    currency?: string
    unique?: boolean
    multipleValues?: boolean
    handleService?: string
  }
}

export type SourceRelationship = {
  id?: string | null
  label: string
  cardinality: string
  objectType: string
}

export type SourceDefinitions = {
  fieldDefinitions: Record<string, SourceField>
  relationshipDefinitions: Record<string, SourceRelationship>
}

/** Something of which there are lists. */
type Listed = { id: string }
type Page<T> = { data: T[]; totalCount: number }
type Resource = {
  list(query: { limit: number; offset: number }): Promise<Page<Listed>>
  retrieve(id: string): Promise<Listed>
  definitions(): Promise<unknown>
  fieldHistory(id: string, key: string): Promise<{ data: { value: unknown; displayValue: string | null }[] }>
}

/** Why a type cannot be read: the key lacks the scope, or the service has no such thing. */
export type Unreadable = 'forbidden' | 'absent'

/** The largest page there is. */
const pageSize = 25
/** How often a request is sent again: for about a minute, with growing pauses, or as long as the service asks for. */
const retries = 10
/** A file that breaks off is fetched again so often. */
const downloadTries = 5

export class Source {
  readonly client: Openfield

  constructor({ apiKey, baseURL }: { apiKey: string; baseURL: string }) {
    this.client = new Openfield({ apiKey, baseURL, maxRetries: retries, fetch: paced() })
  }

  /** The custom object types, as far as they may be known. */
  async objectTypes(): Promise<{ objectType: string; label: string }[]> {
    try {
      return (await this.client.object.listDefinitions()).data
    } catch (error) {
      if (unreadable(error)) return []
      throw error
    }
  }

  /** The definitions of a type; undefined where it has none that could be read. */
  async definitions(type: string): Promise<SourceDefinitions | undefined> {
    try {
      return (await this.#resource(type).definitions()) as SourceDefinitions | undefined
    } catch (error) {
      if (unreadable(error)) return undefined
      throw error
    }
  }

  /** How many there are of a type, or why that cannot be told. */
  async count(type: string): Promise<number | Unreadable> {
    try {
      return (await this.#resource(type).list({ limit: 1, offset: 0 })).totalCount
    } catch (error) {
      const reason = unreadable(error)
      if (reason) return reason
      throw error
    }
  }

  /** One of them, or undefined when it is not there, not any more, or not for this key. */
  async retrieve<T>(type: string, id: string): Promise<T | undefined> {
    try {
      return (await this.#resource(type).retrieve(id)) as unknown as T
    } catch (error) {
      if (unreadable(error)) return undefined
      throw error
    }
  }

  /** What an option was called that can no longer be chosen, which only the history of a record with it says. */
  async labelOf(type: string, id: string, key: string, option: string): Promise<string | undefined> {
    const { fieldHistory } = this.#resource(type)
    try {
      const page = await fieldHistory(id, key)
      return (
        page.data.find(
          ({ value }) => value === option || (Array.isArray(value) && value.includes(option) && value.length === 1),
        )?.displayValue ?? undefined
      )
    } catch (error) {
      if (error instanceof APIError && error.status && error.status < 500) return undefined
      throw error
    }
  }

  /** All of a type, page by page, each once. */
  pages<T extends Listed>(type: string): AsyncGenerator<{ data: T[]; totalCount: number }> {
    return pagesOf((offset) => this.#resource(type).list({ limit: pageSize, offset }) as Promise<Page<T>>)
  }

  /** The ids of all members of a list of accounts, contacts or opportunities. */
  async membersOf(list: string, plural: 'accounts' | 'contacts' | 'opportunities'): Promise<string[]> {
    const operations = {
      accounts: 'listAccounts',
      contacts: 'listContacts',
      opportunities: 'listOpportunities',
    } as const
    const ids: string[] = []
    const pages = pagesOf<Listed>((offset) => this.client.list[operations[plural]](list, { limit: pageSize, offset }))
    for await (const { data } of pages) ids.push(...data.map(({ id }) => id))
    return ids
  }

  /** The bytes of a file; `take` gets them from the start again when they break off. */
  async download<T>({ id, sizeBytes }: SourceFile, take: (bytes: AsyncIterable<Uint8Array>) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        const { url } = await this.client.file.url(id)
        const response = await fetch(url)
        if (!response.ok || !response.body) throw new Error(`its address answers ${response.status}`)
        return await take(wholeOf(response.body, sizeBytes))
      } catch (error) {
        if (tries === downloadTries || unreadable(error)) throw error
        await sleep(100 * 2 ** tries)
      }
    }
  }

  #resource(type: string): Resource {
    const { object } = this.client
    const known = (this.client as unknown as Record<string, Partial<Resource> | undefined>)[type]
    if (known?.list && known.retrieve) {
      return {
        list: known.list.bind(known),
        retrieve: known.retrieve.bind(known),
        definitions: () => known.definitions?.() ?? Promise.resolve(undefined),
        fieldHistory: (id, key) => known.fieldHistory?.(id, key) ?? Promise.resolve({ data: [] }),
      }
    }
    return {
      list: (query) => object.list(type, query),
      retrieve: (id) => object.retrieve(type, id),
      definitions: () => object.definitions(type),
      fieldHistory: (id, key) => object.fieldHistory(type, id, key as '$name') as ReturnType<Resource['fieldHistory']>,
    }
  }
}

/** Why something cannot be read; undefined for any other failure. */
function unreadable(error: unknown): Unreadable | undefined {
  if (error instanceof PermissionDeniedError) return 'forbidden'
  return error instanceof NotFoundError ? 'absent' : undefined
}

/**
 * The pages of a list that others may change meanwhile. Each begins with the last of the one before: when that is not there
 * again, something has left the list, and what follows has moved forward; then it goes back until it knows where it is.
 */
async function* pagesOf<T extends Listed>(load: (offset: number) => Promise<Page<T>>): AsyncGenerator<Page<T>> {
  const seen = new Set<string>()
  let stepsBack = 0
  for (let offset = 0; ; ) {
    const { data, totalCount } = await load(offset)
    const [first] = data
    if (offset > 0 && (!first || !seen.has(first.id)) && stepsBack < stepsBackMax) {
      stepsBack += 1
      offset = Math.max(0, offset - pageSize)
      continue
    }
    const fresh = data.filter(({ id }) => !seen.has(id))
    for (const { id } of data) seen.add(id)
    yield { data: fresh, totalCount }
    const end = offset + data.length
    if (end >= totalCount || data.length <= 1) return
    offset = end - 1
  }
}

/** Of a list without an order, every page is unknown: what is missing then is found when all is compared. */
const stepsBackMax = 100

async function* wholeOf(body: ReadableStream<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    yield chunk
  }
  if (length !== size) throw new Error(`${length} bytes came, and not ${size}`)
}

/** This part of what the service allows in a second is left to others who use the same workspace. */
const leftToOthers = 0.2

/** Waits as long as the service says that little is left: lists and single records are counted apart. */
function paced(): typeof fetch {
  const goesOn = { search: 0, read: 0 }
  return async (input, init) => {
    const category = String(input).includes('limit=') ? 'search' : 'read'
    const wait = goesOn[category] - Date.now()
    if (wait > 0) await sleep(wait)
    const response = await fetch(input, init)
    const limit = Number(response.headers.get('x-ratelimit-limit') ?? 0)
    const remaining = Number(response.headers.get('x-ratelimit-remaining') ?? 0)
    const short = limit * leftToOthers - remaining
    if (limit > 0 && short > 0) goesOn[category] = Date.now() + (1000 * (short + 1)) / limit
    return response
  }
}
