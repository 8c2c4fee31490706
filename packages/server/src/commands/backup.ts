import type { Config } from '../config.ts'
import { noteCommand } from '../domain/audit/note.ts'
import { verifyBackup } from '../domain/backup/read.ts'
import { restore } from '../domain/backup/restore.ts'
import { backUp } from '../domain/backup/write.ts'
import type { System } from '../domain/context.ts'
import { eraseAgain, readRegisters } from '../domain/erasures/register.ts'
import { migrate } from '../storage/migrate.ts'
import { withSystem } from './system.ts'

type Options = { withKey?: boolean; verify?: boolean; erasures?: string; json?: boolean }

/** `openfield backup FILE`: everything into one file, while the server runs; with --verify it checks such a file. */
export async function backup(config: Config, file: string, { withKey = false, verify = false, json }: Options) {
  const started = Date.now()
  if (verify) {
    const { about, manifest } = await verifyBackup(file)
    const said = [
      `${file} is whole: ${contents(manifest)}, of ${about.createdAt}.`,
      about.withKey ? 'It has the encryption key in it.' : 'The encryption key is not in it.',
    ]
    return print(json, { ...manifest, createdAt: about.createdAt, withKey: about.withKey }, said)
  }
  const write = async (system: System) => {
    const backup = await backUp(system, file, { withKey })
    // The database of an older version has no such log.
    await noteCommand(system.db, 'backup', { withKey }).catch(() => {})
    return backup
  }
  const made = await withSystem(config, write, { migrate: false })
  const seconds = (Date.now() - started) / 1000
  print(json, { file, ...made, withKey, seconds }, [
    `Wrote ${file}: ${contents(made)}, ${bytes(made.size)} in ${seconds.toFixed(1)} s.`,
    ...(made.missing.length > 0
      ? [`The bytes of ${made.missing.length} files were not there to be backed up; npx openfield doctor names them.`]
      : []),
    withKey
      ? 'It has the keys in it that open what is sealed: keep it like a password.'
      : 'The encryption key is not in it: keep encryption.key of the data folder, or OPENFIELD_ENCRYPTION_KEY, elsewhere.',
  ])
}

/** `openfield restore FILE`: into an empty database, which a server of this version can then use. */
export async function restoreCommand(config: Config, file: string, { json, erasures }: Options) {
  const started = Date.now()
  const { OPENFIELD_DATA_DIR: dataDir, OPENFIELD_ENCRYPTION_KEY: givenKey } = config
  // Read first: nothing is restored when it cannot be erased again.
  const register = await readRegisters(dataDir, erasures)
  const { manifest, about, hasKey, erased } = await withSystem(
    config,
    async (system) => {
      const restored = await restore({ ...system, dataDir, givenKey }, file)
      // An older version's schema becomes this one's.
      await migrate(system.db)
      const erased = await eraseAgain(system, register)
      await system.keepErasures()
      await noteCommand(system.db, 'restore', { createdAt: restored.about.createdAt, erased })
      return { ...restored, erased }
    },
    { migrate: false, role: 'server' },
  )
  const seconds = (Date.now() - started) / 1000
  print(json, { ...manifest, createdAt: about.createdAt, hasKey, erased, seconds }, [
    `Restored ${contents(manifest)} of ${about.createdAt} in ${seconds.toFixed(1)} s. Start the server.`,
    ...(erased > 0 ? [`Erased again what had been erased since: ${erased}.`] : []),
    ...(hasKey
      ? []
      : [
          'Credentials of mailboxes and the like open with the encryption key that they were sealed with: see docs/operations.md.',
        ]),
  ])
}

const number = new Intl.NumberFormat('en')

export const contents = ({ rows, files }: { rows: Record<string, number>; files: number }) =>
  `${number.format(rows['record'] ?? 0)} records, ${number.format(Object.values(rows).reduce((sum, one) => sum + one, 0))} rows in all and ${number.format(files)} files`

export const bytes = (size: number) => `${number.format(Math.ceil(size / 1024))} KiB`

export function print(json: boolean | undefined, value: object, said: string[]) {
  if (json) console.log(JSON.stringify(value))
  else console.log(said.join('\n'))
}
