import { encodeId, objectTypes, type Scope, scopes, unprocessable } from '@openfield/schema'
import type { Config } from '../config.ts'
import { createApiKey } from '../domain/api-keys/create.ts'
import { noteCommand } from '../domain/audit/note.ts'
import { findAdmin } from '../storage/workspaces.ts'
import { chooseWorkspace } from './choose-workspace.ts'
import { withSystem } from './system.ts'

type Options = { name: string; scopes?: string; workspace?: string; json?: boolean }

/** `openfield keys create`: a key of the workspace's first admin. Prints it, which happens this once. */
export async function createKey(config: Config, options: Options) {
  const made = await withSystem(config, async (system) => {
    const workspace = await chooseWorkspace(system.db, options.workspace)
    const admin = await findAdmin(system.db, workspace, objectTypes.member.number)
    const ctx = { ...system, workspace, caller: undefined }
    const key = await createApiKey(ctx, {
      name: options.name,
      scopes: parseScopes(options.scopes),
      memberId: admin && encodeId('mem', admin),
    })
    await noteCommand(system.db, 'createKey', { name: key.name, scopes: key.scopes }, workspace, key.id)
    return key
  })
  if (options.json) console.log(JSON.stringify(made))
  else console.log(`API key (shown this once) ${made.key}`)
}

function parseScopes(text = ''): Scope[] {
  return text.split(',').flatMap((part) => {
    const name = part.trim()
    if (name === '') return []
    const scope = scopes.find((one) => one === name)
    if (!scope) throw unprocessable(`There is no scope '${name}'. Scopes: ${scopes.join(', ')}`, 'scopes')
    return [scope]
  })
}
