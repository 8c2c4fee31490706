import { encodeId, type Json, type ObjectDefinition } from '@openfield/schema'
import type { StoredRecord } from '../../storage/rows.ts'
import type { FieldWrite } from '../records/fields.ts'
import { linkedIds } from '../records/links.ts'
import type { AddressFinder } from './address.ts'
import type { SiteFinder } from './website/company.ts'

/** Something that a run can be asked for. */
export type Target = {
  /** Where it is in a record: a field, or a relationship to accounts. A custom field is there only if somebody made it. */
  key: string
  /** How it is found on the company's site. */
  site?: SiteFinder
  /** How it is found by the address of a person. Without either, nothing here can find it. */
  address?: AddressFinder
  /** It is looked up only when it is named. */
  namedOnly?: true
  /** What is found is a guess, which never replaces a value. */
  guess?: true
  /** It is switched on and off by a setting of its own. */
  photo?: true
}

/**
 * The types of records that are enriched, by the name in their paths: the field that leads to a company, and what they may be
 * asked for.
 */
export const enrichable = {
  accounts: {
    objectType: 'account',
    label: 'an account',
    leads: '$website',
    targets: {
      name: { key: '$name', site: 'name', namedOnly: true },
      website: { key: '$website' },
      industry: { key: '$industry' },
      headcount: { key: '$headcount', site: 'headcount' },
      lastFundingType: { key: '$lastFundingType' },
      linkedIn: { key: '$linkedIn', site: 'profile' },
      twitter: { key: '$twitter', site: 'profile' },
      facebook: { key: '$facebook', site: 'profile' },
      instagram: { key: '$instagram', site: 'profile' },
      primaryAddress: { key: '$primaryAddress', site: 'address' },
      description: { key: 'description', site: 'description' },
      phone: { key: 'phone', site: 'phone' },
    },
  },
  contacts: {
    objectType: 'contact',
    label: 'a contact',
    leads: '$email',
    targets: {
      email: { key: '$email' },
      title: { key: '$title' },
      phone: { key: '$phone' },
      profilePhotoUrl: { key: '$profilePhotoUrl', photo: true },
      name: { key: '$name', address: 'name', guess: true },
      account: { key: '$account', address: 'account' },
    },
  },
} as const satisfies Record<
  string,
  { objectType: string; label: string; leads: string; targets: Record<string, Target> }
>

export type Enrichable = keyof typeof enrichable

/** The name in the path of a type that is enriched; undefined for one that is not. */
export const enrichableOf = (objectType: string): Enrichable | undefined =>
  (Object.keys(enrichable) as Enrichable[]).find((slug) => enrichable[slug].objectType === objectType)

/** Whether values of a new record may lead to a company. */
export const saysWhere = ({ name }: ObjectDefinition, values: readonly FieldWrite[]) => {
  const slug = enrichableOf(name)
  return slug !== undefined && values.some(({ field }) => field.key === enrichable[slug].leads)
}

/** What records of a type may be asked for in a workspace, by name. */
export function targetsOf(slug: Enrichable, { fields, relationships }: ObjectDefinition): Map<string, Target> {
  const all: [string, Target][] = Object.entries(enrichable[slug].targets)
  return new Map(all.filter(([, { key }]) => fields.has(key) || relationships.has(key)))
}

/** What a record has where a target is: a value, or the ids of what it is linked to; null when it has nothing. */
export function currentOf({ fields, relationships }: ObjectDefinition, record: StoredRecord, key: string): Json {
  const relationship = relationships.get(key)
  if (relationship) {
    const linked = linkedIds(relationship, record).map((id) => encodeId('acc', id))
    return linked.length === 0 ? null : linked
  }
  const value = (JSON.parse(record.fields) as Record<string, { value: Json }>)[key]?.value ?? null
  return fields.has(key) && !(Array.isArray(value) && value.length === 0) ? value : null
}
