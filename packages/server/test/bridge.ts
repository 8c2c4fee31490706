import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way to a database that can be cut: connections end, and new ones are refused; or fall silent, without a word. */
export async function bridgeTo(databaseUrl: string) {
  const url = new URL(databaseUrl)
  const socketFolder = url.searchParams.get('host')
  const port = Number(url.searchParams.get('port') || url.port || 5432)
  const passing = new Set<Socket>()
  const bridge = createServer((near) => {
    const far = socketFolder ? connect(`${socketFolder}/.s.PGSQL.${port}`) : connect(port, url.hostname)
    for (const [one, other] of [[near, far] as const, [far, near] as const]) {
      passing.add(one)
      one.on('error', () => {}).on('close', () => other.destroy())
      one.pipe(other)
    }
  })
  const listen = (on: number) => new Promise<void>((resolve) => bridge.listen(on, '127.0.0.1', resolve))
  await listen(0)
  const { port: own } = bridge.address() as AddressInfo
  const user = url.searchParams.get('user') ?? url.username
  return {
    url: `postgresql://${user}:${url.password}@127.0.0.1:${own}${url.pathname}`,
    open: () => listen(own),
    silence: () => {
      for (const socket of passing) socket.unpipe().pause()
    },
    cut: async () => {
      const closed = new Promise((resolve) => bridge.close(resolve))
      for (const socket of passing) socket.destroy()
      await closed
    },
  }
}
