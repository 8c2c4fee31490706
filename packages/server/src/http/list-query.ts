import { badRequest } from '@openfield/schema'
import type { AuditQuery } from '../domain/audit/read.ts'
import type { RunsQuery } from '../domain/enrichment/runs.ts'
import type { HistoryQuery } from '../domain/records/history.ts'
import type { ListQuery } from '../domain/records/list.ts'
import type { RecordQuery } from '../domain/records/query.ts'

import type { ChangesQuery, TotalsQuery } from '../domain/records/totals.ts'

import type { SearchQuery } from '../domain/search/search.ts'
import type { TimelineQuery } from '../domain/timeline/read.ts'
import type { PageQuery } from '../domain/workflows/runs.ts'

/** The most records of a page of the public API, and how many a page has when the request does not say. */
const limitMax = 25
const offsetMax = 1_000_000_000
/** Each is a part of one statement, and PostgreSQL takes seconds to plan one of hundreds. */
const filtersMax = 25

/** Reads `limit`, `offset` and the filters from a raw query string; an empty page parameter counts as not given. */
export function parseListQuery(query: string): ListQuery {
  const pairs = parsePairs(query)
  const last = (key: string) => pairs.findLast((pair) => pair.key === key)?.text
  const filters = pairs.filter(({ key }) => key !== 'limit' && key !== 'offset')
  requireFew(filters)
  return {
    limit: wholeNumber('limit', last('limit'), 1, limitMax, limitMax),
    offset: wholeNumber('offset', last('offset'), 0, offsetMax, 0),
    filters,
  }
}

/** The most records of a page of a query, and how many a page has when the request does not say. */
export const queryMax = 1000
export const queryDefault = 100

const queryParameters = ['limit', 'offset', 'after', 'sort', 'fields']

/** Reads a query on records: the page, its order, what to show, and the filters. An empty parameter counts as not given. */
export function parseRecordQuery(query: string): RecordQuery {
  const pairs = parsePairs(query)
  const last = (key: string) => pairs.findLast((pair) => pair.key === key)?.text || undefined
  const filters = pairs.filter(({ key }) => !queryParameters.includes(key))
  requireFew(filters)
  return {
    limit: wholeNumber('limit', last('limit'), 1, queryMax, queryDefault),
    offset: wholeNumber('offset', last('offset'), 0, offsetMax, 0),
    after: last('after'),
    sort: last('sort'),
    keys: last('fields')?.split(','),
    filters,
  }
}

const totalsParameters = ['group', 'sum', 'timeZone']

/** Reads a query for totals: what to group by, with commas or as several parameters, what to sum up, and the filters. */
export function parseTotalsQuery(query: string): TotalsQuery {
  const pairs = parsePairs(query)
  const all = (key: string) =>
    pairs.filter((pair) => pair.key === key).flatMap(({ text }) => (text ? text.split(',') : []))
  const filters = pairs.filter(({ key }) => !totalsParameters.includes(key))
  requireFew(filters)
  return { groups: all('group'), sum: all('sum').at(-1), timeZone: all('timeZone').at(-1) ?? 'UTC', filters }
}

const changesParameters = [...totalsParameters, 'objectType', 'field', 'value', 'by', 'from', 'to']

/** Reads a query for changes: of which type, which field, which value, when, and the rest as of totals. */
export function parseChangesQuery(query: string): ChangesQuery & { objectType: string } {
  const { filters, ...totals } = parseTotalsQuery(query)
  const last = (key: string) => filters.findLast((pair) => pair.key === key)?.text || undefined
  const [field, value, by, from, to] = ['field', 'value', 'by', 'from', 'to'].map(last)
  const others = filters.filter(({ key }) => !changesParameters.includes(key))
  return { ...totals, objectType: last('objectType') ?? '', field, value, by, from, to, filters: others }
}

/** The most ids whose names a request asks for. */
export const namesMax = 100

/** Reads the `ids` of a request for names, with commas between them. */
export function parseIdsQuery(query: string): string[] {
  const text = parsePairs(query).findLast(({ key }) => key === 'ids')?.text
  const ids = text ? text.split(',') : []
  if (ids.length <= namesMax) return ids
  throw badRequest('invalid_type', `'ids' takes at most ${namesMax} ids.`, 'ids')
}

function requireFew(filters: readonly unknown[]) {
  if (filters.length <= filtersMax) return
  throw badRequest('invalid_configuration', `A list takes at most ${filtersMax} filters.`)
}

/** The most values of a page of a field's history, and how many a page has when the request does not say. */
const historyMax = 100
const historyDefault = 20

/** Reads `limit` and `after` of a field's history. */
export function parseHistoryQuery(query: string): HistoryQuery {
  const pairs = parsePairs(query)
  const last = (key: string) => pairs.findLast((pair) => pair.key === key)?.text
  return {
    limit: wholeNumber('limit', last('limit'), 1, historyMax, historyDefault),
    after: last('after') || undefined,
  }
}

/** The most entries of a page of a timeline, and how many a page has when the request does not say. */
const timelineMax = 100
const timelineDefault = 50

