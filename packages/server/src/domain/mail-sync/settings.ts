import { objectTypes } from '@openfield/schema'
import { findByAddress } from '../../storage/lookups.ts'
import { memberDomains } from '../../storage/members.ts'
import type { Context } from '../context.ts'
import { domainOf, isPublicDomain } from '../mail-domains.ts'
import type { Head } from './read-message.ts'
import type { SkipReason } from './reasons.ts'

/** What the owner of a mailbox wants of it. */
export type SyncSettings = {
  /** The first day, in UTC, of which messages are brought in, as YYYY-MM-DD; null: all there are. */
  since: string | null
  /** Addresses and domains, in lower case; domains go for those below them too. */
  excluded: string[]
  /** Messages among members alone are left out. */
  skipInternal: boolean
}

export const defaultSettings: SyncSettings = { since: null, excluded: [], skipInternal: false }

/** A message as its headers and the server describe it. */
export type Listed = { head: Head; received: Date }

/** Says of messages why the owner does not want them; undefined for those that are wanted. */
export async function wishesOf(
  ctx: Context,
  { since, excluded, skipInternal }: SyncSettings,
  listed: readonly Listed[],
): Promise<(one: Listed) => SkipReason | undefined> {
  const isOurs = skipInternal
    ? await oursAmong(
        ctx,
        listed.flatMap(({ head }) => addressesIn(head)),
      )
    : () => false
  return ({ head, received }) => {
    if (since !== null && received.toISOString().slice(0, 10) < since) return 'before_start'
    const addresses = addressesIn(head)
    if (addresses.some((address) => isExcluded(address, excluded))) return 'excluded'
    if (skipInternal && addresses.length > 0 && addresses.every(isOurs)) return 'internal'
    return undefined
  }
}

const addressesIn = ({ from, to, cc, bcc }: Head) => [...from, ...to, ...cc, ...bcc].map((one) => one.toLowerCase())

function isExcluded(address: string, excluded: readonly string[]): boolean {
  const domain = `.${domainOf(address)}`
  return excluded.some((one) => (one.includes('@') ? one === address : domain.endsWith(`.${one}`)))
}

/** Whether an address is a member's, or of a domain that members have for themselves. */
async function oursAmong(ctx: Context, addresses: readonly string[]): Promise<(address: string) => boolean> {
  const domains = new Set((await memberDomains(ctx.db, ctx.workspace)).filter((one) => !isPublicDomain(one)))
  const field = objectTypes.member.fields.$email.id
  const members = await findByAddress(ctx.db, ctx.workspace, field, [...new Set(addresses)])
  const known = new Set(members.map(({ value }) => value))
  return (address) => domains.has(domainOf(address)) || known.has(address)
}
