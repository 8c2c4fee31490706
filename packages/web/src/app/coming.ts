import type { AnyRecord } from '../records/record.ts'

/** Parts of the client that the app is written against before they are there; each goes when it has landed. */
type Options = { signal?: AbortSignal; maxRetries?: number }
type Changed = { fields?: Record<string, unknown>; relationships?: Record<string, unknown> }
export type Coming = {
  events: {
    listen(
      options?: Options & { after?: string },
    ): AsyncIterable<
      | { event: 'change'; id: string; data: { objectType: string; id: string; related: string[]; keys: string[] } }
      | { event: 'definitions'; id: string; data: unknown }
    >
  }
  records: {
    list(
      objectType: string,
      query?: Record<string, unknown>,
      options?: Options,
    ): Promise<{ data: AnyRecord[]; totalCount: number; nextCursor: string | null; names: Record<string, string> }>
    update(
      objectType: string,
      body: { records: (Changed & { id: string; expected?: Changed })[] },
      options?: Options,
    ): Promise<{
      results: {
        id: string
        outcome: 'updated' | 'conflict' | 'refused'
        record?: AnyRecord
        current?: Changed
        error?: { message: string }
      }[]
    }>
  }
}
