import emailAddresses from 'email-addresses'
import { oneOrMany } from './one-or-many.ts'
import { fold, wordsOf } from './string.ts'
import { brokenRule } from './type.ts'
import { hasPublicName } from './web-address.ts'

const lengthMax = 254

/** E-mail addresses, without display names. The domain is stored in lower case; the rest belongs to its mail server. */
export const email = oneOrMany({
  name: 'EMAIL',
  manyByDefault: false,
  parse: parseEmail,
  key: fold,
  sought: (text) => text,
  words: wordsOf,
  description: 'An e-mail address.',
})

function parseEmail(text: string): string {
  const address = withLowerCaseDomain(text)
  const domain = address.length <= lengthMax ? domainOf(address) : undefined
  if (!domain) throw brokenRule(`must be an e-mail address of at most ${lengthMax} characters, e.g. jane@acme.com`)
  if (!hasPublicName(domain)) throw brokenRule('must be an e-mail address at an existing top-level domain')
  return address
}

function withLowerCaseDomain(text: string): string {
  const at = text.lastIndexOf('@')
  return text.slice(0, at) + text.slice(at).toLowerCase()
}

/** What nearly all addresses look like: RFC 5322's `dot-atom@dot-atom` of ASCII letters, digits and what names have. */
const plain = /^[\w'+-]+(?:\.[\w'+-]+)*@([a-z\d-]+(?:\.[a-z\d-]+)+)$/i

/** The domain of a bare address; undefined for anything else. */
function domainOf(address: string): string | undefined {
  // The library is right about all, and a hundred times slower.
  const domain = plain.exec(address)?.[1]
  if (domain !== undefined) return domain
  // Comments and quoting are legal, never meant, and slow to parse when nested.
  if (/[\s()<>"\\]/.test(address)) return undefined
  const mailbox = emailAddresses.parseOneAddress({ input: address, rfc6532: true, strict: true })
  return mailbox?.type === 'mailbox' ? mailbox.domain : undefined
}
