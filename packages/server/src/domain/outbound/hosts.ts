import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { OutboundFailure } from './failure.ts'
import { isReachable, type Network } from './networks.ts'

/** Finds the addresses of a name. Fails, or finds none, where there are none. */
export type Resolve = (name: string) => Promise<string[]>

/** A host whose addresses were looked up once and may be connected to. */
export type Host = {
  /** The name or address, as a URL has it, without brackets or a dot at the end. */
  name: string
  addresses: [string, ...string[]]
}

/** As other programs on the machine find them, its hosts file included. */
export const resolveAsMachine: Resolve = async (name) =>
  (await lookup(name, { all: true })).map(({ address }) => address)

/**
 * Looks a host up and keeps the addresses that may be connected to. Whoever connects uses these and asks no more: the name
 * may lead elsewhere by then.
 */
export async function findHost(hostname: string, allowed: readonly Network[], resolve: Resolve): Promise<Host> {
  const name = hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
  const found = isIP(name) ? [name] : await resolve(name).catch(() => [])
  if (found.length === 0) throw new OutboundFailure('dns', name)
  const [first, ...others] = found.filter((address) => isReachable(address, allowed))
  if (first === undefined) throw new OutboundFailure('private_address', name)
  return { name, addresses: [first, ...others] }
}

/** What a URL would make of a host that somebody typed: `0x7f.1` is `127.0.0.1`. Undefined: it is none. */
export function hostnameOf(text: string): string | undefined {
  const host = isIP(text) === 6 ? `[${text}]` : text
  if (/[/\\?#@\s]|:\d*$/.test(host) && !host.endsWith(']')) return undefined
  return URL.canParse(`http://${host}/`) ? new URL(`http://${host}/`).hostname : undefined
}
