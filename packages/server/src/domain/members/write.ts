import { decodeId, idPrefixes, unprocessable } from '@openfield/schema'
import { revokeKeysOf } from '../../storage/api-keys.ts'
import { withLock } from '../../storage/database.ts'
import { countAdmins } from '../../storage/members.ts'
import { deletePassword } from '../../storage/passwords.ts'
import { deleteSessionsOf } from '../../storage/sessions.ts'
import { deleteLinksOf } from '../../storage/sign-in-links.ts'
import type { Context } from '../context.ts'
import { disconnectMailboxesOf } from '../mailboxes/mailboxes.ts'
import { createRecord } from '../records/create.ts'
import { retrieveRecord } from '../records/retrieve.ts'
import { trashRecord } from '../records/trash.ts'
import { updateRecord } from '../records/update.ts'

export type MemberInput = {
  email?: string | undefined
  firstName?: string | null | undefined
  lastName?: string | null | undefined
  role?: 'admin' | 'member' | undefined
}

/** Adds a member. Their address is unique in the workspace: a clash is a 422. A member has a name, if an empty one. */
export const createMember = (ctx: Context, input: MemberInput): Promise<string> =>
  createRecord(ctx, 'member', { fields: memberFields({ ...unnamed, ...input }, unnamed), relationships: {} })

const unnamed = { firstName: null, lastName: null }

/** Changes a member; what the input does not name stays. */
export const updateMember = (ctx: Context, id: string, input: MemberInput): Promise<string> =>
  oneAtATime(ctx, input.role === 'member', async () => {
    const { fields } = await readMember(ctx, id)
    if (input.role === 'member' && fields.$role.value === 'admin') await requireOtherAdmin(ctx)
    const name = fields.$name.value ?? unnamed
    return updateRecord(ctx, 'member', id, { fields: memberFields(input, name), relationships: {} })
  })

/** Removes a member, and with them every key that acts as them, their sessions, their password and their mailboxes. */
export const removeMember = (ctx: Context, id: string): Promise<string> =>
  oneAtATime(ctx, true, async () => {
    const { fields } = await readMember(ctx, id)
    if (fields.$role.value === 'admin') await requireOtherAdmin(ctx)
    const removed = await trashRecord(ctx, 'member', id)
    // For good: restoring the member does not bring them back.
    const uuid = decodeId(idPrefixes.member, id) ?? ''
    await revokeKeysOf(ctx.db, ctx.workspace, uuid, ctx.now())
    await deleteSessionsOf(ctx.db, ctx.workspace, uuid)
    await deletePassword(ctx.db, ctx.workspace, uuid)
    await deleteLinksOf(ctx.db, ctx.workspace, uuid)
    await disconnectMailboxesOf(ctx, uuid)
    return removed
  })

const lock = 1330005580

/** What may take an admin away waits for its turn, so that two last ones do not both go. */
const oneAtATime = <T>(ctx: Context, takesAdmin: boolean, work: () => Promise<T>): Promise<T> =>
  takesAdmin ? withLock(ctx.db, lock, work) : work()

type Name = { firstName: string | null; lastName: string | null }
type StoredMember = { fields: { $role: { value: string }; $name: { value: Name | null } } }

const readMember = async (ctx: Context, id: string) =>
  JSON.parse(await retrieveRecord(ctx, 'member', id)) as StoredMember

const memberFields = ({ email, firstName, lastName, role }: MemberInput, name: Name) => ({
  ...(email !== undefined && { $email: email }),
  ...(role !== undefined && { $role: role }),
  ...((firstName !== undefined || lastName !== undefined) && {
    $name: {
      firstName: firstName === undefined ? name.firstName : firstName,
      lastName: lastName === undefined ? name.lastName : lastName,
    },
  }),
})

async function requireOtherAdmin(ctx: Context) {
  if ((await countAdmins(ctx.db, ctx.workspace)) > 1) return
  throw unprocessable('A workspace needs an admin: make another member one first.', 'role')
}
