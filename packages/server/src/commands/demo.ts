import { unprocessable } from '@openfield/schema'
import type { Config } from '../config.ts'
import { fillWorkspace, requireUnused } from '../demo/fill.ts'
import { planDemo } from '../demo/plan.ts'
import { workspaceId } from '../domain/workspaces/create.ts'
import { chooseWorkspace } from './choose-workspace.ts'
import { withSystem } from './system.ts'

type Options = { workspace?: string; seed?: string; json?: boolean }

/** `openfield demo`: fills an unused workspace with made-up data to try things on. Prints what it made. */
export async function demo(config: Config, options: Options) {
  const faker = await seededFaker(options.seed)
  const made = await withSystem(config, async (system) => {
    const workspace = await chooseWorkspace(system.db, options.workspace)
    const ctx = { ...system, workspace, caller: undefined }
    const plan = planDemo(faker, ctx.now())
    await requireUnused(ctx, plan)
    const { members, accounts, contacts, opportunities } = await fillWorkspace(ctx, plan, showProgress)
    return {
      workspaceId: workspaceId(workspace),
      members: members.length,
      accounts: accounts.length,
      contacts: contacts.length,
      opportunities: opportunities.length,
      customFields: plan.fields.length,
      httpLink: opportunities.at(-1)?.httpLink,
    }
  })
  console.log(options.json ? JSON.stringify(made) : summary(made))
}

const defaultSeed = '1'

/** Loaded here and not above: it is large, and nothing else needs it. */
async function seededFaker(seed = defaultSeed) {
  if (!/^\d{1,9}$/.test(seed)) throw unprocessable('A seed is a whole number of at most 9 digits.', 'seed')
  const { faker } = await import('@faker-js/faker/locale/en')
  faker.seed(Number(seed))
  return faker
}

/** One line that counts up, for whoever watches. */
function showProgress(done: number, total: number) {
  if (!process.stderr.isTTY) return
  process.stderr.write(done < total ? `\r${done} of ${total} records` : '\r\u001b[K')
}

type Made = Record<'workspaceId', string> &
  Record<'members' | 'accounts' | 'contacts' | 'opportunities' | 'customFields', number> & { httpLink?: string }

const summary = (made: Made) => `
Workspace ${made.workspaceId} now has ${made.accounts} accounts, ${made.contacts} contacts and ${made.opportunities} opportunities that are
made up, with ${made.members} members and ${made.customFields} custom fields.

Make a key for it:  npx openfield keys create --name demo --workspace ${made.workspaceId}
See a record:       ${made.httpLink}

The record asks for the key. If the server does not run yet, start it (npm start); it then writes the summaries too.
`
