import { useMediaQuery } from '@mantine/hooks'
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react'
import { messageOf, ProblemView } from '../../app/problem.tsx'
import type { ShownType } from '../../records/object-types.ts'
import { useDefinitions } from '../../records/object-types.ts'
import type { Definitions } from '../../records/record.ts'
import { filtersOf, writeAddress } from './address.ts'
import { BrokenQuery, brokenBy } from './broken-query.tsx'
import { BulkBar } from './bulk-bar.tsx'
import { Cards } from './cards.tsx'
import { defaultColumns, type ShownColumn, shownColumns } from './columns.ts'
import { ColumnsMenu } from './columns-menu.tsx'
import { completionOf } from './completion.ts'
import { CreateButton } from './create-button.tsx'
import { Empty } from './empty.tsx'
import { ExportButton } from './export-button.tsx'
import { FilterBar, QuickFilter } from './filter-bar.tsx'
import { Grid } from './grid.tsx'
import { LayoutSwitch } from './layout-switch.tsx'
import styles from './list.module.css'
import { quickFilters } from './quick.ts'
import { type ListQuery, useRows, windowsAround } from './rows.ts'
import { useSelection } from './selection.ts'
import { isMoment, subjectsOf } from './subjects.ts'
import { type ListState, useListAddress } from './use-address.ts'
import { ViewTabs } from './view-tabs.tsx'

const Board = lazy(() => import('../board/board.tsx'))

/** The records of a type: found, looked at, and changed. */
export function ListPage({ type }: { type: ShownType }) {
  const definitions = useDefinitions(type)
  const subjects = useMemo(() => subjectsOf(definitions), [definitions])
  const list = useListAddress(type)
  const { address, change } = list
  const usual = useMemo(() => defaultColumns(type, definitions), [type, definitions])
  const columns = useMemo(
    () => shownColumns(type, definitions, list.columns ?? usual),
    [type, definitions, list.columns, usual],
  )
  const quick = useMemo(() => quickFilters(type, definitions), [type, definitions])
  const filters = useMemo(() => filtersOf(writeAddress(address)), [address])
  const isBoard = address.layout === 'board'
  const [total, setTotal] = useState<number>()
  useTitle(type.pluralLabel)

  return (
    <div className={styles['page']}>
      <div className={styles['top']}>
        <h1>{type.pluralLabel}</h1>
        <span className={styles['count']} role="status">
          {!isBoard && total?.toLocaleString()}
        </span>
        <span className={styles['spread']} />
        {type.verbs.includes('create') && <CreateButton type={type} />}
      </div>
      <ViewTabs type={type} list={list} columns={columns} />
      <div className={styles['bar']}>
        <QuickFilter
          text={quick.textOf(address.quick)}
          placeholder={quick.placeholder}
          onChange={(text) => change({ quick: quick.filtersFor(text) }, { replace: true })}
        />
        <FilterBar
          subjects={subjects}
          conditions={address.conditions}
          onConditions={(conditions) => change({ conditions })}
        />
        <span className={styles['spread']} />
        <LayoutSwitch definitions={definitions} layout={address.layout} onLayout={(layout) => change({ layout })} />
        {!isBoard && <ColumnsMenu subjects={subjects} columns={columns} onColumns={list.setColumns} usual={usual} />}
        <ExportButton type={type} filters={filters} sort={address.sort} columns={columns} />
      </div>
      {isBoard && (
        <Suspense>
          <Board type={type} by={address.by} filters={filters} sort={address.sort} />
        </Suspense>
      )}
      {list.isKnown && !isBoard && (
        <Table type={type} definitions={definitions} columns={columns} list={list} onTotal={setTotal} />
      )}
    </div>
  )
}

type TableProps = {
  type: ShownType
  definitions: Definitions
  columns: readonly ShownColumn[]
  list: ListState
  onTotal(total: number | undefined): void
}

function Table({ type, definitions, columns, list, onTotal }: TableProps) {
  const { address, change, setColumns } = list
  const completion = useMemo(() => completionOf(definitions), [definitions])
  const query = useQueryOf(type, columns, address, completion?.status.key)
  const [windows, setWindows] = useState(() => windowsAround(0, 0))
  const [isTyping, setTyping] = useState(false)
  const rows = useRows(type.name, query, windows, isTyping)
  useEffect(() => onTotal(rows.total), [rows.total, onTotal])
  const selection = useSelection(rows)
  const isNarrow = useMediaQuery('(max-width: 48rem)', false, { getInitialValueInEffect: false })
  const onSort = useCallback((sort: string | undefined) => change({ sort }), [change])
  const clear = () => change({ conditions: [], quick: undefined })

  if (rows.error) {
    const broken = brokenBy(rows.error)
    return broken ? (
      <BrokenQuery message={messageOf(rows.error)} address={address} param={broken} onChange={change} />
    ) : (
      <ProblemView error={rows.error} retry={rows.retry} />
    )
  }
  if (rows.total === 0) {
    return <Empty type={type} isFiltered={Object.keys(rows.query.filters).length > 0} onClear={clear} />
  }
  const shown = { type, columns, rows, selection, completion, onWindows: setWindows }
  return (
    <>
      {isNarrow ? (
        <Cards {...shown} />
      ) : (
        <Grid {...shown} sort={address.sort} onSort={onSort} onColumns={setColumns} onTyping={setTyping} />
      )}
      <BulkBar type={type} definitions={definitions} query={rows.query} selection={selection} total={rows.total ?? 0} />
    </>
  )
}

/** What the API is asked for: what the address says, and the fields that are shown. */
function useQueryOf(
  type: ShownType,
  columns: readonly ShownColumn[],
  address: ListState['address'],
  statusKey: string | undefined,
): ListQuery {
  const shown = columns.filter(({ subject }) => !isMoment(subject)).map(({ key }) => key)
  const fields = [...new Set([...type.title, ...shown, ...(statusKey ? [statusKey] : [])])].sort().join(' ')
  return useMemo(
    () => ({ filters: filtersOf(writeAddress(address)), sort: address.sort, fields: fields.split(' ') }),
    [address, fields],
  )
}

function useTitle(title: string) {
  useEffect(() => {
    document.title = `${title} · Openfield`
  }, [title])
}
