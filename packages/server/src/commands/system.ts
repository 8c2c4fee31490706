import type { Config } from '../config.ts'
import { type Context, DefinitionsCache } from '../domain/context.ts'
import { openStorage } from '../storage/open.ts'

type System = Omit<Context, 'workspace' | 'caller'>

/** Runs a command against the database, whether a server is running or not. */
export async function withSystem<T>(config: Config, work: (system: System) => Promise<T>): Promise<T> {
  const storage = await openStorage({
    databaseUrl: config.DATABASE_URL,
    dataDir: config.OPENFIELD_DATA_DIR,
    role: 'tool',
  })
  try {
    return await work({
      db: storage.db,
      definitions: new DefinitionsCache(),
      publicUrl: config.OPENFIELD_PUBLIC_URL ?? `http://${config.HOST}:${config.PORT}`,
      now: () => new Date(),
      workWritten: () => {},
    })
  } finally {
    await storage.close()
  }
}
