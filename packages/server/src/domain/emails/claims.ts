import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError, newUuid } from '@openfield/schema'
import { findResponse, keepResponse } from '../../storage/idempotency.ts'
import { type Claim, claim, forgetClaim, letGo, noteState, renewLease, renewLeaseMs } from '../../storage/sending.ts'
import type { Context } from '../context.ts'
import { type Idempotency, KeyUsed } from '../records/write.ts'

/** Something to be sent that this process is at, and nobody else. */
export type Held = {
  id: string
  messageId: string
  state: Claim['state']
  sentAt: Date | null
  /** Written down before and after a server has it; without a key nobody could ask later, and nothing is. */
  note(state: 'sending' | 'sent', more?: { messageId: string; sentAt: Date }): Promise<void>
  /** The server has said that it does not have it: the key is free again when the work throws. */
  isRefused(): void
}

const patienceMs = 30_000
const lookEveryMs = 250

/**
 * Runs `work` for whoever is first under an idempotency key, or takes up what a process left that is no more; its answer is
 * kept under the key. Others wait for that answer: KeyUsed, when it is there. When `work` throws, the key is free again,
 * unless a server may have what was to be sent.
 */
export async function holdingKey(
  ctx: Context,
  domain: string,
  idempotency: Idempotency | undefined,
  work: (held: Held) => Promise<string>,
): Promise<string> {
  const id = newUuid()
  const messageId = `${id}@${domain}`
  if (!idempotency) {
    return work({ id, messageId, state: 'prepared', sentAt: null, note: async () => {}, isRefused() {} })
  }
  const held = await waitFor(ctx, { ...idempotency, id, messageId })
  const renewing = setInterval(() => renewLease(ctx.db, ctx.workspace, held).catch(() => {}), renewLeaseMs)
  try {
    const response = await work({
      ...held,
      async note(state, more) {
        const next = { ...held, state, ...more }
        if (!(await noteState(ctx.db, ctx.workspace, next))) throw inProgress()
        Object.assign(held, next)
      },
      isRefused() {
        held.state = 'prepared'
      },
    })
    await keepResponse(ctx.db, ctx.workspace, idempotency, response, ctx.now())
    await forgetClaim(ctx.db, ctx.workspace, held)
    return response
  } catch (error) {
    const giveUp = held.state === 'prepared' ? forgetClaim : letGo
    await giveUp(ctx.db, ctx.workspace, held).catch(() => {})
    throw error
  } finally {
    clearInterval(renewing)
  }
}

async function waitFor(ctx: Context, fresh: Parameters<typeof claim>[2]): Promise<Claim> {
  for (const until = Date.now() + patienceMs; Date.now() < until; await sleep(lookEveryMs)) {
    const held = await claim(ctx.db, ctx.workspace, fresh)
    // Whoever was at it may have ended just before.
    const response = await findResponse(ctx.db, ctx.workspace, fresh.operation, fresh.key)
    if (response !== undefined) {
      if (held) await forgetClaim(ctx.db, ctx.workspace, held)
      throw new KeyUsed()
    }
    if (held) return held
  }
  throw inProgress()
}

const inProgress = () =>
  new ApiError(
    'idempotency_conflict',
    undefined,
    'An operation with this idempotency key is already in progress. Please wait and retry.',
  )
