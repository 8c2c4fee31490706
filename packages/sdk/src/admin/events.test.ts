import { describe, expect, it } from 'vitest'
import { anAccount } from '../../../server/test/factories.ts'
import { startApi } from '../../../server/test/harness.ts'
import { type Event, Openfield } from '../index.ts'

const api = await startApi()

const idOf = (event: Event | undefined) => (event?.event === 'change' ? event.data.id : undefined)

/** Breaks connections off after some pieces of an answer, as networks do. */
function breakable() {
  let breakOff = () => {}
  const connections: string[] = []
  const client = new Openfield({
    apiKey: api.key,
    baseURL: api.url,
    async fetch(url, init) {
      const { signal } = init
      const broken = new AbortController()
      breakOff = () => broken.abort(new Error('the network is gone'))
      connections.push(new Headers(init.headers).get('last-event-id') ?? '')
      return fetch(url, { ...init, signal: signal ? AbortSignal.any([signal, broken.signal]) : broken.signal })
    },
  })
  return { client, connections, breakOff: () => breakOff() }
}

describe('listening', () => {
  it('gives events as they happen, until the loop is left', async () => {
    const client = new Openfield({ apiKey: api.key, baseURL: api.url })
    const events = client.admin.events.listen()
    const first = events.next()
    // Only what happens once the server listens is told.
    let told: Awaited<typeof first> | undefined
    first.then((result) => (told = result))
    while (!told) await anAccount(api)
    const { value } = told
    expect(value).toMatchObject({ id: expect.any(String), event: 'change', data: { objectType: 'account' } })
    await events.return()
    expect(await events.next()).toEqual({ done: true, value: undefined })
  })

  it('goes on after connections that break, nothing missing and nothing twice', async () => {
    const { client, connections, breakOff } = breakable()
    const [leaving, heard] = [new AbortController(), [] as Event[]]
    const made: string[] = []
    const listening = (async () => {
      for await (const event of client.admin.events.listen({ signal: leaving.signal })) heard.push(event)
    })()
    const hears = async (count: number) => {
      while (heard.length < count) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    while (heard.length === 0) {
      made.push((await anAccount(api)).id)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    for (let round = 0; round < 2; round += 1) {
      breakOff()
      const before = heard.length
      made.push((await anAccount(api)).id, (await anAccount(api)).id)
      await hears(before + 1)
    }
    made.push((await anAccount(api)).id)
    const isLast = () => idOf(heard.at(-1)) === made.at(-1)
    while (!isLast()) await new Promise((resolve) => setTimeout(resolve, 5))
    leaving.abort()
    await listening
    const ids = heard.map(idOf).filter((id) => made.includes(id ?? ''))
    expect(ids).toEqual(made.slice(-ids.length))
    expect(connections.length).toBe(3)
    expect(connections.slice(1).every((id) => heard.some((event) => event.id === id))).toBe(true)
  })

  it('ends quietly when its signal is aborted, also before it begins', async () => {
    const client = new Openfield({ apiKey: api.key, baseURL: api.url })
    expect(await client.admin.events.listen({ signal: AbortSignal.abort() }).next()).toMatchObject({ done: true })
    const soon = client.admin.events.listen({ signal: AbortSignal.timeout(50) })
    expect(await soon.next()).toMatchObject({ done: true })
  })

  it('throws when the server refuses for good', async () => {
    const stranger = new Openfield({ apiKey: 'sk_of_none', baseURL: api.url })
    await expect(stranger.admin.events.listen().next()).rejects.toMatchObject({ status: 401 })
    const client = new Openfield({ apiKey: api.key, baseURL: api.url })
    await expect(client.admin.events.listen({ after: 'nowhere' }).next()).rejects.toMatchObject({ param: 'after' })
  })
})
