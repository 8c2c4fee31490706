import { type ApiError, objectTypes, unprocessable } from '@openfield/schema'
import { findByHosts } from '../../storage/lookups.ts'
import { memberDomains } from '../../storage/members.ts'
import type { Context } from '../context.ts'
import { domainOf, isPublicDomain } from '../mail-domains.ts'
import { contactsOfAttendees } from '../meetings/attendees.ts'
import { linkedThrough, linksTo } from '../records/derived-links.ts'
import type { Rules } from '../records/rules.ts'

const websiteField = objectTypes.account.fields.$website.id
const addressKeys = ['$from', '$to', '$cc', '$bcc']

/** An e-mail belongs to the contacts who have one of its addresses, and to what these belong to. */
export const emailRules: Rules = {
  async refuse(_ctx, { value }): Promise<ApiError | undefined> {
    const setting = value('$privacySetting')
    if (setting === null || setting === 'FULL' || setting === 'METADATA') return undefined
    return unprocessable('$privacySetting is FULL, METADATA or null.', 'fields.$privacySetting')
  },

  async derive(ctx, { relationships, unseen }, { value }) {
    const addresses = addressKeys.flatMap((key) => value(key) ?? []).map(String)
    const contacts = addresses.length === 0 ? [] : await contactsOfAttendees(ctx, addresses, false)
    const accounts = [
      ...(await linkedThrough(ctx, 'contact', '$account', contacts)),
      ...(await accountsOfDomains(ctx, addresses)),
    ]
    const opportunities = await linkedThrough(ctx, 'contact', '$opportunity', contacts)
    return [
      ...linksTo(relationships.get('$contact'), contacts),
      ...linksTo(relationships.get('$account'), accounts),
      ...linksTo(unseen.get('$opportunity'), opportunities),
    ]
  },
}

/** The accounts whose site has the domain of an address from outside. */
async function accountsOfDomains(ctx: Context, addresses: readonly string[]): Promise<string[]> {
  const domains = [...new Set(addresses.map(domainOf))].filter((domain) => !isPublicDomain(domain))
  if (domains.length === 0) return []
  const ours = new Set(await memberDomains(ctx.db, ctx.workspace))
  const outside = domains.filter((domain) => !ours.has(domain))
  const found = outside.length > 0 ? await findByHosts(ctx.db, ctx.workspace, websiteField, outside) : []
  // Of several accounts with one site, the oldest.
  return outside.flatMap((_, index) => found.find(({ n }) => n === index)?.id ?? [])
}
