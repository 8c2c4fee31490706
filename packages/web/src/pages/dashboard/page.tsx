import { Title } from '@mantine/core'
import type { TotalsQuery } from '@openfield/sdk'
import { useQuery } from '@tanstack/react-query'
import { ProblemView } from '../../app/problem.tsx'
import { keys } from '../../app/queries.ts'
import { client } from '../../app/server.ts'
import { useDefinitions, useType } from '../../records/object-types.ts'
import { likelihoodOf, lost, openOnly, openStages, won } from '../../records/pipeline.ts'
import type { FieldDefinition } from '../../records/record.ts'
import styles from './dashboard.module.css'
import { boundsOf, forecast, monthLabel, monthsFrom } from './figures.ts'
import { Panel, type Row } from './panel.tsx'

const green = 'var(--of-accent)'
const grey = 'var(--of-muted)'
const red = 'var(--of-danger)'

/** How the pipeline stands; each number leads to its records. */
export function Page() {
  const definitions = useDefinitions(useType('opportunity'))
  const field = (key: string) => definitions.fields.find((one) => one.key === key)
  const [stage, amount] = [field('$stage'), field('$amount')]
  if (!stage || !amount) return <ProblemView error={new Error('opportunities have no stage or no amount')} />
  const money = new Intl.NumberFormat(undefined, {
    style: 'currency',
    currency: amount.typeConfiguration.currency ?? 'USD',
    maximumFractionDigits: 0,
  })
  const show = (value: number) => money.format(value)
  return (
    <div className={styles['page']}>
      <Title order={1}>Dashboard</Title>
      <div className={styles['panels']}>
        <PipelineByStage stage={stage} show={show} />
        <WeightedForecast stage={stage} show={show} />
        <WonAndLost show={show} />
        <ActivityByMember />
      </div>
    </div>
  )
}

type Show = (value: number) => string

/** What the server counts of a type's records; the figures before stay until the new ones are there. */
function useTotals(objectType: string, query: TotalsQuery) {
  const { data, error } = useQuery({
    queryKey: keys.totals(objectType, query),
    queryFn: ({ signal }) => client.admin.records.totals(objectType, query, { signal }),
    placeholderData: (previous) => previous,
    throwOnError: (problem) => problem !== null,
  })
  return error ? undefined : data
}

function PipelineByStage({ stage, show }: { stage: FieldDefinition; show: Show }) {
  const totals = useTotals('opportunity', { filter: openOnly, group: '$stage', sum: '$amount' })
  const rows = openStages(stage).map(({ id, label }): Row => {
    const group = totals?.groups.find(({ keys }) => keys[0] === id)
    const target = { to: '/opportunities', search: { '$stage[equal]': id, sort: '-$amount' } }
    return {
      label,
      values: [
        { value: group?.sum ?? 0, shown: show(group?.sum ?? 0), ...target },
        { value: group?.count ?? 0, shown: (group?.count ?? 0).toLocaleString(), ...target },
      ],
    }
  })
  return (
    <Panel
      title="Pipeline by stage"
      about="Amounts of opportunities that are neither won nor lost."
      series={[{ name: 'Amount', color: green }, { name: 'Opportunities' }]}
      rows={totals ? rows : []}
      empty="There are no open opportunities with an amount yet. Press c to create one."
    />
  )
}

const forecastMonths = 6

