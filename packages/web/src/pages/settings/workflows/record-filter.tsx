import { Input } from '@mantine/core'
import { parseSearchParams, writeSearchParams } from '../../../app/search-params.ts'
import type { Definitions } from '../../../records/record.ts'
import { FilterBar } from '../../list/filter-bar.tsx'
import { readConditions, writeConditions } from '../../list/filters.ts'
import { subjectsOf } from '../../list/subjects.ts'
import styles from './workflows.module.css'

type FilterProps = {
  label: string
  description?: string
  definitions: Definitions
  filter: string
  onChange(filter: string): void
  error?: string | undefined
}

/** What a record must pass, said as in lists and kept as the API has it. */
export function RecordFilter({ label, description, definitions, filter, onChange, error }: FilterProps) {
  const read = readConditions(parseSearchParams(filter))
  return (
    <Input.Wrapper label={label} description={description} error={error} labelElement="div">
      <div className={styles['filters']}>
        <FilterBar
          subjects={subjectsOf(definitions)}
          conditions={read.conditions}
          onConditions={(conditions) => onChange(writeSearchParams(writeConditions({ ...read, conditions })).slice(1))}
        />
      </div>
    </Input.Wrapper>
  )
}
