import type { AnyRecord } from '../records/record.ts'

/** Parts of the client that the app is written against before they are there; each goes when it has landed. */
type Options = { signal?: AbortSignal; maxRetries?: number }
type Session = {
  member: { id: string; email: string; firstName: string | null; lastName: string | null; role: 'admin' | 'member' }
  workspace: { id: string; name: string }
  expiresAt: string | null
}
type Changed = { fields?: Record<string, unknown>; relationships?: Record<string, unknown> }
export type Coming = {
  session: {
    get(options?: Options): Promise<Session>
    signIn(credentials: { email: string; password: string }): Promise<Session>
    signOut(): Promise<unknown>
  }
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
