import { encodeId, idPrefixes, notFound } from '@openfield/schema'
import type { Config } from '../config.ts'
import { noteCommand } from '../domain/audit/note.ts'
import { makeLink } from '../domain/sign-in/links.ts'
import { membersWith } from '../domain/sign-in/sign-in.ts'
import { workspaceId } from '../domain/workspaces/create.ts'
import { withSystem } from './system.ts'

type Options = { email: string; workspace?: string; json?: boolean }

/** `openfield password reset`: prints a link by which a member chooses a new password, for each workspace they are in. */
export async function resetPassword(config: Config, { email, workspace: wanted, json }: Options) {
  const links = await withSystem(config, async (system) => {
    const members = await membersWith(system, email, wanted)
    if (members.length === 0) throw notFound(`No member has the address ${email}.`)
    return Promise.all(
      members.map(async ({ workspace, workspaceName, member }) => {
        const { link, expiresAt } = await makeLink(system, workspace, member, 'reset')
        const memberId = encodeId(idPrefixes.member, member)
        await noteCommand(system.db, 'resetPassword', {}, workspace, memberId)
        return {
          workspaceId: workspaceId(workspace),
          workspaceName,
          memberId,
          link,
          expiresAt: expiresAt.toISOString(),
        }
      }),
    )
  })
  if (json) console.log(JSON.stringify(links))
  else
    for (const one of links)
      console.log(`A new password for ${one.workspaceName}, until ${one.expiresAt}:\n${one.link}`)
}
