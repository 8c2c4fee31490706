import { newUuid, type Relationship } from '@openfield/schema'
import type { Connection, Database } from '../storage/database.ts'
import { readDefinitions } from '../storage/definitions.ts'
import { type EmailLink, linkNextEmails, noteContact, noteEmailChanges } from '../storage/email-links.ts'
import { linkedTo } from '../storage/lookups.ts'
import { type OutboxRow, onePage } from '../storage/outbox.ts'

const pageSize = 200
const addressKeys = ['$from', '$to', '$cc', '$bcc']

/** Links contacts who got an address to the emails that were there before with it, and with them what they belong to. */
export async function linkEmails(db: Database, workspace: number, work: readonly OutboxRow[]): Promise<void> {
  for (const piece of work) {
    const { types } = await readDefinitions(db, workspace)
    const [contact, email] = [types.get('contact'), types.get('email')]
    const field = contact?.fields.get('$email')
    if (!contact || !email || !field) throw new Error('contacts or emails have no addresses')
    const fields = addressKeys.flatMap((key) => email.fields.get(key)?.id ?? [])
    await onePage(db, workspace, piece, async (tx) => {
      const linksTo = async (end: Relationship | undefined, own?: Relationship): Promise<EmailLink[]> => {
        const others = own ? await linkedTo(tx, workspace, own, [piece.recordId]) : [piece.recordId]
        return others.flatMap((other) =>
          (end?.ids ?? []).map((relationship) => ({ relationship, key: end?.key ?? '', other })),
        )
      }
      const links = [
        ...(await linksTo(email.relationships.get('$contact'))),
        ...(await linksTo(email.relationships.get('$account'), contact.relationships.get('$account'))),
        ...(await linksTo(email.unseen.get('$opportunity'), contact.relationships.get('$opportunity'))),
      ]
      const who = { id: piece.recordId, field: field.id }
      const { made, last } = await linkNextEmails(tx, workspace, who, fields, links, piece.progress, pageSize)
      await noteLinks(tx, workspace, made)
      return last
    })
  }
}

async function noteLinks(tx: Connection, workspace: number, made: readonly (EmailLink & { email: string })[]) {
  const at = new Date()
  const changes = [...Map.groupBy(made, ({ email }) => email)].map(([email, links]) => ({
    email,
    id: newUuid(),
    at,
    links: Object.fromEntries(
      [...Map.groupBy(links, ({ key }) => key)].map(([key, all]) => [
        key,
        { added: all.map(({ other }) => other), removed: [] },
      ]),
    ),
  }))
  await noteEmailChanges(tx, workspace, changes)
  await noteContact(tx, workspace, [...new Set(made.map(({ other }) => other))])
}
