import { badRequest, type Field, type ObjectDefinition, recordId } from '@openfield/schema'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import { readDefinitionsVersion } from '../../storage/definitions.ts'
import { contextsOf, readSought, type SoughtRecord } from '../../storage/search.ts'
import { type Context, withDefinitions } from '../context.ts'
import { seenAmong } from '../files/seen.ts'
import { hasScope } from '../records/access.ts'
import { requireCurrent } from '../records/definitions.ts'
import { linkTo } from '../records/links.ts'
import { titleIn } from '../records/names.ts'
import {
  type Candidate,
  candidatesAlone,
  candidatesWithContext,
  contextEdges,
  type Found,
  findBySimilar,
  findByWords,
  type Searched,
  typesIn,
} from './candidates.ts'
import { readingsOf, type Token } from './query.ts'
import { type Answer, rate } from './rank.ts'

export type SearchQuery = { text: string; types: readonly string[] | undefined; limit: number }

/** A record that was searched for. */
export type SearchResult = {
  id: string
  objectType: string
  title: string
  subtitle: string | null
  httpLink: string | null
  matched: string
}

type Rated = Candidate & Answer & { definition: ObjectDefinition; record: SoughtRecord }

/**
 * The records that a text leads to, best first: by words of their names, addresses, numbers and sites, whole or their
 * beginnings; when these are few by parts of words; when there are none by words with mistakes.
 */
export const search = (ctx: Context, query: SearchQuery) =>
  withDefinitions(ctx, async (definitions) => {
    requireCurrent(definitions, (await readDefinitionsVersion(ctx.db, ctx.workspace)) ?? 0)
    const searched = searchedFields(ctx, definitions, query.types)
    let rated: Rated[] = []
    for (const tokens of readingsOf(query.text)) {
      if (rated.length === 0 && tokens.length > 0)
        rated = await answersTo(ctx, definitions, searched, tokens, query.limit)
    }
    const shown = await seenOf(ctx, rated)
    return { object: 'list', data: await present(ctx, definitions, searched, shown.slice(0, query.limit)) }
  })

/** Those of some answers that the caller sees. */
async function seenOf(ctx: Context, rated: readonly Rated[]): Promise<Rated[]> {
  const byType = [...Map.groupBy(rated, ({ definition }) => definition)]
  const seen = await Promise.all(
    byType.map(([definition, some]) =>
      seenAmong(
        ctx,
        definition,
        some.map(({ id }) => id),
      ),
    ),
  )
  return rated.filter(({ id }) => seen.some((ids) => ids.has(id)))
}

/** The searched fields of the types that the caller may read, and asks for. Throws a 400 for what is no type. */
function searchedFields(
  ctx: Context,
  { types }: VersionedDefinitions,
  wanted: readonly string[] | undefined,
): Searched {
  const unknown = wanted
    ?.find((name) => !types.has(name))
    ?.slice(0, 80)
    .toWellFormed()
  if (unknown !== undefined) throw badRequest('invalid_type', `There is no object type '${unknown}'.`, 'types')
  const definitions = [...types.values()].filter(
    (definition) => (wanted?.includes(definition.name) ?? true) && hasScope(ctx, definition, 'read'),
  )
  return new Map(
    definitions.flatMap((definition) =>
      [...definition.fields.values()]
        .filter(({ searched }) => searched)
        .map((field) => [field.id, { definition, field }] as const),
    ),
  )
}

async function answersTo(
  ctx: Context,
  definitions: VersionedDefinitions,
  searched: Searched,
  tokens: readonly Token[],
  limit: number,
): Promise<Rated[]> {
  const rateFound = async (found: readonly Found[]) => {
    const alone = await rateAll(ctx, searched, tokens, found, candidatesAlone(found), limit)
    if (alone.length >= limit) return alone
    const together = await candidatesWithContext(ctx, definitions.types, searched, found)
    const answers = together.length > 0 ? await rateAll(ctx, searched, tokens, found, together, limit) : []
    return best([...alone, ...answers], (one) => one).sort(bestFirst)
  }
  const byWords = await findByWords(ctx, searched, tokens)
  const rated = await rateFound(byWords)
  // Of several words that lead somewhere together, none is meant as a part.
  if (rated.length >= (tokens.length === 1 ? limit : 1)) return rated
  const byParts = await findBySimilar(ctx, searched, tokens, byWords, 'parts')
  const more = byParts.some(({ hits }, token) => hits.size > (byWords[token]?.hits.size ?? 0))
    ? await rateFound(byParts)
    : rated
  return more.length > 0 ? more : rateFound(await findBySimilar(ctx, searched, tokens, byParts, 'mistakes'))
}

