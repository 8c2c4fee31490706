import { addAudit } from '../../storage/audit.ts'
import type { Database } from '../../storage/database.ts'
import { listWorkspaces } from '../../storage/workspaces.ts'

/** Notes what somebody did on the command line, in one workspace or in all of them. */
export async function noteCommand(db: Database, action: string, details: object, workspace?: number, object?: string) {
  const workspaces = workspace === undefined ? (await listWorkspaces(db)).map(({ id }) => id) : [workspace]
  for (const one of workspaces) {
    await addAudit(db, one, {
      action: `command.${action}`,
      actor: null,
      object: object ?? null,
      outcome: 'done',
      details,
      requestId: null,
      address: null,
    })
  }
}

/** Properties of what is given to an operation whose values stand in the log: none says anything of a person. */
const told = [
  'name',
  'slug',
  'label',
  'role',
  'scopes',
  'objectType',
  'valueType',
  'to',
  'cardinality',
  'enabled',
  'kind',
  'recordId',
  'emails',
  'remove',
]

/** What the log says of the body of an operation: the names of all that was given, and some values. */
export function detailsOf(body: unknown): object {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return {}
  const given = Object.entries(body).filter(([, value]) => value !== undefined)
  return { given: given.map(([key]) => key), ...Object.fromEntries(given.filter(([key]) => told.includes(key))) }
}
