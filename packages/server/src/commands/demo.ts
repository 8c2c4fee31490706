import { unprocessable } from '@openfield/schema'
import type { Config } from '../config.ts'
import { fillWorkspace, firstMember, requireUnused } from '../demo/fill.ts'
import { type Plan, planDemo } from '../demo/plan.ts'
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
    const admin = await firstMember(ctx)
    const plan = planDemo(faker, ctx.now(), admin.fields.$email.value)
    await requireUnused(ctx, plan)
    const { opportunities } = await fillWorkspace(ctx, plan, admin, showProgress)
    const { fields, ...lists } = plan
    return {
      workspaceId: workspaceId(workspace),
      ...(Object.fromEntries(Object.entries(lists).map(([name, all]) => [name, all.length])) as Counts),
      customFields: fields.length,
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
  process.stderr.write(done < total ? `\r${done} of ${total} writes` : '\r\u001b[K')
}

type Counts = Record<Exclude<keyof Plan, 'fields'>, number>
type Made = Counts & { workspaceId: string; customFields: number; httpLink: string | undefined }

const summary = (made: Made) => `
Workspace ${made.workspaceId} now has a year of a company that is made up: ${made.accounts} accounts, ${made.contacts} contacts,
${made.opportunities} opportunities and what was done about them: ${made.notes} notes, ${made.meetings} meetings, ${made.tasks} tasks, by ${made.members + 1} members.

See a record:       ${made.httpLink}
Make a key for it:  npx openfield keys create --name demo --workspace ${made.workspaceId}

If the server does not run yet, start it (npm start); it then writes the summaries too.
`
