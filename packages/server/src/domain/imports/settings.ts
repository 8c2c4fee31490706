import type { ImportRecord } from '../../storage/imports.ts'
import type { Author } from './author.ts'
import type { TableFormat } from './csv.ts'

/** What a column, or one text for every row, is to become. `to`: a target by its key; null: it is left out. */
export type MappingEntry = {
  column?: number | undefined
  value?: string | undefined
  to: string | null
  dates?: 'day-first' | 'month-first' | undefined
  decimal?: '.' | ',' | undefined
  separator?: string | undefined
  unknownOptions?: 'refuse' | 'create' | undefined
}

/** What an import is to do. */
export type Settings = {
  mapping: readonly MappingEntry[]
  /** By what a row finds the record that it is about; null: every row is a new record. */
  match: { by: string | null; onMatch: 'update' | 'skip' }
  createMissing: { accounts: boolean }
  /** In which times without an offset are meant. */
  timeZone: string
}

/** A column as it was found, with some of its texts. */
export type SourceColumn = { name: string; samples: string[] }

/** What was found in the file. */
export type Source = { filename: string; format: TableFormat; header: boolean; columns: SourceColumn[] }

export type StoredImport = ImportRecord<Source, Settings, Author | null>
