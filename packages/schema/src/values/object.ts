import { parseString } from './string.ts'
import { wrongType } from './type.ts'

/** An object with no other keys than these; its members are the caller's to check. Throws InvalidValue. */
export function parseObject<Key extends string>(input: unknown, keys: readonly Key[]): { [K in Key]?: unknown } {
  const expected = `an object with only the keys ${keys.join(', ')}`
  if (typeof input !== 'object' || input === null || Array.isArray(input)) throw wrongType(expected)
  if (Object.keys(input).some((key) => !(keys as readonly string[]).includes(key))) throw wrongType(expected)
  return input
}

/** A member that is a string, or null when it is null or absent. Throws InvalidValue. */
export const parseMember = (key: string, input: unknown) =>
  input === undefined || input === null ? null : parseString(input, `${key} to be a string or null`)
