/** What somebody has typed of a new record of a type: bare values by field, ids by relationship. */
export type Draft = {
  fields: Readonly<Record<string, unknown>>
  relationships: Readonly<Record<string, readonly string[]>>
}

/** Drafts stay in the browser until they have become records, for whoever typed them and nobody else. */
const nameOf = (memberId: string, objectType: string) => `openfield.draft.${memberId}.${objectType}`

export function readDraft(memberId: string, objectType: string): Draft | undefined {
  const text = localStorage.getItem(nameOf(memberId, objectType))
  return text === null ? undefined : JSON.parse(text)
}

export const keepDraft = (memberId: string, objectType: string, draft: Draft) =>
  localStorage.setItem(nameOf(memberId, objectType), JSON.stringify(draft))

export const forgetDraft = (memberId: string, objectType: string) =>
  localStorage.removeItem(nameOf(memberId, objectType))
