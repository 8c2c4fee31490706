import { encodeId, idPrefixes } from '@openfield/schema'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { startSession } from '../../domain/sign-in/sessions.ts'
import { membersWith } from '../../domain/sign-in/sign-in.ts'
import type { Begun, SingleSignOn } from '../../domain/sign-in/single-sign-on.ts'
import { noteSignIn } from '../audit.ts'
import { unknownRoute } from '../errors.ts'
import { type Guards, guard } from '../guard.ts'
import { setCookie, setSessionCookie } from '../session-cookie.ts'
import { queryOf } from './records.ts'

const path = '/admin/v1/sign-in/sso'
const cookieName = 'openfield_sso'
const lifeSeconds = 600

/** Why the sign-in page is shown again; it says what to do. */
type Problem = 'unknown-member' | 'unverified-email' | 'single-sign-on'

/** Where somebody was, and where they want to be afterwards. */
type Trip = Begun & { back: string; workspaceId: string | undefined }

/** The way to the provider of single sign-on and back. Addresses for browsers: they redirect, also when something fails. */
export function singleSignOnRoutes(app: FastifyInstance, guards: Guards) {
  const { system } = guards
  const onRequest = guard(guards, { category: 'Read', scopes: [], version: 'optional', anyone: true })

  app.get(path, { onRequest }, async (request, reply) => {
    const provider = requireProvider(request, system.singleSignOn)
    const query = new URLSearchParams(queryOf(request.raw.url))
    return orProblem(request, reply, async () => {
      const { address, begun } = await provider.begin(`${system.publicUrl}${path}/callback`)
      const trip = { ...begun, back: backOf(query.get('return')), workspaceId: query.get('workspaceId') ?? undefined }
      setCookie(reply, system.publicUrl, cookieName, encode(trip), { path, maxAge: lifeSeconds })
      return reply.redirect(address)
    })
  })

  app.get(`${path}/callback`, { onRequest }, async (request, reply) => {
    const provider = requireProvider(request, system.singleSignOn)
    return orProblem(request, reply, async () => {
      const trip = decode(request.cookies[cookieName])
      setCookie(reply, system.publicUrl, cookieName, '', { path, maxAge: 0 })
      const address = new URL(`${system.publicUrl}${path}/callback?${queryOf(request.raw.url)}`)
      const { email, isVerified } = await provider.finish(address, trip)
      if (email === undefined || !isVerified) return toSignIn(reply, 'unverified-email')
      const [member] = await membersWith(system, email, trip.workspaceId)
      if (!member) return toSignIn(reply, 'unknown-member')
      const who = { workspace: member.workspace, member: encodeId(idPrefixes.member, member.member) }
      await noteSignIn(system, who, request, 'done', 'admin.session.singleSignOn')
      const { secret } = await startSession(system, member.workspace, member.member, request.headers['user-agent'])
      setSessionCookie(reply, system.publicUrl, secret)
      return reply.redirect(new URL(system.publicUrl + trip.back).href)
    })
  })

  /** A person is on the way: whatever goes wrong is logged, and they are back where they began. */
  async function orProblem(request: FastifyRequest, reply: FastifyReply, work: () => Promise<FastifyReply>) {
    try {
      return await work()
    } catch (error) {
      request.log.error({ err: error, requestId: request.id }, 'Single sign-on failed')
      return toSignIn(reply, 'single-sign-on')
    }
  }

  const toSignIn = (reply: FastifyReply, problem: Problem) =>
    reply.redirect(`${system.publicUrl}/crm/sign-in?problem=${problem}`)
}

function requireProvider(request: FastifyRequest, provider: SingleSignOn | undefined): SingleSignOn {
  if (!provider) throw unknownRoute(request)
  return provider
}

/** Only to pages of the web app. */
const backOf = (back: string | null) => (back !== null && /^\/crm([/?#]|$)/.test(back) ? back : '/crm')

const encode = (trip: Trip) => Buffer.from(JSON.stringify(trip)).toString('base64url')

function decode(text: string | undefined): Trip {
  if (text === undefined) throw new Error('this browser did not begin to sign in, or took longer than ten minutes')
  const trip = JSON.parse(Buffer.from(text, 'base64url').toString()) as Trip
  return { ...trip, back: backOf(trip.back) }
}
