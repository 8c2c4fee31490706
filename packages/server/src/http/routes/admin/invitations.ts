import { listOf, object, schemaRef, text } from '@openfield/schema/openapi'
import { z } from 'zod'
import {
  acceptInvitation,
  cancelInvitation,
  invite,
  pendingInvitations,
  readInvitation,
} from '../../../domain/sign-in/invitations.ts'
import { choosePassword } from '../../../domain/sign-in/links.ts'
import { mailResets } from '../../../domain/sign-in/resets.ts'
import { addressKey } from '../../../domain/sign-in/sign-in.ts'
import { name, password } from './bodies.ts'
import { newMember } from './members.ts'
import { type AdminGroup, adminOperation } from './operation.ts'
import { enter } from './session.ts'

const token = z.string()
const accepted = z.strictObject({ token, password, firstName: name.nullish(), lastName: name.nullish() })
const date = (description: string) => text(description, { format: 'date-time' })

/** How members get to choose a password: the first by an invitation, another by a reset. */
export const invitations: AdminGroup = {
  operations: {
    'admin.invitation.create': adminOperation({
      method: 'POST',
      path: '/admin/v1/invitations',
      summary: 'Invite somebody to be a member',
      access: 'admin',
      body: newMember,
      answer: 'NewInvitation',
      run: async ({ ctx, body }) => invite(ctx, body),
    }),
    'admin.invitation.list': adminOperation({
      method: 'GET',
      path: '/admin/v1/invitations',
      summary: 'List the invitations that nobody has accepted',
      access: 'admin',
      answer: 'InvitationList',
      async run({ ctx }) {
        const data = await pendingInvitations(ctx)
        return { object: 'list', data, totalCount: data.length }
      },
    }),
    'admin.invitation.cancel': adminOperation({
      method: 'DELETE',
      path: '/admin/v1/invitations/:id',
      summary: 'Take an invitation back',
      access: 'admin',
      answer: 'CancelledInvitation',
      async run({ ctx, params: { id } }) {
        await cancelInvitation(ctx, id)
        return { id, cancelled: true }
      },
    }),
    'admin.welcome.read': adminOperation({
      method: 'POST',
      path: '/admin/v1/welcome',
      summary: 'Say whom an invitation is for',
      access: 'anyone',
      body: z.strictObject({ token }),
      answer: 'Session',
      run: async ({ system, body }) => readInvitation(system, body.token),
    }),
    'admin.welcome.accept': adminOperation({
      method: 'POST',
      path: '/admin/v1/welcome/accept',
      summary: 'Accept an invitation, with a password',
      access: 'anyone',
      body: accepted,
      answer: 'Session',
      async run(request) {
        const { workspace, member } = await acceptInvitation(request.system, request.body.token, request.body)
        return enter(request, workspace, member, 'admin.welcome.accept')
      },
    }),
    'admin.passwordReset.request': adminOperation({
      method: 'POST',
      path: '/admin/v1/password-resets',
      summary: 'Ask for a link to choose a new password',
      access: 'anyone',
      body: z.strictObject({ email: z.string() }),
      answer: 'RequestedReset',
      async run({ system, body, guards, request }) {
        await guards.attempts.begin(`reset of ${addressKey(body.email)}`, request)
        // Not waited for: how long it takes would tell whether anybody has the address.
        mailResets(system, body.email).catch((error) => request.log.error({ err: error, requestId: request.id }))
        return { sent: 'if-known', mail: system.mailer !== undefined }
      },
    }),
    'admin.passwordReset.accept': adminOperation({
      method: 'POST',
      path: '/admin/v1/password-resets/accept',
      summary: 'Choose a new password by a link',
      access: 'anyone',
      body: z.strictObject({ token, password }),
      answer: 'Session',
      async run(request) {
        const { system, body, guards } = request
        const { workspace, member } = await choosePassword(system, 'reset', body.token, body.password)
        guards.authenticator.forget()
        return enter(request, workspace, member, 'admin.passwordReset.accept')
      },
    }),
  },
  schemas: {
    NewInvitation: object(
      {
        member: schemaRef('SignedInMember'),
        link: text('What the member opens to choose a password; to be handed over, and shown this once.'),
        expiresAt: date('Until when it works.'),
        sent: { type: 'boolean', description: 'Whether it was mailed to them too.' },
      },
      ['member', 'link', 'expiresAt', 'sent'],
    ),
    InvitationList: listOf('Invitation'),
    Invitation: object(
      {
        id: text('That of the member.'),
        member: schemaRef('SignedInMember'),
        createdAt: date('When they were invited last.'),
        expiresAt: date('Until when the link works, or worked.'),
      },
      ['id', 'member', 'createdAt', 'expiresAt'],
    ),
    CancelledInvitation: object({ id: text('That of the member.'), cancelled: { const: true } }, ['id', 'cancelled']),
    RequestedReset: object(
      {
        sent: { const: 'if-known', description: 'A mail is on its way if a member has the address.' },
        mail: { type: 'boolean', description: 'Whether this server sends mails at all.' },
      },
      ['sent', 'mail'],
    ),
  },
}
