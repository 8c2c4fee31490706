import { unprocessable } from '@openfield/schema'
import type { Caller, Context } from '../domain/context.ts'
import { createMember } from '../domain/members/write.ts'
import { createObjectType } from '../domain/object-types/create.ts'
import { createField } from '../domain/object-types/fields.ts'
import { createRelationship } from '../domain/object-types/relationships.ts'
import { createRecord, type RecordInput } from '../domain/records/create.ts'
import { listRecords } from '../domain/records/list.ts'
import { updateRecord } from '../domain/records/update.ts'
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
  return (await pageOf(ctx, objectType, 0)).totalCount
}

type Member = Written & { fields: { $email: { value: string } } }

/** The first member of the workspace. */
export async function firstMember(ctx: Context): Promise<Member> {
  const { totalCount } = await pageOf(ctx, 'member', 0)
  const [member] = (await pageOf(ctx, 'member', totalCount - 1)).data
  if (!member) throw unprocessable('This workspace has no member.', 'workspace')
  return member
}

async function pageOf(
  ctx: Context,
  objectType: string,
  offset: number,
): Promise<{ data: Member[]; totalCount: number }> {
  return JSON.parse(await listRecords(ctx, objectType, { limit: 1, offset, filters: [] }))
}

export type Written = { id: string; httpLink: string }
type Made = Record<'members' | 'accounts' | 'contacts' | 'opportunities' | 'subscriptions', Written[]>
/** Something that happened, and how it is written. */
type Step = { at: Date; write: (ctx: Context) => Promise<unknown> }

/**
 * Writes a plan, one record at a time and the way the API does, so that indexes, history and summaries are as they would
 * be; in the order in which things happened, each as if it were that day and by the member it was. Tells after each how
 * many are written. `admin` is the workspace's first member, number 0 of the plan.
 */
export async function fillWorkspace(
  ctx: Context,
  plan: Plan,
  admin: Written,
  progress: (done: number, total: number) => void,
): Promise<Made> {
  await createObjectType(ctx, { slug: 'subscription', label: 'Subscription', pluralLabel: 'Subscriptions' })
  await createRelationship(ctx, 'subscription', {
    slug: 'account',
    label: 'Account',
    to: 'account',
    cardinality: 'HAS_ONE',
    inverse: { slug: 'subscriptions', label: 'Subscriptions', cardinality: 'HAS_MANY' },
  })
  for (const { objectType, field } of plan.fields) await createField(ctx, objectType, field)
  const made: Made = { members: [], accounts: [], contacts: [], opportunities: [], subscriptions: [] }
  for (const member of plan.members) made.members.push(written(await createMember(ctx, member)))

  const steps = stepsOf(plan, made, [admin, ...made.members]).sort(
    (one, other) => one.at.getTime() - other.at.getTime(),
  )
  for (const [index, { at, write }] of steps.entries()) {
    await write({ ...ctx, now: () => at })
    progress(index + 1, steps.length)
  }
  return made
}

/** A member, as whom something is written. */
const callerOf = (member: Written | undefined): Caller => ({
  actor: member?.id ?? '',
  session: undefined,
  expiresAt: null,
  subjectType: 'user',
  memberId: member?.id,
  email: undefined,
  role: 'member',
  scopes: [],
})

const written = (json: string) => JSON.parse(json) as Written

function stepsOf(plan: Plan, made: Made, members: readonly Written[]): Step[] {
  const link = (key: string, among: readonly Written[], index: number | undefined) => {
    const id = index === undefined ? undefined : among[index]?.id
    return id === undefined ? {} : { [key]: id }
  }
  const by = (ctx: Context, owner: number): Context => ({ ...ctx, caller: callerOf(members[owner]) })
  const about = ({
    account,
    opportunity,
    contact,
  }: {
    account: number
    opportunity: number
    contact?: number | undefined
  }) => ({
    ...link('$account', made.accounts, account),
    ...link('$opportunity', made.opportunities, opportunity),
    ...link('$contact', made.contacts, contact),
  })
  const create = async (ctx: Context, owner: number, objectType: string, input: RecordInput, createdAt: Date) =>
    written(await createRecord(by(ctx, owner), objectType, { ...input, createdAt }))

  return [
    ...plan.accounts.map(({ at, fields, owner }, index) => ({
      at,
      async write(ctx: Context) {
        const relationships = link('$owner', members, owner)
        made.accounts[index] = await create(ctx, owner, 'account', { fields, relationships }, at)
      },
    })),
    ...plan.contacts.map(({ at, fields, account, owner }, index) => ({
      at,
      async write(ctx: Context) {
        const relationships = { ...link('$account', made.accounts, account), ...link('$owner', members, owner) }
        made.contacts[index] = await create(ctx, owner, 'contact', { fields, relationships }, at)
      },
    })),
    ...plan.opportunities.flatMap(({ at, fields, changes, account, owner, champion, evaluator }, index) => [
      {
        at,
        async write(ctx: Context) {
          const relationships = {
            ...link('$account', made.accounts, account),
            ...link('$owner', members, owner),
            ...link('$champion', made.contacts, champion),
            ...link('$evaluator', made.contacts, evaluator),
          }
          made.opportunities[index] = await create(ctx, owner, 'opportunity', { fields, relationships }, at)
        },
      },
      ...changes.map((change) => ({
        at: change.at,
        write: (ctx: Context) =>
          updateRecord(by(ctx, owner), 'opportunity', made.opportunities[index]?.id ?? '', {
            fields: change.fields,
            relationships: {},
          }),
      })),
    ]),
    ...plan.notes.map(({ at, fields, owner, ...links }) => ({
      at,
      write: (ctx: Context) => create(ctx, owner, 'note', { fields, relationships: about(links) }, at),
    })),
    ...plan.meetings.map(({ at, fields, owner }) => ({
      at,
      write: (ctx: Context) => create(ctx, owner, 'meeting', { fields, relationships: {} }, at),
    })),
    ...plan.tasks.flatMap(({ at, fields, owner, completedAt, ...links }) => {
      let task: Written | undefined
      const relationships = () => ({ ...about(links), ...link('$assignedTo', members, owner) })
      const begin = {
        at,
        async write(ctx: Context) {
          task = await create(ctx, owner, 'task', { fields, relationships: relationships() }, at)
        },
      }
      const end = (when: Date) => ({
        at: when,
        write: (ctx: Context) =>
          updateRecord(by(ctx, owner), 'task', task?.id ?? '', { fields: { $status: 'COMPLETE' }, relationships: {} }),
      })
      return completedAt ? [begin, end(completedAt)] : [begin]
    }),
    ...plan.subscriptions.map(({ at, fields, account, owner }, index) => ({
      at,
      async write(ctx: Context) {
        const relationships = link('account', made.accounts, account)
        made.subscriptions[index] = await create(ctx, owner, 'subscription', { fields, relationships }, at)
      },
    })),
  ]
}
