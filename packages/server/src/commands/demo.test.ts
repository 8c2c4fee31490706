import { execFile } from 'node:child_process'
import { describe, expect, it, vi } from 'vitest'
import { anAccount } from '../../test/factories.ts'
import { type Api, anotherWorkspace, type ListBody, type RecordBody, startApi } from '../../test/harness.ts'
import { programPath } from '../../test/program.ts'
import { workspaceId } from '../domain/workspaces/create.ts'
import { demo } from './demo.ts'

const api = await startApi()

/** Runs the command line while the server runs. */
function openfield(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { PATH: process.env['PATH'], DATABASE_URL: api.database, OPENFIELD_PUBLIC_URL: api.url }
  return new Promise((resolve) => {
    execFile(process.execPath, [programPath, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr })
    })
  })
}

/** Runs the command in this process, which starts faster. Returns what it prints. */
async function printedBy(options: Parameters<typeof demo>[1]): Promise<string> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  try {
    await demo(api.config, options)
    return log.mock.calls.flat().join('\n')
  } finally {
    log.mockRestore()
  }
}

const list = async (from: Api, path: string) => (await from.get<ListBody>(path)).body

/** The ids of the workspaces, oldest first. */
const workspaces = async () =>
  (await api.sql<{ id: string }>('select id from workspace order by id')).map(({ id }) => workspaceId(Number(id)))

describe('openfield demo', () => {
  it('fills a new workspace, while the server runs', async () => {
    const { code, stdout, stderr } = await openfield('demo', '--json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const made = JSON.parse(stdout)
    expect(made).toMatchObject({
      workspaceId: (await workspaces())[0],
      members: 4,
      accounts: 60,
      contacts: 180,
      opportunities: 120,
      customFields: 8,
      httpLink: expect.stringMatching(/\/crm\/opportunities\/opp_/),
    })
    for (const plural of ['tasks', 'notes', 'meetings', 'objects/subscription']) {
      const name = plural.replace('objects/subscription', 'subscriptions')
      expect((await list(api, `/v1/${plural}?limit=1`)).totalCount).toBe(made[name])
      expect(made[name]).toBeGreaterThan(10)
    }
    // One account and one member are there from the start.
    expect((await list(api, '/v1/accounts?limit=1')).totalCount).toBe(61)
    expect((await list(api, '/v1/contacts?limit=1')).totalCount).toBe(180)
    expect((await list(api, '/v1/opportunities?limit=1')).totalCount).toBe(120)
    expect((await list(api, '/v1/members?limit=1')).totalCount).toBe(5)
  })

  it('tells the year in its order', async () => {
    for (const plural of ['accounts', 'opportunities']) {
      const { data: records } = await list(api, `/v1/${plural}?limit=5`)
      for (const { id } of records.slice(0, 4)) {
        const { data } = (await api.get<{ data: { at: string }[] }>(`/admin/v1/timeline/${id}?limit=100`)).body
        const times = data.map(({ at }) => at)
        expect(times).toEqual(times.toSorted().reverse())
      }
    }
  })

  it('writes records that are found by what they hold and are linked at both ends', async () => {
    const won = await list(api, `/v1/opportunities?${encodeURIComponent('$stage')}=Won&limit=25`)
    expect(won.totalCount).toBeGreaterThan(10)
    const [opportunity] = won.data as [RecordBody]
    expect(opportunity.fields['probability']?.value).toBe(100)
    const { $account, $owner, $createdBy, $champion } = opportunity.relationships
    expect([$owner?.values.length, $champion?.values.length]).toEqual([1, 1])
    expect($createdBy?.values).toEqual($owner?.values)

    const { body: account } = await api.get(`/v1/accounts/${$account?.values[0]}`)
    expect(account.relationships.$opportunity?.values).toContain(opportunity.id)
    expect(account.relationships.$contact?.values).toContain($champion?.values[0])
    expect(account.relationships.$owner?.values).toEqual($owner?.values)
    const gold = await list(api, '/v1/accounts?tier=Gold&limit=25')
    expect(gold.totalCount).toBeGreaterThan(0)
  })

  it('writes a year: records as old as what they tell, with the history of their stages', async () => {
    const won = await list(api, `/v1/opportunities?${encodeURIComponent('$stage')}=Won&limit=25`)
    const ages = won.data.map(({ createdAt }) => (Date.now() - Date.parse(createdAt)) / 86_400_000)
    expect(Math.max(...ages)).toBeGreaterThan(60)
    const [{ id, createdAt }] = won.data as [RecordBody]
    const { body } = await api.get<{ data: { displayValue: string; recordedAt: string }[] }>(
      `/v1/opportunities/${id}/fields/$stage/history`,
    )
    expect(body.data.map(({ displayValue }) => displayValue)).toEqual(
      expect.arrayContaining(['Won', 'Qualification', 'Lead']),
    )
    const moments = body.data.map(({ recordedAt }) => Date.parse(recordedAt))
    expect(moments).toEqual(moments.toSorted((one, other) => other - one))
    expect(moments.at(-1)).toBe(Date.parse(createdAt))
  })

  it('leaves the summaries to the server, which writes them', async () => {
    const [opportunity] = (await list(api, '/v1/opportunities?limit=1')).data as [RecordBody]
    await vi.waitFor(
      async () => {
        const { body } = await api.get(`/v1/opportunities/${opportunity.id}`)
        expect(body.fields.$opportunityStatus?.value).toContain('Champion: ')
      },
      { timeout: 15_000, interval: 200 },
    )
  })

  it('refuses a workspace that it has filled, and says how to make another', async () => {
    const { code, stdout, stderr } = await openfield('demo')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('has 361 records already')
    expect(stderr).toContain('npx openfield workspace create --name Demo')
    expect((await list(api, '/v1/accounts?limit=1')).totalCount).toBe(61)
  })

  it('asks which workspace when there are several', async () => {
    await anotherWorkspace(api)
    const [, workspace = ''] = await workspaces()
    await expect(printedBy({})).rejects.toThrow(`${workspace} (Another)`)
  })

  it('refuses a seed that is none', async () => {
    await expect(printedBy({ workspace: (await workspaces()).at(-1) ?? '', seed: 'seven' })).rejects.toThrow(
      'A seed is a whole number',
    )
  })

  it('refuses a workspace that somebody works in', async () => {
    const other = await anotherWorkspace(api)
    for (let count = 0; count < 5; count += 1) await anAccount(other)
    const workspace = (await workspaces()).at(-1) ?? ''
    await expect(printedBy({ workspace })).rejects.toThrow('has 6 records already')
    expect((await list(other, '/v1/contacts?limit=1')).totalCount).toBe(0)
  })
})
