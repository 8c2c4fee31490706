import { oneOrMany } from './one-or-many.ts'
import { wordsOf } from './string.ts'
import { brokenRule } from './type.ts'
import { hasPublicName, webAddress } from './web-address.ts'

/**
 * Web addresses. The scheme may be left out and is then https. Stored as browsers write them, path and query as given,
 * without the slash that follows a bare host.
 */
export const url = oneOrMany({
  name: 'URL',
  manyByDefault: false,
  parse: parseUrl,
  key: (element) => element,
  sought,
  words: wordsOfUrl,
  host: (address) => new URL(address).hostname.replace(/^www\./, ''),
  description: 'A web address, http or https.',
})

function parseUrl(text: string): string {
  const address = reachable(text)
  if (!address) throw brokenRule('must be an http or https address, e.g. https://acme.com')
  return written(address)
}

function reachable(text: string): URL | undefined {
  const address = webAddress(text)
  return address && (hasPublicName(address.hostname) || isIpAddress(address.hostname, text)) ? address : undefined
}

// Parsers of URLs take any number for an IPv4 address (`1.2` is 1.0.0.2); a person does not.
const isIpAddress = (host: string, text: string) =>
  host.startsWith('[') || (/^\d+\.\d+\.\d+\.\d+$/.test(host) && text.includes(host))

const written = (address: URL) => (address.href === `${address.origin}/` ? address.origin : address.href)

/** A whole address is looked for as it would be stored, anything less as it is. */
function sought(text: string): string {
  const address = reachable(text)
  if (!address) return text
  return /^https?:/i.test(text) ? written(address) : written(address).replace(/^https:\/\//, '')
}

function wordsOfUrl(element: string): string[] {
  return wordsOf(element.replace(/^https?:\/\/(www\.)?/, ''))
}
