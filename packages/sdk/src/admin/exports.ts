import type { Query, RequestOptions, Send } from '../request.ts'

/** Which records, in which order, and which of their fields and relationships; as in a query for a screen. */
export type ExportQuery = { filter?: Query; sort?: string; fields?: readonly string[] }

/** An address from which something can be downloaded for a few minutes, without a key. */
export type DownloadLink = { url: string; expiresAt: string }

/** Exports, as addresses for a browser to download from. Every operation throws APIError when it fails. */
export class Exports {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  /**
   * Of the records of a type: a table, or a JSON object on each line.
   *
   * @example
   * const { url } = await client.admin.exports.table('opportunity', { filter: { '$stage[equal]': 'Won' } })
   * location.assign(url)
   */
  table(objectType: string, query: ExportQuery = {}, options?: RequestOptions): Promise<DownloadLink> {
    return this.#link(`export/${encodeURIComponent(objectType)}.csv`, query, options)
  }

  lines(objectType: string, query: ExportQuery = {}, options?: RequestOptions): Promise<DownloadLink> {
    return this.#link(`export/${encodeURIComponent(objectType)}.ndjson`, query, options)
  }

  /** Of everything: a zip archive. */
  archive(options?: RequestOptions): Promise<DownloadLink> {
    return this.#link('export.zip', {}, options)
  }

  /** Of the refused rows of an import, each with why. */
  importErrors(importId: string, options?: RequestOptions): Promise<DownloadLink> {
    return this.#link(`imports/${encodeURIComponent(importId)}/errors.csv`, {}, options)
  }

  #link(path: string, { filter = {}, sort, fields }: ExportQuery, options?: RequestOptions): Promise<DownloadLink> {
    const query = new URLSearchParams()
    for (const [key, value] of Object.entries({ ...filter, sort, fields: fields?.join(',') })) {
      for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) query.append(key, String(one))
    }
    const body = { path: `/admin/v1/${path}${query.size > 0 ? `?${query}` : ''}` }
    return this.#send({ method: 'POST', api: 'admin', path: ['downloads'], body }, options)
  }
}