/** Reads `limit` and `before` of a timeline. */
export const parseTimelineQuery = (query: string): TimelineQuery => ({
  limit: wholeNumber('limit', parseParameter(query, 'limit'), 1, timelineMax, timelineDefault),
  before: parseParameter(query, 'before'),
})

/** The most lines of a page of the audit log, and how many a page has when the request does not say. */
export const auditMax = 100
export const auditDefault = 50

/** Reads which page of the audit log is asked for, and of what. */
export function parseAuditQuery(query: string): AuditQuery {
  const moment = (name: string) => {
    const text = parseParameter(query, name)
    if (text === undefined) return undefined
    const date = new Date(text)
    if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(date.getTime())) return date
    throw badRequest('invalid_type', `'${name}' is a moment such as 2026-03-01T00:00:00Z.`, name)
  }
  return {
    limit: wholeNumber('limit', parseParameter(query, 'limit'), 1, auditMax, auditDefault),
    before: parseParameter(query, 'before'),
    actor: parseParameter(query, 'actor'),
    action: parseParameter(query, 'action'),
    object: parseParameter(query, 'object'),
    from: moment('from'),
    to: moment('to'),
  }
}

/** The most records that were changed last, and how many when the request does not say. */
export const recentMax = 50
export const recentDefault = 15

/** Reads the page of a list of enrichment runs, and the record that they are about. */
export const parseRunsQuery = (query: string): RunsQuery => ({
  limit: wholeNumber('limit', parseParameter(query, 'limit'), 1, limitMax, limitMax),
  offset: wholeNumber('offset', parseParameter(query, 'offset'), 0, offsetMax, 0),
  record: parseParameter(query, 'record'),
})

/** Reads `limit` of the records that were changed last. */
export const parseRecentQuery = (query: string): number =>
  wholeNumber('limit', parseParameter(query, 'limit'), 1, recentMax, recentDefault)

/** The most records that a search finds, how many it finds when the request does not say, and the longest text. */
export const searchMax = 50
const searchDefault = 20
const searchTextMax = 200

/** Reads `q`, `types` and `limit` of a search. */
export function parseSearchQuery(query: string): SearchQuery {
  const text = parseParameter(query, 'q')
  if (text === undefined) throw badRequest('parameter_missing', "Say what to look for: '?q=…'.", 'q')
  if (text.length > searchTextMax) {
    throw badRequest('invalid_type', `'q' takes at most ${searchTextMax} characters.`, 'q')
  }
  return {
    text,
    types: parseParameter(query, 'types')?.split(','),
    limit: wholeNumber('limit', parseParameter(query, 'limit'), 1, searchMax, searchDefault),
  }
}

/** The most runs of a workflow on a page, and how many a page has when the request does not say. */
export const runsMax = 100
export const runsDefault = 25
export const runStatuses = ['queued', 'running', 'waiting', 'completed', 'failed', 'cancelled', 'refused'] as const

/** Reads `limit`, `after` and `status` of a page of runs. */
export function parseWorkflowRunsQuery(query: string): PageQuery {
  const given = parseParameter(query, 'status')
  const status = runStatuses.find((one) => one === given)
  if (given !== undefined && !status) {
    throw badRequest('invalid_type', `'status' is one of ${runStatuses.join(', ')}.`, 'status')
  }
  return {
    limit: wholeNumber('limit', parseParameter(query, 'limit'), 1, runsMax, runsDefault),
    after: parseParameter(query, 'after'),
    status,
  }
}

/** Reads one parameter of a query string; an empty one counts as not given. */
export const parseParameter = (query: string, name: string): string | undefined =>
  parsePairs(query).findLast(({ key }) => key === name)?.text || undefined

/** The most rows of a preview of an import, and how many it has when the request does not say. */
export const previewMax = 100
export const previewDefault = 20

/** Reads the `limit` of a preview. */
export const parsePreviewQuery = (query: string): number =>
  wholeNumber('limit', parseParameter(query, 'limit'), 1, previewMax, previewDefault)

/** The keys and values of a query string. Throws a 400 for an invalid percent-encoding, which would else pass as text. */
function parsePairs(query: string) {
  return query.split('&').flatMap((pair) => {
    if (pair === '') return []
    const equals = pair.indexOf('=')
    const [key, text] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
    const param = decode(key, undefined)
    return [{ key: param, text: decode(text, param) }]
  })
}

function decode(text: string, param: string | undefined): string {
  try {
    const decoded = decodeURIComponent(text.replaceAll('+', ' '))
    if (!decoded.includes('\0')) return decoded
  } catch {
    // Answered below, like NUL.
  }
  throw badRequest(
    'invalid_type',
    'The query string is not correctly percent-encoded UTF-8 text.',
    param?.slice(0, 200),
  )
}

function wholeNumber(param: string, text: string | undefined, min: number, max: number, fallback: number): number {
  if (text === undefined || text === '') return fallback
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= min && number <= max) return number
  throw badRequest('invalid_type', `'${param}' must be a whole number from ${min} to ${max}.`, param)
}
