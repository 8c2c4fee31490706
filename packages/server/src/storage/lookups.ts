import type { Relationship } from '@openfield/schema'
import { encodeId } from '@openfield/schema'
import { type Connection, rows } from './database.ts'

const most = 500

/** The records that any of some records is linked to through a relationship, newest first; at most 500. */
export async function linkedTo(
  db: Connection,
  workspace: number,
  { ids: relationships, side }: Relationship,
  ids: readonly string[],
): Promise<string[]> {
  const [own, other] = side === 'from' ? ['from_id', 'to_id'] : ['to_id', 'from_id']
  const found = await rows<{ id: string }>(
    db,
    `select distinct ${other} as id from edge where workspace_id = $1 and ${own} = any($2) and relationship = any($3)
     order by 1 desc limit ${most}`,
    [workspace, ids, relationships],
  )
  return found.map(({ id }) => id)
}

/** The records that have one of some addresses in a field; addresses are compared in lower case. */
export const findByAddress = (db: Connection, workspace: number, field: number, addresses: readonly string[]) =>
  rows<{ id: string; value: string }>(
    db,
    'select id, value from index_substring where workspace_id = $1 and field = $2 and value = any($3)',
    [workspace, field, addresses.map((address) => address.toLowerCase())],
  )

/** Public ids of the accounts that have a site under a domain in a field, oldest first. */
export async function findByHost(db: Connection, workspace: number, field: number, domain: string): Promise<string[]> {
  const origins = ['https://', 'http://'].flatMap((scheme) => [scheme + domain, `${scheme}www.${domain}`])
  const found = await rows<{ id: string }>(
    db,
    // What may follow a host in a URL sorts before '@', and so do dots and hyphens, which the second test rules out.
    `select i.id from unnest($3::text[]) origin cross join lateral (
       select id from index_substring where workspace_id = $1 and field = $2 and value >= origin and value < origin || '@'
         and substring(value from '//([^/:?#]*)') = split_part(origin, '/', 3)) i
     order by i.id limit 1`,
    [workspace, field, origins],
  )
  return found.map(({ id }) => encodeId('acc', id))
}

/** The most records that a look-up of one text tells: enough to know that it is not the only one. */
const foundMax = 3

type Found = { n: number; id: string }

/** The live records of a type with some ids; `n` says to which of them each belongs. */
export const findByIds = (db: Connection, workspace: number, objectType: number, ids: readonly string[]) =>
  rows<Found>(
    db,
    `select x.n::int - 1 as n, r.id from unnest($3::uuid[]) with ordinality x(id, n) join record r
       on r.workspace_id = $1 and r.id = x.id and r.object_type = $2 and r.deleted_at is null`,
    [workspace, objectType, ids],
  )

/** The live records of a type with some external ids, or which those with them were merged into. */
export const findByExternalIds = (db: Connection, workspace: number, objectType: number, ids: readonly string[]) =>
  rows<Found>(
    db,
    `select x.n::int - 1 as n, r.id from unnest($3::text[]) with ordinality x(id, n) cross join lateral (
       select id from record
       where workspace_id = $1 and object_type = $2 and external_id = x.id and deleted_at is null
       union all
       select s.id from (
         select id from record
         where workspace_id = $1 and object_type = $2 and external_id = x.id and merged_into is not null
         order by deleted_at desc limit 1) m, survivor_of($1, m.id) s where s.deleted_at is null
       limit 1) r`,
    [workspace, objectType, ids],
  )

/** The oldest records that have exactly some text in a field, for each of the texts, by the index that has the field's values. */
export const findByTexts = (
  db: Connection,
  workspace: number,
  field: number,
  index: 'index_text' | 'index_substring',
  texts: readonly string[],
) =>
  rows<Found>(
    db,
    `select x.n::int - 1 as n, i.id from unnest($3::text[]) with ordinality x(value, n) cross join lateral (
       select id from ${index} where workspace_id = $1 and field = $2 and value = x.value order by id limit ${foundMax}) i`,
    [workspace, field, texts],
  )

/** The oldest records that have a site of some hosts in a field, for each of the hosts. */
export const findByHosts = (db: Connection, workspace: number, field: number, hosts: readonly string[]) =>
  rows<Found>(
    db,
    `select x.n::int - 1 as n, i.id from unnest($3::text[]) with ordinality x(host, n) cross join lateral (
       select s.id from unnest(array['https://', 'https://www.', 'http://', 'http://www.']) o(start) cross join lateral (
         select id from index_substring where workspace_id = $1 and field = $2
           and value >= o.start || x.host and value < o.start || x.host || '@'
           and substring(value from '//([^/:?#]*)') = substring(o.start || x.host from '//(.*)')) s
       order by s.id limit ${foundMax}) i`,
    [workspace, field, hosts],
  )

/** A link: the record that has it, through which relationship, and the other. */
export type StoredLink = { from: string; relationship: number; to: string }

/** The next links of a workspace after one, of some relationships, in the order of the records that have them. */
export const nextLinks = (
  db: Connection,
  workspace: number,
  relationships: readonly number[],
  after: StoredLink,
  limit: number,
) =>
  rows<StoredLink>(
    db,
    `select from_id as "from", relationship, to_id as "to" from edge
     where workspace_id = $1 and (from_id, relationship, to_id) > ($3, $4, $5) and relationship = any($2)
     order by from_id, relationship, to_id limit $6`,
    [workspace, relationships, after.from, after.relationship, after.to, limit],
  )
