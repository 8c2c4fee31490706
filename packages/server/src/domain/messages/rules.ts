import { contactsOfAttendees } from '../meetings/attendees.ts'
import { linkedThrough, linksTo } from '../records/derived-links.ts'
import type { Rules } from '../records/rules.ts'

/** A message belongs to the contacts who have its sender's address, to their accounts, and to those of its channel. */
export const messageRules: Rules = {
  async derive(ctx, { relationships }, { value, links }) {
    const sender = value('$senderEmail')
    const contacts = typeof sender === 'string' ? await contactsOfAttendees(ctx, [sender], false) : []
    const channels = links.filter(({ relationship }) => relationship.key === '$channel').flatMap(({ added }) => added)
    const accounts = [
      ...(await linkedThrough(ctx, 'contact', '$account', contacts)),
      ...(await linkedThrough(ctx, 'channel', '$account', channels)),
    ]
    return [...linksTo(relationships.get('$contact'), contacts), ...linksTo(relationships.get('$account'), accounts)]
  },
}
