import { useState } from 'react'
import { useSession } from '../../app/session.tsx'

/** What somebody has begun to write about a record. */
export type Writing = {
  tab?: string
  title?: string
  text?: string
  dueAt?: string | null
  assignee?: string
  startDate?: string
  minutes?: string
  attendees?: string[]
  from?: string
  to?: string[]
  cc?: string[]
  bcc?: string[]
}

const keyOf = (memberId: string, recordId: string) => `openfield.writing.${memberId}.${recordId}`

/** The draft about a record, which is kept in the browser until it is saved or discarded. */
export function useDraft(recordId: string) {
  const { member } = useSession()
  const key = keyOf(member.id, recordId)
  const [draft, setDraft] = useState<Writing | undefined>(() => {
    const text = localStorage.getItem(key)
    return text === null ? undefined : JSON.parse(text)
  })
  return {
    draft,
    change(part: Writing) {
      setDraft((before) => {
        const next = { ...before, ...part }
        localStorage.setItem(key, JSON.stringify(next))
        return next
      })
    },
    clear() {
      localStorage.removeItem(key)
      setDraft(undefined)
    },
  }
}
