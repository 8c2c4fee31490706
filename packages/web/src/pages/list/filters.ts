import type { SearchParams } from '../../app/search-params.ts'

/** One filter as the API reads it: `$stage[-equal]=Won`. What cannot be read keeps its text, and the API says why. */
export type Filter = {
  key: string
  negated: boolean
  /** Undefined: the default of what the key names. */
  operator: string | undefined
  text: string
}

/** What a record must pass: one filter, or any of several. */
export type Condition = readonly Filter[]

/** A condition that the search field writes; people do not see it among the others. */
const quickGroup = 'or0'

/** The conditions of an address, and the texts by which its filters are known to the API. */
export type Conditions = { conditions: readonly Condition[]; quick: Condition | undefined }

const grouped = /^(or\d+)\.(.+)$/
const parts = /^([^[\]]+)\[(-?)([A-Za-z]+)\]$/

/** Reads the filters of an address; those of a group are one condition, which stands where its first one stood. */
export function readConditions(params: SearchParams): Conditions {
  const groups = new Map<string, Filter[]>()
  for (const [written, values] of Object.entries(params)) {
    for (const text of [values].flat()) {
      const [, group = `${groups.size} alone`, rest = written] = grouped.exec(written) ?? []
      groups.set(group, [...(groups.get(group) ?? []), readFilter(rest, text)])
    }
  }
  const quick = groups.get(quickGroup)
  groups.delete(quickGroup)
  return { conditions: [...groups.values()], quick }
}

function readFilter(written: string, text: string): Filter {
  const [, key = written, minus = '', operator] = parts.exec(written) ?? []
  return { key, negated: minus === '-', operator, text }
}

/** Writes conditions as the filters of an address, which are those of the API. */
export function writeConditions({ conditions, quick }: Conditions): SearchParams {
  const params = new Map<string, string[]>()
  const add = (written: string, text: string) => params.set(written, [...(params.get(written) ?? []), text])
  let group = 0
  for (const condition of conditions) {
    const prefix = condition.length > 1 ? `or${++group}.` : ''
    for (const filter of condition) add(prefix + writeKey(filter), filter.text)
  }
  for (const filter of quick ?? []) add(`${quickGroup}.${writeKey(filter)}`, filter.text)
  return Object.fromEntries([...params].map(([key, texts]) => [key, texts.length === 1 ? (texts[0] ?? '') : texts]))
}

/** How the API names a filter, in addresses and in what it says is wrong. */
export const writeKey = ({ key, negated, operator }: Filter) =>
  operator === undefined ? key : `${key}[${negated ? '-' : ''}${operator}]`
