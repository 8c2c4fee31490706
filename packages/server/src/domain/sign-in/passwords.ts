import { randomInt } from 'node:crypto'
import { storePassword } from '../../storage/passwords.ts'
import type { Context } from '../context.ts'

export const [passwordLengthMin, passwordLengthMax] = [10, 200]

/** The form in which a password counts: the same letters typed on different systems are the same password. */
const normalised = (password: string) => password.normalize('NFKC')

/** Whether a member may have a password. Long is what makes one good; nothing else is asked of it. */
export function isAcceptable(password: string): boolean {
  const { length } = [...normalised(password)]
  return length >= passwordLengthMin && length <= passwordLengthMax && password.isWellFormed()
}

// Argon2id, as OWASP recommends it: 19 MiB, two passes, one lane.
const parameters = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Native code that is needed by few requests, and by no start after the first. */
const argon2 = () => import('@node-rs/argon2')

export const hashPassword = async (password: string): Promise<string> =>
  (await argon2()).hash(normalised(password), parameters)

/** Gives a member a password, their first or another. */
export async function setPassword(ctx: Context, member: string, password: string) {
  await storePassword(ctx.db, ctx.workspace, member, await hashPassword(password), ctx.now())
}

let nobodys: Promise<string> | undefined

/**
 * Which of some hashes are of a password. Where there is none to compare with, one that no password has is compared, so
 * that the time it takes does not tell whether there is a member with an address.
 */
export async function matchPassword(password: string, hashes: readonly (string | null)[]): Promise<boolean[]> {
  nobodys ??= hashPassword(generatePassword())
  const none = await nobodys
  const isIn = async (hash: string | null) =>
    hash !== null && (await (await argon2()).verify(hash, normalised(password)))
  if (!hashes.some((hash) => hash !== null)) await isIn(none)
  return Promise.all(hashes.map(isIn))
}

const letters = 'abcdefghijkmnpqrstuvwxyz23456789'

/** A password that is easy to copy by hand: 80 random bits, without letters that look alike. */
export const generatePassword = () =>
  Array.from({ length: 4 }, () => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('')).join(
    '-',
  )
