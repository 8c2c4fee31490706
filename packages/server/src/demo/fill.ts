import { unprocessable } from '@openfield/schema'
import type { Context } from '../domain/context.ts'
import { createMember } from '../domain/members/write.ts'
import { createField } from '../domain/object-types/fields.ts'
import { createRecord } from '../domain/records/create.ts'
import { listRecords } from '../domain/records/list.ts'
import type { Plan } from './plan.ts'

/** The most records a workspace may have and still be filled: what the first start makes, and a few first tries. */
const recordsMax = 5

const objectTypes = ['account', 'contact', 'opportunity']

/** Throws a 422 for a workspace that somebody uses, or that has demo data already. */
export async function requireUnused(ctx: Context, { fields }: Plan) {
  const totals = await Promise.all(objectTypes.map((objectType) => countRecords(ctx, objectType)))
  const total = totals.reduce((sum, one) => sum + one, 0)
  const { types } = await ctx.definitions.get(ctx)
  const taken = fields.find(({ objectType, field }) => types.get(objectType)?.fields.has(field.slug))
  if (total <= recordsMax && !taken) return
  const reason = total > recordsMax ? `has ${total} records` : `has the field '${taken?.field.slug}'`
  throw unprocessable(
    `This workspace ${reason} already; demo data goes into an unused one. Make one, then fill it:\n` +
      '  npx openfield workspace create --name Demo\n' +
      '  npx openfield demo --workspace ID',
    'workspace',
  )
}

async function countRecords(ctx: Context, objectType: string): Promise<number> {
  const page = await listRecords(ctx, objectType, { limit: 1, offset: 0, filters: [] })
  return (JSON.parse(page) as { totalCount: number }).totalCount
}

type Written = { id: string; httpLink: string }

/**
 * Writes a plan, one record at a time and the way the API does, so that indexes, history and summaries are as they would
 * be. Tells after each record how many are written. Returns the records in the plan's order.
 */
export async function fillWorkspace(ctx: Context, plan: Plan, progress: (done: number, total: number) => void) {
  const total = plan.members.length + plan.accounts.length + plan.contacts.length + plan.opportunities.length
  let done = 0
  const each = async <Item>(items: readonly Item[], write: (item: Item) => Promise<string>): Promise<Written[]> => {
    const written: Written[] = []
    for (const item of items) {
      written.push(JSON.parse(await write(item)) as Written)
      done += 1
      progress(done, total)
    }
    return written
  }
  const link = (key: string, among: readonly Written[], index: number | undefined) => {
    const id = index === undefined ? undefined : among[index]?.id
    return id === undefined ? {} : { [key]: id }
  }

  for (const { objectType, field } of plan.fields) await createField(ctx, objectType, field)
  const members = await each(plan.members, (member) => createMember(ctx, member))
  const accounts = await each(plan.accounts, ({ fields, owner }) =>
    createRecord(ctx, 'account', { fields, relationships: link('$owner', members, owner) }),
  )
  const contacts = await each(plan.contacts, ({ fields, account, owner }) =>
    createRecord(ctx, 'contact', {
      fields,
      relationships: { ...link('$account', accounts, account), ...link('$owner', members, owner) },
    }),
  )
  const opportunities = await each(plan.opportunities, ({ fields, account, owner, champion, evaluator }) =>
    createRecord(ctx, 'opportunity', {
      fields,
      relationships: {
        ...link('$account', accounts, account),
        ...link('$owner', members, owner),
        ...link('$createdBy', members, owner),
        ...link('$champion', contacts, champion),
        ...link('$evaluator', contacts, evaluator),
      },
    }),
  )
  return { members, accounts, contacts, opportunities }
}
