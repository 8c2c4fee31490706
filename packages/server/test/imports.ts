import { successOf } from './factories.ts'
import type { Api } from './harness.ts'
import { aFile } from './uploads.ts'

export type ImportBody = {
  id: string
  objectType: string
  state: string
  problem: string | null
  createdBy: string | null
  encoding: string
  delimiter: string
  header: boolean
  columns: { column: number; name: string; samples: string[] }[]
  mapping: { column?: number; value?: string; to: string | null; [choice: string]: unknown }[]
  match: { by: string | null; onMatch: string }
  timeZone: string
  problems: string[]
  counts: Record<'total' | 'done' | 'created' | 'updated' | 'skipped' | 'refused', number>
  undo: Record<'reverted' | 'kept' | 'failed', number>
  rate: number | null
  eta: number | null
}

export type PreviewBody = {
  data: {
    row: number
    outcome: string
    id?: string
    record?: { fields: Record<string, unknown>; relationships: Record<string, unknown> }
    changes?: Record<string, unknown>
    error?: string
  }[]
}

/** Begins an import; the answer may be a refusal. */
export const begin = async (api: Api, objectType: string, table: string | Buffer, input: object = {}) => {
  const file = await aFile(api, table, { filename: 'table.csv', mimeType: 'text/csv' })
  return api.post<ImportBody>('/admin/v1/imports', { objectType, fileId: file.id, ...input })
}

/** A draft of an import, changed by the settings. */
export async function aDraft(api: Api, objectType: string, table: string | Buffer, settings: object = {}) {
  const draft = successOf(await begin(api, objectType, table))
  return successOf(await api.patch<ImportBody>(`/admin/v1/imports/${draft.id}`, settings))
}

export const previewOf = async (api: Api, { id }: { id: string }, limit = 20) =>
  successOf(await api.get<PreviewBody>(`/admin/v1/imports/${id}/preview?limit=${limit}`)).data

/** Waits until an import comes to rest. */
export async function atRest(api: Api, { id }: { id: string }): Promise<ImportBody> {
  for (;;) {
    const one = successOf(await api.get<ImportBody>(`/admin/v1/imports/${id}`))
    if (one.state !== 'running' && one.state !== 'undoing') return one
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Starts an import, or takes it back, and waits until that is done. */
export async function to(api: Api, verb: 'start' | 'undo', one: { id: string }): Promise<ImportBody> {
  successOf(await api.post(`/admin/v1/imports/${one.id}/${verb}`))
  return atRest(api, one)
}

/** Imports a table with the suggested mapping, changed by the settings. */
export const bringIn = async (api: Api, objectType: string, table: string | Buffer, settings: object = {}) =>
  to(api, 'start', await aDraft(api, objectType, table, settings))

/** The refused rows as they can be downloaded. */
export async function errorsOf(api: Api, { id }: { id: string }): Promise<string> {
  const { status, text } = await api.get(`/admin/v1/imports/${id}/errors.csv`)
  if (status !== 200) throw new Error(text)
  return text
}
