import { ApiError, encodeId, type ObjectDefinition, objectTypes, type Relationship } from '@openfield/schema'
import type { Context } from '../context.ts'
import { listedTypes, listMembers } from '../lists/members.ts'
import { retrieveRecord } from '../records/retrieve.ts'
import { updateRecord } from '../records/update.ts'
import type { SourceRecord } from './source.ts'
import { type Ids, isSameValue, type Translated } from './translate.ts'

/** A record that is not quite what it is in the source, or not here: its id there, and why. */
export type Difference = { id: string; why: string }

/** A request changes so many links at most. */
const linksMax = 25

type Here = { updatedAt?: string } & Required<Pick<SourceRecord, 'fields' | 'relationships'>>

/**
 * What is different between a record of the source and the one that is here. What was changed there after it was changed here
 * is brought up to date first, and so are links to what was not here yet when it came.
 */
export async function compare(
  ctx: Context,
  definition: ObjectDefinition,
  ids: Ids,
  record: SourceRecord,
  translated: Translated,
): Promise<string[]> {
  const id = encodeId(definition.prefix, ids.get(record.id) ?? '')
  try {
    let here = await read(ctx, definition, id)
    const fields = differentFields(definition, here, translated)
    const isNewer = record.updatedAt && here.updatedAt && record.updatedAt > here.updatedAt
    if (fields.length > 0 && isNewer) {
      const changed = Object.fromEntries(fields.map((key) => [key, translated.fields[key] ?? null]))
      await attempt(() => updateRecord(ctx, definition.name, id, { fields: changed, relationships: {} }))
    }
    const links = missingLinks(definition, ids, here, translated)
    for (const [relationship, missing] of links) {
      if (relationship.write !== 'never') await addLinks(ctx, definition, id, relationship, missing)
    }
    if (fields.length > 0 || links.length > 0) here = await read(ctx, definition, id)
    return [
      ...differentFields(definition, here, translated).map((key) => `${key} is another`),
      ...missingLinks(definition, ids, here, translated).map(([{ key }, missing]) => `${key} lacks ${missing.length}`),
      ...absentLinks(definition, ids, translated),
    ]
  } catch (error) {
    if (error instanceof ApiError && error.type === 'not_found') return ['it was deleted here']
    throw error
  }
}

async function read(ctx: Context, definition: ObjectDefinition, id: string): Promise<Here> {
  const record = JSON.parse(await retrieveRecord(ctx, definition.name, id)) as Here
  if (definition.name !== objectTypes.list.name) return record
  const relationships: Here['relationships'] = {}
  for (const objectType of listedTypes) {
    const page = await listMembers(ctx, id, objectType, { limit: 100_000, offset: 0, filters: [] })
    const { data } = JSON.parse(page) as { data: { id: string }[] }
    relationships[`$${objectTypes[objectType].plural}`] = { objectType, values: data.map((one) => one.id) }
  }
  return { ...record, relationships }
}

/** The fields that are copied and have another value, or none, or one too many. */
const differentFields = (definition: ObjectDefinition, here: Here, { fields, left }: Translated) =>
  [...definition.fields.values()]
    .filter((field) => !field.readOnly && !field.apart && field.key !== '$pipeline' && !left.includes(field.key))
    .filter(({ key }) => !isSameValue(plain(here.fields[key]?.value), plain(fields[key])))
    .map(({ key }) => key)

const plain = (value: unknown) => (Array.isArray(value) && value.length === 0 ? null : (value ?? null))

/** The links that the record has there, to what is here, and not here. Those of long relationships are seen from the other end. */
function missingLinks(
  definition: ObjectDefinition,
  ids: Ids,
  here: Here,
  { links }: Translated,
): [Relationship, string[]][] {
  return Object.entries(links).flatMap(([key, there]): [Relationship, string[]][] => {
    const relationship = definition.relationships.get(key)
    const shown = here.relationships[key]
    if (!relationship || !shown || shown.hasMore) return []
    const present = new Set(shown.values)
    const wanted = there.flatMap((id) => publicId(relationship, ids.get(id)) ?? [])
    const missing = wanted.filter((id) => !present.has(id))
    return missing.length > 0 ? [[relationship, missing]] : []
  })
}

/** Links to what is not here, and not for want of copying: it is counted among its own type. */
const absentLinks = (definition: ObjectDefinition, ids: Ids, { links }: Translated): string[] =>
  Object.entries(links).flatMap(([key, there]) => {
    const absent = there.filter((id) => !ids.get(id))
    const isOwn = definition.relationships.get(key)?.side === 'from'
    return isOwn && absent.length > 0 ? [`${key} leads to ${absent.length} that are not here`] : []
  })

function publicId({ objectType }: Relationship, uuid: string | undefined): string | undefined {
  const type = objectTypes[objectType as keyof typeof objectTypes]
  return uuid && encodeId(type?.prefix ?? 'obj', uuid)
}

async function addLinks(
  ctx: Context,
  definition: ObjectDefinition,
  id: string,
  { key, one }: Relationship,
  missing: readonly string[],
) {
  for (let at = 0; at < missing.length; at += linksMax) {
    const some = missing.slice(at, at + linksMax)
    const change = one ? { replace: some[0] } : { add: some }
    await attempt(() => updateRecord(ctx, definition.name, id, { fields: {}, relationships: { [key]: change } }))
  }
}

/** What is refused shows as a difference. */
async function attempt(write: () => Promise<unknown>) {
  try {
    await write()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
  }
}
