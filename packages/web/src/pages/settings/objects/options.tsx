import { ActionIcon, Button, Input, Text, TextInput } from '@mantine/core'
import { IconArchive, IconArchiveOff, IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import styles from '../settings.module.css'

/** An option while it is edited; one that is new has no id yet. */
export type OptionDraft = {
  id?: string | undefined
  label: string
  description: string | null
  retired: boolean
  /** What tells it from others while it is edited. */
  key: string
}

type OptionsProps = {
  options: readonly OptionDraft[]
  onChange(options: OptionDraft[]): void
  error?: ReactNode
}

/** The options of a select, in the order in which they are shown. One that is retired stays where it is used. */
export function Options({ options, onChange, error }: OptionsProps) {
  const change = (at: number, part: Partial<OptionDraft>) =>
    onChange(options.map((option, index) => (index === at ? { ...option, ...part } : option)))
  const move = (at: number, to: number) =>
    onChange(options.toSpliced(at, 1).toSpliced(to, 0, options[at] as OptionDraft))
  const add = () =>
    onChange([...options, { label: '', description: null, retired: false, key: `new ${options.length} ${Date.now()}` }])
  return (
    <Input.Wrapper label="Options" description="In this order. A retired one stays where it is used." error={error}>
      <ol className={styles['options']}>
        {options.map((option, index) => {
          const name = option.label || `option ${index + 1}`
          return (
            <li key={option.key}>
              <TextInput
                aria-label={`Option ${index + 1}`}
                value={option.label}
                disabled={option.retired}
                onChange={(event) => change(index, { label: event.currentTarget.value })}
              />
              {option.retired && <Text className="muted">retired</Text>}
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Move ${name} up`}
                disabled={index === 0}
                onClick={() => move(index, index - 1)}
              >
                <IconArrowUp size={16} aria-hidden />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Move ${name} down`}
                disabled={index === options.length - 1}
                onClick={() => move(index, index + 1)}
              >
                <IconArrowDown size={16} aria-hidden />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={option.retired ? `Use ${name} again` : `Retire ${name}`}
                onClick={() =>
                  option.id
                    ? change(index, { retired: !option.retired })
                    : onChange(options.filter((_, one) => one !== index))
                }
              >
                {option.retired ? <IconArchiveOff size={16} aria-hidden /> : <IconArchive size={16} aria-hidden />}
              </ActionIcon>
            </li>
          )
        })}
      </ol>
      <Button variant="default" onClick={add}>
        Add an option
      </Button>
    </Input.Wrapper>
  )
}
