/** How much of everything a run does. Counts of requests are those of one round. */
export type Effort = {
  rounds: number
  creates: number
  retrieves: number
  /** Opportunities in the database of the list figures. */
  opportunities: number
  lists: number
  /** Records in the database of the search figures. */
  sought: number
  searches: number
  starts: number
  /** Members of the large list, opportunities of the large accounts. */
  links: number
  merges: number
  fileMegabytes: number
  /** Messages in the mailbox. */
  messages: number
  /** Changes that webhooks tell of. */
  events: number
}

export const full: Effort = {
  rounds: 5,
  creates: 6000,
  retrieves: 20_000,
  opportunities: 100_000,
  lists: 4000,
  sought: 100_000,
  searches: 1700,
  starts: 5,
  links: 10_000,
  merges: 2,
  fileMegabytes: 256,
  messages: 10_000,
  events: 400,
}

/** For a look while working on something: too little for figures to report. */
export const quick: Effort = {
  rounds: 3,
  creates: 2000,
  retrieves: 6000,
  opportunities: 20_000,
  lists: 1000,
  sought: 20_000,
  searches: 510,
  starts: 1,
  links: 2000,
  merges: 1,
  fileMegabytes: 64,
  messages: 2000,
  events: 100,
}
