import { encodeId, idPrefixes } from '@openfield/schema'
import { listOf, object, orNull, schemaRef, text } from '@openfield/schema/openapi'
import { z } from 'zod'
import { updateMember } from '../../../domain/members/write.ts'
import { changePassword } from '../../../domain/sign-in/change-password.ts'
import {
  currentSession,
  endSession,
  endSessions,
  ownSessions,
  requireAccount,
  startSession,
} from '../../../domain/sign-in/sessions.ts'
import { addressKey, checkPassword, membersWith, signInOptions } from '../../../domain/sign-in/sign-in.ts'
import { noteSignIn } from '../../audit.ts'
import { clearSessionCookie, setSessionCookie } from '../../session-cookie.ts'
import { name, password } from './bodies.ts'
import { type AdminGroup, type AdminRequest, adminOperation } from './operation.ts'

const signIn = z.strictObject({ email: z.string(), password: z.string(), workspaceId: z.string().optional() })

const newName = z.strictObject({ firstName: name.nullish(), lastName: name.nullish() })
const newPassword = z.strictObject({ current: z.string(), password })

/** Signs a member in on the browser that calls; the answer is who they are. */
export async function enter(
  { system, request, reply }: AdminRequest<unknown>,
  workspace: number,
  member: string,
  action?: string,
) {
  await noteSignIn(system, { workspace, member: encodeId(idPrefixes.member, member) }, request, 'done', action)
  const { secret, session } = await startSession(system, workspace, member, request.headers['user-agent'])
  setSessionCookie(reply, system.publicUrl, secret)
  return session
}

/** Of those whose address was given. Not waited for: how long it takes would tell whether there is one. */
async function noteRefusal({ system, body, request }: AdminRequest<z.output<typeof signIn>>) {
  for (const { workspace, member } of await membersWith(system, body.email, body.workspaceId)) {
    await noteSignIn(system, { workspace, member: encodeId(idPrefixes.member, member) }, request, 'refused')
  }
}

const date = (description: string) => text(description, { format: 'date-time' })

export const session: AdminGroup = {
  operations: {
    'admin.signIn.options': adminOperation({
      method: 'GET',
      path: '/admin/v1/sign-in',
      summary: 'Say how one can sign in',
      access: 'anyone',
      answer: 'SignInOptions',
      run: async ({ system }) => signInOptions(system),
    }),
    'admin.session.create': adminOperation({
      method: 'POST',
      path: '/admin/v1/session',
      summary: 'Sign in with a password',
      access: 'anyone',
      body: signIn,
      answer: 'Session',
      alsoAnswers: [401],
      async run(request) {
        const { system, body, guards } = request
        const attempt = await guards.attempts.begin(addressKey(body.email), request.request)
        const { workspace, member } = await checkPassword(system, body).catch((error) => {
          noteRefusal(request).catch((failure) => request.request.log.error({ err: failure }, 'writing the audit log'))
          throw error
        })
        await attempt.succeeded()
        return enter(request, workspace, member)
      },
    }),
    'admin.session.retrieve': adminOperation({
      method: 'GET',
      path: '/admin/v1/session',
      summary: 'Say who is signed in',
      access: 'caller',
      answer: 'Session',
      run: async ({ ctx }) => currentSession(ctx),
    }),
    'admin.session.update': adminOperation({
      method: 'PATCH',
      path: '/admin/v1/session',
      summary: 'Change your name',
      access: 'caller',
      body: newName,
      answer: 'Session',
      async run({ ctx, body }) {
        await updateMember(ctx, encodeId(idPrefixes.member, requireAccount(ctx)), body)
        return currentSession(ctx)
      },
    }),
    'admin.session.end': adminOperation({
      method: 'DELETE',
      path: '/admin/v1/session',
      summary: 'Sign out',
      audited: true,
      access: 'caller',
      answer: 'SignedOut',
      async run({ ctx, guards, reply }) {
        await endSession(ctx)
        return signedOut({ ctx, guards, reply })
      },
    }),
    'admin.session.list': adminOperation({
      method: 'GET',
      path: '/admin/v1/sessions',
      summary: 'List where you are signed in',
      access: 'caller',
      answer: 'SessionList',
      async run({ ctx }) {
        const data = await ownSessions(ctx)
        return { object: 'list', data, totalCount: data.length }
      },
    }),
    'admin.session.endAll': adminOperation({
      method: 'DELETE',
      path: '/admin/v1/sessions',
      summary: 'Sign out everywhere',
      audited: true,
      access: 'caller',
      answer: 'SignedOut',
      async run({ ctx, guards, reply }) {
        await endSessions(ctx)
        return signedOut({ ctx, guards, reply })
      },
    }),
    'admin.password.change': adminOperation({
      method: 'POST',
      path: '/admin/v1/password',
      summary: 'Change your password',
      audited: true,
      access: 'caller',
      body: newPassword,
      answer: 'PasswordChanged',
      async run({ ctx, body, guards, request }) {
        const attempt = await guards.attempts.begin(ctx.caller?.actor ?? '', request)
        await changePassword(ctx, body)
        await attempt.succeeded()
        guards.authenticator.forget()
        return { changed: true }
      },
    }),
  },
  schemas: {
    SignInOptions: object(
      {
        password: { const: true, description: 'By e-mail address and password.' },
        singleSignOn: orNull(object({ label: text('What its button says.') }, ['label'])),
        workspace: orNull(object({ name: text('The name of the only workspace there is.') }, ['name'])),
      },
      ['password', 'singleSignOn', 'workspace'],
    ),
    Session: object(
      {
        member: schemaRef('SignedInMember'),
        workspace: object({ id: text('Starts with `wsp_`.'), name: text('What it is called.') }, ['id', 'name']),
        expiresAt: orNull(date('When the session ends unless it is used before; of an API key, when it expires.')),
      },
      ['member', 'workspace', 'expiresAt'],
    ),
    SignedInMember: object(
      {
        id: text('Starts with `mem_`.'),
        email: text('Their address.'),
        firstName: orNull(text('Their first name.')),
        lastName: orNull(text('Their last name.')),
        role: { enum: ['admin', 'member'] },
      },
      ['id', 'email', 'firstName', 'lastName', 'role'],
    ),
    SignedOut: object({ signedOut: { const: true } }, ['signedOut']),
    PasswordChanged: object({ changed: { const: true } }, ['changed']),
    SessionList: listOf('SessionEntry'),
    SessionEntry: object(
      {
        createdAt: date('When they signed in.'),
        lastUsedAt: date('When it was last used, to a few minutes.'),
        expiresAt: date('When it ends unless it is used before.'),
        userAgent: orNull(text('What the browser calls itself.')),
        current: { type: 'boolean', description: 'Whether it is the one that asks.' },
      },
      ['createdAt', 'lastUsedAt', 'expiresAt', 'userAgent', 'current'],
    ),
  },
}

/** What was just ended counts for nothing from the next request on. */
function signedOut({ ctx, guards, reply }: Pick<AdminRequest<unknown>, 'ctx' | 'guards' | 'reply'>) {
  guards.authenticator.forget()
  if (ctx.caller?.session) clearSessionCookie(reply, ctx.publicUrl)
  return { signedOut: true }
}
