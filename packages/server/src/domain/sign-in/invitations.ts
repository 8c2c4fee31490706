import { decodeId, encodeId, idPrefixes, noResource, unprocessable } from '@openfield/schema'
import { findPerson, type Person } from '../../storage/members.ts'
import { deleteInvitation, listInvitations } from '../../storage/sign-in-links.ts'
import type { Context, System } from '../context.ts'
import { invitationMail } from '../mail/mails.ts'
import { createMember, updateMember } from '../members/write.ts'
import { workspaceId } from '../workspaces/create.ts'
import { choosePassword, makeLink, requireLink } from './links.ts'
import { presentPerson, presentSession } from './sessions.ts'
import { membersWith } from './sign-in.ts'

export type Invited = {
  email: string
  firstName?: string | null | undefined
  lastName?: string | null | undefined
  role: 'admin' | 'member'
}

/**
 * Invites somebody by a link, which is mailed where mails are sent, and returned to be handed over in any case. Makes them a
 * member, or invites one again who has not chosen a password.
 */
export async function invite(ctx: Context, input: Invited) {
  const member = await memberToInvite(ctx, input)
  const made = await makeLink(ctx, ctx.workspace, member, 'invitation')
  const person = await requirePerson(ctx, member)
  const mail = invitationMail(person, ctx.caller?.email, made)
  const sent = (await ctx.mailer?.send(mail)) ?? false
  return { member: presentPerson(person), link: made.link, expiresAt: made.expiresAt.toISOString(), sent }
}

async function memberToInvite(ctx: Context, input: Invited): Promise<string> {
  const [known] = await membersWith(ctx, input.email, workspaceId(ctx.workspace))
  if (!known) return decodeId(idPrefixes.member, JSON.parse(await createMember(ctx, input)).id) ?? ''
  if (known.hash !== null) {
    throw unprocessable('This member has a password. If it is forgotten, they can ask for a new one.', 'email')
  }
  const { email, ...changes } = input
  await updateMember(ctx, encodeId(idPrefixes.member, known.member), changes)
  return known.member
}

async function requirePerson(system: System & { workspace: number }, member: string): Promise<Person> {
  const person = await findPerson(system.db, system.workspace, member)
  if (!person) throw noResource('members')
  return person
}

/** The invitations that nobody has accepted. Their ids are those of the members. */
export const pendingInvitations = async (ctx: Context) =>
  (await listInvitations(ctx.db, ctx.workspace)).map(({ member, createdAt, expiresAt, ...who }) => ({
    id: encodeId(idPrefixes.member, member),
    member: { id: encodeId(idPrefixes.member, member), ...who },
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  }))

/** Takes an invitation back: its link does not work any more. The member stays. */
export async function cancelInvitation(ctx: Context, id: string) {
  const member = decodeId(idPrefixes.member, id)
  if (!member || !(await deleteInvitation(ctx.db, ctx.workspace, member))) throw noResource('invitations')
}

/** Whom an invitation is for, and until when. */
export async function readInvitation(system: System, secret: string) {
  const { workspace, member, expiresAt } = await requireLink(system, 'invitation', secret)
  return presentSession(system, workspace, member, expiresAt)
}

/** Takes an invitation up: the member has a password from now on, and the name they give. */
export async function acceptInvitation(
  system: System,
  secret: string,
  {
    password,
    ...name
  }: { password: string; firstName?: string | null | undefined; lastName?: string | null | undefined },
) {
  const { workspace, member } = await requireLink(system, 'invitation', secret)
  await updateMember({ ...system, workspace, caller: undefined }, encodeId(idPrefixes.member, member), name)
  return choosePassword(system, 'invitation', secret, password)
}
