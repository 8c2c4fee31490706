import { type Connection, rows } from '../database.ts'

/** What an examination knows beyond the database, as parameters of queries. */
export type Knowledge = {
  /** Each relationship: the numbers of the types that may stand at its ends, and which end may have one link only. */
  relationships: { id: number; from: number[]; to: number[]; fromOne: boolean; toOne: boolean }[]
  /** The kinds of work that somebody does. */
  kinds: string[]
  /** Object types by number; `file` is that of files. */
  types: { numbers: number[]; file: number; member: number }
}

/** Something that must never be. Both statements name the workspace by `$1`, and what they know by `$2`. */
export type Fault = {
  /** A sentence that a number and some ids follow. */
  what: string
  knows?: keyof Knowledge
  /** Selects what is wrong; `id` names what it is about. */
  find: string
  /** Puts it right, where that follows from the records. */
  mend?: string
}

const noLonger = (end: string) =>
  `not exists (select 1 from record r where r.workspace_id = $1 and r.id = e.${end} limit 1)`

const known = `jsonb_to_recordset($2::jsonb) k(id int, "from" int[], "to" int[], "fromOne" boolean, "toOne" boolean)`

/** The links of records in the trash; those of a merged record are moved by its merge. */
const trashed = `edge e join record r on r.workspace_id = $1 and r.id = e.END
  where e.workspace_id = $1 and r.deleted_at is not null and r.merged_into is null`
const atEnd = (text: string, end: string) => text.replaceAll('END', end)

const putAside = (end: string) => `with gone as (
    delete from edge d using (select e.from_id, e.relationship, e.to_id, r.id as trashed_id from ${atEnd(trashed, end)}) w
    where d.workspace_id = $1 and d.from_id = w.from_id and d.relationship = w.relationship and d.to_id = w.to_id
    returning d.*, w.trashed_id)
  insert into trashed_edge (workspace_id, trashed_id, relationship, from_id, to_id, from_one, to_one)
  select workspace_id, trashed_id, relationship, from_id, to_id, from_one, to_one from gone on conflict do nothing`

const isLive = (id: string) =>
  `exists (select 1 from record r where r.workspace_id = $1 and r.id = ${id} and r.deleted_at is null)`

/** At one end of a relationship that may have one link there are several. */
const severalAt = (end: 'from' | 'to') => ({
  what: `Records with several links of a relationship that may have one (its ${end} end)`,
  knows: 'relationships' as const,
  find: `select e.${end}_id as id from edge e where e.workspace_id = $1
    and e.relationship in (select k.id from ${known} where k."${end}One")
    group by e.${end}_id, e.relationship having count(*) > 1`,
})

/** Work that a state calls for and that nobody has been asked for. */
const forgotten = (kind: string, states: string, id = 's.id') => ({
  find: `select ${id} as id from ${states} and not exists (select 1 from outbox o
    where o.workspace_id = $1 and o.kind = '${kind}' and o.record_id = ${id})`,
  mend: `select add_work($1, array['${kind}'], array[${id}], now()) from ${states} and not exists (select 1 from outbox o
    where o.workspace_id = $1 and o.kind = '${kind}' and o.record_id = ${id})`,
})

/** Definitions are numbered; work names them by a UUID that holds the number. */
const numbered = "('00000000-0000-0000-0000-' || lpad(to_hex(s.id), 12, '0'))::uuid"
const removed = (table: string) => `${table} s where s.workspace_id = $1 and s.removed_at is not null`

/** A merged record whose links still have to be moved. */
const movable = `merge s where s.workspace_id = $1 and s.status = 'done' and exists (select 1 from edge e
  where e.workspace_id = $1 and s.duplicate_id in (e.from_id, e.to_id))`

