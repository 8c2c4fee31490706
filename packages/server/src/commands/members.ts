import type { Config } from '../config.ts'
import { noteCommand } from '../domain/audit/note.ts'
import { type Invited, invite } from '../domain/sign-in/invitations.ts'
import { chooseWorkspace } from './choose-workspace.ts'
import { withSystem } from './system.ts'

type Options = Invited & { workspace?: string; json?: boolean }

/** `openfield members invite`: makes a member, and prints the link by which they choose a password. */
export async function inviteMember(config: Config, { workspace: wanted, json, ...invited }: Options) {
  const made = await withSystem(config, async (system) => {
    const workspace = await chooseWorkspace(system.db, wanted)
    const invitation = await invite({ ...system, workspace, caller: undefined }, invited)
    await noteCommand(system.db, 'inviteMember', { role: invited.role }, workspace, invitation.member.id)
    return invitation
  })
  if (json) console.log(JSON.stringify(made))
  else {
    const mailed = made.sent ? ', which was mailed to them too' : ''
    console.log(`${made.member.email} chooses a password here, until ${made.expiresAt}${mailed}:\n${made.link}`)
  }
}
