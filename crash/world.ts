/** A server with its database, its disk, and what its workflows tell, made to be broken. */
import { type Database, type DatabaseKind, embeddedDatabase, externalDatabase } from './database.ts'
import { type Disk, folderOn, makeDisk } from './disk.ts'
import { type Receiver, startReceiver } from './receiver.ts'
import { key, makeServer, type Server } from './server.ts'

export type World = {
  disk: Disk
  database: Database
  server: Server
  receiver: Receiver
  /** What the names of this round's records begin with. */
  tag: string
  /** The account that opportunities of all clients are in. */
  shared: string
  close(): Promise<void>
}

const diskMegabytes = 600

export async function makeWorld(kind: DatabaseKind, complain: (problem: string) => void): Promise<World> {
  const closing: (() => unknown)[] = []
  const close = async () => {
    for (const end of closing.splice(0).reverse()) await end()
  }
  try {
    const disk = makeDisk(diskMegabytes)
    closing.push(disk.remove)
    const dataDir = folderOn(disk, 'data')
    const database = kind === 'embedded' ? embeddedDatabase(dataDir) : await externalDatabase(disk)
    closing.push(database.close)
    const receiver = await startReceiver()
    closing.push(receiver.close)
    const server = await makeServer({ OPENFIELD_DATA_DIR: dataDir, ...database.settings }, complain)
    closing.push(server.stop)
    await server.start()
    const shared = await furnish(server.url, receiver.url)
    return { disk, database, server, receiver, tag: '', shared, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** What the clients need: a field of their own, something that follows from what they write, an account for all. */
async function furnish(url: string, receiver: string): Promise<string> {
  const post = async <Body>(path: string, body: object): Promise<Body> => {
    const headers = {
      authorization: `Bearer ${key}`,
      'lightfield-version': '2026-03-01',
      'content-type': 'application/json',
    }
    const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`POST ${path} was answered ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as Body
  }
  await post('/admin/v1/objects/account/fields', { slug: 'score', label: 'Score', valueType: 'NUMBER' })
  await post('/admin/v1/webhooks', { url: receiver, objectTypes: ['account'] })
  const { data } = (await (
    await fetch(`${url}/v1/members`, {
      headers: { authorization: `Bearer ${key}`, 'lightfield-version': '2026-03-01' },
    })
  ).json()) as { data: { id: string }[] }
  await post('/admin/v1/workflows', {
    name: 'A task for each opportunity',
    trigger: { type: 'record', objectTypes: ['opportunity'], events: ['created'] },
    steps: [
      {
        key: 'task',
        type: 'create',
        objectType: 'task',
        fields: { $title: 'Of {{trigger.record.id}}', $status: 'TODO' },
        relationships: { $opportunity: '{{trigger.record.id}}', $assignedTo: data[0]?.id },
      },
    ],
  })
  const { id } = await post<{ id: string }>('/v1/accounts', { fields: { $name: 'Shared by all', score: 0 } })
  return id
}
