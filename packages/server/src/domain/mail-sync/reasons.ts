/** Why a message is not brought in: a closed list. What the owner does not want is looked at again when they want it. */
export const skipReasons = {
  before_start: { says: 'It was received before the day from which the owner wants messages.', wanted: false },
  excluded: { says: 'An address or domain that the owner excluded is among its sender and recipients.', wanted: false },
  internal: { says: 'It is among members alone, and the owner does not want such messages.', wanted: false },
  erased: { says: 'It was erased, with what was known of somebody who took part.', wanted: undefined },
  draft: { says: 'It is a draft.', wanted: undefined },
  duplicate: { says: 'The same message stands elsewhere in the mailbox.', wanted: undefined },
  too_large: { says: 'It has more than 40 MiB.', wanted: undefined },
  unreadable: { says: 'It has no headers of a message, or its parts are nested without end.', wanted: undefined },
} as const satisfies Record<string, { says: string; wanted: false | undefined }>

export type SkipReason = keyof typeof skipReasons

/** The reasons that rest on what the owner wants. */
export const ownersReasons = Object.entries(skipReasons).flatMap(([reason, { wanted }]) =>
  wanted === false ? [reason] : [],
)
