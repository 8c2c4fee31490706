/**
 * A process that runs SQL statements on the database of a data folder (its argument), through the driver and nothing
 * else: the limit of what a server in one Node process could do.
 */
import { openEmbeddedDatabase } from '../packages/server/src/embedded/postgres.ts'
import { openDatabase } from '../packages/server/src/storage/database.ts'
import { doJobs } from './child.ts'
import type { Statement } from './statements.ts'
import { type Run, timed } from './timed.ts'

export type Statements = { connections: number; statements: readonly Statement[] }

const [, , dataDir = ''] = process.argv
const embedded = await openEmbeddedDatabase({ dataDir, role: 'tool' })
const db = openDatabase({ ...embedded.connection, max: 16 })

doJobs(
  ({ connections, statements }: Statements): Promise<Run> =>
    timed(statements, Array(connections).fill(db), async (lane, statement) => {
      await lane.query(statement)
    }),
  async () => {
    await db.end()
    await embedded.close()
  },
)
