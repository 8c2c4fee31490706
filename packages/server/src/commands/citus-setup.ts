import type { Config } from '../config.ts'
import { citusSetup } from '../storage/citus.ts'
import { withSystem } from './system.ts'

const about = `-- For psql on the coordinator, once, with no server running. Its workers are named first, by citus_add_node. After an
-- update that brought tables or functions, once more: Citus then refuses what is distributed already, which does no harm.`

const none = `-- This database has no Citus: what follows works where its packages are installed on each node and
-- shared_preload_libraries names it.`

/** `openfield citus-setup`: prints the statements that shard this database by workspace. Changes nothing. */
export async function printCitusSetup(config: Config) {
  const { hasCitus, lines } = await withSystem(config, ({ db }) => citusSetup(db))
  console.log([about, ...(hasCitus ? [] : [none]), '', ...lines].join('\n'))
}
