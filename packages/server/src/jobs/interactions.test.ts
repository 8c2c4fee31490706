import { describe, expect, it } from 'vitest'
import {
  aChannel,
  aContact,
  aMeeting,
  aMember,
  aMessage,
  aNote,
  anAccount,
  anOpportunity,
  aTask,
  successOf,
} from '../../test/factories.ts'
import { type ListBody, type RecordBody, settled, startApi } from '../../test/harness.ts'

const api = await startApi()

const plurals: Record<string, string> = { acc: 'accounts', con: 'contacts', opp: 'opportunities' }
const read = async ({ id }: RecordBody) => successOf(await api.get(`/v1/${plurals[id.slice(0, 3)]}/${id}`))
const lastOf = async (record: RecordBody) => {
  await settled(api)
  return (await read(record)).fields.$lastInteractionAt
}
const at = (value: string | null) => ({ value, valueType: 'DATETIME' })

/** A contact with an address of its own, in an account, as champion of an opportunity. */
let made = 0
async function aCustomer() {
  made += 1
  const email = `person${made}@customer.example`
  const contact = await aContact(api, { $email: [email] })
  const account = await anAccount(api, {}, { $contact: contact.id })
  const opportunity = await anOpportunity(api, {}, { $champion: contact.id, $account: account.id })
  return { email, contact, account, opportunity }
}

const meet = (email: string, day: string) =>
  aMeeting(api, { $startDate: `${day}T09:00:00Z`, $endDate: `${day}T10:00:00Z`, $attendeeEmails: [email] })

describe('$lastInteractionAt', () => {
  it('is when the last meeting ended, for contacts, accounts and opportunities', async () => {
    const { email, contact, account, opportunity } = await aCustomer()
    expect(await lastOf(account)).toEqual(at(null))
    await meet(email, '2026-03-02')
    await meet(email, '2026-03-01')
    for (const record of [contact, account, opportunity]) {
      expect(await lastOf(record)).toEqual(at('2026-03-02T10:00:00.000Z'))
    }
    expect((await read(account)).updatedAt).toBe(account.updatedAt)
  })

  it('is when a message was sent, to whom and to the accounts of its channel', async () => {
    const { email, contact, account } = await aCustomer()
    const other = await anAccount(api)
    const channel = await aChannel(api, { visibility: 'PRIVATE', accountIds: [other.id] })
    await aMessage(api, { channelId: channel.id, senderEmail: email, sentAt: '2026-04-01T12:00:00+02:00' })
    for (const record of [contact, account, other]) expect(await lastOf(record)).toEqual(at('2026-04-01T10:00:00.000Z'))
  })

  it('is when a note was written, and follows what the note is about', async () => {
    const [first, second] = [await anAccount(api), await anAccount(api)]
    const note = await aNote(api, {}, { $account: first.id })
    expect(await lastOf(first)).toEqual(at(note.createdAt))
    const moved = { $account: { add: second.id } }
    successOf(await api.post(`/v1/notes/${note.id}`, { relationships: moved }))
    successOf(await api.post(`/v1/notes/${note.id}`, { relationships: { $account: { remove: first.id } } }))
    expect([await lastOf(first), await lastOf(second)]).toEqual([at(null), at(note.createdAt)])
  })

  it('goes back to the one before when the last is deleted, and on again when that is back', async () => {
    const { email, account } = await aCustomer()
    await meet(email, '2026-03-01')
    const last = await meet(email, '2026-03-05')
    expect(await lastOf(account)).toEqual(at('2026-03-05T10:00:00.000Z'))
    successOf(await api.delete(`/v1/meetings/${last.id}`))
    expect(await lastOf(account)).toEqual(at('2026-03-01T10:00:00.000Z'))
    successOf(await api.post(`/v1/meetings/${last.id}/restore`))
    expect(await lastOf(account)).toEqual(at('2026-03-05T10:00:00.000Z'))
  })

  it('is right for a record that was in the trash while an interaction went', async () => {
    const { email, account } = await aCustomer()
    const meeting = await meet(email, '2026-03-07')
    expect(await lastOf(account)).toEqual(at('2026-03-07T10:00:00.000Z'))
    successOf(await api.delete(`/v1/accounts/${account.id}`))
    successOf(await api.delete(`/v1/meetings/${meeting.id}`))
    successOf(await api.post(`/v1/accounts/${account.id}/restore`))
    expect(await lastOf(account)).toEqual(at(null))
  })

  it('is the later of both after a merge', async () => {
    const [one, other] = [await aCustomer(), await aCustomer()]
    await meet(one.email, '2026-03-08')
    await meet(other.email, '2026-03-09')
    await settled(api)
    successOf(await api.post('/v1/accounts/merge', { primaryId: one.account.id, duplicateId: other.account.id }))
    expect(await lastOf(one.account)).toEqual(at('2026-03-09T10:00:00.000Z'))
  })

  it('can be asked for in lists, by the value it has now', async () => {
    const { email, contact } = await aCustomer()
    const found = async (query: string) => {
      await settled(api)
      const { data } = successOf(await api.get<ListBody>(`/v1/contacts?$lastInteractionAt${query}`))
      return data.map(({ id }) => id).includes(contact.id)
    }
    await meet(email, '2019-03-01')
    expect(await found('[equal]=2019-03-01T10:00:00Z')).toBe(true)
    expect(await found('[lessThan]=2019-03-01T10:00:01Z')).toBe(true)
    await meet(email, '2019-03-02')
    expect(await found('[equal]=2019-03-01T10:00:00Z')).toBe(false)
    expect(await found('[equal]=2019-03-02T10:00:00Z')).toBe(true)
  })

  it('cannot be written', async () => {
    const account = await anAccount(api)
    const body = { fields: { $lastInteractionAt: '2026-01-01T00:00:00Z' } }
    const { error } = (await api.post<{ error: object }>(`/v1/accounts/${account.id}`, body)).body
    expect(error).toMatchObject({ code: 'invalid_configuration', param: 'fields.$lastInteractionAt' })
  })
})

