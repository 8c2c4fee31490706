import { ActionIcon, Button, Group, Input, Select, TextInput } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import { useWrongAt } from './editing.ts'
import { PlaceholderText } from './insert.tsx'
import { braced, type Placeholder } from './placeholders.ts'
import type { StepProps } from './steps.tsx'

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** A request to another system. */
export function HttpStep({ step, onChange, told, path }: StepProps<'http'>) {
  const wrongUrl = useWrongAt(`${path}.url`)
  return (
    <>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Select
          label="Method"
          w="6.5rem"
          flex="none"
          data={[...methods]}
          value={step.method}
          onChange={(method) => method && onChange({ ...step, method: method as (typeof methods)[number] })}
          allowDeselect={false}
        />
        <PlaceholderText
          label="Address"
          placeholder="https://…"
          type="url"
          value={step.url}
          onChange={(url) => onChange({ ...step, url })}
          told={told}
          required
          error={wrongUrl}
        />
      </Group>
      <Headers step={step} onChange={onChange} told={told} path={path} />
      {step.method !== 'GET' && <Body step={step} onChange={onChange} told={told} path={path} />}
    </>
  )
}

type Pair = { name: string; value: string }

function Headers({ step, onChange, told, path }: StepProps<'http'>) {
  const wrong = useWrongAt(`${path}.headers`)
  // Names may be the same, or empty, while they are typed.
  const [pairs, setPairs] = useState<readonly Pair[]>(() =>
    Object.entries(step.headers ?? {}).map(([name, value]) => ({ name, value })),
  )
  const change = (next: readonly Pair[]) => {
    setPairs(next)
    const named = next.filter(({ name }) => name.trim() !== '')
    const { headers: _, ...rest } = step
    const headers = Object.fromEntries(named.map(({ name, value }) => [name.trim(), value]))
    onChange({ ...rest, ...(named.length > 0 && { headers }) })
  }
  return (
    <Input.Wrapper label="Headers" labelElement="div" error={wrong}>
      {pairs.map((pair, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a header is known by its place while its name is typed
        <Group key={index} gap={4} mb={4} wrap="nowrap" align="flex-start">
          <TextInput
            w="10rem"
            aria-label={`Name of header ${index + 1}`}
            placeholder="Authorization"
            value={pair.name}
            onChange={(event) => change(pairs.with(index, { ...pair, name: event.currentTarget.value }))}
          />
          <PlaceholderText
            label={`Value of header ${index + 1}`}
            hiddenLabel
            value={pair.value}
            onChange={(value) => change(pairs.with(index, { ...pair, value }))}
            told={told}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            mt={4}
            aria-label={`Remove header ${index + 1}`}
            onClick={() => change(pairs.toSpliced(index, 1))}
          >
            <IconX size={14} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      <Button
        variant="subtle"
        color="gray"
        display="block"
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={() => setPairs([...pairs, { name: '', value: '' }])}
      >
        Add a header
      </Button>
    </Input.Wrapper>
  )
}

/** JSON that is checked while it is typed. */
function Body({ step, onChange, told, path }: StepProps<'http'>) {
  const [text, setText] = useState(
    () => step.bodyText ?? (step.body === undefined ? '' : JSON.stringify(step.body, null, 2)),
  )
  const wrong = useWrongAt(`${path}.body`)
  const change = (next: string) => {
    setText(next)
    const { body: _, bodyText: __, ...rest } = step
    if (next.trim() === '') return onChange(rest)
    const read = parsed(next)
    onChange('error' in read ? { ...rest, bodyText: next } : { ...rest, body: read.body })
  }
  const read = text.trim() === '' ? undefined : parsed(text)
  return (
    <PlaceholderText
      label="Body"
      description="JSON. A placeholder stands in quotes; alone in them, it becomes the value itself."
      value={text}
      onChange={change}
      told={told}
      multiline
      mono
      error={read && 'error' in read ? read.error : wrong}
      insertion={quoted}
    />
  )
}

function parsed(text: string): { body: unknown } | { error: string } {
  try {
    return { body: JSON.parse(text) }
  } catch (error) {
    const [, at] = /position (\d+)/.exec(String(error)) ?? []
    const line = at === undefined ? undefined : text.slice(0, Number(at)).split('\n').length
    const isBare = /[:[,]\s*\{\{/.test(text)
    return {
      error: `No JSON yet${line === undefined ? '' : `, see line ${line}`}.${isBare ? ' Put placeholders in quotes.' : ''}`,
    }
  }
}

/** In a text of the JSON as it is, elsewhere with the quotes that it needs. */
function quoted(placeholder: Placeholder, before: string): string {
  const isInText = (before.match(/(?<!\\)"/g)?.length ?? 0) % 2 === 1
  return isInText ? braced(placeholder) : `"${braced(placeholder)}"`
}
