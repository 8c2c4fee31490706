import { forbidden } from '@openfield/schema'
import type { FastifyReply, FastifyRequest } from 'fastify'

export const cookieName = 'openfield_session'

// The longest that browsers keep one. When a session ends, the database says.
const maxAgeSeconds = 400 * 24 * 3600

/** Hands a browser its session. */
export const setSessionCookie = (reply: FastifyReply, publicUrl: string, secret: string) =>
  setCookie(reply, publicUrl, cookieName, secret, { maxAge: maxAgeSeconds })

/** Takes it back. */
export const clearSessionCookie = (reply: FastifyReply, publicUrl: string) =>
  setCookie(reply, publicUrl, cookieName, '', { maxAge: 0 })

/**
 * Sets a cookie for addresses below `path` of the server. No script can read it, and other sites' pages cannot have it sent
 * along, but by links that people follow.
 */
export function setCookie(
  reply: FastifyReply,
  publicUrl: string,
  name: string,
  value: string,
  { path = '', maxAge }: { path?: string; maxAge: number },
) {
  const { protocol, pathname } = new URL(publicUrl + path)
  return reply.setCookie(name, value, {
    httpOnly: true,
    sameSite: 'lax',
    path: pathname,
    secure: protocol === 'https:',
    maxAge,
  })
}

/** What a request says it comes from: the text of an Authorization header, or the secret of a session. */
export type Credentials = { authorization: string | undefined; session?: string }

/**
 * A session counts only where a page asks for it by a header, which no form or link of another site can do, and only on
 * pages of our own. An Authorization header goes before it.
 */
export function credentialsOf(request: FastifyRequest, publicUrl: string): Credentials {
  const { authorization } = request.headers
  if (authorization !== undefined || request.headers['x-openfield-session'] !== 'current') return { authorization }
  requireOwnOrigin(request, publicUrl)
  return { authorization, session: request.cookies[cookieName] ?? '' }
}

/** Refuses what a page of another origin sends. Programs name none. */
export function requireOwnOrigin({ headers: { origin, host } }: FastifyRequest, publicUrl: string) {
  if (origin === undefined || origin === new URL(publicUrl).origin) return
  if (URL.canParse(origin) && new URL(origin).host === host) return
  throw forbidden(
    `Pages of ${origin.slice(0, 200).toWellFormed()} cannot sign in here. If that is this server's address, set OPENFIELD_PUBLIC_URL to it.`,
  )
}