describe('the texts about an account', () => {
  const textsOf = async (account: RecordBody) => {
    await settled(api)
    const { $accountStatus, $howTheyMakeMoney } = (await read(account)).fields
    return [$accountStatus?.value, $howTheyMakeMoney?.value]
  }

  it('are nothing where nothing is known', async () => {
    expect(await textsOf(await anAccount(api))).toEqual([null, null])
  })

  it('say how things are with it, and what it does', async () => {
    const owner = await aMember(api, { firstName: 'Sam', lastName: 'Sales' })
    const account = await anAccount(
      api,
      {
        $industry: ['Software', 'Media'],
        $headcount: '11-50',
        $lastFundingType: 'Seed',
        $website: ['acme.example'],
      },
      { $owner: owner.id },
    )
    await aContact(api, { $email: ['ada@acme.example'] }, { $account: account.id })
    const links = { $account: account.id }
    await anOpportunity(api, { $stage: 'Proposal', $amount: 1000 }, links)
    await anOpportunity(api, { $stage: 'Proposal', $amount: 234.5 }, links)
    await anOpportunity(api, { $stage: 'Won', $amount: 9999 }, links)
    await aTask(api, { $title: 'Send *it*', $dueAt: '2026-07-01T00:00:00Z' }, links)
    await aTask(api, { $title: 'Later' }, links)
    await aTask(api, { $title: 'Done', $status: 'COMPLETE' }, links)
    await meet('ada@acme.example', '2026-03-01')
    expect(await textsOf(account)).toEqual([
      [
        '**2 open opportunities** · 1,234.5 USD',
        '',
        '- Stages: Proposal 2',
        '- Owner: Sam Sales',
        '- People: 1 contact',
        '- Last interaction: 2026-03-01',
        '- Open tasks: 2 (next: Send \\*it\\*, due 2026-07-01)',
      ].join('\n'),
      '**Software, Media** · 11-50 people\n\n- Last funding: Seed\n- Website: https://acme.example',
    ])
    expect((await read(account)).updatedAt).toBe(account.updatedAt)
  })

  it('follow its opportunities, tasks, people and owner', async () => {
    const owner = await aMember(api, { firstName: 'Before' })
    const [account, other] = [await anAccount(api, {}, { $owner: owner.id }), await anAccount(api)]
    const opportunity = await anOpportunity(api, {}, { $account: account.id })
    const contact = await aContact(api, {}, { $account: account.id })
    const task = await aTask(api, { $title: 'Call' }, { $account: account.id })
    const full =
      '**1 open opportunity** · 0 USD\n\n- Stages: Lead 1\n- Owner: Before\n- People: 1 contact\n- Open tasks: 1 (next: Call)'
    expect(await textsOf(account)).toEqual([full, null])

    const moved = { relationships: { $account: { replace: other.id } } }
    successOf(await api.post(`/v1/opportunities/${opportunity.id}`, moved))
    successOf(await api.post(`/v1/tasks/${task.id}`, { fields: { $status: 'CANCELLED' } }))
    successOf(await api.post(`/v1/contacts/${contact.id}`, { relationships: { $account: { remove: account.id } } }))
    successOf(await api.patch(`/admin/v1/members/${owner.id}`, { firstName: 'After' }))

    expect(await textsOf(account)).toEqual(['- Owner: After', null])
    expect((await textsOf(other))[0]).toMatch(/^\*\*1 open opportunity\*\*/)
  })

  it('follow the values that they are made of', async () => {
    const account = await anAccount(api, { $headcount: '1-10' })
    expect((await textsOf(account))[1]).toBe('**1-10 people**'.replaceAll('**', ''))
    successOf(await api.post(`/v1/accounts/${account.id}`, { fields: { $headcount: null } }))
    expect(await textsOf(account)).toEqual([null, null])
  })
})
