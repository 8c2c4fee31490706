import { account } from './account.ts'
import { channel } from './channel.ts'
import { contact } from './contact.ts'
import type { ObjectType, ObjectTypeName } from './define.ts'
import { email } from './email.ts'
import { file } from './file.ts'
import { list } from './list.ts'
import { meeting } from './meeting.ts'
import { member } from './member.ts'
import { message } from './message.ts'
import { note } from './note.ts'
import { opportunity } from './opportunity.ts'
import { task } from './task.ts'

/** Every object type that comes with the product, in the order of the API. */
export const objectTypes = {
  account,
  contact,
  opportunity,
  task,
  note,
  meeting,
  list,
  member,
  file,
  channel,
  message,
  email,
} satisfies Record<ObjectTypeName, ObjectType>

export type ObjectTypes = typeof objectTypes
