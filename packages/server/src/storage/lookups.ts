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
