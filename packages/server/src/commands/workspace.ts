import type { Config } from '../config.ts'
import { createWorkspace } from '../domain/workspaces/create.ts'
import { withSystem } from './system.ts'

/** `openfield workspace create`: prints the ids of the workspace and its admin, and the key, which is shown this once. */
export async function createWorkspaceCommand(config: Config, options: { name: string; json?: boolean }) {
  const made = await withSystem(config, (system) =>
    createWorkspace(system, { name: options.name, adminEmail: config.OPENFIELD_ADMIN_EMAIL }),
  )
  const { workspaceId, memberId, key } = made
  if (options.json) console.log(JSON.stringify({ workspaceId, memberId, key }))
  else
    console.log(
      `Workspace ${workspaceId} (${options.name})\nAdmin member ${memberId}\nAPI key (shown this once) ${key}`,
    )
}
