import type { ImapFlow } from 'imapflow'
import { ownHeader } from './compose.ts'

type Use = '\\Sent' | '\\Drafts'

const usualNames: Record<Use, string> = { '\\Sent': 'Sent', '\\Drafts': 'Drafts' }

/** The path of the folder for a use; made when the mailbox has none. */
async function folderFor(client: ImapFlow, use: Use): Promise<string> {
  const found = (await client.list()).find(({ specialUse }) => specialUse === use)
  if (found) return found.path
  const { path } = await client.mailboxCreate(usualNames[use])
  return path
}

/** Whether an e-mail is in the folder for a use, by its Message-ID or, where a server changes that, by our own header. */
export async function isInFolder(client: ImapFlow, use: Use, { id, messageId }: { id: string; messageId: string }) {
  await client.mailboxOpen(await folderFor(client, use), { readOnly: true })
  const isIn = async (header: Record<string, string>) => {
    const found = await client.search({ header }, { uid: true })
    return found && found.length > 0
  }
  const isThere = (await isIn({ 'message-id': messageId })) || (await isIn({ [ownHeader.toLowerCase()]: id }))
  // The library leaves out flags that cannot be set in the folder that is open, and that is only looked at.
  await client.mailboxClose()
  return isThere
}

/** Puts an e-mail into the folder for a use. */
export async function putIntoFolder(client: ImapFlow, use: Use, message: Buffer, flags: string[], date: Date) {
  await client.append(await folderFor(client, use), message, flags, date)
}
