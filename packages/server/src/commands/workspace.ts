import { decodeId, idPrefixes } from '@openfield/schema'
import type { Config } from '../config.ts'
import { makeLink } from '../domain/sign-in/links.ts'
import { createWorkspace } from '../domain/workspaces/create.ts'
import { withSystem } from './system.ts'

/** `openfield workspace create`: prints the ids of the workspace and its admin, the key, and a link for the admin. */
export async function createWorkspaceCommand(config: Config, options: { name: string; json?: boolean }) {
  const made = await withSystem(config, async (system) => {
    const created = await createWorkspace(system, { name: options.name, adminEmail: config.OPENFIELD_ADMIN_EMAIL })
    const member = decodeId(idPrefixes.member, created.memberId) ?? ''
    return { ...created, ...(await makeLink(system, created.workspace, member, 'invitation')) }
  })
  const { workspaceId, memberId, key, link } = made
  if (options.json) console.log(JSON.stringify({ workspaceId, memberId, key, link }))
  else {
    const lines = [`Workspace ${workspaceId} (${options.name})`, `Admin member ${memberId}`]
    console.log([...lines, `API key (shown this once) ${key}`, `To choose a password: ${link}`].join('\n'))
  }
}
