import { Button } from '@mantine/core'
import { BadRequestError } from '@openfield/sdk'
import type { ListAddress } from './address.ts'
import { type Filter, writeKey } from './filters.ts'
import styles from './list.module.css'

/** What the API says is wrong with what it was asked, if it says that: a filter, or the order. */
export const brokenBy = (error: unknown): string | undefined =>
  error instanceof BadRequestError ? (error.param ?? '') : undefined

/** Whether what the API says is wrong names a filter. */
const isNamed = (filter: Filter, param: string) =>
  param.replace(/^or\d+\./, '') === writeKey(filter) || param === filter.key

type BrokenProps = {
  message: string
  param: string
  address: ListAddress
  onChange(changes: Partial<ListAddress>): void
}

/** An address that the API cannot read: says why, and takes away what is wrong. */
export function BrokenQuery({ message, param, address: { conditions, quick }, onChange }: BrokenProps) {
  const left = conditions.filter((condition) => !condition.some((filter) => isNamed(filter, param)))
  const isKnown = left.length < conditions.length
  return (
    <div role="alert" className={styles['broken']}>
      <span>{message}</span>
      {isKnown && (
        <Button variant="default" onClick={() => onChange({ conditions: left })}>
          Clear this filter
        </Button>
      )}
      {param === 'sort' && (
        <Button variant="default" onClick={() => onChange({ sort: undefined })}>
          Clear the order
        </Button>
      )}
      {(conditions.length > 1 || quick || (!isKnown && param !== 'sort')) && (
        <Button variant="default" onClick={() => onChange({ conditions: [], quick: undefined })}>
          Clear all filters
        </Button>
      )}
    </div>
  )
}
