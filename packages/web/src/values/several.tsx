import { ActionIcon, Button, Group, Stack, TextInput } from '@mantine/core'
import type { TypeConfiguration } from '@openfield/schema'
import { IconPlus, IconX } from '@tabler/icons-react'
import { Fragment, type HTMLAttributes, type ReactNode } from 'react'
import styles from './values.module.css'
import { type InputProps, labelled, type ValueView } from './view.ts'

/** Texts that a field has one of or several, each of which leads somewhere. */
type Kind = {
  /** Whether a field whose configuration does not say so has several. */
  manyByDefault: boolean
  width: number
  placeholder: string
  inputMode: HTMLAttributes<HTMLInputElement>['inputMode']
  /** Where one leads; undefined when it must not be a link. */
  href(one: string): string | undefined
  /** Opens in a tab of its own. */
  elsewhere?: true
  /** As it is read; by default as it is. */
  Text?(props: { one: string }): ReactNode
}

type OneOrMany = string | string[]

const listOf = (value: OneOrMany) => (typeof value === 'string' ? [value] : value)

/** The view of such texts. */
export function several(kind: Kind): ValueView<OneOrMany> {
  const isMany = ({ multipleValues }: TypeConfiguration) => multipleValues ?? kind.manyByDefault
  return {
    Line: ({ value }) => (
      <span className={styles['line']}>
        {listOf(value).map((one, index) => (
          <Fragment key={one}>
            {index > 0 && ', '}
            <One one={one} kind={kind} />
          </Fragment>
        ))}
      </span>
    ),
    Whole: ({ value }) => (
      <span className={styles['each']}>
        {listOf(value).map((one) => (
          <span key={one}>
            <One one={one} kind={kind} />
          </span>
        ))}
      </span>
    ),
    Input: (props) => <SeveralInput {...props} kind={kind} many={isMany(props.configuration)} />,
    text: (value) => listOf(value).join(', '),
    write(value, configuration) {
      const texts = listOf(value).map((one) => one.trim())
      const all = texts.filter((one) => one !== '')
      return all.length === 0 ? null : isMany(configuration) ? all : all[0]
    },
    width: kind.width,
    roomy: isMany,
  }
}

function One({ one, kind: { href, elsewhere, Text } }: { one: string; kind: Kind }) {
  const to = href(one)
  const shown = Text ? <Text one={one} /> : one
  if (to === undefined) return shown
  return (
    <a
      href={to}
      className={styles['link']}
      title={one}
      {...(elsewhere && { target: '_blank', rel: 'noopener noreferrer' })}
    >
      {shown}
    </a>
  )
}

type Props = InputProps<OneOrMany> & { kind: Kind; many: boolean }

function SeveralInput({ value, onChange, kind, many, configuration: _, ...props }: Props) {
  const texts = value === null || value.length === 0 ? [''] : listOf(value)
  const change = (index: number, text: string) => onChange(texts.with(index, text))
  return (
    <Stack gap={4}>
      {texts.map((text, index) => (
        <Group
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is what it is by its place
          key={index}
          gap={4}
          align="flex-end"
          wrap="nowrap"
        >
          <TextInput
            {...(index === 0
              ? labelled(props)
              : { 'aria-label': `${props.label} ${index + 1}`, autoFocus: text === '' })}
            flex={1}
            value={text}
            onChange={(event) => change(index, event.currentTarget.value)}
            placeholder={kind.placeholder}
            inputMode={kind.inputMode}
            autoComplete="off"
          />
          {texts.length > 1 && (
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              aria-label={`Remove ${props.label} ${index + 1}`}
              onClick={() => onChange(texts.toSpliced(index, 1))}
            >
              <IconX size={14} aria-hidden />
            </ActionIcon>
          )}
        </Group>
      ))}
      {many && (
        <Button
          variant="subtle"
          color="gray"
          size="compact-xs"
          leftSection={<IconPlus size={12} aria-hidden />}
          onClick={() => onChange([...texts, ''])}
          style={{ alignSelf: 'flex-start' }}
        >
          Add another
        </Button>
      )}
    </Stack>
  )
}
