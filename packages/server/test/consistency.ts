import { examine } from '../src/domain/doctor/examine.ts'
import { knownWork } from '../src/jobs/drain.ts'
import { openBlobs } from '../src/storage/blobs/open.ts'
import { openDatabase } from '../src/storage/database.ts'
import type { Api } from './harness.ts'

/** What `openfield doctor` finds wrong now, by what it says: the ids; `{}` when all is well. */
export async function faultsOf(api: Pick<Api, 'config'>): Promise<Record<string, string[]>> {
  const db = openDatabase({ connectionString: api.config.DATABASE_URL ?? '' })
  const blobs = openBlobs(api.config)
  try {
    const { findings } = await examine({ db, blobs }, { repair: false, kinds: knownWork() })
    return Object.fromEntries(findings.map(({ what, ids }) => [what, ids]))
  } finally {
    blobs.close()
    await db.end()
  }
}
