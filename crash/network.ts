/** A network between the server and its database that can be cut, and can fall silent. */

import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'

export type Network = {
  port: number
  /** Breaks all connections; new ones are refused until `restore`. */
  cut(): void
  /** From now on nothing passes on the connections that there are, and nobody is told; new ones too, until `restore`. */
  silence(): void
  /** New connections pass again. Those that fell silent stay so. */
  restore(): void
  close(): void
}

export async function startNetwork(target: { port: number }): Promise<Network> {
  const pairs = new Set<[Socket, Socket]>()
  let state: 'open' | 'cut' | 'silent' = 'open'
  const server = createServer((near) => {
    if (state === 'cut') return near.resetAndDestroy()
    near.on('error', () => {})
    if (state === 'silent') return void near.pause()
    const far = connect(target.port, '127.0.0.1')
    const pair: [Socket, Socket] = [near, far]
    pairs.add(pair)
    for (const [one, other] of [pair, [far, near]] as const) {
      one.on('error', () => {})
      one.pipe(other)
      one.once('close', () => {
        other.destroy()
        pairs.delete(pair)
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const each = (act: (pair: [Socket, Socket]) => void) => {
    for (const pair of pairs) act(pair)
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      state = 'cut'
      each(([near, far]) => {
        near.resetAndDestroy()
        far.resetAndDestroy()
      })
    },
    silence() {
      state = 'silent'
      each(([near, far]) => {
        near.unpipe(far).pause()
        far.unpipe(near).pause()
        // PostgreSQL finds out that nobody is there: by its keepalive within a minute, here sooner. The server is not told.
        far.removeAllListeners('close')
        setTimeout(() => far.destroy(), 10_000).unref()
      })
    },
    restore() {
      state = 'open'
    },
    close() {
      each(([near, far]) => {
        near.destroy()
        far.destroy()
      })
      server.close()
    },
  }
}
