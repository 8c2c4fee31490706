import type { StoredFile } from '../files.ts'
import type { PageQuery } from '../page.ts'
import type { RequestOptions, Send } from '../request.ts'

/** A file that is attached to a record. `createdBy`: the member or the API key who uploaded it. */
export type AttachedFile = StoredFile & { createdBy: string | null }

/** The files of records, of any object type that holds files. Every operation throws APIError when it fails. */
export class RecordFiles {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  /** A page of the files of a record, newest first. */
  list(
    objectType: string,
    recordId: string,
    page: PageQuery = {},
    options?: RequestOptions,
  ): Promise<{ data: AttachedFile[]; totalCount: number }> {
    return this.#send({ method: 'GET', api: 'admin', path: path(objectType, recordId), query: page }, options)
  }

  /** Attaches a completed file. */
  attach(objectType: string, recordId: string, fileId: string, options?: RequestOptions): Promise<StoredFile> {
    return this.#send({ method: 'POST', api: 'admin', path: path(objectType, recordId), body: { fileId } }, options)
  }

  /** Takes a file off the record; it stays where else it is attached. */
  detach(objectType: string, recordId: string, fileId: string, options?: RequestOptions): Promise<StoredFile> {
    return this.#send({ method: 'DELETE', api: 'admin', path: [...path(objectType, recordId), fileId] }, options)
  }
}

const path = (objectType: string, recordId: string) => ['records', objectType, recordId, 'files']
