import { describe, expect, it } from 'vitest'
import {
  aContact,
  aField,
  aMember,
  anAccount,
  anOpportunity,
  aRelationship,
  successOf,
} from '../../../test/factories.ts'
import {
  asWritten,
  contentsOf,
  type ListBody,
  outcome,
  type RecordBody,
  settled,
  startApi,
} from '../../../test/harness.ts'

const api = await startApi()

type End = { id: string; slug: string; label: string; cardinality: string; objectType: string; readOnly: boolean }
type Definitions = { relationshipDefinitions: Record<string, End> }
const definitionsOf = async (plural: string) =>
  successOf(await api.get<Definitions>(`/v1/${plural}/definitions`)).relationshipDefinitions

const define = (body: unknown, objectType = 'account') =>
  api.post<End>(`/admin/v1/objects/${objectType}/relationships`, body)
const remove = (slug: string, objectType = 'account') =>
  api.delete<End>(`/admin/v1/objects/${objectType}/relationships/${slug}`)

const paths: Record<string, string> = { acc: 'accounts', con: 'contacts', opp: 'opportunities', mem: 'members' }
const change = (id: string, relationships: object) => api.post(`/v1/${paths[id.slice(0, 3)]}/${id}`, { relationships })
const linked = async ({ id }: RecordBody, key: string) =>
  successOf(await api.get(`/v1/${paths[id.slice(0, 3)]}/${id}`)).relationships[key]?.values

describe('a new relationship', () => {
  it('200: is defined at both ends, each with its own slug, label and cardinality', async () => {
    const { status, body } = await define({
      slug: 'suppliers',
      label: 'Suppliers',
      to: 'contact',
      cardinality: 'HAS_MANY',
      inverse: { slug: 'supplies', label: 'Supplies', cardinality: 'HAS_ONE' },
    })
    const end = { id: expect.stringMatching(/^rd_/), description: null, readOnly: false }
    expect([status, body]).toEqual([
      200,
      { ...end, slug: 'suppliers', label: 'Suppliers', cardinality: 'HAS_MANY', objectType: 'contact' },
    ])
    expect((await definitionsOf('accounts')).suppliers).toEqual(body)
    expect((await definitionsOf('contacts')).supplies).toEqual({
      ...end,
      id: body.id,
      slug: 'supplies',
      label: 'Supplies',
      cardinality: 'HAS_ONE',
      objectType: 'account',
    })
    expect((await anAccount(api)).relationships.suppliers).toEqual({
      cardinality: 'HAS_MANY',
      objectType: 'contact',
      values: [],
    })
    expect((await aContact(api)).relationships.supplies).toEqual({
      cardinality: 'HAS_ONE',
      objectType: 'account',
      values: [],
    })
  })

  const good = {
    slug: 'good',
    label: 'Good',
    to: 'contact',
    cardinality: 'HAS_MANY',
    inverse: { slug: 'good-of', label: 'Good of', cardinality: 'HAS_MANY' },
  }
  const { inverse } = good
  it.each([
    ['400 parameter_missing slug', { ...good, slug: undefined }],
    ['400 parameter_missing to', { ...good, to: undefined }],
    ['400 parameter_missing cardinality', { ...good, cardinality: undefined }],
    ['400 parameter_missing inverse', { ...good, inverse: undefined }],
    ['400 parameter_missing inverse.slug', { ...good, inverse: { ...inverse, slug: undefined } }],
    ['400 invalid_type to', { ...good, to: 5 }],
    ['400 invalid_type inverse', { ...good, inverse: 'good-of' }],
    ['400 invalid_type cardinality', { ...good, cardinality: 1 }],
    ['400 unknown_field description', { ...good, description: 'x' }],
    ['400 unknown_field inverse.to', { ...good, inverse: { ...inverse, to: 'account' } }],
    ['422 cardinality', { ...good, cardinality: 'has_many' }],
    ['422 inverse.cardinality', { ...good, inverse: { ...inverse, cardinality: 'MANY' } }],
    ['422 slug', { ...good, slug: '$good' }],
    ['422 inverse.slug', { ...good, inverse: { ...inverse, slug: 'a b' } }],
    ['422 label', { ...good, label: '' }],
    ['422 to', { ...good, to: 'nothing' }],
    ['422 to', { ...good, to: 'contacts' }],
    ['422 to', { ...good, to: 'task' }],
    ['422 to', { ...good, to: '__proto__' }],
    ['422 inverse.slug', { ...good, to: 'account', inverse: { ...inverse, slug: 'good' } }],
  ])('%s', async (answer, body) => {
    await settled(api)
    const before = await contentsOf(api)
    expect(outcome(await define(body))).toBe(answer)
    expect(await contentsOf(api)).toEqual(before)
  })

  it('404, 422: starts at a type that exists and is open', async () => {
    expect(outcome(await define(good, 'nothing'))).toBe('404')
    expect(outcome(await define(good, 'member'))).toBe('422 objectType')
    expect(outcome(await define(good, 'task'))).toBe('422 objectType')
  })

  it('409: cannot have a slug that a field or relationship has, at either end', async () => {
    const field = await aField(api, 'contact', { valueType: 'TEXT' })
    const link = await aRelationship(api, 'account', { to: 'contact' })
    for (const body of [
      { ...good, slug: link.slug },
      { ...good, inverse: { ...inverse, slug: field.slug } },
      { ...good, inverse: { ...inverse, slug: `${link.slug}-inverse` } },
    ]) {
      const response = await define(body)
      expect([outcome(response), response.headers['x-should-retry']]).toEqual(['409 conflict slug', 'false'])
    }
    const clash = await api.post('/admin/v1/objects/contact/fields', {
      slug: `${link.slug}-inverse`,
      label: 'L',
      valueType: 'TEXT',
    })
    expect(outcome(clash)).toBe('409 conflict slug')
  })

  it('409: is made once by a crowd', async () => {
    const responses = await Promise.all(Array.from({ length: 15 }, () => define({ ...good, slug: 'crowded' })))
    expect(responses.map(outcome).toSorted()).toEqual(['200', ...Array(14).fill('409 conflict slug')])
  })
})

