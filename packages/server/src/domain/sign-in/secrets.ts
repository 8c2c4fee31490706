import { createHash, randomBytes } from 'node:crypto'

/** A secret that stands in a cookie or a link, with the hash under which it is stored and looked up. */
export function newSecret() {
  const secret = randomBytes(32).toString('base64url')
  return { secret, sha256: hashOfSecret(secret) }
}

/** Secrets are random, so that nothing slower is called for. */
export const hashOfSecret = (secret: string) => createHash('sha256').update(secret).digest()
