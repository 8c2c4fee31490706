import { Popover } from '@mantine/core'
import { IconLock, IconPencil } from '@tabler/icons-react'
import { type KeyboardEvent, type ReactNode, type SyntheticEvent, useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import styles from './inline-edit.module.css'

export type Place = 'cell' | 'page'

/** How editing ends: with what was typed, or without. */
export type End = 'commit' | 'cancel'

type Props = {
  /** What is edited, e.g. `Stage`. */
  label: string
  place: Place
  /** What is shown while nobody edits. */
  children: ReactNode
  /** What is shown while one edits; `done` ends editing as Enter does. */
  editor(done: () => void): ReactNode
  /** Told how editing ended. */
  onEnd(end: End): void
  /** Why it cannot be edited, if so. */
  readOnly?: string | undefined
  /** The editor opens below, and what is shown stays. */
  panel?: boolean
  /** Enter goes to the next line. */
  multiline?: boolean
  align?: 'right' | undefined
  /** A click does this instead of opening anything, and the state it shows. */
  toggle?: { checked: boolean; onClick(): void } | undefined
  /** Editing is not over, for what was typed was refused. */
  keptOpen?: boolean
  tabIndex?: number | undefined
}

/** Something that is shown, and edited in its place once one clicks it or presses Enter. */
export function InPlace(props: Props) {
  const { label, place, children, readOnly, panel = false, toggle, keptOpen = false, align, tabIndex } = props
  const [isOpened, setOpened] = useState(false)
  const isOpen = isOpened || keptOpen
  const button = useRef<HTMLButtonElement>(null)
  const end = (how: End, focus: boolean) => {
    flushSync(() => {
      setOpened(false)
      props.onEnd(how)
    })
    if (focus) button.current?.focus()
  }
  const done = () => end('commit', true)
  const className = `${styles['place']} ${styles[place]}`
  if (readOnly !== undefined) {
    return (
      <div className={className} data-align={align} title={readOnly}>
        <div className={styles['shown']}>{children}</div>
        {place === 'page' && <IconLock size={13} role="img" aria-label={readOnly} className={styles['lock']} />}
      </div>
    )
  }
  if (isOpen && !panel) {
    return (
      <Editor {...props} end={end}>
        {props.editor(done)}
      </Editor>
    )
  }
  const shown = (
    <div className={className} data-align={align} data-editable data-open={isOpen || undefined}>
      <div className={styles['shown']}>{children}</div>
      <button
        ref={button}
        type="button"
        className={styles['open']}
        tabIndex={tabIndex}
        {...(toggle
          ? { role: 'checkbox', 'aria-checked': toggle.checked, 'aria-label': label, onClick: toggle.onClick }
          : { 'aria-label': `Edit ${label}`, 'aria-expanded': isOpen, onClick: () => setOpened(true) })}
      >
        {!toggle && <IconPencil size={13} aria-hidden />}
      </button>
    </div>
  )
  if (!panel) return shown
  return (
    <Popover opened={isOpen} position="bottom-start" width={320} shadow="md" trapFocus withRoles={false}>
      <Popover.Target>{shown}</Popover.Target>
      <Popover.Dropdown className={styles['panel'] ?? ''} p="xs" role="dialog" aria-label={`Edit ${label}`}>
        <Editor {...props} end={end}>
          {isOpen && props.editor(done)}
        </Editor>
      </Popover.Dropdown>
    </Popover>
  )
}

type EditorProps = Omit<Props, 'children'> & { children: ReactNode; end(how: End, focus: boolean): void }

/** What surrounds an input while one edits. Leaving it, by the keyboard or with a click elsewhere, ends editing. */
function Editor({ children, end, multiline, panel }: EditorProps) {
  const ref = useRef<HTMLDivElement>(null)
  const latest = useRef(end)
  latest.current = end
  // Lists that inputs open are elsewhere in the page, yet theirs: React tells of them, before the document does.
  const inside = useRef<Event>(undefined)
  const notice = (event: SyntheticEvent) => {
    inside.current = event.nativeEvent
  }
  useEffect(() => {
    const check = (event: Event) => {
      if (event !== inside.current) latest.current('commit', false)
    }
    document.addEventListener('mousedown', check)
    document.addEventListener('focusin', check)
    return () => {
      document.removeEventListener('mousedown', check)
      document.removeEventListener('focusin', check)
    }
  }, [])
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const withModifier = event.ctrlKey || event.metaKey
    // Lists have keys of their own, which typing must not press.
    if (!withModifier) event.stopPropagation()
    if (event.defaultPrevented || event.nativeEvent.isComposing) return
    const isDone = event.key === 'Enter' && (withModifier || !(multiline || event.target instanceof HTMLButtonElement))
    if (isDone || event.key === 'Escape') {
      event.preventDefault()
      event.stopPropagation()
      end(isDone ? 'commit' : 'cancel', true)
    }
    // From the button, which has the focus now, the browser goes on.
    if (event.key === 'Tab' && panel && isLast(ref.current, event)) end('commit', true)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only listens to what happens inside, and takes the focus of clicks beside its inputs
    <div
      ref={ref}
      className={styles['editor']}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      onFocus={notice}
      onMouseDown={notice}
    >
      {children}
    </div>
  )
}

const focusable = 'input, textarea, select, button, a[href], [tabindex]'

function isLast(place: HTMLElement | null, { target, shiftKey }: KeyboardEvent): boolean {
  const all = [...(place?.querySelectorAll<HTMLElement>(focusable) ?? [])].filter(
    (one) => one.tabIndex >= 0 && !one.matches(':disabled'),
  )
  return target === all.at(shiftKey ? 0 : -1)
}
