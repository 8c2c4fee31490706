import { ApiError, fold, unauthorized } from '@openfield/schema'
import { type Candidate, findByEmail } from '../../storage/passwords.ts'
import { listWorkspaces } from '../../storage/workspaces.ts'
import type { System } from '../context.ts'
import { workspaceId } from '../workspaces/create.ts'
import { matchPassword } from './passwords.ts'

export type SignIn = { email: string; password: string; workspaceId?: string | undefined }

/** The form in which addresses are compared, of whatever somebody has typed. */
export const addressKey = (email: string) => fold(email.trim().slice(0, addressMax)).toWellFormed().replaceAll('\0', '')
const addressMax = 254

/** The member with an address and a password. One answer for all that can be wrong, after the same work. */
export async function checkPassword(system: System, input: SignIn): Promise<Candidate> {
  const members = await membersWith(system, input.email, input.workspaceId)
  const right = await matchPassword(
    input.password,
    members.map(({ hash }) => hash),
  )
  const [member, ...others] = members.filter((_, index) => right[index])
  if (!member) throw unauthorized('The e-mail address or the password is wrong.')
  if (others.length > 0) throw severalWorkspaces([member, ...others])
  return member
}

/** The members with an address, in all workspaces or in one. */
export const membersWith = async (system: System, email: string, wanted: string | undefined) =>
  (await findByEmail(system.db, addressKey(email))).filter(
    ({ workspace }) => wanted === undefined || workspaceId(workspace) === wanted,
  )

/** Not to be tried again without a choice. */
const severalWorkspaces = (members: readonly Candidate[]) =>
  new ApiError('conflict', undefined, 'You are a member of several workspaces: say which with workspaceId.', {
    param: 'workspaceId',
    retry: false,
    members: {
      workspaces: members.map(({ workspace, workspaceName }) => ({ id: workspaceId(workspace), name: workspaceName })),
    },
  })

/** What the sign-in page shows before anybody is known. */
export async function signInOptions(system: System) {
  const [only, ...others] = await listWorkspaces(system.db)
  return {
    password: true,
    singleSignOn: system.singleSignOn ? { label: system.singleSignOn.label } : null,
    workspace: only && others.length === 0 ? { name: only.name } : null,
  }
}
