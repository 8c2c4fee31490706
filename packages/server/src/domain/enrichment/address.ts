import { encodeId, idPrefixes, objectTypes, ownedDomain } from '@openfield/schema'
import { findByHosts } from '../../storage/lookups.ts'
import type { Context } from '../context.ts'
import { domainOf, isPublicDomain } from '../mail-domains.ts'
import type { Found } from './website/company.ts'

const websiteField = objectTypes.account.fields.$website.id

/** The ways to find something by the addresses of a person. */
export type AddressFinder = 'name' | 'account'

/** What the addresses of a person say. */
export const findByAddress: Record<
  AddressFinder,
  (ctx: Context, addresses: readonly string[]) => Promise<Found | undefined>
> = {
  async name(_ctx, addresses) {
    for (const address of addresses) {
      const value = nameIn(address)
      if (value) return { value, source: `mailto:${address}` }
    }
    return undefined
  },
  async account(ctx, addresses) {
    for (const address of companyAddresses(addresses)) {
      const domain = domainOf(address)
      const hosts = [...new Set([domain, ownedDomain(domain)])]
      const found = await findByHosts(ctx.db, ctx.workspace, websiteField, hosts)
      // A site of the very domain counts before one of what it belongs to.
      const nearest = Math.min(...found.map(({ n }) => n))
      const [account, ...others] = new Set(found.filter(({ n }) => n === nearest).map(({ id }) => id))
      if (others.length > 0) return 'ambiguous'
      if (account !== undefined) return { value: encodeId(idPrefixes.account, account), source: `mailto:${address}` }
    }
    return undefined
  },
}

/** Those that say where somebody works. */
export const companyAddresses = (addresses: readonly string[]) =>
  addresses.filter((address) => !isPublicDomain(domainOf(address)))

/** The name in `ada.byron@…`: two words of letters, not one and an initial, and nothing that names a desk. */
function nameIn(address: string): { firstName: string; lastName: string } | undefined {
  const [, first, last] = /^(\p{L}{2,}(?:-\p{L}{2,})?)[._](\p{L}{2,}(?:-\p{L}{2,})?)(?:\+[^@]*)?@/u.exec(address) ?? []
  if (first === undefined || last === undefined || [first, last].some((word) => desks.has(word.toLowerCase()))) {
    return undefined
  }
  return { firstName: capitalised(first), lastName: capitalised(last) }
}

const capitalised = (name: string) =>
  name
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1).toLowerCase())
    .join('-')

const desks = new Set(
  `account accounting accounts admin billing book booking career careers contact customer data dev email finance hello help
   hr info inbox invoice jobs legal mail marketing news no noreply office order orders payment post press privacy reply
   sales security service shop support team test web webmaster`.split(/\s+/),
)
