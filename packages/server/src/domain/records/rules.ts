import type { ApiError, Json, ObjectDefinition } from '@openfield/schema'
import type { Context } from '../context.ts'
import { emailRules } from '../emails/rules.ts'
import { listRules } from '../lists/rules.ts'
import { meetingRules } from '../meetings/rules.ts'
import { messageRules } from '../messages/rules.ts'
import type { LinkChange, RelationshipWrite } from './relationships.ts'

/** What a rule is asked about: a new record, or a change of one. */
export type Write = {
  /** The value that a field has after the write. */
  value: (key: string) => Json
  /** What the body says about relationships, and the links that come of it. */
  relationships: readonly RelationshipWrite[]
  links: readonly LinkChange[]
}

/** What holds for one object type beyond what its table says. */
export type Rules = {
  /** Another spelling of a value, before it is checked. */
  normalise?(key: string, value: unknown): unknown
  /** The error for a write that breaks a business rule; a wrong key is thrown. */
  refuse?(ctx: Context, write: Write): Promise<ApiError | undefined>
  /** Links that a new record has because of its values. */
  derive?(ctx: Context, definition: ObjectDefinition, write: Write, flags: readonly string[]): Promise<LinkChange[]>
}

const rules: Record<string, Rules> = {
  list: listRules,
  meeting: meetingRules,
  message: messageRules,
  email: emailRules,
}

/** The rules of an object type; most have none. */
export const rulesOf = (definition: ObjectDefinition): Rules => rules[definition.name] ?? {}