async function rateAll(
  ctx: Context,
  searched: Searched,
  tokens: readonly Token[],
  found: readonly Found[],
  candidates: readonly Candidate[],
  limit: number,
): Promise<Rated[]> {
  const likely = best(candidates, (one) => rate(tokens, found, searched, one)).sort(newestFirst)
  const isOpen = found.some(({ isCut }) => isCut)
  const read = likely.slice(0, isOpen ? readMax : limit * 3)
  const keys = keysOf(searched)
  const records = await readSought(ctx.db, ctx.workspace, [...new Set(read.map(({ id }) => id))], keys)
  const byId = new Map(records.map((record) => [record.id, record]))
  const byNumber = new Map(typesIn(searched).map((type) => [type.number, type]))
  return best(read, (one) => {
    const record = byId.get(one.id)
    const definition = byNumber.get(record?.objectType ?? 0)
    const answer = record && definition && rate(tokens, found, searched, one, { definition, values: record.values })
    return answer && { ...answer, definition, record }
  }).sort(bestFirst)
}

/** How many records are read to see whether they have words of which there are too many to look at all. */
const readMax = 80

/** The candidates that answer, each record once: alone, or with the context that it answers best with. */
function best<C extends Candidate, A extends Answer>(candidates: readonly C[], rateOne: (one: C) => A | undefined) {
  const answers = new Map<string, C & A>()
  for (const one of candidates) {
    const answer = rateOne(one)
    const known = answers.get(one.id)
    if (answer && (!known || known.score < answer.score)) answers.set(one.id, { ...one, ...answer })
  }
  return [...answers.values()]
}

const newestFirst = (left: Candidate & Answer, right: Candidate & Answer) =>
  right.score - left.score || (left.id < right.id ? 1 : -1)

/** Of equal answers those of the types that people mostly mean, and of these what was changed last. */
const bestFirst = (left: Rated, right: Rated) =>
  right.score - left.score ||
  left.definition.number - right.definition.number ||
  right.record.updatedAt.getTime() - left.record.updatedAt.getTime()

/** The keys of the fields that are searched or shown. */
const keysOf = (searched: Searched) => [
  ...new Set(
    typesIn(searched).flatMap(({ fields, title, details }) => [
      ...title,
      ...details,
      ...[...fields.values()].flatMap((field) => (field.searched ? [field.key] : [])),
    ]),
  ),
]

async function present(
  ctx: Context,
  { types }: VersionedDefinitions,
  searched: Searched,
  rated: readonly Rated[],
): Promise<SearchResult[]> {
  const contexts = await contextTitles(ctx, types, searched, rated)
  const fieldOf = (id: number) => searched.get(id)?.field
  return rated.map(({ definition, record, matched }) => ({
    id: recordId(definition, record.id),
    objectType: definition.name,
    title: titleIn(definition, record.values),
    subtitle:
      [contexts.get(record.id), detailOf(definition, record, fieldOf(matched))].filter(Boolean).join(' · ') || null,
    httpLink: linkTo(ctx, definition, record.id),
    matched: fieldOf(matched)?.slug ?? '',
  }))
}

/** What the contexts of some records are called, by the id of the record. */
async function contextTitles(
  ctx: Context,
  types: VersionedDefinitions['types'],
  searched: Searched,
  rated: readonly Rated[],
) {
  const edges = contextEdges(types, searched).filter(({ context }) => hasScope(ctx, context, 'read'))
  const linked = await Promise.all(
    edges.map(async ({ definition, context, ...edge }) => {
      const own = rated.filter((one) => one.definition === definition)
      const alone = own.filter(({ context: other }) => other === undefined).map(({ id }) => id)
      const found =
        alone.length === 0 ? new Map<string, string>() : await contextsOf(ctx.db, ctx.workspace, edge, alone)
      const known = own.flatMap((one): [string, string][] => (one.context === undefined ? [] : [[one.id, one.context]]))
      const ids = new Map([...found, ...known])
      const named = await readSought(ctx.db, ctx.workspace, [...new Set(ids.values())], context.title)
      const titles = new Map(named.map(({ id, values }) => [id, titleIn(context, values)]))
      return [...ids].flatMap(([id, other]): [string, string][] => {
        const title = titles.get(other)
        return title === undefined ? [] : [[id, title]]
      })
    }),
  )
  return new Map(linked.flat())
}

/** What shows why a record is there, or else what tells it from others of its name. */
function detailOf({ fields, title, details }: ObjectDefinition, { values }: SoughtRecord, matched: Field | undefined) {
  const keys = !matched || matched.key === title[0] ? details : [matched.key, ...details]
  for (const key of keys) {
    const [field, value] = [fields.get(key), [values[key] ?? null].flat()[0]]
    if (field && value !== null && value !== undefined) return field.type.display(value, field.configuration)
  }
  return undefined
}
