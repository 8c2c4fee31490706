/** Parts of the client that the app is written against before they are there; each goes when it has landed. */
type Options = { signal?: AbortSignal; maxRetries?: number }
export type Coming = {
  events: {
    listen(
      options?: Options & { after?: string },
    ): AsyncIterable<
      | { event: 'change'; id: string; data: { objectType: string; id: string; related: string[]; keys: string[] } }
      | { event: 'definitions'; id: string; data: unknown }
    >
  }
}
