import { existsSync } from 'node:fs'
import { mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type Connection, type Database, transaction } from '../../storage/database.ts'
import { readDefinitions } from '../../storage/definitions.ts'
import { addErasure, allErasures, type KeptFile, type StoredErasure } from '../../storage/erasures.ts'
import { type Context, type System, withDefinitions } from '../context.ts'
import { apply, applyWithin } from './erase.ts'

/** One line of the register as it is kept outside of the database: nothing in it says anything of anybody. */
const entry = z.object({
  id: z.uuid(),
  workspace: z.number().int(),
  recordId: z.uuid(),
  objectType: z.string(),
  keys: z.array(z.string()).nullable(),
  emails: z.boolean(),
  removed: z.boolean(),
  at: z.iso.datetime(),
})
export type Entry = z.output<typeof entry>

/** Thrown for a register that cannot be read; the message says why. */
export class UnusableRegister extends Error {}

const registerPath = (dataDir: string) => join(dataDir, 'erasures.jsonl')

const entryOf = ({ actor: _, at, ...one }: StoredErasure & { workspace: number }): Entry => ({
  ...one,
  at: at.toISOString(),
})

/** Everything that was erased, as JSON lines. */
export const registerLines = async (db: Database) => (await allErasures(db)).map((one) => JSON.stringify(entryOf(one)))

/**
 * Keeps the register in the data folder, where it outlives the database: adds what is not there yet, and returns when that
 * survives a crash.
 */
export const keepRegister = (db: Database, dataDir: string) => async (): Promise<void> => {
  const lines = await registerLines(db)
  if (lines.length === 0) return
  const known = new Set(await readRegister(registerPath(dataDir)).then((all) => all.map(({ id }) => id)))
  const missing = lines.filter((line) => !known.has((JSON.parse(line) as Entry).id))
  if (missing.length === 0) return
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const file = await open(registerPath(dataDir), 'a', 0o600)
  try {
    await file.write(missing.map((line) => `${line}\n`).join(''))
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Reads a register; one that is not there is empty. Throws UnusableRegister. */
async function readRegister(path: string): Promise<Entry[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw new UnusableRegister(`${path} cannot be read: ${error.message}`)
  })
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    try {
      return [entry.parse(JSON.parse(line))]
    } catch {
      throw new UnusableRegister(
        `Line ${index + 1} of ${path} is no entry of a register of erasures, as npx openfield erasures prints it.`,
      )
    }
  })
}

/** The entries of the register of a data folder, and of another one where it is named, which has to be there. */
export async function readRegisters(dataDir: string, other: string | undefined): Promise<Entry[]> {
  if (other !== undefined && !existsSync(other)) throw new UnusableRegister(`There is no file ${other}.`)
  const paths = [registerPath(dataDir), ...(other === undefined ? [] : [other])]
  return (await Promise.all(paths.map(readRegister))).flat()
}

/** Erases again what a database still has of what was erased, and says how many erasures that were. */
export async function eraseAgain(system: System, register: readonly Entry[]): Promise<number> {
  const done = new Set((await allErasures(system.db)).map(({ id }) => id))
  const missing = new Map(register.filter(({ id }) => !done.has(id)).map((one) => [one.id, one]))
  for (const { workspace, ...one } of missing.values()) {
    const ctx = { ...system, workspace, caller: undefined }
    const erasure = erasureOf(one)
    const isThere = await withDefinitions(ctx, (definitions) => apply(ctx, definitions, erasure))
    // Of what the backup does not have, it is known all the same.
    if (!isThere) await transaction(system.db, (tx) => addErasure(tx, workspace, erasure))
  }
  return missing.size
}

/**
 * Erases again what a workspace that is coming in has of what was erased, here or where it was: records are known by their ids,
 * whichever number the workspace had. Returns how many erasures that were, and the files whose bytes are to be removed.
 */
export async function eraseArriving(
  tx: Connection,
  ctx: Pick<Context, 'workspace' | 'now'>,
  register: readonly Entry[],
) {
  const known = await allErasures(tx)
  const done = new Set(known.filter(({ workspace }) => workspace === ctx.workspace).map(({ id }) => id))
  const maybe = new Map([...register, ...known.map(entryOf)].map(({ workspace: _, ...one }) => [one.id, one]))
  const definitions = await readDefinitions(tx, ctx.workspace)
  const files: KeptFile[] = []
  let erased = 0
  for (const one of maybe.values()) {
    const removed = done.has(one.id) ? undefined : await applyWithin(tx, ctx, definitions, erasureOf(one))
    if (!removed) continue
    files.push(...removed)
    erased += 1
  }
  return { erased, files }
}

const erasureOf = ({ at, ...one }: Omit<Entry, 'workspace'>): StoredErasure => ({
  ...one,
  at: new Date(at),
  actor: null,
})
