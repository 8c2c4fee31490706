import { ActionIcon, Group, Input, SegmentedControl, Stack, Textarea } from '@mantine/core'
import { IconBold, IconItalic, IconLink, IconList, IconListCheck, IconQuote } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import { MarkdownText } from './markdown-text.tsx'
import styles from './values.module.css'
import { type InputProps, labelled } from './view.ts'

/** What a button does to the selected text: put marks around it, or before each of its lines. */
type Tool = { label: string; icon: typeof IconBold; key?: string } & (
  | { around: readonly [string, string] }
  | { before: string }
)

const tools: readonly Tool[] = [
  { label: 'Bold', icon: IconBold, key: 'b', around: ['**', '**'] },
  { label: 'Italic', icon: IconItalic, key: 'i', around: ['_', '_'] },
  { label: 'Link', icon: IconLink, around: ['[', '](https://)'] },
  { label: 'List', icon: IconList, before: '- ' },
  { label: 'Checklist', icon: IconListCheck, before: '- [ ] ' },
  { label: 'Quote', icon: IconQuote, before: '> ' },
]

/** Markdown as it is written, and a look at how it will read. */
export function MarkdownInput({ value, onChange, configuration: _, ...props }: InputProps<string>) {
  const [shows, setShows] = useState('write')
  const area = useRef<HTMLTextAreaElement>(null)
  const text = value ?? ''
  const apply = (tool: Tool) => {
    const element = area.current
    if (!element) return
    element.focus()
    // The browser's own command keeps what one has typed in the history of Ctrl+Z.
    document.execCommand('insertText', false, marked(tool, element))
  }
  return (
    <Stack gap={4}>
      <Group justify="space-between" gap="xs">
        <Group gap={2} role="toolbar" aria-label={`Format ${props.label}`}>
          {tools.map((tool) => (
            <ActionIcon
              key={tool.label}
              variant="subtle"
              color="gray"
              aria-label={tool.label}
              title={tool.label}
              disabled={shows === 'preview'}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => apply(tool)}
            >
              <tool.icon size={15} stroke={1.7} aria-hidden />
            </ActionIcon>
          ))}
        </Group>
        <SegmentedControl
          size="xs"
          aria-label={`Show ${props.label}`}
          value={shows}
          onChange={setShows}
          data={[
            { value: 'write', label: 'Write' },
            { value: 'preview', label: 'Preview' },
          ]}
        />
      </Group>
      {shows === 'preview' ? (
        <Input.Wrapper label={props.hiddenLabel ? undefined : props.label} error={props.error}>
          <div className={styles['preview']}>
            {text.trim() === '' ? (
              <span className="muted">Nothing to show yet</span>
            ) : (
              <MarkdownText>{text}</MarkdownText>
            )}
          </div>
        </Input.Wrapper>
      ) : (
        <Textarea
          {...labelled(props)}
          ref={area}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
          onKeyDown={(event) => {
            const tool = (event.ctrlKey || event.metaKey) && tools.find(({ key }) => key === event.key)
            if (!tool) return
            event.preventDefault()
            apply(tool)
          }}
          autosize
          minRows={4}
          maxRows={20}
        />
      )}
    </Stack>
  )
}

/** The selection with a tool's marks; for lines, the selection first grows to whole ones. */
function marked(tool: Tool, element: HTMLTextAreaElement): string {
  if ('before' in tool) {
    element.selectionStart = element.value.lastIndexOf('\n', element.selectionStart - 1) + 1
    return selected(element).replace(/^/gm, tool.before)
  }
  return tool.around.join(selected(element))
}

const selected = ({ value, selectionStart, selectionEnd }: HTMLTextAreaElement) =>
  value.slice(selectionStart, selectionEnd)
