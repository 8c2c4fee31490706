import { findPerson } from '../../storage/members.ts'
import type { System } from '../context.ts'
import { resetMail } from '../mail/mails.ts'
import { makeLink } from './links.ts'
import { membersWith } from './sign-in.ts'

/** Mails links for a new password to whoever has an address; to nobody when nobody has it, or no mails are sent. */
export async function mailResets(system: System, email: string): Promise<void> {
  const { mailer } = system
  if (!mailer) return
  for (const { workspace, member } of await membersWith(system, email, undefined)) {
    const person = await findPerson(system.db, workspace, member)
    // To the address they have, which may differ from what was typed.
    if (person) await mailer.send(resetMail(person, await makeLink(system, workspace, member, 'reset')))
  }
}
