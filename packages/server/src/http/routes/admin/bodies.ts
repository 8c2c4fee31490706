import { z } from 'zod'
import { isAcceptable, passwordLengthMax, passwordLengthMin } from '../../../domain/sign-in/passwords.ts'

/** What the bodies of the admin API have in common. Types, checks and the OpenAPI document come from here. */
export const label = z
  .string()
  .refine((text) => text.trim().length > 0 && text.length <= 200 && isStorable(text), 'it takes 1 to 200 characters')
export const description = z
  .string()
  .refine((text) => text.length <= 2000 && isStorable(text), 'it takes at most 2,000 characters')
export const slug = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,62}$/, 'a letter, then at most 62 letters, digits, hyphens or underscores')
export const name = z
  .string()
  .refine((text) => text.length <= 200 && isStorable(text), 'it takes at most 200 characters')
export const externalId = z
  .string()
  .refine((text) => text.length > 0 && text.length <= 200 && isStorable(text), 'it takes 1 to 200 characters')
export const password = z
  .string()
  .refine(isAcceptable, `a password has ${passwordLengthMin} to ${passwordLengthMax} characters`)
export const messageId = z
  .string()
  .regex(/^[^\s<>]{1,900}$/, 'a Message-ID without angle brackets and spaces, of at most 900 characters')
export const ids = z.array(z.string())
export const moment = z.iso.datetime({ offset: true }).meta({ format: 'date-time' })

/** Whether PostgreSQL can keep all texts in a JSON value. */
export function isStorableJson(value: unknown) {
  let isGood = true
  JSON.stringify(value, (key, part) => {
    isGood &&= isStorable(key) && (typeof part !== 'string' || isStorable(part))
    return part
  })
  return isGood
}

export function isStorable(text: string) {
  return text.isWellFormed() && !text.includes('\0')
}
