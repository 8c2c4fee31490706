import { type MailServerFailure, mailFailure } from '../mailboxes/failure.ts'

/** What a mail server did to a pass; undefined for a failure that is ours. */
export function serverFailure(error: unknown, server: string): MailServerFailure | undefined {
  const failure = mailFailure(error, server)
  const isAnswer = (error as { responseStatus?: string } | undefined)?.responseStatus !== undefined
  return isAnswer || failure.phase !== 'protocol' ? failure : undefined
}
