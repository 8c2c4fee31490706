import type { Definitions, Field, ObjectDefinition } from '@openfield/schema'
import {
  linkedPairs,
  recordsBeginning,
  recordsWith,
  recordsWithDigits,
  type WordRow,
  wordsFrom,
  wordsLike,
  wordsWith,
} from '../../storage/search.ts'
import type { Context } from '../context.ts'
import { likenessOf, mistakesMax, type Token } from './query.ts'

/** The fields that are searched, by their ids, each with the type that it is of. */
export type Searched = ReadonlyMap<number, { definition: ObjectDefinition; field: Field }>

/** The types that have such fields. */
export const typesIn = (searched: Searched) => [
  ...new Set(Array.from(searched.values(), ({ definition }) => definition)),
]

/** A record that may be what is searched for, alone or together with its context. */
export type Candidate = { id: string; context?: string }

/** How much is looked at of one word in one field, of all words with one beginning, and in the end. */
const sameMax = 100
const beginningMax = 400
const digitsMax = 200
const candidatesMax = 300
const similarMax = 12
const similarRowsMax = 40

/** A word of a record, and the field that it stands in. */
export type Hit = Pick<WordRow, 'word' | 'field'>

/** The records that a token leads to, each with the words by which it does; `isCut` when there are more of them. */
export type Found = { hits: ReadonlyMap<string, readonly Hit[]>; isCut: boolean }

/**
 * What each token leads to by the word itself, of a number also by a part of it; and, of those that lead to few records so,
 * by its beginning.
 */
export async function findByWords(ctx: Context, searched: Searched, tokens: readonly Token[]): Promise<Found[]> {
  const { db, workspace } = ctx
  const fields = [...searched.keys()]
  const texts = tokens.map(({ text }) => text)
  const [same, ...digits] = await Promise.all([
    recordsWith(db, workspace, texts, fields, sameMax),
    ...tokens.map(async ({ text, isNumber }, token) =>
      isNumber
        ? (await recordsWithDigits(db, workspace, text, fields, digitsMax)).map((row) => ({ ...row, token }))
        : [],
    ),
  ])
  const byToken = Map.groupBy([...same, ...digits.flat()], ({ token }) => token)
  const isCut = tokens.map((_, token) =>
    [...Map.groupBy(byToken.get(token) ?? [], ({ field }) => field).values()].some((rows) => rows.length >= sameMax),
  )
  const few = tokens.flatMap((_, token) => (isCut[token] ? [] : [token]))
  const beginning = await recordsBeginning(
    db,
    workspace,
    few.map((token) => texts[token] ?? ''),
    beginningMax,
  )
  const longer = Map.groupBy(beginning, ({ token }) => few[token])
  return tokens.map((_, token) => {
    const begun = longer.get(token) ?? []
    const rows = [...(byToken.get(token) ?? []), ...begun].filter(({ field }) => searched.has(field))
    return { hits: hitsOf(rows), isCut: isCut[token] || begun.length === beginningMax }
  })
}

/** Adds what tokens lead to by words that have them as a part, or with `mistakes` by words that may be meant. */
export async function findBySimilar(
  ctx: Context,
  searched: Searched,
  tokens: readonly Token[],
  found: readonly Found[],
  kind: 'parts' | 'mistakes',
): Promise<Found[]> {
  const words = await Promise.all(tokens.map((token) => similarTo(ctx, token, kind)))
  const flat = words.flatMap((some, token) => some.map((word) => ({ word, token })))
  if (flat.length === 0) return [...found]
  const texts = flat.map(({ word }) => word)
  const rows = await recordsWith(ctx.db, ctx.workspace, texts, [...searched.keys()], similarRowsMax)
  const meant = Map.groupBy(rows, ({ token }) => flat[token]?.token)
  return found.map(({ hits, isCut }, token) => ({ hits: new Map([...hitsOf(meant.get(token) ?? []), ...hits]), isCut }))
}

const partMin = 3
const alikeMin = 5

