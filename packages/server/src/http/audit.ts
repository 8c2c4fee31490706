import type { FastifyReply, FastifyRequest } from 'fastify'
import { detailsOf } from '../domain/audit/note.ts'
import type { Context, System } from '../domain/context.ts'
import { addAudit, endAudit } from '../storage/audit.ts'
import { addressOf } from './attempts.ts'
import type { AdminOperation, AdminRequest } from './routes/admin/operation.ts'

/** Whether the audit log tells of an operation. */
export const isAudited = ({ method, access, audited = method !== 'GET' && access === 'admin' }: AdminOperation) =>
  audited

const originOf = (request: FastifyRequest) => ({ requestId: request.id, address: addressOf(request) })

/**
 * Runs an operation of which the audit log tells: that it begins is there before it does, so that nothing is done without an
 * entry; one that stays so is one that broke off.
 */
export async function inAudit(
  action: string,
  operation: AdminOperation,
  asked: AdminRequest<unknown>,
): Promise<unknown> {
  const { ctx, params, body, request } = asked
  const object = params.id || [params.objectType, params.slug].filter(Boolean).join('.') || null
  const entry = {
    action,
    actor: ctx.caller?.actor ?? null,
    object,
    outcome: 'begun',
    details: detailsOf(body),
  } as const
  const id = await addAudit(ctx.db, ctx.workspace, { ...entry, ...originOf(request) })
  try {
    const result = await operation.run(asked)
    await endAudit(ctx.db, ctx.workspace, id, { outcome: 'done', object: madeBy(result) })
    return result
  } catch (error) {
    await endAudit(ctx.db, ctx.workspace, id, { outcome: 'refused', object: null }).catch(() => {})
    throw error
  }
}

/** The id of what an operation has made, or its slug. */
function madeBy(result: unknown): string | null {
  const made = (typeof result === 'string' ? JSON.parse(result) : result) as Record<string, unknown> | undefined
  const member = made?.['member'] as Record<string, unknown> | undefined
  const name = made?.['id'] ?? member?.['id'] ?? made?.['slug']
  return typeof name === 'string' ? name : null
}

/** Notes that something was taken out. By which filters is said, but not what they were compared with. */
export const noteExport = ({ db, workspace, caller }: Context, path: string, { request }: FastifyReply) =>
  addAudit(db, workspace, {
    action: 'export',
    actor: caller?.actor ?? null,
    object: (path.split('?')[0] ?? '').replace('/admin/v1/', ''),
    outcome: 'done',
    details: detailsOf(Object.fromEntries(new URLSearchParams(path.split('?')[1] ?? ''))),
    ...originOf(request),
  })

/** Notes that a member has signed in, or that somebody has tried to. */
export const noteSignIn = (
  { db }: Pick<System, 'db'>,
  { workspace, member }: { workspace: number; member: string },
  request: FastifyRequest,
  outcome: 'done' | 'refused',
  action = 'admin.session.create',
) =>
  addAudit(db, workspace, {
    action,
    actor: outcome === 'done' ? member : null,
    object: member,
    outcome,
    details: {},
    ...originOf(request),
  })
