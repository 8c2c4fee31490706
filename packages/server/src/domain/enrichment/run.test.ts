import { decodeId } from '@openfield/schema'
import { describe, expect, it } from 'vitest'
import { anAccount, successOf } from '../../../test/factories.ts'
import { startApi } from '../../../test/harness.ts'
import { withSystem } from '../../commands/system.ts'
import { findRun } from '../../storage/enrichment.ts'
import { OutboundFailure, type OutboundReason } from '../outbound/failure.ts'
import { runEnrichment } from './run.ts'

const api = await startApi({ OPENFIELD_WORKER: 'off', OPENFIELD_ENRICHMENT: 'on' })

/** How a run ends on a site that fails for some reason. */
async function endingOn(reason: OutboundReason, mayTryAgain = false) {
  const account = await anAccount(api, { $website: ['acme.example'] })
  type Start = { enrichmentRun: { id: string } }
  const { enrichmentRun } = successOf(await api.post<Start>(`/v1/enrichmentRun/accounts/${account.id}`))
  return withSystem(api.config, async (system) => {
    const fail = async () => {
      throw new OutboundFailure(reason, 'acme.example')
    }
    const ctx = { ...system, workspace: 1, caller: undefined, outbound: { request: fail, checkHost: fail } }
    const run = await findRun(system.db, 1, decodeId('enr', enrichmentRun.id) ?? '')
    if (!run) throw new Error('no run')
    return runEnrichment(ctx, run, new AbortController().signal, mayTryAgain)
  })
}

describe('a run on a site that', () => {
  it('takes too long is timed out', async () => {
    expect(await endingOn('timeout')).toEqual({ status: 'timed_out', outcome: 'timeout', outcomes: {} })
    expect(await endingOn('timeout', true)).toMatchObject({ status: 'timed_out' })
  })

  it('cannot be reached is tried again where that may help, and ends as failed', async () => {
    expect(await endingOn('refused', true)).toBe('again')
    expect(await endingOn('refused')).toMatchObject({ status: 'failed', outcome: 'refused' })
    expect(await endingOn('dns', true)).toMatchObject({ status: 'failed', outcome: 'dns' })
  })
})
