import { describe, expect, it } from 'vitest'
import {
  aContact,
  aMeeting,
  aMember,
  anAccount,
  anOpportunity,
  meetingFields,
  successOf,
} from '../../../test/factories.ts'
import { contentsOf, type ListBody, outcome, type RecordBody, startApi } from '../../../test/harness.ts'

const api = await startApi()

const linksOf = ({ relationships }: RecordBody) =>
  Object.fromEntries(Object.entries(relationships).map(([key, { values }]) => [key, values]))
const newestFirst = (...records: { id: string }[]) =>
  records
    .map(({ id }) => id)
    .toSorted()
    .reverse()
const meet = (emails: string[], more: Record<string, unknown> = {}) => aMeeting(api, { $attendeeEmails: emails }, more)
const automatically = { autoCreateRecords: true }
const contactsWith = async (text: string) =>
  successOf(await api.get<ListBody>(`/v1/contacts?$email[contains]=${encodeURIComponent(text)}`)).data
const accountsWith = async (text: string) =>
  successOf(await api.get<ListBody>(`/v1/accounts?$website[contains]=${text}`)).data

describe('who attends a meeting', () => {
  it('says which contacts, accounts and opportunities it belongs to, in the answer and at their end', async () => {
    const ada = await aContact(api, { $email: ['other@ada.example', 'Ada@ada.example'] })
    const bob = await aContact(api, { $email: ['bob@bob.example'] })
    const [one, two] = [
      await anAccount(api, {}, { $contact: ada.id }),
      await anAccount(api, {}, { $contact: [ada.id, bob.id] }),
    ]
    const opportunity = await anOpportunity(api, {}, { $champion: ada.id, $evaluator: bob.id })

    const meeting = await meet(['ADA@ada.example', 'bob@BOB.example', 'nobody@nowhere.example'])

    expect(linksOf(meeting)).toEqual({
      $contact: newestFirst(ada, bob),
      $account: newestFirst(one, two),
      $opportunity: [opportunity.id],
      $transcript: [],
    })
    expect(linksOf((await api.get(`/v1/meetings/${meeting.id}`)).body)).toEqual(linksOf(meeting))
    const paths = [`contacts/${ada.id}`, `accounts/${two.id}`, `opportunities/${opportunity.id}`]
    for (const path of paths) expect(linksOf((await api.get(`/v1/${path}`)).body).$meeting).toEqual([meeting.id])
  })

  it('says nothing of who organises it, who is in the trash, or who has only part of an address', async () => {
    const organizer = await aContact(api, { $email: ['organizer@quiet.example'] })
    const away = await aContact(api, { $email: ['away@quiet.example'] })
    await aContact(api, { $email: ['not-ann@quiet.example'] })
    await api.delete(`/v1/contacts/${away.id}`)
    const meeting = await aMeeting(api, {
      $organizerEmail: 'organizer@quiet.example',
      $attendeeEmails: ['away@quiet.example', 'ann@quiet.example'],
    })
    expect(linksOf(meeting).$contact).toEqual([])
    expect(linksOf((await api.get(`/v1/contacts/${organizer.id}`)).body).$meeting).toEqual([])
  })

  it('makes no record unless that is asked for', async () => {
    for (const more of [{}, { autoCreateRecords: false }]) {
      expect(linksOf(await meet(['new@unasked.example'], more)).$contact).toEqual([])
    }
    expect(await contactsWith('unasked.example')).toEqual([])
  })
})

