import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { atEnd } from '../test/at-end.ts'
import { headersOf, type ListBody, startApi } from '../test/harness.ts'
import { keepAsking } from '../test/load.ts'
import { newDataFolder, postmasterOf, programPath, runProgram } from '../test/program.ts'
import { send } from '../test/request.ts'
import { type Server, startServer } from './server.ts'

const key = 'a-key-for-the-tests'

/** Creates a contact in one turn and reads the list in the next. */
const readAndWrite = (key: string) => (turn: number) =>
  turn % 2 === 0
    ? { method: 'GET', path: '/v1/accounts', headers: headersOf(key, false) }
    : { method: 'POST', path: '/v1/contacts', headers: headersOf(key, true), body: '{"fields":{"$title":"Busy"}}' }

/** The processes of the program among the children of one, by their ids. */
function membersOf(parent: number | undefined) {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const isMember = (pid: string) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const isChild = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent
      return isChild && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(programPath)
    } catch {
      return false
    }
  }
  return pids.filter(isMember).map(Number)
}

const soon = { timeout: 60_000 }

describe('serve --processes 2', () => {
  const dataDir = newDataFolder()
  const settings = {
    PORT: '0',
    OPENFIELD_RATE_LIMIT: '0',
    OPENFIELD_BOOTSTRAP_API_KEY: key,
    OPENFIELD_DATA_DIR: dataDir,
  }

  it('serves one port by two, starts one again that dies, restarts them in turn without losing a request, and stops', async () => {
    const program = runProgram(['serve', '--processes', '2'], { ...settings, OPENFIELD_METRICS_PORT: '0' })
    const url = await program.serving()
    expect(program.said.output.match(/^API key/gm)).toHaveLength(1)
    const first = membersOf(program.child.pid)
    expect(first).toHaveLength(2)

    // Connections go to both in turn, and the metrics are those of both.
    const ask = { method: 'GET', path: '/v1/accounts', headers: { ...headersOf(key, false), connection: 'close' } }
    for (let time = 0; time < 6; time += 1) expect((await send(url, ask)).status).toBe(200)
    const [, metricsUrl = ''] = /^Metrics: (\S+)$/m.exec(program.said.output) ?? []
    const metrics = await (await fetch(metricsUrl)).text()
    expect(metrics).toMatch(/^openfield_http_requests_total\{operation="account.list",status="200"\} 6$/m)
    expect(metrics).toMatch(/^openfield_build_info\{.*\} 1$/m)

    process.kill(first[0] ?? 0, 'SIGKILL')
    await expect.poll(() => membersOf(program.child.pid).filter((pid) => pid !== first[0]).length, soon).toBe(2)
    expect(program.said.errors).toMatch(`Process ${first[0]} ended (SIGKILL); another one is started in 0.1 s`)
    const before = membersOf(program.child.pid)

    const stop = keepAsking(url, { connections: 16, ask: readAndWrite(key) })
    expect(program.said.output).toMatch(`kill -HUP ${program.child.pid}`)
    program.child.kill('SIGHUP')
    await expect.poll(() => program.said.errors, soon).toMatch('All processes have been restarted')
    const { good, bad } = await stop()
    expect(bad).toEqual([])
    expect(good).toBeGreaterThan(100)
    const after = membersOf(program.child.pid)
    expect(after).toHaveLength(2)
    expect(after.filter((pid) => before.includes(pid))).toEqual([])

    const { body } = await send(url, { method: 'GET', path: '/v1/contacts?limit=1', headers: headersOf(key, false) })
    expect((body as ListBody).totalCount).toBeGreaterThan(50)
    program.child.kill('SIGTERM')
    expect((await program.ended).code).toBe(0)
    expect(postmasterOf(dataDir)).toBeUndefined()
  }, 150_000)

  it('ends with the process that started them, also when that is killed, and leaves the data folder to the next', async () => {
    const program = runProgram(['serve', '--processes', '1'], settings)
    await program.serving()
    const [member] = membersOf(program.child.pid)
    const isThere = () => existsSync(`/proc/${member}`)
    expect(isThere()).toBe(true)
    program.child.kill('SIGKILL')
    await expect.poll(isThere, soon).toBe(false)
    const next = runProgram(['serve'], settings)
    await next.serving()
    next.child.kill('SIGTERM')
    expect((await next.ended).code).toBe(0)
    expect(postmasterOf(dataDir)).toBeUndefined()
  }, 150_000)

  it('says what is wrong once, and ends with 1', async () => {
    const { code, output, errors } = await runProgram(['serve', '--processes', '2'], { ...settings, HOST: '192.0.2.1' })
      .ended
    expect({ code, output }).toEqual({ code: 1, output: '' })
    expect(errors.trim()).toBe(
      'This machine has no address 192.0.2.1. Set HOST to one it has, e.g. 127.0.0.1 or 0.0.0.0.',
    )
  })

  it.each(['two', '17'])('refuses %s processes', async (number) => {
    const { code, errors } = await runProgram(['serve', '--processes', number], settings).ended
    expect(code).toBe(1)
    expect(errors).toMatch('It must be a whole number from 1 to 16.')
  })
})

describe('two servers of one database behind a balancer', () => {
  it('are replaced one after the other without losing a request', async () => {
    const api = await startApi({ OPENFIELD_WORKER: 'off' })
    const start = () => startServer({ ...api.config, OPENFIELD_DRAIN_SECONDS: 1 })
    const servers = [await start(), await start()]
    const balancer = await startBalancer(() => servers)
    const stop = keepAsking(balancer.url, { connections: 16, ask: readAndWrite(api.key) })
    for (const old of [...servers]) {
      servers.push(await start())
      await balancer.looked()
      const leaving = old.leave()
      expect(await send(old.url, { method: 'GET', path: '/health' })).toMatchObject({
        status: 503,
        body: { status: 'leaving' },
        headers: { connection: 'close' },
      })
      await leaving
      // On a machine that is very busy, it may not have come to look.
      await balancer.looked()
      servers.splice(servers.indexOf(old), 1)
      await old.close()
    }
    const { good, bad } = await stop()
    expect(bad).toEqual([])
    expect(good).toBeGreaterThan(100)
    await Promise.all(servers.map((server) => server.close()))
  }, 60_000)
})

/** Sends each request to one of the servers that are healthy, by looking at it from time to time, and never again. */
async function startBalancer(servers: () => Server[]) {
  const agent = new Agent({ keepAlive: true })
  let healthy: Server[] = []
  let turn = 0
  const look = async () => {
    const all = await Promise.all(
      servers().map(async (server) => {
        const answer = await send(server.url, { method: 'GET', path: '/health' }).catch(() => undefined)
        return answer?.status === 200 ? [server] : []
      }),
    )
    healthy = all.flat()
  }
  await look()
  const looks = setInterval(() => void look(), 100)
  const balancer = createServer((incoming, outgoing) => {
    const { method, headers, url = '' } = incoming
    const server = healthy[turn++ % healthy.length]
    const forwarded = request(new URL(url, server?.url), { agent, method, headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, { 'content-type': response.headers['content-type'] })
      response.pipe(outgoing)
    })
    forwarded.once('error', (error) => outgoing.writeHead(502).end(`${error}`))
    incoming.pipe(forwarded)
  }).listen(0, '127.0.0.1')
  await once(balancer, 'listening')
  atEnd(async () => {
    clearInterval(looks)
    balancer.closeAllConnections()
    balancer.close()
    agent.destroy()
  })
  return { url: `http://127.0.0.1:${(balancer.address() as AddressInfo).port}`, looked: look }
}
