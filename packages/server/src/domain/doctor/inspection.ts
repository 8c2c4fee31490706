import type { Definitions } from '@openfield/schema'
import type { Blobs } from '../../storage/blobs/blobs.ts'
import type { Connection, Database } from '../../storage/database.ts'
import type { Findings } from './findings.ts'

/** One workspace that is being examined. */
export type Inspection = {
  /** The database as it was at the beginning. */
  snapshot: Connection
  /** The database as it is, for repairs. */
  db: Database
  blobs: Blobs
  workspace: number
  types: Definitions
  findings: Findings
  repair: boolean
  kinds: readonly string[]
}
