import { examine } from '../src/domain/doctor/examine.ts'
import { knownWork } from '../src/jobs/drain.ts'
import { openBlobs } from '../src/storage/blobs/open.ts'
import { openDatabase } from '../src/storage/database.ts'
import { presentKey } from '../src/storage/encryption-key.ts'
import type { Api } from './harness.ts'

/** What `openfield doctor` finds wrong now, by what it says: the ids; `{}` when all is well. */
export async function faultsOf(api: Pick<Api, 'config'>): Promise<Record<string, string[]>> {
  const db = openDatabase({ connectionString: api.config.DATABASE_URL ?? '' })
  const blobs = openBlobs(api.config)
  const key = await presentKey(api.config.OPENFIELD_ENCRYPTION_KEY, api.config.OPENFIELD_DATA_DIR)
  try {
    const { findings } = await examine({ db, blobs }, { repair: false, kinds: knownWork(), key })
    return Object.fromEntries(findings.map(({ what, ids }) => [what, ids]))
  } finally {
    blobs.close()
    await db.end()
  }
}
