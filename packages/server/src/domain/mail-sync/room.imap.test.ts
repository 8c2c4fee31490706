import { expect, it } from 'vitest'
import { successOf } from '../../../test/factories.ts'
import { headersOf, type ListBody, type Response } from '../../../test/harness.ts'
import {
  aMail,
  aMailbox,
  type MailApi,
  reachingMailServers,
  type SyncBody,
  startMailServers,
  synced,
} from '../../../test/mailboxes.ts'
import { runProgram } from '../../../test/program.ts'
import { send } from '../../../test/request.ts'
import { aSmallDisk } from '../../../test/small-disk.ts'

const user = 'ada@ours.com'
const servers = await startMailServers([user])
const disk = aSmallDisk()

async function aServer(dataDir: string): Promise<MailApi> {
  const key = 'sk_of_room_0123456789abcdef'
  const settings = { PORT: '0', OPENFIELD_DATA_DIR: dataDir, OPENFIELD_BOOTSTRAP_API_KEY: key, ...reachingMailServers }
  const url = await runProgram([], settings).serving()
  const call = async <Body>(method: string, path: string, body?: unknown) => {
    const json = body === undefined ? undefined : JSON.stringify(body)
    const headers = headersOf(key, json !== undefined)
    return (await send(url, { method, path, headers, body: json })) as Response<Body>
  }
  return { key, get: (path) => call('GET', path), post: (path, body) => call('POST', path, body) }
}

it.runIf(disk !== undefined)(
  'a mailbox waits while the disk is nearly full, says so, and goes on when there is room',
  async () => {
    const api = await aServer(disk?.dataDir ?? '')
    await servers.deliver(user, [aMail()])
    const mailbox = await aMailbox(api, servers, { user })
    await synced(api, mailbox)
    const status = async () => successOf(await api.get<SyncBody>(`/admin/v1/mailboxes/${mailbox}/sync`))
    const emails = async () => successOf(await api.get<ListBody>('/v1/emails')).totalCount

    disk?.fill()
    await expect.poll(status).toMatchObject({ status: 'retrying', nextAttemptAt: null })
    expect((await status()).problem).toContain('nearly full')
    await servers.deliver(user, [aMail(), aMail()])
    // By then its server has told of them.
    await new Promise((resolve) => setTimeout(resolve, 2000))
    expect(await emails()).toBe(1)

    disk?.empty()
    await expect.poll(emails, { timeout: 60_000 }).toBe(3)
    await expect.poll(status).toMatchObject({ status: 'up_to_date', problem: null })
  },
)
