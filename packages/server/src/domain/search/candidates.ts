import type { Definitions, Field, ObjectDefinition } from '@openfield/schema'
import {
  linkedPairs,
  type Pair,
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
const sameMax = 150
const beginningMax = 800
const digitsMax = 200
const candidatesMax = 300
const similarMax = 12

/** A word of a record, and the field that it stands in. */
export type Hit = Pick<WordRow, 'word' | 'field'>

/** The records that a token leads to, each with the words by which it does; `isCut` when there are more of them. */
export type Found = { hits: ReadonlyMap<string, readonly Hit[]>; isCut: boolean }

/** What each token leads to by the word itself and by its beginning; of a number also by a part of it. */
export async function findByWords(ctx: Context, searched: Searched, tokens: readonly Token[]): Promise<Found[]> {
  const { db, workspace } = ctx
  const texts = tokens.map(({ text }) => text)
  const fields = [...searched.keys()]
  const [same, beginning, ...digits] = await Promise.all([
    recordsWith(db, workspace, texts, fields, sameMax),
    recordsBeginning(db, workspace, texts, beginningMax),
    ...tokens.map(async ({ text, isNumber }, token) =>
      isNumber
        ? (await recordsWithDigits(db, workspace, text, fields, digitsMax)).map((row) => ({ ...row, token }))
        : [],
    ),
  ])
  const known = [...same, ...digits.flat(), ...beginning].filter(({ field }) => searched.has(field))
  const counts = Map.groupBy(same, ({ token, field }) => `${token} ${field}`)
  const isFull = (token: number) =>
    beginning.filter((row) => row.token === token).length === beginningMax ||
    [...counts].some(([key, rows]) => key.startsWith(`${token} `) && rows.length === sameMax)
  return tokens.map((_, token) => ({ hits: hitsOf(known, token), isCut: isFull(token) }))
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
  const rows = await recordsWith(ctx.db, ctx.workspace, texts, [...searched.keys()], sameMax / 3)
  const meant = rows.map((row) => ({ ...row, token: flat[row.token]?.token ?? -1 }))
  return found.map(({ hits, isCut }, token) => ({ hits: new Map([...hitsOf(meant, token), ...hits]), isCut }))
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

/** The records of a token in the order in which they were found. */
function hitsOf(rows: readonly WordRow[], token: number) {
  const hits = new Map<string, Hit[]>()
  for (const row of rows) {
    if (row.token !== token) continue
    const known = hits.get(row.id)
    if (known) known.push(row)
    else hits.set(row.id, [row])
  }
  return hits
}

/** The records that all tokens may lead to, alone or together with their contexts. */
export async function candidatesOf(
  ctx: Context,
  types: Definitions,
  searched: Searched,
  found: readonly Found[],
): Promise<Candidate[]> {
  const pairs = found.length < 2 ? [] : await pairsOf(ctx, types, searched, found)
  return [...together(found).map((id) => ({ id })), ...pairs]
}

/** What all tokens lead to; of those that lead to more than was looked at, it has to be seen later. */
function together(found: readonly Found[]): string[] {
  const whole = found.filter(({ isCut }) => !isCut)
  const [first, ...others] = [...(whole.length > 0 ? whole : found)].sort((a, b) => a.hits.size - b.hits.size)
  const ids = [...(first?.hits.keys() ?? [])]
  const inAll = ids.filter((id) => others.every((other) => other.hits.has(id)))
  return whole.length > 0 ? inAll : [...new Set([...inAll, ...ids.slice(0, sameMax)])]
}

async function pairsOf(ctx: Context, types: Definitions, searched: Searched, found: readonly Found[]): Promise<Pair[]> {
  const isOf = (field: number, definition: ObjectDefinition | undefined) =>
    searched.get(field)?.definition === definition
  const all = new Map(found.flatMap(({ hits }) => [...hits]))
  const idsOfType = (definition: ObjectDefinition | undefined, some: Found['hits']) =>
    [...some].flatMap(([id, [hit]]) => (hit && isOf(hit.field, definition) ? [id] : []))
  const pairs = await Promise.all(
    contextEdges(types, searched).map(async ({ definition, context, ...edge }) => {
      const contexts = idsOfType(context, all).slice(0, candidatesMax)
      if (contexts.length === 0) return []
      // Where a name is too common to look at all who have it, those of the company are looked at instead.
      const isCut = found.some((one) => one.isCut)
      const named = found.filter((one) => !one.isCut).flatMap(({ hits }) => idsOfType(context, hits))
      const records = idsOfType(definition, all).slice(0, candidatesMax)
      return linkedPairs(ctx.db, ctx.workspace, edge, records, contexts, isCut ? named.slice(0, 5) : [])
    }),
  )
  return pairs.flat()
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
