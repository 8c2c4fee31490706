import { columnResizingFeature, columnSizingFeature, type Header, tableFeatures, useTable } from '@tanstack/react-table'
import { type CSSProperties, useEffect, useMemo, useRef, useState } from 'react'
import { viewOf } from '../../values/index.ts'
import { type Column, clampWidth, type ShownColumn, widthMax, widthMin } from './columns.ts'
import type { Subject } from './subjects.ts'

const features = tableFeatures({ columnSizingFeature, columnResizingFeature })
const none: never[] = []
const linkWidth = 180
const titleWidth = 260
const checkWidth = 36

export type WidthHeader = Header<typeof features, never>

/** How wide a column is before somebody changes that. */
const widthOf = (subject: Subject, isTitle: boolean) => {
  if (isTitle) return titleWidth
  return subject.kind === 'field' ? viewOf(subject.field.valueType).width : linkWidth
}

/** The widths of a list's columns while they are changed, and the change when it is done. */
export function useWidths(columns: readonly ShownColumn[], onColumns: (columns: readonly Column[]) => void) {
  const [columnSizing, setSizing] = useState<Record<string, number>>({})
  const table = useTable({
    features,
    data: none,
    columns: useMemo(
      () =>
        columns.map(({ key, width, subject }, index) => ({
          id: key,
          size: width ?? widthOf(subject, index === 0),
          minSize: widthMin,
          maxSize: widthMax,
        })),
      [columns],
    ),
    columnResizeMode: 'onChange',
    state: { columnSizing },
    onColumnSizingChange: setSizing,
  })
  const { isResizingColumn } = table.state.columnResizing
  const resized = useRef<string | false>(false)
  useEffect(() => {
    const key = resized.current
    resized.current = isResizingColumn
    const width = key && !isResizingColumn ? columnSizing[key] : undefined
    if (width === undefined) return
    setSizing({})
    onColumns(columns.map((one) => (one.key === key ? { ...one, width: clampWidth(width) } : one)))
  }, [isResizingColumn, columnSizing, columns, onColumns])

  const headers = table.getFlatHeaders()
  const sizes = headers.map((header) => header.getSize())
  const width = checkWidth + sizes.reduce((sum, size) => sum + size, 0)
  return {
    style: {
      '--columns': `${checkWidth}px ${sizes.map((size) => `${size}px`).join(' ')}`,
      '--width': `${width}px`,
    } as CSSProperties,
    headerOf: (key: string) => headers.find(({ id }) => id === key),
  }
}
