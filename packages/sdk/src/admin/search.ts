import type { RequestOptions, Send } from '../request.ts'

/** A record that was searched for. */
export type SearchResult = {
  id: string
  objectType: string
  title: string
  /** What tells it from others, or shows why it was found. */
  subtitle: string | null
  httpLink: string | null
  /** The slug of the field in which it was found, such as `name` or `email`. */
  matched: string
}

/** Of which object types, by default of all, and how many at most: 50, by default 20. */
export type SearchQuery = { types?: readonly string[]; limit?: number }

/** Searches all records for what people know of them, best first. Throws APIError when it fails. */
export type Search = (text: string, query?: SearchQuery, options?: RequestOptions) => Promise<{ data: SearchResult[] }>

export const searchWith =
  (send: Send): Search =>
  (text, { types, limit } = {}, options) =>
    send({ method: 'GET', api: 'admin', path: ['search'], query: { q: text, types: types?.join(','), limit } }, options)
