import { Group, NumberInput, SegmentedControl, Select } from '@mantine/core'
import { useState } from 'react'
import { useWrongAt } from './editing.ts'
import { type Unit, unitOf, units } from './lengths.ts'
import { braced } from './placeholders.ts'
import type { StepProps } from './steps.tsx'

/** Waits for a while, or until some time before or after a date. */
export function WaitStep({ step, onChange, told, path }: StepProps<'wait'>) {
  const { key, until, seconds } = step
  const moments = told.filter(({ isMoment }) => isMoment)
  const first = moments.find((one) => one.path !== 'trigger.at') ?? moments[0]
  const wrongUntil = useWrongAt(`${path}.until`)
  const wrongSeconds = useWrongAt(`${path}.seconds`)
  const side = !seconds ? 'at' : seconds < 0 ? 'before' : 'after'
  const set = (part: { until?: string; seconds?: number }) => {
    const next = { ...(until !== undefined && { until }), ...(seconds !== undefined && { seconds }), ...part }
    onChange({ key, type: 'wait', ...next } as StepProps<'wait'>['step'])
  }
  return (
    <>
      <SegmentedControl
        aria-label="How long"
        size="xs"
        data={[
          { value: 'while', label: 'For a while' },
          { value: 'until', label: 'Until a date' },
        ]}
        value={until === undefined ? 'while' : 'until'}
        onChange={(how) =>
          onChange(
            how === 'while' || !first
              ? { key, type: 'wait', seconds: Math.abs(seconds ?? 0) || 86_400 }
              : { key, type: 'wait', until: braced(first) },
          )
        }
      />
      {until === undefined ? (
        <Duration
          label="How long"
          seconds={seconds ?? 0}
          onChange={(next) => set({ seconds: next })}
          error={wrongSeconds}
        />
      ) : (
        <>
          <Select
            label="Until"
            data={[
              ...moments.map((one) => ({ value: braced(one), label: `${one.label} · ${one.group}` })),
              ...(moments.some((one) => braced(one) === until) ? [] : [{ value: until, label: until }]),
            ]}
            value={until}
            onChange={(next) => next && set({ until: next })}
            allowDeselect={false}
            searchable
            error={wrongUntil}
          />
          <Group align="flex-end" gap="xs">
            <Select
              label="When exactly"
              w="11rem"
              data={[
                { value: 'at', label: 'At that moment' },
                { value: 'before', label: 'Some time before' },
                { value: 'after', label: 'Some time after' },
              ]}
              value={side}
              onChange={(next) => {
                const length = Math.abs(seconds ?? 0) || 86_400
                set({ seconds: next === 'at' ? 0 : next === 'before' ? -length : length })
              }}
              allowDeselect={false}
            />
            {side !== 'at' && (
              <Duration
                label="How long"
                seconds={Math.abs(seconds ?? 0)}
                onChange={(next) => set({ seconds: side === 'before' ? -next : next })}
                error={wrongSeconds}
              />
            )}
          </Group>
        </>
      )}
    </>
  )
}

type DurationProps = { label: string; seconds: number; onChange(seconds: number): void; error?: string | undefined }

function Duration({ label, seconds, onChange, error }: DurationProps) {
  const [unit, setUnit] = useState(() => unitOf(seconds))
  const count = seconds / units[unit]
  return (
    <Group align="flex-end" gap={4} wrap="nowrap">
      <NumberInput
        label={label}
        w="7rem"
        min={0}
        value={count}
        onChange={(next) => typeof next === 'number' && onChange(Math.round(next * units[unit]))}
        error={error}
      />
      <Select
        aria-label={`Unit of ${label.toLowerCase()}`}
        w="7rem"
        data={Object.keys(units)}
        value={unit}
        onChange={(next) => {
          if (!next) return
          setUnit(next as Unit)
          onChange(Math.round(count * units[next as Unit]))
        }}
        allowDeselect={false}
      />
    </Group>
  )
}
