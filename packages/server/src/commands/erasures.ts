import type { Config } from '../config.ts'
import { registerLines } from '../domain/erasures/register.ts'
import { withSystem } from './system.ts'

/** `openfield erasures`: the register of what was erased, to be kept where backups are. */
export async function printErasures(config: Config) {
  for (const line of await withSystem(config, ({ db }) => registerLines(db))) console.log(line)
}