function WeightedForecast({ stage, show }: { stage: FieldDefinition; show: Show }) {
  const months = monthsFrom(new Date(), forecastMonths)
  const totals = useTotals('opportunity', { filter: openOnly, group: ['$stage', 'month($closeDate)'], sum: '$amount' })
  const likelihood = likelihoodOf(stage)
  const rows = forecast(totals?.groups ?? [], likelihood, months).map(({ month, weighted, total }): Row => {
    const { from, before } = boundsOf(month)
    const search = { ...openOnly, '$closeDate[greaterThanOrEqual]': from, '$closeDate[lessThan]': before }
    const target = { to: '/opportunities', search }
    return {
      label: monthLabel(month),
      values: [
        { value: weighted, shown: show(weighted), ...target },
        { value: total, shown: show(total), ...target },
      ],
    }
  })
  const weights = openStages(stage).map(({ id, label }) => `${label} ${Math.round((likelihood.get(id) ?? 0) * 100)} %`)
  return (
    <Panel
      title="Forecast by close month"
      about={`Open amounts by close date, weighted by stage: ${weights.join(', ')}.`}
      series={[
        { name: 'Weighted', color: green },
        { name: 'All open', color: grey },
      ]}
      rows={totals ? rows : []}
      empty="No open opportunity closes in the next months. Give yours a close date and an amount."
    />
  )
}

const pastMonths = 12

function WonAndLost({ show }: { show: Show }) {
  const now = new Date()
  const months = monthsFrom(new Date(now.getFullYear(), now.getMonth() - pastMonths + 1, 1), pastMonths)
  const query = { filter: { 'or1.$stage[equal]': [won, lost] }, group: ['$stage', 'month($closeDate)'], sum: '$amount' }
  const totals = useTotals('opportunity', query)
  const rows = months.map((month): Row => {
    const { from, before } = boundsOf(month)
    const values = [won, lost].map((option) => {
      const sum = totals?.groups.find(({ keys }) => keys[0] === option && keys[1] === month)?.sum ?? 0
      const search = {
        '$stage[equal]': option,
        '$closeDate[greaterThanOrEqual]': from,
        '$closeDate[lessThan]': before,
      }
      return { value: sum, shown: show(sum), to: '/opportunities', search }
    })
    return { label: monthLabel(month), values }
  })
  return (
    <Panel
      title="Won and lost"
      about="Amounts by the month of the close date, over the last twelve months."
      series={[
        { name: 'Won', color: green },
        { name: 'Lost', color: red },
      ]}
      rows={totals ? rows : []}
      empty="Nothing has been won or lost in the last twelve months."
    />
  )
}

const activityDays = 30

function ActivityByMember() {
  const since = daysAgo(activityDays)
  const notes = useTotals('note', { filter: { 'createdAt[greaterThan]': since }, group: '$createdBy' })
  const tasks = useTotals('task', {
    filter: { '$status[equal]': 'COMPLETE', 'updatedAt[greaterThan]': since },
    group: '$assignedTo',
  })
  const names = { ...notes?.names, ...tasks?.names }
  const members = [
    ...new Set(
      [notes, tasks].flatMap(
        (one) => one?.groups.flatMap(({ keys: [key] }) => (typeof key === 'string' ? key : [])) ?? [],
      ),
    ),
  ]
  const countOf = (totals: typeof notes, member: string) =>
    totals?.groups.find(({ keys }) => keys[0] === member)?.count ?? 0
  const rows = members.map((member): Row => {
    const [written, done] = [countOf(notes, member), countOf(tasks, member)]
    return {
      label: names[member] ?? 'Somebody',
      values: [
        {
          value: written,
          shown: written.toLocaleString(),
          to: '/notes',
          search: { $createdBy: member, 'createdAt[greaterThan]': since },
        },
        {
          value: done,
          shown: done.toLocaleString(),
          to: '/tasks',
          search: { $assignedTo: member, '$status[equal]': 'COMPLETE', 'updatedAt[greaterThan]': since },
        },
      ],
    }
  })
  return (
    <Panel
      title="Activity by member"
      about={`Notes written and tasks completed in the last ${activityDays} days.`}
      series={[
        { name: 'Notes', color: green },
        { name: 'Tasks completed', color: grey },
      ]}
      rows={notes && tasks ? rows : []}
      empty="Nobody has written a note or completed a task lately."
    />
  )
}

/** A moment some days ago, at the beginning of that day where the viewer is, so that it is the same all day. */
function daysAgo(days: number): string {
  const now = new Date()
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - days).toISOString()
}
