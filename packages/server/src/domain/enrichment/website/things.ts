/** Something that a page describes in the words of schema.org: its types, and its properties, each a list. */
export type Thing = { types: string[]; properties: Record<string, (string | Thing)[]> }

const depthMax = 12
const thingsMax = 500

/** The things that a JSON-LD script describes; none when it cannot be read at all. */
export function readJsonLd(text: string): Thing[] {
  const data = parseLoosely(text)
  const budget = { left: thingsMax }
  return topOf(data).flatMap((one) => thingOf(one, depthMax, budget) ?? [])
}

/** Scripts are often not quite JSON: with comment marks around them, commas too many, line breaks inside of texts. */
function parseLoosely(text: string): unknown {
  const bare = text.replace(/^\s*(<!--|\/\*\s*<!\[CDATA\[\s*\*\/|\/\/\s*<!\[CDATA\[|<!\[CDATA\[)/, '')
  const inner = bare.replace(/(-->|\/\*\s*\]\]>\s*\*\/|\/\/\s*\]\]>|\]\]>)\s*;?\s*$/, '').trim()
  for (const attempt of [
    inner,
    inner
      .replace(/\p{Cc}+/gu, ' ')
      .replace(/,(\s*[}\]])/g, '$1')
      .replace(/;$/, ''),
  ]) {
    try {
      return JSON.parse(attempt)
    } catch {}
  }
  return undefined
}

function topOf(data: unknown): unknown[] {
  if (Array.isArray(data)) return data.flatMap(topOf)
  const graph = isObject(data) ? data['@graph'] : undefined
  return graph === undefined ? [data] : [data, ...[graph].flat()]
}

function thingOf(data: unknown, depth: number, budget: { left: number }): Thing | undefined {
  if (!isObject(data) || depth === 0 || budget.left === 0) return undefined
  budget.left -= 1
  const properties: Thing['properties'] = {}
  for (const [key, value] of Object.entries(data)) {
    if (key.startsWith('@')) continue
    properties[key] = [value].flat().flatMap((one): (string | Thing)[] => {
      if (typeof one === 'string' || typeof one === 'number') return [String(one)]
      const thing = thingOf(one, depth - 1, budget)
      return thing ? [thing] : []
    })
  }
  const types = [data['@type']].flat().flatMap((one) => (typeof one === 'string' ? lastPart(one) : []))
  return { types, properties }
}

/** `Organization` of `https://schema.org/Organization` and the like. */
export const lastPart = (type: string) => type.split(/[/#:]/).at(-1) ?? type

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A thing and everything inside of it. */
export const within = (thing: Thing): Thing[] => [
  thing,
  ...Object.values(thing.properties)
    .flat()
    .flatMap((one) => (typeof one === 'string' ? [] : within(one))),
]

/** The first text that a thing has for any of some properties; of a thing inside of it, its name. */
export function textOf(thing: Thing | undefined, ...names: string[]): string | undefined {
  const values = names.flatMap((name) => (thing && Object.hasOwn(thing.properties, name) ? thing.properties[name] : []))
  const texts = values.map((one) => (typeof one === 'object' ? textOf(one, 'name', 'value', '@value') : one))
  return texts.map((text) => text?.replaceAll(/\s+/g, ' ').trim()).find((text) => text !== undefined && text !== '')
}
