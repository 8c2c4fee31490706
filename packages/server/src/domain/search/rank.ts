import type { Json, ObjectDefinition } from '@openfield/schema'
import type { Found, Hit, Searched } from './candidates.ts'
import { likeness, likenessOf, type Token } from './query.ts'
import { wordsOf } from './words.ts'

/** How well a record answers what was asked, and the id of the field that shows it. */
export type Answer = { score: number; matched: number }

/** A record's type and values, once they have been read. */
export type Seen = { definition: ObjectDefinition; values: Readonly<Record<string, Json>> }

/** A match in what a record is called counts most, one in what its context is called least. */
const weights = { title: 1, other: 0.8, context: 0.6 }

type Best = { worth: number; field: number | undefined; isTitle: boolean }

/**
 * Rates a record, alone or with its context, by the words through which each token led to it; undefined when one led to
 * neither. Of a token that leads to more than was looked at, only the record itself can tell.
 */
export function rate(
  tokens: readonly Token[],
  found: readonly Found[],
  searched: Searched,
  { id, context }: { id: string; context?: string },
  seen?: Seen,
): Answer | undefined {
  let score = 0
  let shown: Best | undefined
  let words: Hit[] | undefined
  for (const [index, token] of tokens.entries()) {
    const { hits, isCut } = found[index] ?? nothing
    let best = bestOf(token, hits.get(id) ?? [], searched)
    const theirs = context === undefined ? none : bestOf(token, hits.get(context) ?? [], searched)
    if (theirs.isTitle && theirs.worth * weights.context > best.worth) {
      best = { worth: theirs.worth * weights.context, field: undefined, isTitle: false }
    }
    if (best.worth === 0 && isCut) {
      if (seen) words ??= hitsIn(seen)
      // A word of which there are so many is no mistake.
      const begun = words?.filter(({ word }) => word.startsWith(token.text))
      best = begun ? bestOf(token, begun, searched) : unseen
    }
    if (best.worth === 0) return undefined
    score += best.worth
    // What is not in the name shows best why a record is there.
    if (best.field !== undefined && (!shown || (shown.isTitle && !best.isTitle))) shown = best
  }
  if (!shown && seen) return undefined
  return { score: score / tokens.length + (seen ? named(tokens, seen) : 0), matched: shown?.field ?? 0 }
}

const nothing: Found = { hits: new Map(), isCut: false }
const none: Best = { worth: 0, field: undefined, isTitle: false }
const unseen: Best = { worth: likeness.beginning, field: undefined, isTitle: false }

function bestOf(token: Token, hits: readonly Hit[], searched: Searched): Best {
  let best = none
  for (const { word, field } of hits) {
    const { definition, field: of } = searched.get(field) ?? {}
    const isTitle = of !== undefined && of.key === definition?.title[0]
    const worth = likenessOf(token, word) * (isTitle ? weights.title : weights.other)
    if (worth > best.worth) best = { worth, field, isTitle }
  }
  return best
}

/** The words of a record's searched fields. */
const hitsIn = ({ definition, values }: Seen): Hit[] =>
  [...definition.fields.values()].flatMap((field) =>
    wordsOf(field, values[field.key] ?? null).map((word) => ({ word, field: field.id })),
  )

/** The more of its name was asked for, the more a record is meant, and by its beginning before the rest. */
function named(tokens: readonly Token[], { definition, values }: Seen): number {
  const title = definition.fields.get(definition.title[0] ?? '')
  const words = title ? wordsOf(title, values[title.key] ?? null) : []
  const isAsked = (word: string) => tokens.some((token) => likenessOf(token, word) >= likeness.beginning)
  const share = words.length === 0 ? 0 : words.filter(isAsked).length / words.length
  return share + (isAsked(words[0] ?? '') ? 0.1 : 0)
}
