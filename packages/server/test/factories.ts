import type { Api, RecordBody, Response } from './harness.ts'

type Fields = Record<string, unknown>

/** Made-up names are numbered, so that no two records of a file share one by chance. */
let made = 0
function numbered(what: string): string {
  made += 1
  return `${what} ${made}`
}

/** The body of a response that must be a success. */
export function successOf<Body>({ status, body, text }: Response<Body>): Body {
  if (status !== 200) throw new Error(`expected success, not ${status} ${text}`)
  return body
}

export const anAccount = async (api: Api, fields: Fields = {}, relationships: Fields = {}): Promise<RecordBody> =>
  successOf(await api.post('/v1/accounts', { fields: { $name: numbered('Account'), ...fields }, relationships }))

export const aContact = async (api: Api, fields: Fields = {}, relationships: Fields = {}): Promise<RecordBody> =>
  successOf(await api.post('/v1/contacts', { fields, relationships }))

/** In the workspace's sample account, unless the relationships say otherwise. */
export const anOpportunity = async (api: Api, fields: Fields = {}, relationships: Fields = {}): Promise<RecordBody> =>
  successOf(
    await api.post('/v1/opportunities', {
      fields: { $name: numbered('Opportunity'), $stage: 'Lead', ...fields },
      relationships: { $account: api.accountId, ...relationships },
    }),
  )

/** To be done by the first member. */
export const aTask = async (api: Api, fields: Fields = {}, relationships: Fields = {}): Promise<RecordBody> =>
  successOf(
    await api.post('/v1/tasks', {
      fields: { $title: numbered('Task'), $status: 'TODO', ...fields },
      relationships: { $assignedTo: api.memberId, ...relationships },
    }),
  )

export const aNote = async (api: Api, fields: Fields = {}, relationships: Fields = {}): Promise<RecordBody> =>
  successOf(await api.post('/v1/notes', { fields: { $title: numbered('Note'), ...fields }, relationships }))

export type MeetingBody = RecordBody & { objectType: string; accessLevel: 'FULL' | 'METADATA' }

/** Half an hour long, some time ago; `more` is what stands in the body beside fields. */
export const aMeeting = async (api: Api, fields: Fields = {}, more: Fields = {}): Promise<MeetingBody> =>
  successOf(await api.post<MeetingBody>('/v1/meetings', { fields: { ...meetingFields(), ...fields }, ...more }))

/** What a meeting cannot do without. */
export const meetingFields = () => ({
  $title: numbered('Meeting'),
  $startDate: '2026-05-01T09:00:00.000Z',
  $endDate: '2026-05-01T09:30:00.000Z',
})

export type ListRecordBody = Pick<RecordBody, 'id' | 'createdAt' | 'httpLink' | 'fields'>

/** Of accounts, unless the fields say otherwise. */
export const aList = async (api: Api, fields: Fields = {}, relationships: Fields = {}): Promise<ListRecordBody> =>
  successOf(
    await api.post<ListRecordBody>('/v1/lists', {
      fields: { $name: numbered('List'), $objectType: '$account', ...fields },
      relationships,
    }),
  )

/** A custom object type; returns its slug. */
export const anObjectType = async (api: Api, input: Fields = {}): Promise<string> => {
  const slug = numbered('object').replace(' ', '-')
  const made = await api.post<{ objectType: string }>('/admin/v1/objects', { slug, label: slug, ...input })
  return successOf(made).objectType
}

export const aCustomRecord = async (
  api: Api,
  objectType: string,
  fields: Fields = {},
  relationships: Fields = {},
): Promise<RecordBody> =>
  successOf(
    await api.post(`/v1/objects/${objectType}/values`, {
      fields: { $name: numbered(objectType), ...fields },
      relationships,
    }),
  )

/** Public, on Slack. */
export const aChannel = async (api: Api, input: Fields = {}): Promise<RecordBody> =>
  successOf(await api.post('/admin/v1/channels', { name: numbered('channel'), provider: 'SLACK', ...input }))

export const aMessage = async (api: Api, input: Fields & { channelId: string }): Promise<MeetingBody> =>
  successOf(
    await api.post<MeetingBody>('/admin/v1/messages', {
      text: numbered('Message'),
      sentAt: '2026-05-01T09:00:00.000Z',
      ...input,
    }),
  )

/** In the mailbox of nobody the CRM knows, unless the input has a `holderId`. */
export const anEmail = async (api: Api, input: Fields = {}): Promise<MeetingBody> =>
  successOf(
    await api.post<MeetingBody>('/admin/v1/emails', {
      subject: numbered('Email'),
      sentAt: '2026-05-01T09:00:00.000Z',
      ...input,
    }),
  )

export const aMember = async (api: Api, input: Fields = {}): Promise<RecordBody> =>
  successOf(
    await api.post('/admin/v1/members', {
      email: `${numbered('m').replace(' ', '')}@team.example`,
      role: 'member',
      ...input,
    }),
  )

export type KeyBody = { id: string; key: string; subjectType: string; memberId: string | null; scopes: string[] }

export const aKey = async (api: Api, input: Fields = {}): Promise<KeyBody> =>
  successOf(await api.post<KeyBody>('/admin/v1/api-keys', { name: numbered('Key'), ...input }))

export type FieldBody = {
  id: string
  slug: string
  label: string
  description: string | null
  valueType: string
  typeConfiguration: { options?: { id: string; label: string; description: string | null }[] } & Fields
}

/** A custom field; its slug is made up from its value type unless the input has one. */
export const aField = async (
  api: Api,
  objectType: string,
  input: Fields & { valueType: string },
): Promise<FieldBody> => {
  const slug = numbered(input.valueType.toLowerCase().replaceAll('_', '-')).replace(' ', '-')
  return successOf(await api.post<FieldBody>(`/admin/v1/objects/${objectType}/fields`, { slug, label: slug, ...input }))
}

/** A custom relationship, has-many at both ends unless the input says otherwise. */
export const aRelationship = async (
  api: Api,
  objectType: string,
  input: Fields & { to: string },
): Promise<{ slug: string }> => {
  const slug = numbered('link').replace(' ', '-')
  return successOf(
    await api.post<{ slug: string }>(`/admin/v1/objects/${objectType}/relationships`, {
      slug,
      label: slug,
      cardinality: 'HAS_MANY',
      inverse: { slug: `${slug}-inverse`, label: 'Inverse', cardinality: 'HAS_MANY' },
      ...input,
    }),
  )
}
