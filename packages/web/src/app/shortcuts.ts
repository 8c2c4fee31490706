import { useEffect, useRef } from 'react'
import { makeStore } from './store.ts'

/** A key, or several one after the other, and what it does while nobody types and no dialog is open. */
export type Shortcut = {
  /** e.g. `mod+k`, `mod+shift+l`, `c`, `g h`; `mod` is Ctrl, or ⌘ on a Mac. */
  keys: string
  label: string
  /** Not there: the place itself listens, and the table only says so. */
  run?(): void
  /** Works while one types, too. */
  always?: true
}

type Group = { title: string; shortcuts(): readonly Shortcut[] }

/** All that can be pressed at the moment: what the help shows. */
const groups = makeStore<readonly Group[]>([])
export const useShortcutGroups = groups.use

/** Makes shortcuts work, and appear in the help, while the component is there. */
export function useShortcuts(title: string, shortcuts: readonly Shortcut[]) {
  // What they do may be another function with every render.
  const latest = useRef(shortcuts)
  latest.current = shortcuts
  useEffect(() => {
    const group = { title, shortcuts: () => latest.current }
    groups.set([...groups.get(), group])
    return () => groups.set(groups.get().filter((one) => one !== group))
  }, [title])
}

const sequenceMs = 1000
let begun = { key: '', at: 0 }

addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey) return
  const withMod = event.ctrlKey || event.metaKey
  // Without Ctrl, the sign counts, not what one presses for it: `?` takes Shift on most keyboards.
  const modifiers = withMod ? `mod+${event.shiftKey ? 'shift+' : ''}` : ''
  const key = `${modifiers}${event.key.toLowerCase()}`
  const both = event.timeStamp - begun.at < sequenceMs ? shortcutOf(`${begun.key} ${key}`) : undefined
  const shortcut = both ?? shortcutOf(key)
  begun = { key, at: event.timeStamp }
  if (!shortcut || (!shortcut.always && isBusy(event.target))) return
  event.preventDefault()
  shortcut.run?.()
})

const shortcutOf = (pressed: string): Shortcut | undefined =>
  groups
    .get()
    .flatMap(({ shortcuts }) => shortcuts())
    .find(({ keys, run }) => run && keys === pressed)

/** Somebody types, or a dialog has the keyboard. */
function isBusy(target: EventTarget | null): boolean {
  const types = target instanceof Element && target.closest('input, textarea, select, [contenteditable], [role=dialog]')
  return !!types || document.querySelector('[aria-modal=true]') !== null
}

const isMac = /mac|iphone|ipad/i.test(navigator.userAgent)
const signs: Record<string, string> = {
  shift: isMac ? '⇧' : 'Shift',
  backspace: '⌫',
  mod: isMac ? '⌘' : 'Ctrl',
  enter: '↵',
  escape: 'Esc',
  arrowup: '↑',
  arrowdown: '↓',
}

/** The keys of a shortcut as they are printed: `g h` is pressed one after the other, `mod+k` together. */
export const printedKeys = (keys: string): string[] =>
  keys.split(/[ +]/).map((key) => signs[key.toLowerCase()] ?? (key.length === 1 ? key.toUpperCase() : key))

/** In one word, for a small place. */
export const shortKeys = (keys: string) => printedKeys(keys).join(isMac ? '' : ' ')
