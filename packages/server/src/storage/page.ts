import type { Connection } from './database.ts'
import { completeRecord } from './records.ts'
import { definitionsVersion, type RecordColumns, recordSource, type StoredRecord } from './rows.ts'

/** One page of a list, with the exact number of all that pass its filters. */
export type Page = { definitions: number; total: number; records: StoredRecord[] }

/** A row of a page: the version of the definitions, the snapshot, what else was asked, and a record, if there is one. */
export type PageRow<State> = [definitions: number, snapshot: string, state: State, ...RecordColumns]

/** Reads the records whose ids are in `p`, newest first. */
export const pageOf = (sets: string, state: string, columns: string) => `with ${sets}
  select ${definitionsVersion}, pg_current_snapshot()::text, (select ${state}), x.* from (select 1) one left join (
    select r.* from p cross join lateral (
      select ${columns} from ${recordSource} where r.workspace_id = $1 and r.id = p.id limit 1) r
  ) x on true order by x.id desc`

/** The records of a page. */
export const recordsOf = (db: Connection, workspace: number, rows: readonly PageRow<unknown>[]) =>
  Promise.all(rows.flatMap(([, , , ...row]) => (row[0] === null ? [] : [completeRecord(db, workspace, row)])))
