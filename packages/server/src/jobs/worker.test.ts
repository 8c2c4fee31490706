import { describe, expect, test, vi } from 'vitest'
import { aContact, aField, aMember, anAccount, anOpportunity, successOf } from '../../test/factories.ts'
import { type Api, type RecordBody, startApi } from '../../test/harness.ts'

const api = await startApi()

const summaryOf = async (id: string, from: Api = api) => {
  const { fields } = successOf(await from.get(`/v1/opportunities/${id}`))
  return fields.$opportunityStatus?.value
}

/** Background work is done soon, not at once. */
const soon = { timeout: 15_000, interval: 50 }

const settled = () =>
  vi.waitFor(async () => expect(await api.sql('select * from outbox where due_at < now()')).toEqual([]), soon)

describe('the summary of an opportunity', () => {
  test('is written after it is created, from its own data, and leaves updatedAt and version alone', async () => {
    const account = await anAccount(api, { $name: 'Northwind' })
    const champion = await aContact(api, { $name: { firstName: 'Ada', lastName: 'Byron' } })
    const owner = await aMember(api, { firstName: 'Sam', lastName: 'Sales' })
    const evaluator = await aContact(api, { $email: ['eve@northwind.example'] })

    const opportunity = await anOpportunity(
      api,
      { $stage: 'Proposal', $amount: 48000, $nextStep: 'Send the contract', $closeDate: '2027-01-31T00:00:00Z' },
      { $account: account.id, $champion: champion.id, $owner: owner.id, $evaluator: evaluator.id },
    )

    expect(opportunity.fields.$opportunityStatus).toEqual({ value: null, valueType: 'MARKDOWN' })
    await vi.waitFor(async () => {
      expect(await summaryOf(opportunity.id)).toBe(
        [
          '**Proposal** · 48,000 USD · Northwind',
          '',
          '- Champion: Ada Byron',
          '- Evaluator: eve@northwind.example',
          '- Owner: Sam Sales',
          '- Close date: 2027-01-31',
          '- Next step: Send the contract',
        ].join('\n'),
      )
    }, soon)
    const read = successOf(await api.get(`/v1/opportunities/${opportunity.id}`))
    expect(read.updatedAt).toBe(opportunity.updatedAt)
  })

  test('follows changes of its fields and relationships', async () => {
    const opportunity = await anOpportunity(api)
    await settled()

    successOf(
      await api.post(`/v1/opportunities/${opportunity.id}`, { fields: { $stage: 'Won', $closeReason: 'Price' } }),
    )
    const champion = await aContact(api, { $name: { firstName: 'Bo' } })
    successOf(
      await api.post(`/v1/opportunities/${opportunity.id}`, { relationships: { $champion: { add: champion.id } } }),
    )

    await vi.waitFor(async () => {
      expect(await summaryOf(opportunity.id)).toMatch(/^\*\*Won\*\*[\s\S]*Champion: Bo[\s\S]*Close reason: Price/)
    }, soon)
  })

  test('follows the names of its account, its people and its stage', async () => {
    const account = await anAccount(api, { $name: 'Before' })
    const champion = await aContact(api, { $name: { firstName: 'Before' } })
    const { id } = await anOpportunity(api, { $stage: 'Trial' }, { $account: account.id, $champion: champion.id })
    await settled()

    successOf(await api.post(`/v1/accounts/${account.id}`, { fields: { $name: 'After' } }))
    successOf(await api.post(`/v1/contacts/${champion.id}`, { fields: { $name: { firstName: 'Later' } } }))
    const { options } = await stage()
    const renamed = options.map((option) => (option.label === 'Trial' ? { ...option, label: 'Pilot' } : option))
    successOf(await api.patch('/admin/v1/objects/opportunity/fields/stage', { options: renamed }))

    await vi.waitFor(async () => {
      expect(await summaryOf(id)).toMatch(/^\*\*Pilot\*\* · After\n\n- Champion: Later/)
    }, soon)
  })

  test('is written for every opportunity of an account that is renamed, however many', async () => {
    const account = await anAccount(api, { $name: 'Small' })
    const { id } = await anOpportunity(api, {}, { $account: account.id })
    await multiply(id, 1200)

    successOf(await api.post(`/v1/accounts/${account.id}`, { fields: { $name: 'Grown' } }))

    await vi.waitFor(async () => {
      const [row] = await api.sql<{ count: number }>(
        `select count(*)::int from generated_fields where fields->'$opportunityStatus'->>'value' like '%Grown%'`,
      )
      expect(row?.count).toBe(1201)
    }, soon)
  })

  test('is not a change: it has no history and asks for no further work', async () => {
    const opportunity = await anOpportunity(api)
    await vi.waitFor(async () => expect(await summaryOf(opportunity.id)).toMatch(/Lead/), soon)

    const uuid = await uuidOf(opportunity)
    expect(await api.sql('select kind from change where record_id = $1', [uuid])).toEqual([{ kind: 'created' }])
    expect(await api.sql('select kind from outbox where record_id = $1', [uuid])).toEqual([])
  })

  test('coalesces a burst: work that is asked for again waits in one place', async () => {
    const opportunity = await anOpportunity(api)
    const names = Array.from({ length: 20 }, (_, index) => `Step ${index}`)
    for (const $nextStep of names) {
      successOf(await api.post(`/v1/opportunities/${opportunity.id}`, { fields: { $nextStep } }))
    }

    await vi.waitFor(async () => expect(await summaryOf(opportunity.id)).toMatch(/Next step: Step 19$/), soon)
    await settled()
  })

  test('that cannot be written does not hold up the others', async () => {
    const [broken, fine] = [await anOpportunity(api), await anOpportunity(api)]
    await settled()
    await api.sql(
      `update record set fields = '{"$amount": {"value": "x"}, "$stage": {"value": {"a": 1}}}' where id = $1`,
      [await uuidOf(broken)],
    )

    await api.sql("select add_work(1, array['summary', 'unheard-of', 'summary'], array[$1, $1, $2]::uuid[], now())", [
      await uuidOf(broken),
      await uuidOf(fine),
    ])
    successOf(await api.post(`/v1/opportunities/${fine.id}`, { fields: { $nextStep: 'Go on' } }))

    await vi.waitFor(async () => expect(await summaryOf(fine.id)).toMatch(/Go on$/), soon)
    await vi.waitFor(async () => {
      const waiting = await api.sql<{ kind: string; attempts: number }>(
        'select kind, attempts from outbox order by kind',
      )
      expect(waiting.map(({ kind, attempts }) => [kind, attempts > 0])).toContainEqual(['unheard-of', true])
    }, soon)
    await api.sql('delete from outbox')
  })
})

