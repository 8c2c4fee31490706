import type { ComponentProps } from 'react'

type Part = ComponentProps<'div'>

// The parts of a grid are no elements of tables, which cannot leave out most of their rows.

export const GridBox = (props: Part) => <div {...{ role: 'grid', ...props }} />
export const GridRow = (props: Part) => <div {...{ role: 'row', ...props }} />
export const GridHeader = (props: Part) => <div {...{ role: 'columnheader', ...props }} />
export const GridCell = (props: Part) => <div {...{ role: 'gridcell', ...props }} />
