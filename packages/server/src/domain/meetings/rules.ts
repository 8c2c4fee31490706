import { type ApiError, type Json, unprocessable } from '@openfield/schema'
import { findFile } from '../../storage/files.ts'
import type { Context } from '../context.ts'
import { linkedThrough, linksTo } from '../records/derived-links.ts'
import type { Rules, Write } from '../records/rules.ts'
import { contactsOfAttendees } from './attendees.ts'

/** Meetings are recorded after they took place, and belong to whoever took part. */
export const meetingRules: Rules = {
  async refuse(ctx, write) {
    const { value } = write
    const now = ctx.now().getTime()
    const [start, end] = [timeOf(value('$startDate')), timeOf(value('$endDate'))]
    if (start !== undefined && start > now) return unprocessable('A meeting must have started.', 'fields.$startDate')
    if (end !== undefined && end > now) return unprocessable('A meeting must have ended.', 'fields.$endDate')
    if (start !== undefined && end !== undefined && end < start) {
      return unprocessable('A meeting ends after it starts.', 'fields.$endDate')
    }
    const setting = value('$privacySetting')
    if (setting === null || setting === 'FULL' || setting === 'METADATA') return refuseTranscript(ctx, write)
    return unprocessable('$privacySetting is FULL, METADATA or null.', 'fields.$privacySetting')
  },

  async derive(ctx, definition, { value }, flags) {
    const attendees = value('$attendeeEmails')
    const emails = Array.isArray(attendees) ? attendees.map(String) : []
    const contacts = await contactsOfAttendees(ctx, emails, flags.includes('autoCreateRecords'))
    const { relationships } = definition
    return [
      ...linksTo(relationships.get('$contact'), contacts),
      ...linksTo(relationships.get('$account'), await linkedThrough(ctx, 'contact', '$account', contacts)),
      ...linksTo(relationships.get('$opportunity'), await linkedThrough(ctx, 'contact', '$opportunity', contacts)),
    ]
  },
}

const timeOf = (value: Json) => (typeof value === 'string' ? Date.parse(value) : undefined)

/** A transcript is a file that was uploaded as one, and is there. */
async function refuseTranscript(ctx: Context, { links }: Write): Promise<ApiError | undefined> {
  const ids = links.filter(({ relationship }) => relationship.key === '$transcript').flatMap(({ added }) => added)
  const files = await Promise.all(ids.map((id) => findFile(ctx.db, ctx.workspace, id)))
  const isTranscript = files.every(
    (file) => !file || (file.status === 'COMPLETED' && file.purpose === 'meeting_transcript'),
  )
  if (isTranscript) return undefined
  return unprocessable(
    'The transcript must be a completed file that was uploaded with the purpose meeting_transcript.',
    'relationships.$transcript',
  )
}
