import { BarChart } from '@mantine/charts'
import '@mantine/charts/styles.css'
import type { Row, Series } from './panel.tsx'

/** Bars side by side or stacked. The numbers themselves are in the table below it. */
export default function Chart({
  series,
  rows,
  stacked,
}: {
  series: readonly Series[]
  rows: readonly Row[]
  stacked: boolean
}) {
  const charted = series.flatMap(({ name, color }) => (color ? [{ name, color }] : []))
  const data = rows.map(({ label, values }) => ({
    label,
    ...Object.fromEntries(series.map(({ name }, index) => [name, values[index]?.value ?? 0])),
  }))
  return (
    <BarChart
      h={200}
      data={data}
      dataKey="label"
      type={stacked ? 'stacked' : 'default'}
      series={charted}
      valueFormatter={(value) => compact.format(value)}
      withLegend={charted.length > 1}
      tickLine="none"
      // It is hidden from screen readers, whose table is below, and so takes no focus.
      barChartProps={{ accessibilityLayer: false }}
      barProps={{ isAnimationActive: false, radius: 2 }}
    />
  )
}

const compact = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 })
