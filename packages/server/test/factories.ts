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