describe('removing a custom field', () => {
  test('takes its values, index rows and uniqueness away, after which the slug is free', async () => {
    const field = await aField(api, 'account', {
      slug: 'code',
      valueType: 'EMAIL',
      typeConfiguration: { unique: true, multipleValues: false },
    })
    const account = await anAccount(api, { code: 'a@b.example' })

    successOf(await api.delete(`/admin/v1/objects/account/fields/${field.slug}`))

    expect(successOf(await api.get(`/v1/accounts/${account.id}`)).fields).not.toHaveProperty('code')
    await vi.waitFor(async () => {
      const again = await api.post('/admin/v1/objects/account/fields', {
        slug: 'code',
        label: 'Code',
        valueType: 'TEXT',
      })
      expect(again.status).toBe(200)
    }, soon)
    expect(successOf(await api.get(`/v1/accounts/${account.id}`)).fields.code).toEqual({
      value: null,
      valueType: 'TEXT',
    })
    expect(await api.sql('select * from unique_value where value = $1', ['a@b.example'])).toEqual([])
    expect(await api.sql('select * from index_substring where value = $1', ['a@b.example'])).toEqual([])
  })
})

describe('removing a custom relationship', () => {
  test('takes its links away at both ends', async () => {
    const made = await api.post('/admin/v1/objects/account/relationships', {
      slug: 'partner',
      label: 'Partner',
      to: 'contact',
      cardinality: 'HAS_ONE',
      inverse: { slug: 'partner-of', label: 'Partner of', cardinality: 'HAS_MANY' },
    })
    expect(made.status).toBe(200)
    const contact = await aContact(api)
    const account = await anAccount(api, {}, { partner: contact.id })
    expect(account.relationships.partner?.values).toEqual([contact.id])

    successOf(await api.delete('/admin/v1/objects/account/relationships/partner'))

    expect(successOf(await api.get(`/v1/contacts/${contact.id}`)).relationships).not.toHaveProperty('partner-of')
    await vi.waitFor(async () => {
      expect(await api.sql('select * from relationship_definition')).toEqual([])
      expect(await api.sql('select * from edge where to_id = $1', [await uuidOf(contact)])).toEqual([])
    }, soon)
  })
})

type StageBody = { fieldDefinitions: { $stage: { typeConfiguration: { options: { id: string; label: string }[] } } } }

async function stage() {
  const { fieldDefinitions } = successOf(await api.get<StageBody>('/v1/opportunities/definitions'))
  return fieldDefinitions.$stage.typeConfiguration
}

/** The stored id of a record: the only one with its creation time. */
async function uuidOf({ createdAt }: RecordBody): Promise<string> {
  const found = await api.sql<{ id: string }>('select id from record where created_at = $1', [createdAt])
  expect(found).toHaveLength(1)
  return found[0]?.id ?? ''
}

/** Copies an opportunity and its links; through SQL, since what is tested is what happens to many. */
async function multiply(id: string, times: number) {
  const opportunity = successOf(await api.get(`/v1/opportunities/${id}`))
  const uuid = await uuidOf(opportunity)
  await api.sql(
    `with copies as (select gen_random_uuid() as id from generate_series(1, $2)),
      records as (insert into record (workspace_id, id, object_type, created_at, updated_at, fields)
        select r.workspace_id, c.id, r.object_type, now(), now(), r.fields from copies c, record r where r.id = $1)
     insert into edge (workspace_id, relationship, from_id, to_id, from_one, to_one)
     select e.workspace_id, e.relationship, c.id, e.to_id, e.from_one, e.to_one from copies c, edge e where e.from_id = $1`,
    [uuid, times],
  )
}