describe('autoCreateRecords', () => {
  it('makes a contact for each address that nobody has, in an account of its domain', async () => {
    const known = await aContact(api, { $email: ['known@new.example'] })
    const meeting = await meet(
      ['Known@new.example', 'one@new.example', 'two@new.example', 'ONE@new.example'],
      automatically,
    )
    const made = await contactsWith('@new.example')
    expect(made.flatMap(({ fields }) => fields.$email?.value).toSorted()).toEqual([
      'known@new.example',
      'one@new.example',
      'two@new.example',
    ])
    const accounts = await accountsWith('new.example')
    expect(accounts.map(({ fields }) => [fields.$name?.value, fields.$website?.value])).toEqual([
      ['new.example', ['https://new.example']],
    ])
    expect(linksOf(meeting)).toMatchObject({ $contact: newestFirst(...made), $account: newestFirst(...accounts) })
    const linked = made.map((contact) => [contact.id, linksOf(contact).$account])
    expect(Object.fromEntries(linked)[known.id]).toEqual([])
    expect(linked.filter(([id]) => id !== known.id).map(([, ids]) => ids)).toEqual([
      [accounts[0]?.id],
      [accounts[0]?.id],
    ])
  })

  it.each([
    'https://www.there.example/about',
    'http://there.example',
    'there.example:8080/x?y#z',
    'https://there.example',
  ])('takes the account that is there, by its website %s', async (website) => {
    const domain = `${Math.random().toString(36).slice(2)}.example`
    await anAccount(api, { $website: [`https://not-${domain}`, `https://${domain}.evil.example`] })
    const account = await anAccount(api, {
      $website: ['https://other.example', website.replace('there.example', domain)],
    })
    const meeting = await meet([`x@${domain}`], automatically)
    expect(linksOf(meeting).$account).toEqual([account.id])
  })

  it('makes no account of a domain where anybody has an address, and nothing of our own people', async () => {
    await aMember(api, { email: 'someone@ours.example' })
    const meeting = await meet(['person@gmail.com', 'stranger@ours.example', 'someone@OURS.example'], automatically)
    const [person, ...others] = await contactsWith('person@gmail.com')
    expect(others).toEqual([])
    expect(linksOf(meeting)).toMatchObject({ $contact: [person?.id], $account: [] })
    expect(await contactsWith('ours.example')).toEqual([])
    expect([await accountsWith('gmail.com'), await accountsWith('ours.example')]).toEqual([[], []])
  })

  it('makes records once when a meeting is sent again under its idempotency key', async () => {
    const body = { fields: { ...meetingFields(), $attendeeEmails: ['a@again.example'] }, ...automatically }
    const once = { headers: { 'idempotency-key': 'meeting-1' } }
    const first = await api.post('/v1/meetings', body, once)
    expect((await api.post('/v1/meetings', body, once)).text).toBe(first.text)
    expect(await contactsWith('again.example')).toHaveLength(1)
    await meet(['a@again.example'], automatically)
    expect(await contactsWith('again.example')).toHaveLength(1)
  })

  it('makes a contact and its account once for meetings that come at once', async () => {
    const emails = ['first@crowd.example', 'second@crowd.example']
    const meetings = await Promise.all(Array.from({ length: 12 }, () => meet(emails, automatically)))
    const [made, accounts] = [await contactsWith('@crowd.example'), await accountsWith('crowd.example')]
    expect([made.length, accounts.length]).toEqual([2, 1])
    for (const meeting of meetings) expect(linksOf(meeting).$contact).toEqual(newestFirst(...made))
  })

  it('makes nothing for a meeting that is refused', async () => {
    const contents = await contentsOf(api)
    const $attendeeEmails = ['a@refused.example']
    const bodies: [string, object][] = [
      ['422 fields.$title', { fields: { ...meetingFields(), $title: null, $attendeeEmails } }],
      ['422 fields.$endDate', { fields: { ...meetingFields(), $endDate: '2126-01-01T00:00:00Z', $attendeeEmails } }],
      [
        '400 relationship_entity_missing relationships.$transcript',
        {
          fields: { ...meetingFields(), $attendeeEmails },
          relationships: { $transcript: 'fil_01h455vb4pex5vsknk084sn02q' },
        },
      ],
    ]
    for (const [answer, body] of bodies) {
      expect(outcome(await api.post('/v1/meetings', { ...body, ...automatically }))).toBe(answer)
    }
    expect(await contentsOf(api)).toEqual(contents)
  })
})
