import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, ClientConfig } from 'pg'
import type { Cluster } from './cluster.ts'
import { connect, isGoingAway, stop } from './postmaster.ts'
import { DatabaseUnavailable } from './unavailable.ts'

/** What a process uses the database as: there is one server at most, beside any number of tools. */
export type Role = 'server' | 'tool'

/**
 * Makes this process known as a user of a cluster until it leaves or dies; PostgreSQL runs as long as somebody is
 * present. Presence is a session that holds advisory locks, so it cannot outlive the process, and when the session is
 * lost with the server a new one takes its place. Resolves to the function that leaves.
 */
export async function enter(
  cluster: Cluster,
  role: Role,
  config: ClientConfig,
  log: (line: string) => void,
): Promise<() => Promise<void>> {
  const left = new AbortController()
  let session: Promise<Client | undefined> = begin()
  await session
  return leave

  async function begin(): Promise<Client> {
    const client = await present(cluster, role, config, log)
    client.once('end', resume)
    return client
  }

  function resume(): void {
    if (left.signal.aborted) return
    log('PostgreSQL ended unexpectedly, starting it again')
    session = beginAgain()
  }

  /** Whatever keeps it from starting may pass, such as a full disk: it is tried until we leave. */
  async function beginAgain(): Promise<Client | undefined> {
    for (let waitMs = 250, said = ''; !left.signal.aborted; waitMs = Math.min(waitMs * 2, retryMaxMs)) {
      try {
        const client = await begin()
        log('PostgreSQL runs again')
        return client
      } catch (error) {
        const { message } = error as Error
        if (message !== said) log(message)
        said = message
      }
      await sleep(waitMs, undefined, { signal: left.signal }).catch(() => {})
    }
    return undefined
  }

  async function leave(): Promise<void> {
    left.abort()
    const client = await session
    if (client) await depart(client, cluster, log)
  }
}

async function present(
  cluster: Cluster,
  role: Role,
  config: ClientConfig,
  log: (line: string) => void,
): Promise<Client> {
  const client = await connect(cluster, { ...config, application_name: `openfield ${role} ${process.pid}` }, log)
  try {
    await client.query(`select pg_advisory_lock_shared(${presence})`)
    if (await isStopping(client)) return await again()
    if (role === 'server') await claim(client, cluster)
    return client
  } catch (error) {
    if (isGoingAway(error)) return again()
    await depart(client, cluster, log)
    throw error
  }

  async function again(): Promise<Client> {
    await client.end().catch(() => {})
    return present(cluster, role, config, log)
  }
}

/**
 * Whether the server that this session belongs to takes no new sessions any more. It ends its sessions one by one, so
 * the lock of whoever stopped it may be had a moment before this session is ended as well.
 */
async function isStopping(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ file: string }>(`select pg_read_file('postmaster.pid') as file`)
  return /^stopping\b/m.test(rows[0]?.file ?? '')
}

const retryMaxMs = 4_000

/** The locks' keys: our class, and one number each. */
const presence = '20294, 1'
const serving = '20294, 2'

/** The lock of a server killed a moment ago is free within milliseconds. */
async function claim(client: Client, { dataDir }: Cluster): Promise<void> {
  try {
    await client.query(`set lock_timeout = '1s'`)
    await client.query(`select pg_advisory_lock(${serving})`)
  } catch (error) {
    if ((error as { code?: string }).code !== '55P03') throw error
    throw new DatabaseUnavailable(
      `Another Openfield server (${await nameHolder(client)}) is using the data folder ${dataDir}. ` +
        'Stop it first, or give this one a folder of its own with OPENFIELD_DATA_DIR.',
    )
  }
}

async function nameHolder(client: Client): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `select application_name as name from pg_stat_activity join pg_locks using (pid)
      where (locktype, classid, objid) = ('advisory', ${serving}) and granted and datname = current_database()
        and database = datid`,
  )
  return rows[0]?.name.replace('openfield server', 'process') ?? 'just stopped'
}

async function depart(client: Client, cluster: Cluster, log: (line: string) => void): Promise<void> {
  try {
    if (await isLast(client)) await stop(cluster, log)
  } finally {
    await client.end().catch(() => {})
  }
}

/**
 * Whoever gets the lock that excludes all others is the last one present. Those who come meanwhile wait for the lock,
 * lose their session, or see that they are about to, and start PostgreSQL again. A session that is lost already cannot tell, and leaves things be.
 */
async function isLast(client: Client): Promise<boolean> {
  try {
    await client.query(`select pg_advisory_unlock_shared(${presence})`)
    const { rows } = await client.query<{ last: boolean }>(`select pg_try_advisory_lock(${presence}) as last`)
    return rows[0]?.last ?? false
  } catch {
    return false
  }
}
