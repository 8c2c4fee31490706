/** What was measured; `most` or `least` is what it should be. Times are in ms or s, memory in millions of bytes. */
export type Figure = {
  name: string
  value: number
  unit: '/s' | 'MB/s' | 'ms' | 's' | 'MB' | 'KB' | '×' | '%' | ''
  most?: number | undefined
  least?: number | undefined
}

export type Section = { title: string; figures: Figure[] }

/** Whether a figure is as it should be; undefined when nothing is asked of it. */
export function isMet({ value, most, least }: Figure): boolean | undefined {
  if (most !== undefined) return value <= most
  return least === undefined ? undefined : value >= least
}

/** One section as a table in Markdown. */
export function table({ title, figures }: Section): string {
  const rows = [['', 'measured', 'target', 'met'], ...figures.map(cells)]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const [head = '', ...body] = rows.map(
    (row) => `| ${row.map((cell, column) => align(cell, widths, column)).join(' | ')} |`,
  )
  const rule = `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`
  return [`### ${title}`, '', head, rule, ...body, ''].join('\n')
}

function cells(figure: Figure): string[] {
  const { name, value, unit, most, least } = figure
  const target = most !== undefined ? `≤ ${show(most, unit)}` : least !== undefined ? `≥ ${show(least, unit)}` : ''
  const met = isMet(figure)
  return [name, show(value, unit), target, met === undefined ? '' : met ? 'yes' : 'no']
}

const align = (cell: string, widths: readonly number[], column: number) =>
  column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)

/** Three digits are as many as mean something here. */
function show(value: number, unit: Figure['unit']): string {
  const digits = value >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)))
  return unit === '/s' ? digits + unit : `${digits} ${unit}`.trim()
}
