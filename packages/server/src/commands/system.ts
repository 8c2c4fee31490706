import type { Config } from '../config.ts'
import { DefinitionsCache, type System } from '../domain/context.ts'
import { keepRegister } from '../domain/erasures/register.ts'
import { EventFeed } from '../domain/events/feed.ts'
import { openMailer } from '../domain/mail/mailer.ts'
import { createOutbound } from '../domain/outbound/outbound.ts'
import { openBlobs } from '../storage/blobs/open.ts'
import { encryptionKeyOf } from '../storage/encryption-key.ts'
import { openStorage, type StorageOptions } from '../storage/open.ts'
import { secretOf } from '../storage/secrets.ts'

/** Runs a command against the database, whether a server is running or not. */
export async function withSystem<T>(
  config: Config,
  work: (system: System) => Promise<T>,
  options: Partial<Pick<StorageOptions, 'migrate' | 'role'>> = {},
): Promise<T> {
  const storage = await openStorage({
    databaseUrl: config.DATABASE_URL,
    dataDir: config.OPENFIELD_DATA_DIR,
    role: 'tool',
    ...options,
  })
  const blobs = openBlobs(config)
  try {
    return await work({
      db: storage.db,
      blobs,
      urlSecret: secretOf(storage.db, 'file-urls'),
      encryptionKey: encryptionKeyOf(config.OPENFIELD_ENCRYPTION_KEY, config.OPENFIELD_DATA_DIR),
      definitions: new DefinitionsCache(),
      events: new EventFeed(storage.db),
      publicUrl: config.OPENFIELD_PUBLIC_URL ?? `http://${config.HOST}:${config.PORT}`,
      mailer: openMailer(config, (error) => console.error(`A mail could not be sent: ${error}`)),
      singleSignOn: undefined,
      outbound: createOutbound({ allowedNetworks: config.OPENFIELD_ALLOWED_NETWORKS }),
      enriches: config.OPENFIELD_ENRICHMENT === 'on',
      hasRoom: storage.hasRoom,
      now: () => new Date(),
      metrics: undefined,
      traces: undefined,
      keepErasures: keepRegister(storage.db, config.OPENFIELD_DATA_DIR),
      workWritten: () => {},
    })
  } finally {
    blobs.close()
    await storage.close()
  }
}