async function similarTo({ db, workspace }: Context, token: Token, kind: 'parts' | 'mistakes'): Promise<string[]> {
  const { text, isNumber } = token
  if (isNumber || text.length < partMin || /^\d/.test(text)) return []
  if (kind === 'parts') {
    return (await wordsWith(db, workspace, text, 5 * similarMax))
      .filter((word) => !word.startsWith(text))
      .slice(0, similarMax)
  }
  const most = mistakesMax(text)
  if (most === 0) return []
  const lengths: [number, number] = [text.length - most, text.length + most]
  const words = await Promise.all([
    text.length >= alikeMin ? wordsLike(db, workspace, text, 10 * similarMax) : [],
    // Short ones share few letters in a row with what is meant, but mostly the first.
    text.length <= alikeMin + 1 ? wordsFrom(db, workspace, text.slice(0, 1), lengths, 5000) : [],
  ])
  return [...new Set(words.flat())].filter((word) => likenessOf(token, word) > 0).slice(0, similarMax)
}

/** The words by which records were found, by record, in the order in which they were. */
function hitsOf(rows: readonly WordRow[]) {
  const hits = new Map<string, Hit[]>()
  for (const row of rows) {
    const known = hits.get(row.id)
    if (known) known.push(row)
    else hits.set(row.id, [row])
  }
  return hits
}

/** What all tokens lead to; of those that lead to more than was looked at, it has to be seen later. */
export function candidatesAlone(found: readonly Found[]): Candidate[] {
  const whole = found.filter(({ isCut }) => !isCut)
  const [first, ...others] = [...(whole.length > 0 ? whole : found)].sort((a, b) => a.hits.size - b.hits.size)
  const ids = [...(first?.hits.keys() ?? [])]
  const inAll = ids.filter((id) => others.every((other) => other.hits.has(id)))
  const all = whole.length > 0 ? inAll : new Set([...inAll, ...ids.slice(0, sameMax)])
  return Array.from(all, (id) => ({ id }))
}

/** What some tokens lead to, together with contexts whose names others lead to. */
export async function candidatesWithContext(
  ctx: Context,
  types: Definitions,
  searched: Searched,
  found: readonly Found[],
): Promise<Candidate[]> {
  if (found.length < 2) return []
  const pairs = contextEdges(types, searched).map(async ({ definition, context, ...edge }) => {
    const contexts = mostHit(found, (hit) => isIn(searched, hit, context, context.title[0])).slice(0, contextsMax)
    if (contexts.length === 0) return []
    const records = mostHit(found, (hit) => isIn(searched, hit, definition)).slice(0, candidatesMax)
    // Where a name is too common to look at all who have it, those of the likeliest companies are looked at as well.
    const open = found.some(({ isCut }) => isCut) ? contexts.slice(0, openMax) : []
    return linkedPairs(ctx.db, ctx.workspace, edge, records, contexts, open)
  })
  return (await Promise.all(pairs)).flat()
}

const contextsMax = 50
const openMax = 5

/** Whether a word stands in a field, or in that one field, of a type. */
function isIn(searched: Searched, { field }: Hit, definition: ObjectDefinition, key?: string) {
  const of = searched.get(field)
  return of?.definition === definition && (key === undefined || of.field.key === key)
}

/** The records that the most tokens lead to by such words come first. */
function mostHit(found: readonly Found[], isSuch: (hit: Hit) => boolean): string[] {
  const counts = new Map<string, number>()
  for (const { hits } of found) {
    for (const [id, words] of hits) if (words.some(isSuch)) counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  return [...counts].sort(([, left], [, right]) => right - left).map(([id]) => id)
}

/** The relationships from searched types to what they are searched for together with. */
export const contextEdges = (types: Definitions, searched: Searched) =>
  typesIn(searched).flatMap((definition) => {
    const relationship = definition.relationships.get(definition.context ?? '')
    const context = types.get(relationship?.objectType ?? '')
    const [id] = relationship?.ids ?? []
    return relationship && context && id !== undefined
      ? [{ definition, context, relationship: id, side: relationship.side }]
      : []
  })
