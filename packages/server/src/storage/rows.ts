/** The most ids of one relationship in a response. */
export const linksMax = 100

/**
 * The columns of a record as every read returns them. `$1` is the workspace; the two parameters named here are the
 * fields' defaults (what an unset field reads as) and the keys of fields that are being removed. `fields` comes as the
 * text that is sent; links come as text too, `relationship uuid,…`, each side capped: a record with more is read again
 * relationship by relationship.
 */
export const recordColumns = (defaults: string, removed: string) => columnsWith(defaults, removed, 'edge')

/** The same with only some relationships, given as a parameter for each side, and of each the newest links: `most` and one more. */
export const briefColumns = (defaults: string, removed: string, from: string, to: string, most: number) => `
  ${ownColumns(defaults, removed)},
  ${newest(from, 'from_id', 'to_id', most)}, ${newest(to, 'to_id', 'from_id', most)}`

const newest = (relationships: string, side: string, other: string, most: number) => `
  (select string_agg(n.relationship || ' ' || e.other, ',' order by n.relationship, e.other)
    from unnest(${relationships}) n(relationship) cross join lateral (
      select ${other} as other from edge where workspace_id = $1 and ${side} = r.id and relationship = n.relationship
      order by ${other} desc limit ${most + 1}) e)`

/** The same of a record in the trash, with the links that it had. */
export const trashedColumns = (defaults: string, removed: string) =>
  columnsWith(defaults, removed, trashedEdges('r.id'))

/** The links that a record had when it was put in the trash, in place of `edge`. */
export const trashedEdges = (id: string) =>
  `(select * from trashed_edge where workspace_id = $1 and trashed_id = ${id}) edge`

const columnsWith = (defaults: string, removed: string, edges: string) => `
  ${ownColumns(defaults, removed)},
  ${links(edges, 'from_id', 'to_id')}, ${links(edges, 'to_id', 'from_id')}`

const ownColumns = (defaults: string, removed: string) => `
  r.id, r.version, to_char(r.updated_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), r.external_id,
  ${fields(defaults, removed)}::text`

/** Every `||` and `-` copies the whole object: none is done for nothing. */
function fields(defaults: string, removed: string): string {
  const set = `${defaults}::jsonb || r.fields`
  const all = `case when g.fields is null then ${set} else ${set} || g.fields end`
  return `(case when ${removed}::text[] = '{}' then ${all} else (${all}) - ${removed}::text[] end)`
}

const links = (edges: string, side: string, other: string) => `
  (select string_agg(e.relationship || ' ' || e.${other}, ',') from (select relationship, ${other} from ${edges}
    where workspace_id = $1 and ${side} = r.id order by relationship, ${other} limit ${linksMax + 1}) e)`

export const recordSource = 'record r left join generated_fields g on g.workspace_id = $1 and g.id = r.id'

export const definitionsVersion = '(select d.version from definitions_version d where d.workspace_id = $1)'

export type RecordColumns = [
  id: string,
  version: number,
  updatedAt: string,
  externalId: string | null,
  fields: string,
  fromLinks: string | null,
  toLinks: string | null,
]

/** Linked records per relationship id, newest first, at most `linksMax` each. */
export type Links = { ids: ReadonlyMap<number, readonly string[]>; more: ReadonlySet<number> }

/** A record as stored. `fields` is JSON text: every defined field of the type, in the form in which it is sent. */
export type StoredRecord = {
  id: string
  version: number
  updatedAt: string
  externalId: string | null
  fields: string
  from: Links
  to: Links
}

export const storedRecord = ([id, version, updatedAt, externalId, fields, from, to]: RecordColumns): StoredRecord => ({
  id,
  version,
  updatedAt,
  externalId,
  fields,
  from: parseLinks(from),
  to: parseLinks(to),
})

/** A record of `briefColumns`. */
export function briefRecord(columns: RecordColumns, most: number): StoredRecord {
  const record = storedRecord(columns)
  return { ...record, from: cut(record.from, most), to: cut(record.to, most) }
}

const cut = ({ ids }: Links, most: number): Links => ({
  ids: new Map(Array.from(ids, ([relationship, all]) => [relationship, all.slice(0, most)])),
  more: new Set([...ids].filter(([, all]) => all.length > most).map(([relationship]) => relationship)),
})

/** True when a side was cut off, so that some relationships may be incomplete. */
export const isCut = (links: string | null) => links !== null && links.split(',', linksMax + 1).length > linksMax

const noLinks: Links = { ids: new Map(), more: new Set() }

function parseLinks(text: string | null): Links {
  if (text === null) return noLinks
  const ids = new Map<number, string[]>()
  for (const link of text.split(',')) {
    const space = link.indexOf(' ')
    const relationship = Number(link.slice(0, space))
    const list = ids.get(relationship)
    if (list) list.unshift(link.slice(space + 1))
    else ids.set(relationship, [link.slice(space + 1)])
  }
  return { ids, more: new Set() }
}
