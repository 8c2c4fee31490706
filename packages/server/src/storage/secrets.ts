import { randomBytes } from 'node:crypto'
import { type Connection, rows } from './database.ts'

/**
 * What this installation signs something with: random, made when it is first asked for, the same in every process. Read
 * once; a read that fails is tried again.
 */
export function secretOf(db: Connection, name: string): () => Promise<Buffer> {
  let reading: Promise<Buffer> | undefined
  return () => {
    reading ??= readSecret(db, name).catch((error) => {
      reading = undefined
      throw error
    })
    return reading
  }
}

async function readSecret(db: Connection, name: string): Promise<Buffer> {
  await db.query('insert into secret (name, value) values ($1, $2) on conflict do nothing', [name, randomBytes(32)])
  const [secret] = await rows<{ value: Buffer }>(db, 'select value from secret where name = $1', [name])
  if (!secret) throw new Error(`there is no secret ${name}`)
  return secret.value
}
