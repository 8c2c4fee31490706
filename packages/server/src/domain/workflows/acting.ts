import { encodeId, idPrefixes } from '@openfield/schema'
import { findPerson } from '../../storage/members.ts'
import type { Caller, Context, System } from '../context.ts'
import { actorOfRun } from './ids.ts'

type Acting = { id: string; actsAs: string | null }

/**
 * In whose name the runs of a workflow read and write: with the rights of the admin who saved or enabled it last, and as the
 * workflow itself in the history of records. Of one who is no admin any more nothing private is seen.
 */
export async function actingAs(
  system: System,
  workspace: number,
  { id, actsAs }: Acting,
): Promise<(run: string) => Context> {
  const person = actsAs === null ? undefined : await findPerson(system.db, workspace, actsAs)
  const admin = person?.role === 'admin' ? person : undefined
  const caller: Omit<Caller, 'actor'> = {
    session: undefined,
    expiresAt: null,
    subjectType: admin ? 'user' : 'workspace',
    memberId: admin && encodeId(idPrefixes.member, admin.id),
    email: admin?.email,
    role: 'admin',
    scopes: [],
  }
  return (run) => ({ ...system, workspace, caller: { ...caller, actor: actorOfRun(id, run) } })
}
