import { unprocessable } from '@openfield/schema'
import type { Config } from '../config.ts'
import { noteCommand } from '../domain/audit/note.ts'
import { takeInWorkspace } from '../domain/backup/take-in.ts'
import { exportWorkspace } from '../domain/backup/write.ts'
import { readRegisters } from '../domain/erasures/register.ts'
import { workspaceId } from '../domain/workspaces/create.ts'
import { appliedTo } from '../storage/migrate.ts'
import { bytes, contents, print } from './backup.ts'
import { chooseWorkspace } from './choose-workspace.ts'
import { withSystem } from './system.ts'

type ExportOptions = { workspace?: string; withKey?: boolean; json?: boolean }

/** `openfield export FILE`: one workspace into one file, while the server runs. */
export async function exportCommand(config: Config, file: string, options: ExportOptions) {
  const { withKey = false, json } = options
  const started = Date.now()
  const made = await withSystem(
    config,
    async (system) => {
      const isEmpty = (await appliedTo(system.db)).length === 0
      if (isEmpty)
        throw unprocessable('There is no workspace in this database. Set OPENFIELD_DATA_DIR or DATABASE_URL.')
      const workspace = await chooseWorkspace(system.db, options.workspace)
      const written = await exportWorkspace({ ...system, workspace }, file, withKey)
      // The database of an older version has no such log.
      await noteCommand(system.db, 'exportWorkspace', { withKey }, workspace).catch(() => {})
      return { workspaceId: workspaceId(workspace), ...written }
    },
    { migrate: false },
  )
  const seconds = (Date.now() - started) / 1000
  print(json, { file, ...made, withKey, seconds }, [
    `Wrote ${made.workspaceId} to ${file}: ${contents(made)}, ${bytes(made.size)} in ${seconds.toFixed(1)} s.`,
    ...(made.missing.length > 0
      ? [`The bytes of ${made.missing.length} files were not there; npx openfield doctor names them.`]
      : []),
    withKey
      ? 'It has the key in it that opens what is sealed: keep it like a password.'
      : 'What is sealed stays closed: passwords of mailboxes are to be entered again there, unless you export --with-key.',
    'Take it in elsewhere: npx openfield import FILE',
  ])
}

type ImportOptions = { as?: string; erasures?: string; json?: boolean }

/** `openfield import FILE`: takes in a workspace that was exported, beside those that are there. */
export async function importCommand(config: Config, file: string, options: ImportOptions) {
  const started = Date.now()
  // Read first: nothing is taken in when it cannot be erased again.
  const register = await readRegisters(config.OPENFIELD_DATA_DIR, options.erasures)
  const { workspace, name, manifest, about, closed, erased } = await withSystem(config, async (system) => {
    const taken = await takeInWorkspace(system, file, { name: options.as, register })
    await system.keepErasures()
    const { about, erased } = taken
    await noteCommand(system.db, 'importWorkspace', { createdAt: about.createdAt, erased }, taken.workspace)
    return taken
  })
  const seconds = (Date.now() - started) / 1000
  const id = workspaceId(workspace)
  print(options.json, { workspaceId: id, name, ...manifest, createdAt: about.createdAt, closed, erased, seconds }, [
    `Took in ${name} as ${id}: ${contents(manifest)}, as of ${about.createdAt}, in ${seconds.toFixed(1)} s.`,
    ...(erased > 0 ? [`Erased again what had been erased since: ${erased}.`] : []),
    ...list('Mailboxes to be connected again', closed.mailboxes),
    ...list('Workflows and webhooks that sign with a new secret, which receivers have to be told', closed.workflows),
    'API keys and passwords are the same as before; whoever was signed in signs in again.',
    'Where it comes from it still runs: its workflows and mailboxes do their work in both, until you stop it there.',
  ])
}

const list = (what: string, names: readonly string[]) => (names.length > 0 ? [`${what}: ${names.join(', ')}.`] : [])
