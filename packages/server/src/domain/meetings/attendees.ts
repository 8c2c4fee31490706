import { decodeId, type Json, objectTypes } from '@openfield/schema'
import { findByAddress, findByHost } from '../../storage/lookups.ts'
import { memberDomains } from '../../storage/members.ts'
import type { Context } from '../context.ts'
import { createRecord } from '../records/create.ts'

const emailField = objectTypes.contact.fields.$email.id
const websiteField = objectTypes.account.fields.$website.id

/** Domains where anybody has an address, so that it says nothing about an organisation. */
const publicDomains = new Set(
  `aol.com gmail.com gmx.com gmx.de gmx.net googlemail.com hotmail.com icloud.com live.com mail.com me.com msn.com
   outlook.com proton.me protonmail.com web.de yahoo.com yandex.com zoho.com`.split(/\s+/),
)

/**
 * The contacts that some addresses belong to. With `create`, a contact is made for each address from outside that nobody
 * has, in the account whose website has its domain, which is made too when there is none.
 */
export async function contactsOfAttendees(ctx: Context, emails: readonly string[], create: boolean): Promise<string[]> {
  const found = await findByAddress(ctx.db, ctx.workspace, emailField, emails)
  if (!create) return found.map(({ id }) => id)
  const known = new Set(found.map(({ value }) => value))
  const ours = new Set(await memberDomains(ctx.db, ctx.workspace))
  const made: string[] = []
  for (const email of emails) {
    const domain = domainOf(email)
    if (known.has(email.toLowerCase()) || ours.has(domain)) continue
    made.push(await createContact(ctx, email, domain))
  }
  return [...new Set([...found.map(({ id }) => id), ...made])]
}

const domainOf = (email: string) => email.slice(email.lastIndexOf('@') + 1).toLowerCase()

async function createContact(ctx: Context, email: string, domain: string): Promise<string> {
  const account = publicDomains.has(domain) ? undefined : await accountOf(ctx, domain)
  const relationships: Record<string, unknown> = account === undefined ? {} : { $account: account }
  const contact = JSON.parse(await createRecord(ctx, 'contact', { fields: { $email: [email] }, relationships }))
  return decodeId('con', contact.id) ?? ''
}

async function accountOf(ctx: Context, domain: string): Promise<string> {
  const [account] = await findByHost(ctx.db, ctx.workspace, websiteField, domain)
  if (account) return account
  const fields: Record<string, Json> = { $name: domain, $website: [domain] }
  return JSON.parse(await createRecord(ctx, 'account', { fields, relationships: {} })).id
}
