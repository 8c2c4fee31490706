import { expect, it, vi } from 'vitest'
import { anAccount, successOf } from '../../../test/factories.ts'
import { startApi } from '../../../test/harness.ts'
import { runProgram } from '../../../test/program.ts'
import { startSite } from '../../../test/site.ts'

const settings = { OPENFIELD_ENRICHMENT: 'on', OPENFIELD_ALLOWED_NETWORKS: '127.0.0.0/8' }
// It only answers; the runs are for programs that can be killed.
const api = await startApi({ ...settings, OPENFIELD_WORKER: 'off' })
const site = await startSite()

const start = async () => {
  const program = runProgram(['serve'], {
    ...settings,
    PORT: '0',
    DATABASE_URL: api.database,
    OPENFIELD_DATA_DIR: api.config.OPENFIELD_DATA_DIR,
    OPENFIELD_FILES_SHARED: 'on',
  })
  await program.serving()
  return program
}

it('a run goes on in the next process when one is killed while the site is being read', async () => {
  let asked = 0
  const url = site.page((_, response) => {
    asked += 1
    // The first who asks waits in vain.
    if (asked > 1) response.writeHead(200, { 'content-type': 'text/html' }).end('<a href="https://x.com/acme">X</a>')
  })
  const first = await start()
  const { id } = await anAccount(api, { $website: [url] })
  await vi.waitFor(() => expect(asked).toBe(1), 30_000)
  first.child.kill('SIGKILL')
  await first.ended
  type Runs = { data: { status: string; outcome: string | null }[] }
  const runsOf = async () => successOf(await api.get<Runs>(`/admin/v1/enrichment/runs?record=${id}`)).data
  expect(await runsOf()).toMatchObject([{ status: 'running', outcome: null }])

  const second = await start()
  await vi.waitFor(
    async () => expect(await runsOf()).toMatchObject([{ status: 'completed', outcome: 'enriched' }]),
    30_000,
  )
  expect(successOf(await api.get(`/v1/accounts/${id}`)).fields['$twitter']?.value).toBe('https://x.com/acme')
  second.child.kill('SIGTERM')
  await second.ended
}, 90_000)
