import { encodeId, idPrefixes } from '@openfield/schema'
import type { ActingAdmin } from '../../storage/workflows.ts'
import type { Context, System } from '../context.ts'
import { actorOfRun } from './ids.ts'

/**
 * In whose name a run of a workflow reads and writes: with the rights of the admin who saved or enabled it last, and as the
 * workflow itself in the history of records. Of one who is no admin any more (null) nothing private is seen.
 */
export const actingAs = (
  system: System,
  workspace: number,
  { id, admin }: { id: string; admin: ActingAdmin | null },
  run: string,
): Context => ({
  ...system,
  workspace,
  caller: {
    actor: actorOfRun(id, run),
    session: undefined,
    expiresAt: null,
    subjectType: admin ? 'user' : 'workspace',
    memberId: admin ? encodeId(idPrefixes.member, admin.id) : undefined,
    email: admin?.email,
    role: 'admin',
    scopes: [],
  },
})