export const faults: readonly Fault[] = [
  {
    what: 'Links of which one end is not there',
    find: `select e.from_id as id from edge e where e.workspace_id = $1 and ${noLonger('to_id')}
      union all select e.to_id from edge e where e.workspace_id = $1 and ${noLonger('from_id')}`,
    mend: `delete from edge e where e.workspace_id = $1 and (${noLonger('from_id')} or ${noLonger('to_id')})`,
  },
  ...['from_id', 'to_id'].map((end) => ({
    what: `Links of records in the trash (their ${end.replace('_id', '')} end)`,
    find: `select r.id from ${atEnd(trashed, end)}`,
    mend: putAside(end),
  })),
  {
    what: 'Links put aside for a record that is not in the trash',
    find: `select t.trashed_id as id from trashed_edge t
      where t.workspace_id = $1 and ${isLive('t.trashed_id')}`,
    mend: `with back as (delete from trashed_edge t where t.workspace_id = $1 and ${isLive('t.trashed_id')} returning t.*)
      insert into edge (workspace_id, relationship, from_id, to_id, from_one, to_one)
      select workspace_id, relationship, from_id, to_id, from_one, to_one from back
      where ${isLive('back.from_id')} and ${isLive('back.to_id')} on conflict do nothing`,
  },
  {
    what: 'Links of a relationship that is not defined',
    knows: 'relationships',
    find: `select e.from_id as id from edge e where e.workspace_id = $1
      and not exists (select 1 from ${known} where k.id = e.relationship)
      and not exists (select 1 from relationship_definition d where d.workspace_id = $1 and d.id = e.relationship)`,
  },
  {
    what: 'Links between records of types that their relationship does not join',
    knows: 'relationships',
    find: `select e.from_id as id from edge e join ${known} on k.id = e.relationship
      join record f on f.workspace_id = $1 and f.id = e.from_id join record t on t.workspace_id = $1 and t.id = e.to_id
      where e.workspace_id = $1 and not (f.object_type = any(k."from") and t.object_type = any(k."to"))`,
  },
  {
    what: 'Links that do not say as their relationship does whether an end may have one only',
    knows: 'relationships',
    find: `select e.from_id as id from edge e join ${known} on k.id = e.relationship
      where e.workspace_id = $1 and (e.from_one, e.to_one) <> (k."fromOne", k."toOne")`,
    mend: `update edge e set from_one = k."fromOne", to_one = k."toOne" from ${known}
      where e.workspace_id = $1 and k.id = e.relationship and (e.from_one, e.to_one) <> (k."fromOne", k."toOne")
      and not (k."fromOne" and exists (select 1 from edge o where o.workspace_id = $1 and o.from_id = e.from_id
        and o.relationship = e.relationship and o.to_id <> e.to_id))
      and not (k."toOne" and exists (select 1 from edge o where o.workspace_id = $1 and o.to_id = e.to_id
        and o.relationship = e.relationship and o.from_id <> e.from_id))`,
  },
  severalAt('from'),
  severalAt('to'),
  {
    what: 'Generated text and derived values of records that are not there',
    find: `select e.id from generated_fields e where e.workspace_id = $1 and ${noLonger('id')}`,
    mend: `delete from generated_fields e where e.workspace_id = $1 and ${noLonger('id')}`,
  },
  {
    what: 'Records of an object type that is not defined',
    knows: 'types',
    find: `select r.id from record r where r.workspace_id = $1 and r.deleted_at is null
      and not r.object_type = any(array(select jsonb_array_elements_text($2::jsonb->'numbers'))::int[])`,
  },
  {
    what: 'Changes of records that are not there',
    find: `select e.record_id as id from change e where e.workspace_id = $1 and ${noLonger('record_id')}`,
  },
  {
    what: 'Records whose log of changes does not begin with their creation',
    find: `select r.id from record r where r.workspace_id = $1 and not exists (select 1 from change c
      where c.workspace_id = $1 and c.record_id = r.id and c.kind = 'created')`,
  },
  {
    what: 'Records that their log of changes says are in the trash, or out of it, and which are not',
    find: `select r.id from record r cross join lateral (
        select c.kind from change c where c.workspace_id = $1 and c.record_id = r.id
          and c.kind = any('{created,trashed,restored,merged-away}') order by c.transaction desc, c.id desc limit 1) l
      where r.workspace_id = $1 and (r.deleted_at is null) = (l.kind = any('{trashed,merged-away}'))`,
  },
  {
    what: 'Work that nobody knows how to do',
    knows: 'kinds',
    find: `select o.record_id as id from outbox o where o.workspace_id = $1
      and not o.kind = any(array(select jsonb_array_elements_text($2::jsonb)))`,
    mend: `delete from outbox o where o.workspace_id = $1 and not o.kind = any(array(select jsonb_array_elements_text($2::jsonb)))`,
  },
  {
    what: 'Work that has failed again and again (the log of the server says why)',
    find: 'select o.record_id as id from outbox o where o.workspace_id = $1 and o.attempts >= 8',
  },
  {
    what: 'Merges whose links nobody is moving',
    ...forgotten('merge-cleanup', "merge s where s.workspace_id = $1 and s.status = 'cleanup_pending'"),
  },
  {
    what: 'Links that a finished merge has left with the record that was merged away',
    find: `select s.duplicate_id as id from ${movable}`,
    mend: `with again as (update merge s set status = 'cleanup_pending' from (select s.id from ${movable}) m
        where s.workspace_id = $1 and s.id = m.id returning s.id)
      select add_work($1, array['merge-cleanup'], array[id], now()) from again`,
  },
  {
    what: 'Merges whose duplicate is not merged into anything',
    find: `select s.duplicate_id as id from merge s where s.workspace_id = $1 and not exists (select 1 from record r
      where r.workspace_id = $1 and r.id = s.duplicate_id and r.merged_into is not null and r.deleted_at is not null)
      and exists (select 1 from record r where r.workspace_id = $1 and r.id = s.primary_id)`,
  },
  {
    what: 'Records merged into one that is not there, or without a merge that says so',
    find: `select r.id from record r where r.workspace_id = $1 and r.merged_into is not null and not (
      exists (select 1 from record p where p.workspace_id = $1 and p.id = r.merged_into)
      and exists (select 1 from merge m where m.workspace_id = $1 and m.duplicate_id = r.id))`,
  },
  {
    what: 'Imports that nobody is running',
    ...forgotten('import', "import s where s.workspace_id = $1 and s.state = 'running'"),
  },
  {
    what: 'Imports that nobody is undoing',
    ...forgotten('import-undo', "import s where s.workspace_id = $1 and s.state = 'undoing'"),
  },
  { what: 'Removed fields whose values stay', ...forgotten('field-removal', removed('field_definition'), numbered) },
  {
    what: 'Removed relationships whose links stay',
    ...forgotten('relationship-removal', removed('relationship_definition'), numbered),
  },
  {
    what: 'Removed object types whose records stay',
    ...forgotten('object-removal', removed('object_type'), numbered),
  },
  {
    what: 'API keys that open nothing, since their hash is not looked up',
    find: `select k.id from api_key k where k.workspace_id = $1 and not exists (select 1 from key_lookup l
      where l.sha256 = k.sha256 and l.workspace_id = $1 and l.api_key_id = k.id)`,
    mend: `insert into key_lookup (sha256, workspace_id, api_key_id) select k.sha256, k.workspace_id, k.id from api_key k
      where k.workspace_id = $1 on conflict do nothing`,
  },
  {
    what: 'Hashes that lead to an API key that is not there',
    find: `select l.api_key_id as id from key_lookup l where l.workspace_id = $1 and not exists (select 1 from api_key k
      where k.workspace_id = $1 and k.id = l.api_key_id)`,
    mend: `delete from key_lookup l where l.workspace_id = $1 and not exists (select 1 from api_key k
      where k.workspace_id = $1 and k.id = l.api_key_id)`,
  },
  {
    what: 'Files without a record, or records of files without a file',
    knows: 'types',
    find: `select e.id from file e where e.workspace_id = $1 and ${noLonger('id')}
      union all select r.id from record r where r.workspace_id = $1 and r.object_type = ($2::jsonb->>'file')::int
        and not exists (select 1 from file f where f.workspace_id = $1 and f.id = r.id)`,
  },
]

const shown = 20

/** How often a fault is there, and of what. */
export async function findFault(
  db: Connection,
  workspace: number,
  { find, knows }: Fault,
  knowledge: Knowledge,
): Promise<{ count: number; ids: string[] }> {
  const found = await rows<{ id: string; count: number }>(
    db,
    `select w.id, (count(*) over ())::int as count from (${find}) w limit ${shown}`,
    valuesOf(workspace, knows, knowledge),
  )
  return { count: found[0]?.count ?? 0, ids: found.map(({ id }) => id) }
}

/** Puts a fault right, as it is by now. */
export const mendFault = (db: Connection, workspace: number, { mend = '', knows }: Fault, knowledge: Knowledge) =>
  db.query(mend, valuesOf(workspace, knows, knowledge))

const valuesOf = (workspace: number, knows: Fault['knows'], knowledge: Knowledge) => [
  workspace,
  ...(knows ? [JSON.stringify(knowledge[knows])] : []),
]