describe('a relationship within one type', async () => {
  const parent = { slug: 'parent', label: 'Parent', to: 'account', cardinality: 'HAS_ONE' }
  successOf(await define({ ...parent, inverse: { slug: 'children', label: 'Children', cardinality: 'HAS_MANY' } }))
  const peers = { slug: 'likes', label: 'Likes', to: 'account', cardinality: 'HAS_MANY' }
  successOf(await define({ ...peers, inverse: { slug: 'liked-by', label: 'Liked by', cardinality: 'HAS_MANY' } }))

  it('has two directions, which can be written and filtered from either', async () => {
    const top = await anAccount(api)
    const [left, right] = [await anAccount(api, {}, { parent: top.id }), await anAccount(api)]
    successOf(await change(top.id, { children: { add: right.id } }))
    expect(await linked(top, 'children')).toEqual([right.id, left.id])
    expect([await linked(left, 'parent'), await linked(right, 'parent')]).toEqual([[top.id], [top.id]])
    expect([await linked(top, 'parent'), await linked(left, 'children')]).toEqual([[], []])
    const children = successOf(await api.get<ListBody>(`/v1/accounts?parent=${top.id}`))
    expect(children.data.map(({ id }) => id)).toEqual([right.id, left.id])
    const parents = successOf(await api.get<ListBody>(`/v1/accounts?children[contains]=${left.id}`))
    expect(parents.data.map(({ id }) => id)).toEqual([top.id])
    const others = successOf(await api.get<ListBody>(`/v1/accounts?parent[-equal]=${top.id}&limit=25`))
    expect(others.data.map(({ id }) => id)).not.toContain(left.id)
  })

  it('can link a record to itself, at both ends at once', async () => {
    const one = await anAccount(api)
    const { body } = await change(one.id, { likes: { add: one.id } })
    // The response is of one end; the other is seen when the record is read.
    expect(body.relationships.likes?.values).toEqual([one.id])
    expect([await linked(one, 'likes'), await linked(one, 'liked-by')]).toEqual([[one.id], [one.id]])
    successOf(await change(one.id, { 'liked-by': { replace: null } }))
    expect([await linked(one, 'likes'), await linked(one, 'liked-by')]).toEqual([[], []])
  })

  it('shows a link of a record to itself at both ends of the response that made it', async () => {
    const one = await anAccount(api)
    const { body } = await change(one.id, { likes: { add: one.id } })
    expect(asWritten(body)).toEqual(asWritten(successOf(await api.get(`/v1/accounts/${one.id}`))))
  })

  it('takes a child from its parent when another takes it', async () => {
    const [old, young] = [await anAccount(api), await anAccount(api)]
    const child = await anAccount(api, {}, { parent: old.id })
    successOf(await change(young.id, { children: { add: child.id } }))
    expect([await linked(old, 'children'), await linked(young, 'children')]).toEqual([[], [child.id]])
    expect(await linked(child, 'parent')).toEqual([young.id])
  })
})

