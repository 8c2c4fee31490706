/** Whether SQL keeps to one workspace: which tables a statement names, and whether it says of each which workspace. */

/** A table in a statement, and what the statement calls it. */
type Named = { table: string; alias: string; insertsInto: boolean }

/** What may stand behind a table without being its alias. */
const keywords = new Set(
  `as where set on using values default select join cross left right full inner natural lateral order group limit offset
   union except intersect for returning having window fetch with do loop when then end and or not`.split(/\s+/),
)

/**
 * The tables, of those given, that a statement reads or writes without saying in which workspace: each has to be compared by
 * its workspace_id as often as it is named, and an insert has to give one. A workspace_id without an alias counts for one
 * table, whichever it is.
 */
export function unboundTables(sql: string, tables: ReadonlySet<string>): string[] {
  const tokens = tokensOf(sql)
  const named = tablesOf(tokens, tables)
  const bound = comparisonsOf(tokens)
  const take = (alias: string) => {
    const left = bound.get(alias) ?? 0
    bound.set(alias, left - 1)
    return left > 0
  }
  const unnamed = named.filter(({ insertsInto, alias }) => !insertsInto && !take(alias)).filter(() => !take(''))
  const given = insertColumns(tokens)
  const inserted = named.filter(({ insertsInto, table }) => insertsInto && !given.get(table)?.includes('workspace_id'))
  return [...unnamed, ...inserted].map(({ table }) => table)
}

/** The tables, of those given, that a statement names. */
export const namedTables = (sql: string, tables: ReadonlySet<string>): string[] =>
  tablesOf(tokensOf(sql), tables).map(({ table }) => table)

/** The statements of a function's body in PL/pgSQL. Conditions and loops stay in front of them, and do no harm there. */
export const statementsOf = (body: string): string[] =>
  withoutTexts(body)
    .replace(/^.*?\bbegin\b/is, '')
    .split(';')

function tablesOf(tokens: readonly string[], tables: ReadonlySet<string>): Named[] {
  const found: Named[] = []
  tokens.forEach((token, at) => {
    if (!tables.has(token) || !namesTable(tokens, at)) return
    const behind = tokens[at + 1] === 'as' ? at + 2 : at + 1
    const next = tokens[behind] ?? ''
    const alias = /^[a-z_]\w*$/.test(next) && !keywords.has(next) ? next : token
    const insertsInto = tokens[at - 1] === 'into' && tokens[at - 2] === 'insert'
    found.push({ table: token, alias, insertsInto })
  })
  return found
}

/** Whether a word stands where tables do, which are also called what columns and variables are. */
function namesTable(tokens: readonly string[], at: number): boolean {
  const before = tokens[at - 1] ?? ''
  if (before === 'from') return tokens[at - 2] !== 'distinct'
  if (before === 'update') return !['for', 'key', 'do'].includes(tokens[at - 2] ?? '')
  if (before === 'into') return tokens[at - 2] === 'insert'
  if (before === 'using') return true
  return before === 'join' || (before === ',' && isInFrom(tokens, at))
}

/** Whether a comma is one between tables: of the words that begin a part of a query, the last before it is `from`. */
function isInFrom(tokens: readonly string[], at: number): boolean {
  let depth = 0
  for (let place = at - 1; place >= 0 && depth >= 0; place -= 1) {
    const token = tokens[place] ?? ''
    if (token === ')') depth += 1
    else if (token === '(') depth -= 1
    else if (depth === 0 && token === 'from') return true
    else if (depth === 0 && /^(select|where|set|on|by|values|returning|using)$/.test(token)) return false
  }
  return false
}

/** How often each alias's workspace_id is compared with something; `''`: one that stands alone. */
function comparisonsOf(tokens: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  tokens.forEach((token, at) => {
    if (token !== 'workspace_id') return
    const alias = tokens[at - 1] === '.' ? (tokens[at - 2] ?? '') : ''
    const before = tokens[at - (alias === '' ? 1 : 3)] ?? ''
    const after = tokens[at + 1] ?? ''
    if (before !== '=' && after !== '=' && after !== 'in') return
    counts.set(alias, (counts.get(alias) ?? 0) + 1)
  })
  return counts
}

/** The columns that inserts into each table give. */
function insertColumns(tokens: readonly string[]): Map<string, string[]> {
  const columns = new Map<string, string[]>()
  tokens.forEach((token, at) => {
    if (token !== 'into' || tokens[at - 1] !== 'insert') return
    const open = tokens.indexOf('(', at)
    columns.set(tokens[at + 1] ?? '', tokens.slice(open, tokens.indexOf(')', open)))
  })
  return columns
}

const withoutTexts = (sql: string) =>
  sql
    .replaceAll(/--[^\n]*/g, ' ')
    .replaceAll(/\/\*.*?\*\//gs, ' ')
    .replaceAll(/'(?:[^']|'')*'/g, "''")

const tokensOf = (sql: string) =>
  withoutTexts(sql)
    .toLowerCase()
    .match(/[a-z_]\w*|\$\d+|\d+|\S/g) ?? []
