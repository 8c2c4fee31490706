import { Checkbox, Group, MultiSelect, NumberInput, Select, Text, TextInput } from '@mantine/core'
import type { RecordEvent, WorkflowTrigger } from '@openfield/sdk'
import { useObjectTypes } from '../../../records/object-types.ts'
import { useEditing, useWrongAt } from './editing.ts'
import { RecordFilter } from './record-filter.tsx'
import { inZone, nextTimes, type Plan, planOf, readPlan, scheduleWords, weekdays, writePlan } from './schedule.ts'
import { allEvents, eventWords, everyType, typeOfRuns } from './words.ts'
import styles from './workflows.module.css'

type TriggerProps<Type extends WorkflowTrigger['type'] = WorkflowTrigger['type']> = {
  trigger: Extract<WorkflowTrigger, { type: Type }>
  onChange(trigger: WorkflowTrigger): void
}

const hereZone = Intl.DateTimeFormat().resolvedOptions().timeZone

const kinds: Readonly<Record<WorkflowTrigger['type'], { label: string; fresh: WorkflowTrigger }>> = {
  record: { label: 'A record changes', fresh: { type: 'record', objectTypes: ['opportunity'], events: ['created'] } },
  schedule: { label: 'On a schedule', fresh: { type: 'schedule', cron: '0 9 * * 1', timeZone: hereZone } },
  hook: { label: 'Another system sends something', fresh: { type: 'hook' } },
  manual: { label: 'Somebody runs it', fresh: { type: 'manual' } },
}

/** Says what starts a workflow. */
export function Trigger({ trigger, onChange }: TriggerProps) {
  return (
    <div className={styles['trigger']}>
      <Select
        label="Starts when"
        data={Object.entries(kinds).map(([value, { label }]) => ({ value, label }))}
        value={trigger.type}
        onChange={(type) => type && type !== trigger.type && onChange(kinds[type as WorkflowTrigger['type']].fresh)}
        allowDeselect={false}
      />
      {trigger.type === 'record' && <OnChange trigger={trigger} onChange={onChange} />}
      {trigger.type === 'schedule' && <OnSchedule trigger={trigger} onChange={onChange} />}
      {trigger.type === 'hook' && <OnRequest trigger={trigger} onChange={onChange} />}
      {trigger.type === 'manual' && <ByHand trigger={trigger} onChange={onChange} />}
    </div>
  )
}

type TypesProps = {
  objectTypes: readonly string[]
  events: readonly RecordEvent[]
  onChange(what: { objectTypes: string[]; events: RecordEvent[] }): void
  wrong?: { objectTypes: string | undefined; events: string | undefined }
}

/** Says of which records what is told; any record is a choice like others, which takes their place. */
export function Changes({ objectTypes, events, onChange, wrong }: TypesProps) {
  const types = useObjectTypes()
  return (
    <>
      <MultiSelect
        label="Records"
        data={[
          { value: everyType, label: 'Records of every type' },
          ...types
            .filter(({ verbs }) => verbs.includes('retrieve'))
            .map(({ name, pluralLabel }) => ({ value: name, label: pluralLabel })),
        ]}
        value={[...objectTypes]}
        onChange={(chosen) => {
          const isEvery = chosen.at(-1) === everyType
          onChange({
            objectTypes: isEvery ? [everyType] : chosen.filter((one) => one !== everyType),
            events: [...events],
          })
        }}
        searchable
        hidePickedOptions
        error={wrong?.objectTypes}
      />
      <MultiSelect
        label="What happens to them"
        data={allEvents.map((value) => ({ value, label: eventWords[value] }))}
        value={[...events]}
        onChange={(chosen) =>
          onChange({ objectTypes: [...objectTypes], events: allEvents.filter((event) => chosen.includes(event)) })
        }
        error={wrong?.events}
      />
    </>
  )
}

function OnChange({ trigger, onChange }: TriggerProps<'record'>) {
  const { known } = useEditing()
  const name = typeOfRuns(trigger)
  const definitions = name === undefined ? undefined : known.get(name)
  const { objectTypes, events, fields = [], filter = '' } = trigger
  const wrong = { objectTypes: useWrongAt('trigger.objectTypes'), events: useWrongAt('trigger.events') }
  const wrongFields = useWrongAt('trigger.fields')
  const wrongFilter = useWrongAt('trigger.filter')
  const change = (next: { objectTypes?: string[]; events?: RecordEvent[]; fields?: string[]; filter?: string }) => {
    const all = { objectTypes, events, fields, filter, ...next }
    const isSameType = typeOfRuns({ type: 'record', ...all }) === name
    onChange({
      type: 'record',
      objectTypes: all.objectTypes,
      events: all.events,
      ...(isSameType && all.fields.length > 0 && all.events.includes('updated') && { fields: all.fields }),
      ...(isSameType && all.filter !== '' && { filter: all.filter }),
    })
  }
  return (
    <>
      <Changes objectTypes={objectTypes} events={events} onChange={change} wrong={wrong} />
      {definitions && events.includes('updated') && (
        <MultiSelect
          label="Only when one of these is updated"
          placeholder={fields.length === 0 ? 'Any field' : ''}
          data={[...definitions.fields, ...definitions.relationships].map(({ key, label }) => ({ value: key, label }))}
          value={fields}
          onChange={(chosen) => change({ fields: chosen })}
          searchable
          hidePickedOptions
          error={wrongFields}
        />
      )}
      {definitions && (
        <RecordFilter
          label="Only if the record fits"
          definitions={definitions}
          filter={filter}
          onChange={(next) => change({ filter: next })}
          error={wrongFilter}
        />
      )}
    </>
  )
}

