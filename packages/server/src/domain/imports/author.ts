import type { Caller, Context } from '../context.ts'

/** A caller as far as it is kept for what is done later in their name; the session itself is not. */
export type Author = Omit<Caller, 'session' | 'expiresAt'>

export function authorOf({ caller }: Pick<Context, 'caller'>): Author | null {
  if (!caller) return null
  const { session: _session, expiresAt: _end, ...author } = caller
  return author
}

export const callerOf = (author: Author | null): Caller | undefined =>
  author ? { ...author, session: undefined, expiresAt: null } : undefined
