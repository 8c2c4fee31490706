import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import type { Context } from './context.ts'

export type Sealer = Pick<Context, 'encryptionKey' | 'workspace'>

const algorithm = 'aes-256-gcm'
const version = 1
/** Where each part of a sealed text begins, behind the version. */
const starts = { key: 1, nonce: 5, tag: 17, text: 33 }

/** A sealed text that this server cannot open. The message is for the person, and says nothing of what is in it. */
export class CannotOpen extends Error {}

/**
 * Encrypts a text, such as a password that has to be read again. It can be opened only in the same workspace and `place`,
 * e.g. `mailbox mbx_…`: sealed texts cannot be exchanged for each other.
 */
export async function seal(ctx: Sealer, text: string, place: string): Promise<string> {
  const key = await ctx.encryptionKey()
  const nonce = randomBytes(starts.tag - starts.nonce)
  const cipher = createCipheriv(algorithm, key, nonce)
  cipher.setAAD(boundTo(ctx, place))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([Buffer.of(version), keyId(key), nonce, cipher.getAuthTag(), sealed]).toString('base64')
}

/** The text that was sealed. Throws CannotOpen when that was done with another key, or the sealed text has been changed. */
export async function open(ctx: Sealer, sealed: string, place: string): Promise<string> {
  const key = await ctx.encryptionKey()
  const whole = Buffer.from(sealed, 'base64')
  if (whole[0] !== version || whole.length < starts.text) throw new CannotOpen(damaged)
  const { usedKey, nonce, tag, text } = partsOf(whole)
  if (!usedKey.equals(keyId(key))) throw new CannotOpen(otherKey)
  const decipher = createDecipheriv(algorithm, key, nonce)
  decipher.setAAD(boundTo(ctx, place))
  decipher.setAuthTag(tag)
  try {
    return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8')
  } catch {
    throw new CannotOpen(damaged)
  }
}

/** Seals for `ctx` what one of others has sealed for itself; undefined when none of them can open it. */
export async function sealAgain(
  ctx: Sealer,
  others: readonly Sealer[],
  sealed: string,
  place: string,
): Promise<string | undefined> {
  for (const other of others) {
    try {
      return await seal(ctx, await open(other, sealed, place), place)
    } catch (error) {
      if (!(error instanceof CannotOpen)) throw error
    }
  }
  return undefined
}

/** Whether a text was sealed with a key, as far as can be told without opening it. */
export const isSealedWith = (key: Buffer, sealed: string) =>
  Buffer.from(sealed, 'base64').subarray(starts.key, starts.nonce).equals(keyId(key))

const otherKey =
  'The credentials were sealed with another key. Set OPENFIELD_ENCRYPTION_KEY, or put back the file encryption.key, as it was then; or enter the credentials again.'
const damaged = 'The sealed credentials have been changed or are those of something else. Enter the credentials again.'

const boundTo = ({ workspace }: Sealer, place: string) => Buffer.from(`${workspace} ${place}`)

/** Tells keys apart and says nothing about them. */
const keyId = (key: Buffer) =>
  createHash('sha256')
    .update('openfield key id')
    .update(key)
    .digest()
    .subarray(0, starts.nonce - starts.key)

const partsOf = (sealed: Buffer) => ({
  usedKey: sealed.subarray(starts.key, starts.nonce),
  nonce: sealed.subarray(starts.nonce, starts.tag),
  tag: sealed.subarray(starts.tag, starts.text),
  text: sealed.subarray(starts.text),
})
