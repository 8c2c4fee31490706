import { type Json, objectTypes } from '@openfield/schema'
import { withLock } from '../../storage/database.ts'
import { findByAddress, findByHost } from '../../storage/lookups.ts'
import { memberDomains } from '../../storage/members.ts'
import type { Context } from '../context.ts'
import { domainOf, isPublicDomain } from '../mail-domains.ts'
import { createRecord } from '../records/create.ts'

const emailField = objectTypes.contact.fields.$email.id
const websiteField = objectTypes.account.fields.$website.id

/**
 * The contacts that some addresses belong to. With `create`, a contact is made for each address from outside that nobody
 * has, in the account whose website has its domain, which is made too when there is none.
 */
export async function contactsOfAttendees(ctx: Context, emails: readonly string[], create: boolean): Promise<string[]> {
  if (create && (await strangersAmong(ctx, emails)).length > 0) {
    // Of meetings that bring the same stranger at once, the first makes the contact and the others find it.
    await withLock(ctx.db, lock, async () => {
      for (const email of await strangersAmong(ctx, emails)) await createContact(ctx, email)
    })
  }
  const found = await findByAddress(ctx.db, ctx.workspace, emailField, emails)
  return [...new Set(found.map(({ id }) => id))]
}

const lock = 1330005584

/** The addresses from outside that no contact has. */
async function strangersAmong(ctx: Context, emails: readonly string[]): Promise<string[]> {
  const found = await findByAddress(ctx.db, ctx.workspace, emailField, emails)
  const known = new Set(found.map(({ value }) => value))
  const ours = new Set(await memberDomains(ctx.db, ctx.workspace))
  return emails.filter((email) => !known.has(email.toLowerCase()) && !ours.has(domainOf(email)))
}

async function createContact(ctx: Context, email: string): Promise<void> {
  const domain = domainOf(email)
  const account = isPublicDomain(domain) ? undefined : await accountOf(ctx, domain)
  const relationships: Record<string, unknown> = account === undefined ? {} : { $account: account }
  await createRecord(ctx, 'contact', { fields: { $email: [email] }, relationships })
}

async function accountOf(ctx: Context, domain: string): Promise<string> {
  const [account] = await findByHost(ctx.db, ctx.workspace, websiteField, domain)
  if (account) return account
  const fields: Record<string, Json> = { $name: domain, $website: [domain] }
  return JSON.parse(await createRecord(ctx, 'account', { fields, relationships: {} })).id
}
