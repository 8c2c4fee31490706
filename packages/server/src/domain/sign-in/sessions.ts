import { decodeId, encodeId, forbidden, idPrefixes, unauthorized, unprocessable } from '@openfield/schema'
import { findPerson, type Person } from '../../storage/members.ts'
import { deleteSession, deleteSessionsOf, insertSession, listSessions } from '../../storage/sessions.ts'
import type { Context, System } from '../context.ts'
import { workspaceId } from '../workspaces/create.ts'
import { newSecret } from './secrets.ts'

const lifeMs = 30 * 24 * 3_600_000

/** When a session that is used now would end if it were not used again. */
export const sessionEnd = (now: Date) => new Date(now.getTime() + lifeMs)

/** Signs a member in: the secret of the session, which is shown this once, and what the API says of it. */
export async function startSession(system: System, workspace: number, member: string, userAgent: string | undefined) {
  const { secret, sha256 } = newSecret()
  const at = system.now()
  const expiresAt = sessionEnd(at)
  await insertSession(system.db, workspace, { sha256, member, userAgent: shorten(userAgent), at, expiresAt })
  return { secret, session: await presentSession(system, workspace, member, expiresAt) }
}

const userAgentMax = 300
const shorten = (userAgent: string | undefined) => userAgent?.slice(0, userAgentMax).toWellFormed() ?? null

/** Who is calling, in which workspace, and until when they may. */
export const currentSession = (ctx: Context) =>
  presentSession(ctx, ctx.workspace, requireSelf(ctx), ctx.caller?.expiresAt ?? null)

/** Who a member is, where, and until when something lets them in. */
export async function presentSession(system: System, workspace: number, member: string, expiresAt: Date | null) {
  const person = await findPerson(system.db, workspace, member)
  if (!person) throw unauthorized('This member has been removed.')
  return {
    member: presentPerson(person),
    workspace: { id: workspaceId(workspace), name: person.workspaceName },
    expiresAt: expiresAt?.toISOString() ?? null,
  }
}

/** A member as signing in shows them. */
export const presentPerson = ({ id, email, firstName, lastName, role }: Person) => ({
  id: encodeId(idPrefixes.member, id),
  email,
  firstName,
  lastName,
  role,
})

/** Signs the caller out. */
export async function endSession(ctx: Context) {
  const session = ctx.caller?.session
  if (!session) throw unprocessable('An API key is not signed in; revoke it to end its use.')
  await deleteSession(ctx.db, session)
}

/** Signs the caller out in all browsers. */
export const endSessions = (ctx: Context) => deleteSessionsOf(ctx.db, ctx.workspace, requireAccount(ctx))

/** Where the caller is signed in. */
export async function ownSessions(ctx: Context) {
  const sessions = await listSessions(ctx.db, ctx.workspace, requireAccount(ctx), ctx.now())
  return sessions.map((session) => ({
    createdAt: session.created_at.toISOString(),
    lastUsedAt: session.last_used_at.toISOString(),
    expiresAt: session.expires_at.toISOString(),
    userAgent: session.user_agent,
    current: ctx.caller?.session?.equals(session.sha256) ?? false,
  }))
}

/** The member that the caller is. Throws a 403 for keys of the workspace. */
function requireSelf({ caller }: Context): string {
  const member = caller?.subjectType === 'user' && caller.memberId ? decodeId('mem', caller.memberId) : undefined
  if (member === undefined) throw forbidden('This takes someone who is signed in, or the API key of a member.')
  return member
}

/** The same for what concerns their account, which a key with scopes has no business with. */
export function requireAccount(ctx: Context): string {
  if (ctx.caller?.scopes.length)
    throw forbidden('This takes someone who is signed in, or a full-access key of a member.')
  return requireSelf(ctx)
}
