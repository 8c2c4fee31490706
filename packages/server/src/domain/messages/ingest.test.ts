import { describe, expect, it } from 'vitest'
import {
  aChannel,
  aContact,
  aKey,
  aMember,
  aMessage,
  anAccount,
  type MeetingBody as MessageBody,
  successOf,
} from '../../../test/factories.ts'
import { contentsOf, type ListBody, outcome, type RecordBody, type Response, startApi } from '../../../test/harness.ts'

const api = await startApi()

const [insider, outsider] = [await aMember(api), await aMember(api)]
const keys = {
  insider: (await aKey(api, { memberId: insider.id })).key,
  outsider: (await aKey(api, { memberId: outsider.id })).key,
  admin: api.key,
  workspace: (await aKey(api)).key,
}
const unknown = '01h455vb4pex5vsknk084sn02q'
const pages = async <Body = RecordBody>(path: string, key: string) =>
  successOf(await api.get<{ data: Body[]; totalCount: number }>(path, { key }))

async function expectRefusal(answer: string, request: () => Promise<Response<unknown>>) {
  const contents = await contentsOf(api)
  expect(outcome(await request())).toBe(answer)
  expect(await contentsOf(api)).toEqual(contents)
}

describe('a channel', () => {
  it('is brought in with its members and accounts, and says what it is', async () => {
    const account = await anAccount(api)
    const channel = await aChannel(api, {
      name: 'general',
      provider: 'MICROSOFT_TEAMS',
      memberIds: [insider.id],
      accountIds: [account.id],
      externalId: 'C-1',
    })
    expect(channel).toMatchObject({
      id: expect.stringMatching(/^chn_/),
      objectType: 'channel',
      externalId: 'C-1',
      fields: {
        $name: { value: 'general', valueType: 'TEXT' },
        $provider: { value: 'MICROSOFT_TEAMS', valueType: 'SINGLE_SELECT' },
        $visibility: { value: 'PUBLIC', valueType: 'SINGLE_SELECT' },
      },
      relationships: {
        $member: { cardinality: 'HAS_MANY', objectType: 'member', values: [insider.id] },
        $account: { cardinality: 'HAS_MANY', objectType: 'account', values: [account.id] },
        $message: { cardinality: 'HAS_MANY', objectType: 'message', values: [] },
      },
    })
    expect(channel).not.toHaveProperty('accessLevel')
    expect((await api.get(`/v1/channels/${channel.id}`)).body).toEqual(channel)
  })

  it('that is private is there for its members only: in retrieve, list and total', async () => {
    const open = await aChannel(api)
    const secret = await aChannel(api, { visibility: 'PRIVATE', memberIds: [insider.id] })
    const totals: number[] = []
    for (const [who, key] of Object.entries(keys)) {
      const isThere = who === 'insider'
      expect(outcome(await api.get(`/v1/channels/${open.id}`, { key }))).toBe('200')
      expect(outcome(await api.get(`/v1/channels/${secret.id}`, { key }))).toBe(isThere ? '200' : '404')
      const { data, totalCount } = await pages('/v1/channels', key)
      expect(data.map(({ id }) => id).includes(secret.id)).toBe(isThere)
      expect(data.map(({ id }) => id).includes(open.id)).toBe(true)
      expect(data).toHaveLength(totalCount)
      if (!isThere) totals.push(totalCount)
    }
    expect(new Set(totals).size).toBe(1)
    expect((await pages('/v1/channels', keys.insider)).totalCount).toBeGreaterThan(totals[0] ?? Infinity)
    const ofNobody = await aChannel(api, { visibility: 'PRIVATE' })
    for (const key of Object.values(keys)) {
      expect(outcome(await api.get(`/v1/channels/${ofNobody.id}`, { key }))).toBe('404')
    }
    const missing = await api.get(`/v1/channels/chn_${unknown}`)
    const hidden = await api.get(`/v1/channels/${secret.id}`)
    expect(hidden.text).toBe(missing.text)
  })

  it('is there for a workspace key when it is for the admin who made the key', async () => {
    const { id } = await aChannel(api, { visibility: 'PRIVATE', memberIds: [api.memberId] })
    for (const [who, answer] of [
      ['workspace', '200'],
      ['admin', '200'],
      ['insider', '404'],
    ] as const) {
      expect(outcome(await api.get(`/v1/channels/${id}`, { key: keys[who] }))).toBe(answer)
    }
  })

  it('is listed in pages of what is there for the caller', async () => {
    for (const visibility of ['PRIVATE', 'PUBLIC', 'PRIVATE']) await aChannel(api, { visibility })
    const { data, totalCount } = await pages('/v1/channels', keys.outsider)
    const paged = await Promise.all(
      data.map(async (_, offset) => (await pages(`/v1/channels?limit=1&offset=${offset}`, keys.outsider)).data[0]?.id),
    )
    expect(paged).toEqual(data.map(({ id }) => id))
    expect(await pages(`/v1/channels?offset=${totalCount}&$name=x`, keys.outsider)).toMatchObject({
      data: [],
      totalCount,
    })
  })

  const refusals: [answer: string, body: object][] = [
    ['400 parameter_missing name', { provider: 'SLACK' }],
    ['400 parameter_missing provider', { name: 'A' }],
    ['422 provider', { name: 'A', provider: 'IRC' }],
    ['422 visibility', { name: 'A', provider: 'SLACK', visibility: 'SECRET' }],
    ['400 unknown_field color', { name: 'A', provider: 'SLACK', color: 'red' }],
    [
      '400 relationship_entity_missing relationships.$member',
      { name: 'A', provider: 'SLACK', memberIds: [`mem_${unknown}`] },
    ],
    ['422 externalId', { name: 'A', provider: 'SLACK', externalId: 'C-1' }],
  ]
  it.each(refusals)('%s for %j', async (answer, body) => {
    await expectRefusal(answer, () => api.post('/admin/v1/channels', body))
  })

  it('is not written through the public API, nor deleted', async () => {
    const { id } = await aChannel(api)
    for (const request of [
      api.post('/v1/channels', { fields: {} }),
      api.post(`/v1/channels/${id}`, {}),
      api.delete(`/v1/channels/${id}`),
    ]) {
      expect(outcome(await request)).toBe('404')
    }
  })
})

