import { parse } from 'tldts'

/**
 * The address that a text means to a person: `acme.com` is `https://acme.com/`. Undefined when it is none, for every
 * scheme but http and https, and when it carries a user name or password, as `jane@acme.com` would.
 */
export function webAddress(text: string): URL | undefined {
  const url = URL.parse(withScheme(text))
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return undefined
  return url
}

/** Whether a host name can exist on the internet: it ends in an ICANN suffix, or is reserved (RFC 2606, RFC 6761). */
export function hasPublicName(host: string): boolean {
  const { hostname, isIcann } = parse(host)
  // Equal, because the parser takes URLs and finds the host in them; not equal for a malformed one either.
  return hostname === host && (isReserved(host) || (isIcann === true && host.includes('.')))
}

/** What of a host name belongs to one owner: `acme.co.uk` of `shop.acme.co.uk`, all of `acme.github.io`; an address by itself. */
export const ownedDomain = (host: string): string => parse(host, { allowPrivateDomains: true }).domain ?? host

const isReserved = (host: string) => /^localhost$|.\.(example|test|invalid|localhost)$/.test(host)

function withScheme(text: string): string {
  if (text.startsWith('//')) return `https:${text}`
  // A name before a colon is a scheme, unless a port follows as in `localhost:3000`.
  const hasScheme = /^[a-z][a-z\d+.-]*:/i.test(text) && !/^[^/?#]*:\d+([/?#]|$)/.test(text)
  return hasScheme ? text : `https://${text}`
}