describe('a relationship of one to one', async () => {
  successOf(
    await define({
      slug: 'spokesperson',
      label: 'Spokesperson',
      to: 'contact',
      cardinality: 'HAS_ONE',
      inverse: { slug: 'speaks-for', label: 'Speaks for', cardinality: 'HAS_ONE' },
    }),
  )

  it('takes a record from whoever has it, from either end', async () => {
    const [acme, bell] = [await anAccount(api), await anAccount(api)]
    const [ada, bob] = [await aContact(api), await aContact(api)]
    successOf(await change(acme.id, { spokesperson: { add: ada.id } }))
    successOf(await change(bell.id, { spokesperson: { add: bob.id } }))
    successOf(await change(bell.id, { spokesperson: { replace: ada.id } }))
    expect([await linked(acme, 'spokesperson'), await linked(bell, 'spokesperson')]).toEqual([[], [ada.id]])
    expect([await linked(ada, 'speaks-for'), await linked(bob, 'speaks-for')]).toEqual([[bell.id], []])
    successOf(await change(bob.id, { 'speaks-for': { add: bell.id } }))
    expect([await linked(bell, 'spokesperson'), await linked(ada, 'speaks-for')]).toEqual([[bob.id], []])
    const created = await anAccount(api, {}, { spokesperson: bob.id })
    expect([await linked(bell, 'spokesperson'), await linked(created, 'spokesperson')]).toEqual([[], [bob.id]])
  })

  it('never leaves one with two, whatever a crowd does from both ends at once', async () => {
    const accounts = await Promise.all(Array.from({ length: 5 }, () => anAccount(api)))
    const people = await Promise.all(Array.from({ length: 5 }, () => aContact(api)))
    for (let round = 0; round < 3; round += 1) {
      const swaps = accounts.flatMap((account, index) => {
        const person = people[(index + round) % 5] ?? account
        const other = people[(index + round + 2) % 5] ?? account
        return [
          change(account.id, { spokesperson: { replace: person.id } }),
          change(other.id, { 'speaks-for': { replace: account.id } }),
        ]
      })
      for (const response of await Promise.all(swaps)) expect(outcome(response)).toBe('200')
    }
    const spokespeople = await Promise.all(accounts.map((account) => linked(account, 'spokesperson')))
    const employers = await Promise.all(people.map((person) => linked(person, 'speaks-for')))
    for (const ids of [...spokespeople, ...employers]) expect(ids?.length).toBeLessThanOrEqual(1)
    for (const [index, [id] = []] of spokespeople.entries()) {
      if (id === undefined) continue
      const person = people.findIndex((one) => one.id === id)
      expect(employers[person]).toEqual([accounts[index]?.id])
    }
    expect(spokespeople.flat().length).toBe(employers.flat().length)
  })
})

