import { type OutboundReason, outboundReasons } from '../outbound/failure.ts'

/** What came of a run, and what that means. */
export const runOutcomes = {
  enriched: 'Fields were filled or suggested.',
  nothing_new: 'What was found is what the record has, or has had.',
  nothing_found: 'Nothing was found that the record lacks.',
  robots: 'The robots.txt of the site asks programs to stay away.',
  robots_unavailable: 'The robots.txt of the site could not be read, so that it counts as a refusal.',
  http_error: 'The site answered with an error.',
  not_html: 'What the site answered is no web page.',
  other_domain: 'The website leads to another domain, which may belong to somebody else; nothing was taken from there.',
  record_gone: 'The record was deleted meanwhile.',
  internal: 'Something went wrong on the server; its log says what.',
  ...outboundReasons,
} as const satisfies Record<string, string> & Record<OutboundReason, string>

export type RunOutcome = keyof typeof runOutcomes

/** What became of one field in a run. */
export const fieldOutcomes = {
  pending: 'It is about to be written.',
  filled: 'The field has what was found.',
  unchanged: 'The field had what was found already.',
  kept: 'Somebody has given the field a value, or emptied it, and that stays.',
  suggested: 'It waits for somebody to accept it.',
  accepted: 'Somebody accepted the suggestion.',
  dismissed: 'Somebody dismissed the suggestion.',
  refused: 'The field does not take what was found.',
  ambiguous: 'Several were found, and none is clearly the right one.',
  not_found: 'Nothing was found.',
  not_written: 'The run ended before it was written.',
  reverted: 'It was taken back.',
} as const satisfies Record<string, string>

export type FieldOutcome = keyof typeof fieldOutcomes

/** A look-up that ended without a page to read. */
export class Unreadable extends Error {
  readonly outcome: RunOutcome
  /** Another attempt may succeed. */
  readonly passing: boolean

  constructor(outcome: RunOutcome, passing = false) {
    super(runOutcomes[outcome])
    this.outcome = outcome
    this.passing = passing
  }
}
