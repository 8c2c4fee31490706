import { createHash, randomBytes } from 'node:crypto'
import {
  badRequest,
  decodeId,
  encodeId,
  idPrefixes,
  newUuid,
  objectTypes,
  type Scope,
  unprocessable,
} from '@openfield/schema'
import { type ApiKey, insertApiKey } from '../../storage/api-keys.ts'
import { transaction } from '../../storage/database.ts'
import { findMember } from '../../storage/members.ts'
import type { Context } from '../context.ts'

export type NewKey = {
  name: string
  scopes: Scope[]
  /** Public id of the member it is to act as; none makes it a key of the workspace. */
  memberId?: string | undefined
  expiresAt?: Date | undefined
}

/** The hash under which a key is stored and looked up. Keys are random, so that nothing slower is called for. */
export const hashOfKey = (key: string) => createHash('sha256').update(key).digest()

/** Makes a key. The returned `key` is shown this once; only its hash is kept. `given` sets the text of the key. */
export async function createApiKey(ctx: Context, input: NewKey, given?: string) {
  const member = input.memberId === undefined ? undefined : await requireMember(ctx, input.memberId)
  if (input.expiresAt && input.expiresAt <= ctx.now())
    throw unprocessable('`expiresAt` must lie in the future.', 'expiresAt')
  const key = given ?? `sk_of_${randomBytes(24).toString('base64url')}`
  const stored = {
    id: newUuid(),
    name: input.name,
    sha256: hashOfKey(key),
    hint: key.slice(-4),
    member_id: member?.id ?? null,
    created_by: ctx.caller?.memberId ? (decodeId('mem', ctx.caller.memberId) ?? null) : (member?.id ?? null),
    role: member?.role ?? ctx.caller?.role ?? 'admin',
    scopes: input.scopes,
    at: ctx.now(),
    expires_at: input.expiresAt ?? null,
  }
  await transaction(ctx.db, (tx) => insertApiKey(tx, ctx.workspace, stored))
  return {
    ...presentApiKey({
      ...stored,
      workspace_id: ctx.workspace,
      created_at: stored.at,
      revoked_at: null,
      last_used_at: null,
    }),
    key,
  }
}

async function requireMember(ctx: Context, id: string) {
  const uuid = decodeId(objectTypes.member.prefix, id)
  const member = uuid && (await findMember(ctx.db, ctx.workspace, uuid))
  if (!member) throw badRequest('referenced_resource_missing', 'There is no member with this id.', 'memberId')
  return member
}

/** A key as the admin API shows it. */
export const presentApiKey = (key: ApiKey) => ({
  id: encodeId(idPrefixes.apiKey, key.id),
  name: key.name,
  hint: `…${key.hint}`,
  subjectType: key.member_id === null ? ('workspace' as const) : ('user' as const),
  memberId: key.member_id === null ? null : encodeId(idPrefixes.member, key.member_id),
  role: key.role,
  scopes: key.scopes,
  createdAt: key.created_at.toISOString(),
  expiresAt: key.expires_at?.toISOString() ?? null,
  revokedAt: key.revoked_at?.toISOString() ?? null,
  lastUsedAt: key.last_used_at?.toISOString() ?? null,
})
