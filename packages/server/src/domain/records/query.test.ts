import { describe, expect, it } from 'vitest'
import {
  aChannel,
  aContact,
  aField,
  aKey,
  aMeeting,
  aMember,
  aMessage,
  anAccount,
  anOpportunity,
  aTask,
  successOf,
} from '../../../test/factories.ts'
import { outcome, type RecordBody, rekeyed, startApi } from '../../../test/harness.ts'

const api = await startApi({ OPENFIELD_WORKER: 'off' })

type PageBody = {
  object: 'list'
  data: (RecordBody & { accessLevel?: string })[]
  totalCount: number
  nextCursor: string | null
  names: Record<string, string>
}

const query = (path: string, from = api) => from.get<PageBody>(`/admin/v1/records/${path}`)
const pageOf = async (path: string, from = api) => successOf(await query(path, from))
const idsOf = async (path: string) => (await pageOf(path)).data.map(({ id }) => id)

const account = await anAccount(api, { $name: 'Northwind' })
const deals = {
  small: await anOpportunity(api, { $name: 'Small', $amount: 5, $stage: 'Won' }, { $account: account.id }),
  big: await anOpportunity(api, { $name: 'big', $amount: 5000.5, $stage: 'Lead' }, { $account: account.id }),
  none: await anOpportunity(api, { $name: 'None', $stage: 'Demo' }),
  equal: await anOpportunity(api, { $name: 'Equal', $amount: 5, $stage: 'Lead' }, { $owner: api.memberId }),
}
const { small, big, none, equal } = deals

describe('GET /admin/v1/records/{objectType}', () => {
  it('200: sends records as the public API does, newest first, with the exact total', async () => {
    const page = await pageOf('opportunity')
    const publicPage = successOf(await api.get<PageBody>('/v1/opportunities'))
    expect({ data: page.data, totalCount: page.totalCount }).toEqual({
      data: publicPage.data,
      totalCount: publicPage.totalCount,
    })
    expect([page.object, page.nextCursor]).toEqual(['list', null])
  })

  it('200: names the records that the page shows links to', async () => {
    const { names, data } = await pageOf('opportunity')
    const linked = data.flatMap(({ relationships }) => Object.values(relationships).flatMap(({ values }) => values))
    expect(Object.keys(names).toSorted()).toEqual([...new Set(linked)].toSorted())
    expect(names[account.id]).toBe('Northwind')
  })

  it('200: calls people by their name, else by their address, else by what they are', async () => {
    const [named, addressed, nobody] = [
      await aContact(api, { $name: { firstName: 'Ada', lastName: 'Byron' }, $email: ['ada@x.example'] }),
      await aContact(api, { $email: ['bo@x.example', 'b@x.example'] }),
      await aContact(api, {}),
    ]
    const { names } = await pageOf(`account?limit=1&$name=People`)
    expect(names).toEqual({})
    await anAccount(api, { $name: 'People' }, { $contact: [named.id, addressed.id, nobody.id] })
    const page = await pageOf('account?$name=People')
    expect(page.names).toEqual({
      [named.id]: 'Ada Byron',
      [addressed.id]: 'bo@x.example',
      [nobody.id]: 'Unnamed contact',
    })
  })

  it('200: shows the newest five links of a relationship, and that there are more', async () => {
    const many = await anAccount(api)
    const linked: string[] = []
    for (let n = 0; n < 7; n += 1) linked.push((await anOpportunity(api, {}, { $account: many.id })).id)
    const { data, names } = await pageOf(`account?fields=$opportunity&createdAt=${many.createdAt}`)
    expect(data[0]).toMatchObject({
      relationships: { $opportunity: { values: linked.slice(2).reverse(), hasMore: true } },
    })
    expect(Object.keys(names)).toHaveLength(5)
  })

  it('200: sorts by a field both ways, unset values last, ties by id', async () => {
    const only = `$name[-startsWith]=Opportunity&$name[-equal]=First%20opportunity`
    const [ids] = [await idsOf(`opportunity?${only}`)]
    expect(ids).toEqual([equal.id, none.id, big.id, small.id])
    expect(await idsOf(`opportunity?${only}&sort=$amount`)).toEqual([small.id, equal.id, big.id, none.id])
    expect(await idsOf(`opportunity?${only}&sort=-$amount`)).toEqual([big.id, equal.id, small.id, none.id])
    expect(await idsOf(`opportunity?${only}&sort=$name`)).toEqual([big.id, equal.id, none.id, small.id])
    expect(await idsOf(`opportunity?${only}&sort=$stage`)).toEqual([big.id, equal.id, none.id, small.id])
    expect(await idsOf(`opportunity?${only}&sort=-$stage`)).toEqual([small.id, none.id, equal.id, big.id])
    expect(await idsOf(`opportunity?${only}&sort=createdAt`)).toEqual([small.id, big.id, none.id, equal.id])
    expect(await idsOf(`opportunity?${only}&sort=-$owner`)).toEqual([equal.id, none.id, big.id, small.id])
    await api.post(`/v1/opportunities/${big.id}`, { fields: { $nextStep: 'Call' } })
    expect((await idsOf('opportunity?sort=-updatedAt'))[0]).toBe(big.id)
  })

  it('200: filters by when records were created and changed', async () => {
    const between = `createdAt[greaterThanOrEqual]=${big.createdAt}&createdAt[lessThan]=${equal.createdAt}`
    expect(await idsOf(`opportunity?${between}`)).toEqual([none.id, big.id])
    expect(await idsOf(`opportunity?createdAt[equal]=${big.createdAt}`)).toEqual([big.id])
    const changed = successOf(await api.post(`/v1/opportunities/${none.id}`, { fields: { $nextStep: 'Wait' } }))
    expect(await idsOf(`opportunity?updatedAt[greaterThanOrEqual]=${changed.updatedAt}`)).toEqual([none.id])
    expect(await idsOf(`opportunity?updatedAt[greaterThan]=${changed.updatedAt}`)).toEqual([])
  })

  it('200: shows only the fields and relationships asked for', async () => {
    const { data } = await pageOf('opportunity?fields=$name,$account&$name=big')
    expect(data[0]?.fields).toEqual({ $name: { value: 'big', valueType: 'TEXT' } })
    expect(Object.keys(data[0]?.relationships ?? {})).toEqual(['$account'])
  })

  it('200: lists every type that the public API lists, filtered or not there', async () => {
    await aTask(api)
    const channel = await aChannel(api, { name: 'Sales' })
    await aMessage(api, { channelId: channel.id })
    for (const type of ['account', 'contact', 'task', 'note', 'meeting', 'list', 'member', 'channel', 'message']) {
      expect([type, (await query(type)).status]).toEqual([type, 200])
    }
    expect((await pageOf('member?$email[contains]=admin@')).data.map(({ id }) => id)).toEqual([api.memberId])
    expect((await pageOf('message')).names[channel.id]).toBe('Sales')
  })

  it.each([
    ['404', 'nothing'],
    ['404', 'file'],
    ['400 unknown_field bogus', 'opportunity?bogus=1'],
    ['400 invalid_configuration $amount[startsWith]', 'opportunity?$amount[startsWith]=1'],
    ['400 invalid_type createdAt[greaterThan]', 'opportunity?createdAt[greaterThan]=soon'],
    ['400 unknown_field sort', 'opportunity?sort=bogus'],
    ['400 invalid_configuration sort', 'opportunity?sort=$opportunityStatus'],
    ['400 invalid_configuration sort', 'opportunity?sort=$note'],
    ['400 unknown_field sort', 'list?sort=updatedAt'],
    ['400 unknown_field fields', 'opportunity?fields=$name,bogus'],
    ['400 invalid_type limit', 'opportunity?limit=1001'],
    ['400 invalid_type after', 'opportunity?after=bogus'],
    ['400 invalid_type after', `opportunity?after=${Buffer.from('["",null,"x"]').toString('base64url')}`],
  ])('%s: %s', async (answer, path) => {
    expect(outcome(await query(path))).toBe(answer)
  })
})

