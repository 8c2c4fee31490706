import { unprocessable } from '@openfield/schema'
import { workspaceId } from '../domain/workspaces/create.ts'
import type { Database } from '../storage/database.ts'
import { listWorkspaces } from '../storage/workspaces.ts'

/** The number of the workspace with this id, or of the only one there is. Throws a 422 that names those to choose from. */
export async function chooseWorkspace(db: Database, wanted: string | undefined): Promise<number> {
  const workspaces = await listWorkspaces(db)
  const [only, ...others] =
    wanted === undefined ? workspaces : workspaces.filter(({ id }) => workspaceId(id) === wanted)
  if (only && others.length === 0) return only.id
  const choice = workspaces.map(({ id, name }) => `${workspaceId(id)} (${name})`).join(', ')
  throw unprocessable(
    `Say which workspace: --workspace ID. There are: ${choice || 'none; start the server once'}`,
    'workspace',
  )
}