describe('a message', async () => {
  const account = await anAccount(api)
  const open = await aChannel(api, { accountIds: [account.id] })
  const secret = await aChannel(api, { visibility: 'PRIVATE', memberIds: [insider.id], accountIds: [account.id] })

  it('belongs to its channel, to the contacts with its sender’s address, and to the accounts of both', async () => {
    const theirs = await anAccount(api)
    const ada = await aContact(api, { $email: ['ada@sender.example'] }, { $account: theirs.id })
    const message = await aMessage(api, {
      channelId: open.id,
      text: '# Hello',
      sentAt: '2026-05-01T11:00:00+02:00',
      senderName: 'Ada',
      senderEmail: 'ADA@sender.example',
      externalId: 'M-1',
    })
    expect(message).toMatchObject({
      id: expect.stringMatching(/^msg_/),
      objectType: 'message',
      accessLevel: 'FULL',
      externalId: 'M-1',
      fields: {
        $text: { value: '# Hello', valueType: 'MARKDOWN' },
        $sentAt: { value: '2026-05-01T09:00:00.000Z', valueType: 'DATETIME' },
        $senderName: { value: 'Ada', valueType: 'TEXT' },
        $senderEmail: { value: 'ADA@sender.example', valueType: 'EMAIL' },
      },
    })
    const links = Object.entries(message.relationships).map(([key, { values }]) => [key, values.toSorted()])
    expect(Object.fromEntries(links)).toEqual({
      $channel: [open.id],
      $contact: [ada.id],
      $account: [account.id, theirs.id].toSorted(),
    })
    expect((await api.get(`/v1/messages/${message.id}`)).body).toEqual(message)
    expect((await api.get(`/v1/channels/${open.id}`)).body.relationships.$message?.values).toEqual([message.id])
  })

  it('shows what it says to those who see its channel, and to others that it is there', async () => {
    const said = await aMessage(api, { channelId: secret.id, text: 'Secret', senderName: 'Bo' })
    expect(said).toMatchObject({ accessLevel: 'FULL', fields: { $text: { value: 'Secret' } } })
    const heard = await aMessage(api, { channelId: open.id, text: 'Open' })
    for (const [who, key] of Object.entries(keys)) {
      const level = who === 'insider' ? 'FULL' : 'METADATA'
      const text = who === 'insider' ? 'Secret' : null
      const one = successOf(await api.get<MessageBody>(`/v1/messages/${said.id}`, { key }))
      expect(one).toMatchObject({
        accessLevel: level,
        fields: { $text: { value: text, valueType: 'MARKDOWN' }, $senderName: { value: 'Bo' } },
        relationships: { $channel: { values: [secret.id] } },
      })
      const { data } = await pages<MessageBody>('/v1/messages', key)
      expect(data.find(({ id }) => id === said.id)).toEqual(one)
      const open = data.find(({ id }) => id === heard.id)
      expect(open).toMatchObject({ accessLevel: 'FULL', fields: { $text: { value: 'Open' } } })
    }
    expect(JSON.stringify(await pages('/v1/messages', keys.outsider))).not.toContain('Secret')
  })

  const body = { channelId: open.id, text: 'A', sentAt: '2026-05-01T09:00:00Z' }
  const refusals: [answer: string, body: object][] = [
    ['400 parameter_missing channelId', { ...body, channelId: undefined }],
    ['400 parameter_missing text', { ...body, text: undefined }],
    ['400 parameter_missing sentAt', { ...body, sentAt: undefined }],
    ['422 fields.$sentAt', { ...body, sentAt: 'yesterday' }],
    ['422 fields.$senderEmail', { ...body, senderEmail: 'nobody' }],
    ['400 invalid_type text', { ...body, text: 5 }],
    ['400 unknown_field html', { ...body, html: '<p>' }],
    ['400 relationship_entity_missing relationships.$channel', { ...body, channelId: `chn_${unknown}` }],
    ['400 relationship_entity_missing relationships.$channel', { ...body, channelId: account.id }],
  ]
  it.each(refusals)('%s for %j', async (answer, wrong) => {
    await expectRefusal(answer, () => api.post('/admin/v1/messages', wrong))
  })

  it('is brought in once under the id it has elsewhere', async () => {
    await aMessage(api, { channelId: open.id, externalId: 'M-2' })
    await expectRefusal('422 externalId', () => api.post('/admin/v1/messages', { ...body, externalId: 'M-2' }))
  })

  it('is not found under an id that is none, nor changed or deleted', async () => {
    const { id } = await aMessage(api, { channelId: open.id })
    const requests = [
      api.get(`/v1/messages/msg_${unknown}`),
      api.get(`/v1/messages/${open.id}`),
      api.post('/v1/messages', body),
      api.post(`/v1/messages/${id}`, {}),
      api.delete(`/v1/messages/${id}`),
    ]
    expect((await Promise.all(requests)).map(outcome)).toEqual(requests.map(() => '404'))
    expect(successOf(await api.get<ListBody>('/v1/messages')).data.map((one) => one.id)).toContain(id)
  })
})