describe('who may see what', () => {
  it('what a meeting keeps private is neither shown nor found nor sorted by', async () => {
    const meeting = await aMeeting(api, { $description: 'Secret', $privacySetting: 'METADATA' })
    const other = rekeyed(api, (await aKey(api, { memberId: (await aMember(api)).id })).key)
    const { data } = await pageOf('meeting?fields=$title,$description', other)
    expect(data.find(({ id }) => id === meeting.id)).toMatchObject({
      accessLevel: 'METADATA',
      fields: { $title: { value: meeting.fields['$title']?.value }, $description: { value: null } },
    })
    for (const [param, path] of [
      ['$description[startsWith]', '$description[startsWith]=S'],
      ['$transcript', '$transcript=fil_x'],
      ['sort', 'sort=$description'],
    ]) {
      expect(outcome(await query(`meeting?${path}`, other))).toBe(`400 invalid_configuration ${param}`)
    }
  })

  it('a private channel is there, and has a name, only for its members', async () => {
    const channel = await aChannel(api, { name: 'Board', visibility: 'PRIVATE', memberIds: [api.memberId] })
    const message = await aMessage(api, { channelId: channel.id, text: 'Psst' })
    const other = rekeyed(api, (await aKey(api, { memberId: (await aMember(api)).id })).key)
    expect(await idsOf('channel')).toContain(channel.id)
    expect((await pageOf('channel', other)).data.map(({ id }) => id)).not.toContain(channel.id)
    const shown = async (from = api) => {
      const { data, names } = await pageOf('message?fields=$text', from)
      return [data.find(({ id }) => id === message.id)?.fields, names]
    }
    expect(await shown()).toEqual([{ $text: { value: 'Psst', valueType: 'MARKDOWN' } }, {}])
    expect(await shown(other)).toEqual([{ $text: { value: null, valueType: 'MARKDOWN' } }, {}])
    const all = [await pageOf('message'), await pageOf('message', other)].map(({ names }) => names[channel.id])
    expect(all).toEqual(['Board', undefined])
  })

  it('a key needs the scope of the type, and of the types whose names it is told', async () => {
    const { key } = await aKey(api, { scopes: ['opportunities:read', 'members:read'] })
    const own = rekeyed(api, key)
    expect(outcome(await query('account', own))).toBe('403')
    const { names } = await pageOf('opportunity', own)
    expect(names[account.id]).toBeUndefined()
    expect(names[api.memberId]).toEqual(expect.any(String))
  })

  it('a custom field may be called like a parameter of ours', async () => {
    await aField(api, 'contact', { slug: 'createdAt', valueType: 'NUMBER' })
    const contact = await aContact(api, { createdAt: 7 })
    expect(await idsOf('contact?createdAt=7')).toEqual([contact.id])
    expect((await idsOf('contact?sort=-createdAt'))[0]).toBe(contact.id)
  })
})
