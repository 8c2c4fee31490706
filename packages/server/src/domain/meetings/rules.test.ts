import { describe, expect, it } from 'vitest'
import {
  aContact,
  aKey,
  aMeeting,
  aMember,
  anAccount,
  type MeetingBody,
  meetingFields,
  successOf,
} from '../../../test/factories.ts'
import { contentsOf, type ListBody, outcome, startApi } from '../../../test/harness.ts'
import { aFile, aSession, contentsOfFile } from '../../../test/uploads.ts'

const api = await startApi()

const aTranscript = () => aFile(api, 'hello', { purpose: 'meeting_transcript' })
const create = (fields: object, more: object = {}) =>
  api.post<MeetingBody>('/v1/meetings', { fields: { ...meetingFields(), ...fields }, ...more })
const update = (id: string, body: object, key = api.key) => api.post<MeetingBody>(`/v1/meetings/${id}`, body, { key })
const valuesOf = ({ fields }: MeetingBody) =>
  Object.fromEntries(Object.entries(fields).map(([key, { value }]) => [key, value]))
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString()

/** That a request is answered so, and that nothing has changed. */
async function expectRefusal(answer: string, request: () => Promise<{ status: number }>) {
  const contents = await contentsOf(api)
  expect(outcome((await request()) as Parameters<typeof outcome>[0])).toBe(answer)
  expect(await contentsOf(api)).toEqual(contents)
}

describe('a meeting', () => {
  it('is a record that names its type and how much of it the caller sees', async () => {
    const meeting = await aMeeting(api, {
      $title: 'Kickoff',
      $startDate: '2026-05-01T11:00:00+02:00',
      $endDate: '2026-05-01T11:30:00+02:00',
      $description: 'About the start',
      $meetingUrl: 'meet.example/x',
      $organizerEmail: 'Me@Team.Example',
      $attendeeEmails: ['a@b.example'],
      $privacySetting: 'FULL',
    })
    expect(Object.keys(meeting).toSorted()).toEqual(
      [
        'accessLevel',
        'createdAt',
        'externalId',
        'fields',
        'httpLink',
        'id',
        'objectType',
        'relationships',
        'updatedAt',
      ].toSorted(),
    )
    expect(meeting).toMatchObject({ id: expect.stringMatching(/^mtg_/), objectType: 'meeting', accessLevel: 'FULL' })
    expect(valuesOf(meeting)).toEqual({
      $title: 'Kickoff',
      $startDate: '2026-05-01T09:00:00.000Z',
      $endDate: '2026-05-01T09:30:00.000Z',
      $description: 'About the start',
      $meetingUrl: 'https://meet.example/x',
      $organizerEmail: 'Me@team.example',
      $attendeeEmails: ['a@b.example'],
      $privacySetting: 'FULL',
      $meetingPrep: null,
    })
    expect(Object.keys(meeting.relationships)).toEqual(['$contact', '$account', '$opportunity', '$transcript'])
    expect((await api.get(`/v1/meetings/${meeting.id}`)).body).toEqual(meeting)
  })

  it('is in a list that only pages, newest first, whatever else is asked', async () => {
    const made = [await aMeeting(api), await aMeeting(api)]
    const { data } = successOf(await api.get<ListBody>('/v1/meetings?limit=2&$title=Nothing&bogus[x]=1'))
    expect(data).toEqual(made.toReversed())
    const definitions = await api.get<{ objectType: string; fieldDefinitions: object }>('/v1/meetings/definitions')
    expect(successOf(definitions)).toMatchObject({ objectType: 'meeting', fieldDefinitions: { $meetingPrep: {} } })
  })

  const refusals: [answer: string, fields: object, more?: object][] = [
    ['422 fields.$title', { $title: null }],
    ['422 fields.$startDate', { $startDate: null }],
    ['422 fields.$endDate', { $endDate: undefined }],
    ['422 fields.$startDate', { $startDate: inSeconds(60), $endDate: inSeconds(120) }],
    ['422 fields.$endDate', { $endDate: inSeconds(60) }],
    ['422 fields.$endDate', { $endDate: '2026-05-01T08:59:59Z' }],
    ['422 fields.$startDate', { $startDate: 'yesterday' }],
    ['422 fields.$privacySetting', { $privacySetting: 'PRIVATE' }],
    ['400 invalid_type fields.$privacySetting', { $privacySetting: true }],
    ['422 fields.$organizerEmail', { $organizerEmail: 'nobody' }],
    ['400 unknown_field fields.$location', { $location: 'Here' }],
    ['400 invalid_configuration fields.$meetingPrep', { $meetingPrep: '# Prepare' }],
    ['400 invalid_configuration relationships.$contact', {}, { relationships: { $contact: ['con_x'] } }],
    ['400 invalid_configuration relationships.$account', {}, { relationships: { $account: api.accountId } }],
    ['400 invalid_configuration relationships.$opportunity', {}, { relationships: { $opportunity: [] } }],
    ['400 unknown_relationship relationships.$note', {}, { relationships: { $note: [] } }],
    ['400 invalid_type autoCreateRecords', {}, { autoCreateRecords: 'yes' }],
    ['400 unknown_field skipEnrichment', {}, { skipEnrichment: true }],
  ]
  it.each(refusals)('%s for a new one with %j %j', async (answer, fields, more) => {
    await expectRefusal(answer, () => create(fields, more))
  })

  it('may be over at once, and has an end that is its start', async () => {
    const $startDate = inSeconds(-1)
    expect(valuesOf(await aMeeting(api, { $startDate, $endDate: $startDate }))).toMatchObject({ $endDate: $startDate })
  })

  it('is changed in its privacy only', async () => {
    const meeting = await aMeeting(api, { $description: 'Secret' })
    const fixed = { $title: 'B', $startDate: inSeconds(-9), $endDate: inSeconds(-9), $description: null }
    const all = { ...fixed, $meetingUrl: null, $organizerEmail: null, $attendeeEmails: [] }
    for (const [key, value] of Object.entries(all)) {
      await expectRefusal(`400 unknown_field fields.${key}`, () => update(meeting.id, { fields: { [key]: value } }))
    }
    const prepare = { fields: { $meetingPrep: 'x' } }
    await expectRefusal('400 invalid_configuration fields.$meetingPrep', () => update(meeting.id, prepare))
    await expectRefusal('422 fields.$privacySetting', () => update(meeting.id, { fields: { $privacySetting: 'all' } }))
    await expectRefusal('400 unknown_field autoCreateRecords', () => update(meeting.id, { autoCreateRecords: true }))
    for (const $privacySetting of ['METADATA', 'FULL', null]) {
      const changed = successOf(await update(meeting.id, { fields: { $privacySetting } }))
      expect(valuesOf(changed)).toMatchObject({ $privacySetting, $title: meeting.fields.$title?.value })
    }
  })
})

