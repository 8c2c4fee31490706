import type { RequestOptions, Send } from '../request.ts'

export type ViewColumn = { key: string; [setting: string]: unknown }

/** A saved way of looking at the records of a type. */
export type View = {
  id: string
  objectType: string
  /** The member whose it is; null when they have left. */
  ownerId: string | null
  name: string
  /** Every member sees it. */
  shared: boolean
  /** Views are in this order. */
  position: number
  layout: 'table' | 'board'
  /** Filters and sorting, as the web app has them in its addresses. */
  query: string
  /** None: as usual. */
  columns: ViewColumn[]
  createdAt: string
  updatedAt: string
}

export type ViewChange = Partial<Pick<View, 'name' | 'shared' | 'position' | 'layout' | 'query' | 'columns'>>
export type NewView = ViewChange & Pick<View, 'objectType' | 'name'>

/** The views of the member who calls. Every operation throws APIError when it fails. */
export class Views {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  /** Their own and the shared ones, of one object type or of all. */
  list(query: { objectType?: string } = {}, options?: RequestOptions): Promise<{ data: View[]; totalCount: number }> {
    return this.#send({ method: 'GET', api: 'admin', path: ['views'], query }, options)
  }

  create(view: NewView, options?: RequestOptions): Promise<View> {
    return this.#send({ method: 'POST', api: 'admin', path: ['views'], body: view }, options)
  }

  /** Changes what is named. */
  update(id: string, change: ViewChange, options?: RequestOptions): Promise<View> {
    return this.#send({ method: 'PATCH', api: 'admin', path: ['views', id], body: change }, options)
  }

  /** Removes a view for good and returns it as it was. */
  remove(id: string, options?: RequestOptions): Promise<View> {
    return this.#send({ method: 'DELETE', api: 'admin', path: ['views', id] }, options)
  }
}

/** Settings by their names; whoever uses them chooses both. */
export type Settings = Record<string, unknown>

/** What is remembered of the member who calls. Every operation throws APIError when it fails. */
export class Preferences {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  retrieve(options?: RequestOptions): Promise<Settings> {
    return this.#send({ method: 'GET', api: 'admin', path: ['preferences'] }, options)
  }

  /** Changes the settings that are named, null forgets one; returns all of them. */
  update(changes: Settings, options?: RequestOptions): Promise<Settings> {
    return this.#send({ method: 'PATCH', api: 'admin', path: ['preferences'], body: changes }, options)
  }
}