const everyWords: Readonly<Record<Plan['every'], string>> = {
  hour: 'Every hour',
  day: 'Every day',
  weekday: 'Every weekday, Monday to Friday',
  week: 'Every week',
  month: 'Every month',
  custom: 'As the expression says',
}

const zones = [...new Set([hereZone, 'UTC', ...Intl.supportedValuesOf('timeZone')])]
const shownTimes = 3

function OnSchedule({ trigger, onChange }: TriggerProps<'schedule'>) {
  const { cron, timeZone } = trigger
  const plan = readPlan(cron)
  const set = (next: Plan) => onChange({ ...trigger, cron: writePlan(next) })
  return (
    <>
      <Group gap="xs" align="flex-start">
        <Select
          label="How often"
          data={Object.entries(everyWords)
            .filter(([every]) => every !== 'custom' || plan.every === 'custom')
            .map(([value, label]) => ({ value, label }))}
          value={plan.every}
          onChange={(every) => every && set(planOf(every as Plan['every'], plan))}
          allowDeselect={false}
        />
        {plan.every === 'week' && (
          <Select
            label="On"
            w="9rem"
            data={weekdays.map((label, day) => ({ value: String(day), label }))}
            value={String(plan.day)}
            onChange={(day) => day !== null && set({ ...plan, day: Number(day) })}
            allowDeselect={false}
          />
        )}
        {plan.every === 'month' && (
          <NumberInput
            label="On day"
            w="6rem"
            min={1}
            max={31}
            value={plan.day}
            onChange={(day) => typeof day === 'number' && day >= 1 && day <= 31 && set({ ...plan, day })}
          />
        )}
        {'at' in plan && (
          <TextInput
            type="time"
            label="At"
            w="8rem"
            value={plan.at}
            onChange={(event) => event.currentTarget.value && set({ ...plan, at: event.currentTarget.value })}
          />
        )}
        {plan.every === 'hour' && (
          <NumberInput
            label="Minutes past"
            w="7rem"
            min={0}
            max={59}
            value={plan.minute}
            onChange={(minute) => typeof minute === 'number' && minute >= 0 && minute <= 59 && set({ ...plan, minute })}
          />
        )}
      </Group>
      <TextInput
        label="Cron expression"
        description="Minute, hour, day, month, day of the week."
        classNames={{ input: styles['mono'] ?? '' }}
        w="20rem"
        maw="100%"
        value={cron}
        onChange={(event) => onChange({ ...trigger, cron: event.currentTarget.value })}
        error={useWrongAt('trigger.cron')}
      />
      <Select
        label="Time zone"
        w="18rem"
        maw="100%"
        data={zones}
        value={timeZone}
        onChange={(zone) => zone && onChange({ ...trigger, timeZone: zone })}
        allowDeselect={false}
        searchable
        limit={50}
        error={useWrongAt('trigger.timeZone')}
      />
      <NextTimes cron={cron} timeZone={timeZone} />
    </>
  )
}

function NextTimes({ cron, timeZone }: { cron: string; timeZone: string }) {
  const times = nextTimes(cron, timeZone, shownTimes)
  if (times.length === 0) {
    return (
      <Text size="sm" className="muted">
        This is no schedule yet: five parts are needed, e.g. 0 9 * * 1-5.
      </Text>
    )
  }
  return (
    <div>
      <Text size="sm" fw={550}>
        {scheduleWords(cron)}
      </Text>
      <ul className={styles['times']}>
        {times.map((one) => (
          <li key={one.toISOString()}>{inZone(one, timeZone)}</li>
        ))}
      </ul>
      {timeZone !== hereZone && times[0] && (
        <Text size="sm" className="muted">
          The first is {inZone(times[0], hereZone)} where you are.
        </Text>
      )}
    </div>
  )
}

const OnRequest = ({ trigger, onChange }: TriggerProps<'hook'>) => (
  <>
    <Text size="sm" className="muted">
      The workflow has an address of its own. Whatever is posted there as JSON starts a run, whose steps know it as{' '}
      <code>{'{{trigger.body.…}}'}</code>.
    </Text>
    <Checkbox
      label="Only with a signature"
      description="Requests must be signed with the workflow’s secret, as Standard Webhooks says."
      checked={trigger.signed ?? false}
      onChange={(event) => onChange({ type: 'hook', ...(event.currentTarget.checked && { signed: true }) })}
    />
  </>
)

function ByHand({ trigger, onChange }: TriggerProps<'manual'>) {
  const { types } = useEditing()
  return (
    <Select
      label="For a record of this type"
      description="Whoever runs it chooses one."
      placeholder="For no record"
      data={types.filter(({ verbs }) => verbs.includes('retrieve')).map(({ name, label }) => ({ value: name, label }))}
      value={trigger.objectType ?? null}
      onChange={(objectType) => onChange({ type: 'manual', ...(objectType && { objectType }) })}
      clearable
      searchable
      error={useWrongAt('trigger.objectType')}
    />
  )
}
