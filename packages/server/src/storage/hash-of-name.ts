import { createHash } from 'node:crypto'

/** What stands for the name of something that is counted: some have secrets or addresses in them, which nobody has to read later. */
export const hashOfName = (name: string): Buffer => createHash('sha256').update(name).digest()
