import { buffer } from 'node:stream/consumers'
import type { StoredFile } from '../../storage/files.ts'
import type { Context } from '../context.ts'
import { blobKey } from '../files/upload.ts'
import { plainTextOf, textOf } from './html.ts'

/** An e-mail that is to be made. Addresses are bare. */
export type Outgoing = {
  from: string
  to: readonly string[]
  cc: readonly string[]
  bcc: readonly string[]
  subject: string
  /** HTML, of a plain text that which was made of it. */
  body: string
  attachments: readonly StoredFile[]
}

type Stamp = { id: string; messageId: string; date: Date }

/** By which a copy is found where the server has given it another Message-ID. */
export const ownHeader = 'X-Openfield-Id'

/** The bytes of an e-mail. Those who get it do not see who gets a blind copy; those who sent it do. */
export async function composed(
  ctx: Context,
  { from, to, cc, bcc, subject, body, attachments }: Outgoing,
  { id, messageId, date }: Stamp,
  { forOwner }: { forOwner: boolean },
): Promise<Buffer> {
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer')
  const plain = plainTextOf(body)
  const node = new MailComposer({
    from,
    to: [...to],
    cc: [...cc],
    bcc: [...bcc],
    subject,
    ...(plain === undefined ? { html: body, text: textOf(body) } : { text: plain }),
    messageId: `<${messageId}>`,
    date,
    headers: { [ownHeader]: id },
    attachments: await Promise.all(
      attachments.map(async (file) => ({
        filename: file.filename,
        contentType: file.mimeType,
        content: await bytesOf(ctx, file),
      })),
    ),
    // What stands in an e-mail is never where to read from.
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile()
  node.keepBcc = forOwner
  return node.build()
}

async function bytesOf(ctx: Context, { id, upload }: StoredFile): Promise<Buffer> {
  if (!upload) throw new Error(`the file ${id} has no bytes`)
  return buffer(await ctx.blobs.read(blobKey(id, upload.id)))
}
