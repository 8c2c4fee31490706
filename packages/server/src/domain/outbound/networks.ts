import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6
export type Network = [Address, number]

/**
 * Where clouds hand out the credentials of a machine, to whoever on it asks. No network that is allowed contains these:
 * nothing that somebody typed has any business there.
 */
const metadata = new Set(
  [
    ...['169.254.169.254', '169.254.170.2', '169.254.170.23', '100.100.100.200', '168.63.129.16', '192.0.0.192'],
    ...['fd00:ec2::254', 'fd00:ec2::23', 'fd20:ce::254'],
  ].map((text) => ipaddr.parse(text).toNormalizedString()),
)

/** IPv6 addresses are public in this range alone; all others are reserved or not given out yet. */
const publicSix = ipaddr.parseCIDR('2000::/3')

/** Reads networks such as `10.0.0.0/8, fd12::/16`; a lone address is a network of one. Throws on anything else. */
export const readNetworks = (text: string): Network[] =>
  text.split(',').flatMap((one) => (one.trim() === '' ? [] : [readNetwork(one.trim())]))

function readNetwork(text: string): Network {
  try {
    if (text.includes('/')) return ipaddr.parseCIDR(text)
    const address = ipaddr.parse(text)
    return [address, address.toByteArray().length * 8]
  } catch {
    throw new Error(`must list networks such as 10.1.0.0/16, not "${text}"`)
  }
}

/** Whether requests may go to an address: it is public, or in a network that is allowed. */
export function isReachable(text: string, allowed: readonly Network[]): boolean {
  if (!ipaddr.isValid(text)) return false
  const address = inner(ipaddr.parse(text))
  if (metadata.has(address.toNormalizedString())) return false
  return isPublic(address) || allowed.some((network) => contains(network, address))
}

const isPublic = (address: Address) =>
  address.range() === 'unicast' && (address.kind() === 'ipv4' || contains(publicSix, address))

const contains = (network: Network, address: Address) =>
  network[0].kind() === address.kind() && address.match(network as never)

/** The IPv4 address that an IPv6 one stands for: mapped ones, and those that a NAT64 gateway translates. */
function inner(address: Address): Address {
  if (!(address instanceof ipaddr.IPv6)) return address
  if (address.isIPv4MappedAddress()) return address.toIPv4Address()
  return address.range() === 'rfc6052' ? new ipaddr.IPv4(address.toByteArray().slice(12)) : address
}
