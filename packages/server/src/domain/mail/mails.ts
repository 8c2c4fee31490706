import type { Person } from '../../storage/members.ts'
import type { Mail } from './mailer.ts'

const day = (date: Date) => `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`

type Link = { link: string; expiresAt: Date }

/** Asks somebody to join a workspace; `by` is the address of who does. */
export const invitationMail = (
  { email, workspaceName }: Person,
  by: string | undefined,
  { link, expiresAt }: Link,
): Mail => ({
  to: email,
  subject: `You are invited to ${workspaceName}`,
  text: `${by ?? 'An admin'} invites you to the CRM of ${workspaceName}.

Choose a password and begin here:

${link}

The link works once, until ${day(expiresAt)}. If you did not expect it, ignore this mail.
`,
})

/** Lets somebody choose another password. */
export const resetMail = ({ email, workspaceName }: Person, { link }: Link): Mail => ({
  to: email,
  subject: 'Choose a new password',
  text: `Somebody, probably you, asked for a new password for ${email} at the CRM of ${workspaceName}.

Choose one here:

${link}

The link works once, within an hour. If it was not you, ignore this mail: your password stays as it is.
`,
})