describe('the transcript of a meeting', () => {
  it('is a completed file that was uploaded as one, set at first or later, and readable from there', async () => {
    const [first, second] = [await aTranscript(), await aTranscript()]
    const meeting = await aMeeting(api, {}, { relationships: { $transcript: [first.id] } })
    expect(meeting.relationships.$transcript).toEqual({
      cardinality: 'HAS_ONE',
      objectType: 'file',
      values: [first.id],
    })
    const changed = successOf(await update(meeting.id, { relationships: { $transcript: { replace: second.id } } }))
    expect(changed.relationships.$transcript?.values).toEqual([second.id])
    const [id = ''] = successOf(await api.get(`/v1/meetings/${meeting.id}`)).relationships.$transcript?.values ?? []
    expect((await contentsOfFile(api, { id })).toString()).toBe('hello')
    const later = await aMeeting(api)
    successOf(await update(later.id, { relationships: { $transcript: { replace: [second.id] } } }))
  })

  it('is no other file: 422, or 400 for none', async () => {
    const pending = await aSession(api, { purpose: 'meeting_transcript' })
    const cancelled = await aSession(api, { purpose: 'meeting_transcript' })
    successOf(await api.post(`/v1/files/${cancelled.id}/cancel`))
    const [plain, good] = [await aFile(api), await aTranscript()]
    const contact = await aContact(api)
    const meeting = await aMeeting(api)
    const missing = '400 relationship_entity_missing relationships.$transcript'
    const answers: [string, unknown][] = [
      ['422 relationships.$transcript', pending.id],
      ['422 relationships.$transcript', cancelled.id],
      ['422 relationships.$transcript', plain.id],
      [missing, 'fil_01h455vb4pex5vsknk084sn02q'],
      [missing, contact.id],
    ]
    for (const [answer, $transcript] of answers) {
      await expectRefusal(answer, () => create({}, { relationships: { $transcript } }))
      const replaced = { relationships: { $transcript: { replace: $transcript } } }
      await expectRefusal(answer, () => update(meeting.id, replaced))
    }
    const two = { relationships: { $transcript: [good.id, plain.id] } }
    await expectRefusal('400 invalid_type relationships.$transcript', () => create({}, two))
  })

  it('is replaced, and can be neither added to nor cleared', async () => {
    const [first, second] = [await aTranscript(), await aTranscript()]
    const meeting = await aMeeting(api, {}, { relationships: { $transcript: first.id } })
    const wrong = '400 invalid_configuration relationships.$transcript'
    const answers: [string, unknown][] = [
      [wrong, { add: second.id }],
      [wrong, { remove: first.id }],
      [wrong, { replace: null }],
      [wrong, { replace: [] }],
      [wrong, { replace: [first.id, second.id] }],
      [wrong, { replace: second.id, remove: first.id }],
      [wrong, {}],
      ['400 invalid_type relationships.$transcript', second.id],
      ['400 invalid_type relationships.$transcript', null],
    ]
    for (const [answer, $transcript] of answers) {
      await expectRefusal(answer, () => update(meeting.id, { relationships: { $transcript } }))
    }
    const contact = { relationships: { $contact: { add: 'con_x' } } }
    await expectRefusal('400 invalid_configuration relationships.$contact', () => update(meeting.id, contact))
  })
})

