import { describe, expect, it } from 'vitest'
import { aKey, anAccount, anOpportunity, aTask, successOf } from '../../../test/factories.ts'
import { outcome, rekeyed, startApi } from '../../../test/harness.ts'

const api = await startApi({ OPENFIELD_WORKER: 'off' })

type TotalsBody = { groups: { keys: (string | null)[]; count: number; sum: number | null }[]; names: object }
const ask = (query: string, from = api) => from.get<TotalsBody>(`/admin/v1/changes/totals?${query}`)
const groupsOf = async (query: string) => successOf(await ask(query)).groups
const won = 'objectType=opportunity&field=$stage&value=Won'

/** As if what a record went through had been at other times. */
async function movedTo(id: string, moments: readonly string[]) {
  const changes = await api.sql<{ id: string }>(
    "select id from change where record_id::text = (select id::text from record where fields->'$name'->>'value' = $1) order by id",
    [id],
  )
  for (const [index, { id: change }] of changes.entries()) {
    const moment = moments[index] ?? ''
    const hex = Date.parse(moment).toString(16).padStart(12, '0')
    const moved = `${hex.slice(0, 8)}-${hex.slice(8)}${change.slice(13)}`
    await api.sql('update change set id = $2, at = $3 where id = $1', [change, moved, moment])
  }
}

const step = (id: string, $stage: string) => api.post(`/v1/opportunities/${id}`, { fields: { $stage } })
const account = await anAccount(api, { $name: 'Acme' })
const twice = await anOpportunity(api, { $name: 'Twice', $amount: 10 }, { $account: account.id })
for (const stage of ['Won', 'Lead', 'Won', 'Lead', 'Won']) await step(twice.id, stage)
await movedTo('Twice', ['2026-01-01', '2026-01-31T23:30Z', '2026-02-01', '2026-02-02', '2026-03-01', '2026-03-05'])
const born = await anOpportunity(api, { $name: 'Born', $amount: 5.5, $stage: 'Won' }, { $owner: api.memberId })
await movedTo('Born', ['2026-02-10'])
const gone = await anOpportunity(api, { $name: 'Gone', $stage: 'Won' })
await api.delete(`/v1/opportunities/${gone.id}`)

describe('GET /admin/v1/changes/totals', () => {
  it('200: counts each record once in each time in which the field got the value', async () => {
    expect(await groupsOf(`${won}&sum=$amount`)).toEqual([
      { keys: ['2026-02-01'], count: 2, sum: 15.5 },
      { keys: ['2026-01-01'], count: 1, sum: 10 },
      { keys: ['2026-03-01'], count: 1, sum: 10 },
    ])
    expect(await groupsOf(`${won}&by=quarter`)).toEqual([{ keys: ['2026-01-01'], count: 2, sum: null }])
  })

  it('200: in a time zone, from one moment to another', async () => {
    const berlin = await groupsOf(`${won}&timeZone=Europe/Berlin&to=2026-02-05`)
    expect(berlin).toEqual([{ keys: ['2026-02-01'], count: 1, sum: null }])
    expect(await groupsOf(`${won}&from=2026-02-05&to=2026-03-01`)).toEqual([
      { keys: ['2026-02-01'], count: 1, sum: null },
    ])
    expect(await groupsOf(`${won}&from=2027-01-01`)).toEqual([])
  })

  it('200: grouped and filtered by what records have', async () => {
    const { groups, names } = successOf(await ask(`${won}&by=year&group=$account`))
    expect(groups).toHaveLength(2)
    expect(names).toMatchObject({ [account.id]: 'Acme' })
    expect(await groupsOf(`${won}&by=year&$owner=${api.memberId}&sum=$amount`)).toEqual([
      { keys: ['2026-01-01'], count: 1, sum: born.fields['$amount']?.value },
    ])
  })

  it('200: who completed how many tasks in a week', async () => {
    const task = await aTask(api)
    await api.post(`/v1/tasks/${task.id}`, { fields: { $status: 'COMPLETE' } })
    const [group] = await groupsOf('objectType=task&field=$status&value=COMPLETE&by=week&group=$assignedTo')
    expect(group).toMatchObject({ keys: [expect.any(String), api.memberId], count: 1 })
  })

  it('403: without the scope to read the type', async () => {
    const { key } = await aKey(api, { scopes: ['accounts:read'] })
    expect(outcome(await ask(won, rekeyed(api, key)))).toBe('403')
  })

  it.each([
    ['404', 'field=$stage&value=Won'],
    ['400 invalid_configuration field', 'objectType=opportunity&value=Won'],
    ['400 invalid_configuration field', 'objectType=opportunity&field=$name&value=Won'],
    ['400 invalid_configuration field', 'objectType=meeting&field=$organizerEmail&value=a'],
    ['400 parameter_missing value', 'objectType=opportunity&field=$stage'],
    ['400 invalid_type value', 'objectType=opportunity&field=$stage&value=Bogus'],
    ['400 invalid_type by', `${won}&by=hour`],
    ['400 invalid_type from', `${won}&from=soon`],
    ['400 invalid_type timeZone', `${won}&timeZone=Mars`],
    ['400 invalid_configuration group', `${won}&group=$account,$owner`],
    ['400 unknown_field bogus', `${won}&bogus=1`],
  ])('%s: %s', async (answer, query) => {
    expect(outcome(await ask(query))).toBe(answer)
  })
})
