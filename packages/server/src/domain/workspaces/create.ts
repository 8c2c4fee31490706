import { decodeId, idPrefixes } from '@openfield/schema'
import { transaction } from '../../storage/database.ts'
import { insertWorkspace } from '../../storage/workspaces.ts'
import { createApiKey } from '../api-keys/create.ts'
import type { Context, System } from '../context.ts'
import { createRecord } from '../records/create.ts'
import { setPassword } from '../sign-in/passwords.ts'

export type NewWorkspace = {
  name: string
  adminEmail: string
  /** The text of the first key; one is made up when it is not given. */
  key?: string | undefined
  /** How the admin signs in; without one they need a link to choose one. */
  password?: string | undefined
}

/** A workspace with one admin member, a full-access key of that member, and an account to begin with. */
export async function createWorkspace(system: System, input: NewWorkspace) {
  const workspace = await transaction(system.db, (tx) => insertWorkspace(tx, input.name))
  const ctx: Context = { ...system, workspace, caller: undefined }
  const member = JSON.parse(
    await createRecord(ctx, 'member', {
      fields: { $email: input.adminEmail, $name: { firstName: 'Admin', lastName: null }, $role: 'admin' },
      relationships: {},
    }),
  )
  if (input.password !== undefined) await setPassword(ctx, decodeId(idPrefixes.member, member.id) ?? '', input.password)
  const account = JSON.parse(
    await createRecord(ctx, 'account', {
      fields: { $name: 'Sample Account', $website: ['https://sample.example'] },
      relationships: { $owner: member.id },
    }),
  )
  const { key } = await createApiKey(ctx, { name: 'First key', scopes: [], memberId: member.id }, input.key)
  return { workspace, workspaceId: workspaceId(workspace), memberId: member.id, accountId: account.id, key }
}

/** The public form of a workspace's number. */
export const workspaceId = (workspace: number) => `wsp_${workspace}`
