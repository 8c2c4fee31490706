import { z } from 'zod'
import { createMember, removeMember, updateMember } from '../../../domain/members/write.ts'
import { name } from './bodies.ts'
import { type AdminGroup, adminOperation } from './operation.ts'

/** What a member is made from. */
export const newMember = z.strictObject({
  email: z.string(),
  firstName: name.nullish(),
  lastName: name.nullish(),
  role: z.enum(['admin', 'member']),
})

export const members: AdminGroup = {
  operations: {
    'admin.member.create': adminOperation({
      method: 'POST',
      path: '/admin/v1/members',
      summary: 'Add a member',
      access: 'admin',
      body: newMember,
      answer: 'Member',
      run: async ({ ctx, body }) => createMember(ctx, body),
    }),
    'admin.member.update': adminOperation({
      method: 'PATCH',
      path: '/admin/v1/members/:id',
      summary: 'Change a member',
      access: 'admin',
      body: newMember.partial(),
      answer: 'Member',
      async run({ ctx, params, body, guards }) {
        const member = await updateMember(ctx, params.id, body)
        guards.authenticator.forget()
        return member
      },
    }),
    'admin.member.remove': adminOperation({
      method: 'DELETE',
      path: '/admin/v1/members/:id',
      summary: 'Remove a member, their API keys and their sessions',
      access: 'admin',
      answer: 'Member',
      async run({ ctx, params, guards }) {
        const member = await removeMember(ctx, params.id)
        guards.authenticator.forget()
        return member
      },
    }),
  },
  schemas: {},
}