describe('a meeting with the privacy METADATA', async () => {
  const [organizer, attendee, other] = [
    await aMember(api, { email: 'organizer@team.example' }),
    await aMember(api, { email: 'attendee@team.example' }),
    await aMember(api),
  ]
  const keyOf = async (memberId?: string, more: object = {}) =>
    (await aKey(api, { ...(memberId !== undefined && { memberId }), ...more })).key
  const keys = {
    organizer: await keyOf(organizer.id),
    attendee: await keyOf(attendee.id),
    other: await keyOf(other.id),
    admin: api.key,
    workspace: await keyOf(),
  }
  const fields = {
    $description: 'Secret',
    $meetingUrl: 'https://meet.example/secret',
    $privacySetting: 'METADATA',
    $organizerEmail: 'Organizer@team.example',
    $attendeeEmails: ['someone@else.example', 'ATTENDEE@team.example'],
  }
  const transcript = await aTranscript()
  const contact = await aContact(api, { $email: ['someone@else.example'] })
  const meeting = await aMeeting(api, fields, { relationships: { $transcript: transcript.id } })

  const expectFull = (seen: MeetingBody) => {
    expect(seen.accessLevel).toBe('FULL')
    expect(valuesOf(seen)).toMatchObject({ $description: 'Secret', $meetingUrl: 'https://meet.example/secret' })
    expect(seen.relationships.$transcript?.values).toEqual([transcript.id])
  }
  const expectMetadata = (seen: MeetingBody) => {
    expect(seen.accessLevel).toBe('METADATA')
    expect(valuesOf(seen)).toMatchObject({ $description: null, $meetingUrl: null, $meetingPrep: null })
    expect(seen.fields.$description).toEqual({ value: null, valueType: 'TEXT' })
    expect(seen.fields.$title?.value).toMatch(/^Meeting/)
    expect(seen.relationships).not.toHaveProperty('$transcript')
    expect(seen.relationships.$contact?.values).toEqual([contact.id])
  }

  it.each(['organizer', 'attendee'] as const)('is seen whole by its %s, wherever it is read', async (who) => {
    const as = { key: keys[who] }
    expectFull(successOf(await api.get<MeetingBody>(`/v1/meetings/${meeting.id}`, as)))
    const { data } = successOf(await api.get<{ data: MeetingBody[] }>('/v1/meetings', as))
    expectFull(data.find(({ id }) => id === meeting.id) as MeetingBody)
    expectFull(successOf(await update(meeting.id, {}, keys[who])))
  })

  // The first admin, who made the workspace key, took no part.
  it.each(['other', 'admin', 'workspace'] as const)('is redacted for %s, wherever it is read', async (who) => {
    const as = { key: keys[who] }
    expectMetadata(successOf(await api.get<MeetingBody>(`/v1/meetings/${meeting.id}`, as)))
    const { data } = successOf(await api.get<{ data: MeetingBody[] }>('/v1/meetings', as))
    expectMetadata(data.find(({ id }) => id === meeting.id) as MeetingBody)
    if (who !== 'other') expectMetadata(successOf(await update(meeting.id, {}, keys[who])))
  })

  it('is redacted in what creates, changes, deletes and restores it, and in the trash', async () => {
    const made = successOf(await create(fields, { relationships: { $transcript: transcript.id } }))
    const path = `/v1/meetings/${made.id}`
    const seen = [
      made,
      successOf(await update(made.id, { relationships: { $transcript: { replace: transcript.id } } })),
      successOf(await api.delete<MeetingBody>(path)),
      successOf(await api.get<{ data: MeetingBody[] }>('/v1/meetings?status=trashed', { key: keys.other })).data[0],
      successOf(await api.get<{ data: { record: MeetingBody }[] }>('/admin/v1/trash')).data[0]?.record,
      successOf(await api.post<MeetingBody>(`${path}/restore`, {})),
    ]
    for (const one of seen) expectMetadata(one as MeetingBody)
    expectFull(successOf(await api.get<MeetingBody>(path, { key: keys.attendee })))
  })

  it('is seen whole by everybody once it is FULL, or says nothing', async () => {
    for (const $privacySetting of ['FULL', null]) {
      const open = await aMeeting(
        api,
        { ...fields, $privacySetting },
        { relationships: { $transcript: transcript.id } },
      )
      expectFull(successOf(await api.get<MeetingBody>(`/v1/meetings/${open.id}`, { key: keys.other })))
    }
  })

  it('is changed by who took part, and by admins: others get 403', async () => {
    const one = await aMeeting(api, fields)
    const changes = [
      { fields: { $privacySetting: 'FULL' } },
      { relationships: { $transcript: { replace: transcript.id } } },
    ]
    for (const change of changes) await expectRefusal('403', () => update(one.id, change, keys.other))
    for (const who of ['organizer', 'attendee', 'admin', 'workspace'] as const) {
      for (const $privacySetting of ['FULL', 'METADATA']) {
        expect(valuesOf(successOf(await update(one.id, { fields: { $privacySetting } }, keys[who])))).toMatchObject({
          $privacySetting,
        })
      }
    }
  })

  it('is deleted by who took part, and by admins: others get 403', async () => {
    const scoped = await keyOf(other.id, { scopes: ['meetings:delete'] })
    for (const key of [keys.other, scoped]) {
      await expectRefusal('403', () => api.delete(`/v1/meetings/${meeting.id}`, { key }))
    }
    for (const who of ['organizer', 'attendee', 'admin', 'workspace'] as const) {
      const one = await aMeeting(api, fields)
      const deleted = await api.delete<MeetingBody>(`/v1/meetings/${one.id}`, { key: keys[who] })
      expect([deleted.status, deleted.body.id]).toEqual([200, one.id])
    }
    const open = await aMeeting(api, { ...fields, $privacySetting: 'FULL' })
    await expectRefusal('403', () => api.delete(`/v1/meetings/${open.id}`, { key: keys.other }))
  })

  it('is brought back by who could have deleted it', async () => {
    const path = `/v1/meetings/${(await aMeeting(api, fields)).id}`
    for (const who of ['organizer', 'attendee', 'admin', 'workspace'] as const) {
      successOf(await api.delete(path))
      await expectRefusal('403', () => api.post(`${path}/restore`, {}, { key: keys.other }))
      successOf(await api.post(`${path}/restore`, {}, { key: keys[who] }))
    }
  })

  it('is not found again once it is deleted, by nobody', async () => {
    const one = await aMeeting(api, fields)
    successOf(await api.delete(`/v1/meetings/${one.id}`, { key: keys.attendee }))
    for (const key of Object.values(keys)) {
      await expectRefusal('404', () => api.delete(`/v1/meetings/${one.id}`, { key }))
    }
    await expectRefusal('404', () => api.delete('/v1/meetings/mtg_01h455vb4pex5vsknk084sn02q', { key: keys.other }))
  })

  it('stays with those whose addresses it names: a member who left is none of them', async () => {
    const leaver = await aMember(api, { email: 'leaver@team.example', role: 'admin' })
    const theirs = await keyOf(leaver.id)
    const ofWorkspace = (await aKey({ ...api, post: (path, body) => api.post(path, body, { key: theirs }) })).key
    const one = await aMeeting(api, { ...fields, $attendeeEmails: ['leaver@team.example'] })
    const seenBy = async (key: string) =>
      successOf(await api.get<MeetingBody>(`/v1/meetings/${one.id}`, { key })).accessLevel
    expect([await seenBy(theirs), await seenBy(ofWorkspace)]).toEqual(['FULL', 'FULL'])
    successOf(await api.delete(`/admin/v1/members/${leaver.id}`))
    expect(await seenBy(ofWorkspace)).toBe('METADATA')
    expect(outcome(await api.get(`/v1/meetings/${one.id}`, { key: theirs }))).toBe('401')
  })

  it('does not hide that it took place', async () => {
    const account = await anAccount(api, {}, { $contact: contact.id })
    const one = await aMeeting(api, fields)
    const as = { key: keys.other }
    expect((await api.get(`/v1/accounts/${account.id}`, as)).body.relationships.$meeting?.values).toEqual([one.id])
  })
})
