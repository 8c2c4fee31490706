import { viewOf } from '../values/index.ts'
import type { FieldDefinition } from './record.ts'

/** The few fields that say most about a record beside its name: in its head, and where it is one of several. */
const facts: Readonly<Record<string, readonly string[]>> = {
  account: ['$industry', '$headcount', '$website', '$lastInteractionAt'],
  contact: ['$title', '$email', '$phone'],
  opportunity: ['$stage', '$amount', '$closeDate'],
  task: ['$status', '$dueAt'],
  note: [],
  meeting: ['$startDate'],
  message: ['$senderName', '$sentAt'],
  email: ['$from', '$to', '$sentAt'],
  channel: ['$provider', '$visibility'],
  list: ['$objectType'],
  member: ['$email', '$role'],
}

const most = 3

/** The facts of a type; of one of the workspace's own, its first fields. */
export function factsOf(objectType: string, fields: readonly FieldDefinition[]): readonly FieldDefinition[] {
  const keys = facts[objectType]
  if (!keys)
    return fields.filter(({ key, valueType }) => key !== '$name' && !viewOf(valueType).multiline).slice(0, most)
  return keys.flatMap((key) => fields.find((field) => field.key === key) ?? [])
}