describe('a relationship to members', async () => {
  const [one, two] = [await aMember(api), await aMember(api)]
  const removed = await aMember(api)
  successOf(await api.delete(`/admin/v1/members/${removed.id}`))
  successOf(
    await define(
      {
        slug: 'team',
        label: 'Team',
        to: 'member',
        cardinality: 'HAS_MANY',
        inverse: { slug: 'deals', label: 'Deals', cardinality: 'HAS_MANY' },
      },
      'opportunity',
    ),
  )

  it('is written and filtered from the other end', async () => {
    const deal = await anOpportunity(api, {}, { team: [one.id, two.id] })
    expect(deal.relationships.team).toEqual({ cardinality: 'HAS_MANY', objectType: 'member', values: [two.id, one.id] })
    const found = successOf(await api.get<ListBody>(`/v1/opportunities?team[contains]=${two.id}`))
    expect(found.data.map(({ id }) => id)).toEqual([deal.id])
    expect(outcome(await change(deal.id, { team: { add: removed.id } }))).toBe(
      '400 relationship_entity_inactive relationships.team',
    )
    expect(outcome(await change(deal.id, { team: { add: api.accountId } }))).toBe(
      '400 relationship_entity_missing relationships.team',
    )
  })

  // The relationships of a member are {}, says the public documentation, and so do both OpenAPI documents.
  it('does not show on members', async () => {
    expect(successOf(await api.get(`/v1/members/${one.id}`)).relationships).toEqual({})
  })
})

describe('a changed relationship', () => {
  const relabel = (slug: string, body: unknown, objectType = 'account') =>
    api.patch<End>(`/admin/v1/objects/${objectType}/relationships/${slug}`, body)

  it('200: has another label at the end that was named', async () => {
    const { slug } = await aRelationship(api, 'account', { to: 'contact' })
    const { status, body } = await relabel(slug, { label: 'Renamed' })
    expect([status, body.label, body.slug]).toEqual([200, 'Renamed', slug])
    expect((await definitionsOf('contacts'))[`${slug}-inverse`]?.label).toBe('Inverse')
    successOf(await relabel(`${slug}-inverse`, { label: 'Other end' }, 'contact'))
    expect((await definitionsOf('contacts'))[`${slug}-inverse`]?.label).toBe('Other end')
    expect((await definitionsOf('accounts'))[slug]?.label).toBe('Renamed')
  })

  it('400, 404, 422: and nothing else can be changed', async () => {
    const { slug } = await aRelationship(api, 'account', { to: 'contact' })
    expect(outcome(await relabel(slug, { cardinality: 'HAS_ONE' }))).toMatch('400')
    expect(outcome(await relabel(slug, { label: 'L', slug: 'x' }))).toBe('400 unknown_field slug')
    expect(outcome(await relabel(slug, {}))).toBe('400 parameter_missing label')
    expect(outcome(await relabel(slug, { label: '' }))).toBe('422 label')
    expect(outcome(await relabel('nothing', { label: 'L' }))).toBe('404')
    expect(outcome(await relabel(slug, { label: 'L' }, 'opportunity'))).toBe('404')
    expect(outcome(await relabel('$owner', { label: 'L' }))).toBe('422 slug')
  })
})

describe('a removed relationship', () => {
  it('200: is gone at once from both ends, and its links with it', async () => {
    const { slug } = await aRelationship(api, 'account', { to: 'contact' })
    const contact = await aContact(api)
    const account = await anAccount(api, {}, { [slug]: contact.id })
    expect((await remove(`${slug}-inverse`, 'contact')).status).toBe(200)
    expect((await definitionsOf('accounts'))[slug]).toBeUndefined()
    expect((await definitionsOf('contacts'))[`${slug}-inverse`]).toBeUndefined()
    expect(successOf(await api.get(`/v1/accounts/${account.id}`)).relationships).not.toHaveProperty(slug)
    expect(outcome(await change(account.id, { [slug]: { add: contact.id } }))).toBe(
      `400 unknown_relationship relationships.${slug}`,
    )
    expect(outcome(await api.get(`/v1/accounts?${slug}=${contact.id}`))).toBe(`400 unknown_field ${slug}`)
    expect(outcome(await remove(slug))).toBe('404')

    const again = await aRelationship(api, 'account', { slug, to: 'contact' })
    expect(again.slug).toBe(slug)
    expect(await linked(account, slug)).toEqual([])
    successOf(await change(account.id, { [slug]: { add: contact.id } }))
    await settled(api)
    expect(await linked(account, slug)).toEqual([contact.id])
  })

  it('422: is never one of the system', async () => {
    for (const slug of ['$owner', '$contact', '$opportunity']) expect(outcome(await remove(slug))).toBe('422 slug')
    for (const slug of ['owner', 'nothing']) expect(outcome(await remove(slug))).toBe('404')
  })
})
