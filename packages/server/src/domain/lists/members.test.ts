import { describe, expect, it } from 'vitest'
import { aContact, aList, anAccount, anOpportunity, successOf } from '../../../test/factories.ts'
import { type ListBody, outcome, settled, startApi } from '../../../test/harness.ts'

const api = await startApi()

const accounts = await Promise.all(Array.from({ length: 5 }, () => anAccount(api)))
const list = await aList(api, {}, { $accounts: accounts.map(({ id }) => id) })
const newestFirst = accounts.toSorted((left, right) => (left.id < right.id ? 1 : -1))
const read = async (query = '', plural = 'accounts') =>
  successOf(await api.get<ListBody>(`/v1/lists/${list.id}/${plural}${query}`))

describe('the members of a list', () => {
  it('are whole records, newest first, with the number of all', async () => {
    await settled(api)
    const whole = await Promise.all(newestFirst.map(async ({ id }) => (await api.get(`/v1/accounts/${id}`)).body))
    expect(await read()).toEqual({ object: 'list', data: whole, totalCount: 5 })
  })

  it('come in pages of 25 at most', async () => {
    const ids = async (query: string) => (await read(query)).data.map(({ id }) => id)
    const all = newestFirst.map(({ id }) => id)
    expect(await ids('?limit=2')).toEqual(all.slice(0, 2))
    expect(await ids('?limit=2&offset=4')).toEqual(all.slice(4))
    expect(await read('?offset=5')).toEqual({ object: 'list', data: [], totalCount: 5 })
    expect(await ids('?limit=&offset=')).toEqual(all)
    for (const [query, param] of [
      ['limit=0', 'limit'],
      ['limit=26', 'limit'],
      ['limit=x', 'limit'],
      ['offset=-1', 'offset'],
    ]) {
      expect(outcome(await api.get(`/v1/lists/${list.id}/accounts?${query}`))).toBe(`400 invalid_type ${param}`)
    }
  })

  it('are not filtered', async () => {
    expect((await read('?$name=Nothing&bogus=1&status=trashed')).totalCount).toBe(5)
  })

  it.each(['contacts', 'opportunities'])('are none when %s are asked for, and it has accounts', async (plural) => {
    expect(await read('', plural)).toEqual({ object: 'list', data: [], totalCount: 0 })
  })

  it('are those that are live: who is deleted goes and comes back, who is merged gives way', async () => {
    const [contact, duplicate] = [await aContact(api), await aContact(api)]
    const contacts = await aList(api, { $objectType: '$contact' }, { $contacts: [contact.id, duplicate.id] })
    const opportunity = await anOpportunity(api)
    const deals = await aList(api, { $objectType: '$opportunity' }, { $opportunities: opportunity.id })
    const idsOf = async (path: string) => successOf(await api.get<ListBody>(path)).data.map(({ id }) => id)
    successOf(await api.delete(`/v1/opportunities/${opportunity.id}`))
    expect(await idsOf(`/v1/lists/${deals.id}/opportunities`)).toEqual([])
    successOf(await api.post(`/v1/opportunities/${opportunity.id}/restore`))
    expect(await idsOf(`/v1/lists/${deals.id}/opportunities`)).toEqual([opportunity.id])
    successOf(await api.post('/v1/contacts/merge', { primaryId: contact.id, duplicateId: duplicate.id }))
    expect(await idsOf(`/v1/lists/${contacts.id}/contacts`)).toEqual([contact.id])
  })

  it('are of a list that is there: else 404', async () => {
    for (const id of ['list_01h455vb4pex5vsknk084sn02q', accounts[0]?.id, 'x']) {
      expect(outcome(await api.get(`/v1/lists/${id}/accounts`))).toBe('404')
    }
    expect(outcome(await api.get(`/v1/lists/${list.id}/tasks`))).toBe('404')
    expect(outcome(await api.get(`/v1/lists/${list.id}/members`))).toBe('404')
  })
})
