import { Kbd } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { useCommands } from './commands.ts'
import { help, palette } from './overlays.ts'
import { printedKeys, useShortcuts } from './shortcuts.ts'

const Palette = lazy(() => import('./palette.tsx').then(({ Palette }) => ({ default: Palette })))
const ShortcutHelp = lazy(() => import('./shortcut-help.tsx').then(({ ShortcutHelp }) => ({ default: ShortcutHelp })))

/** What the keyboard does on every page, and what it opens. */
export function Keyboard() {
  const offers = palette.use()
  const isHelpOpen = help.use()
  const commands = useCommands()
  useShortcuts('Everywhere', [
    { keys: 'mod+k', label: 'Search and commands', always: true, run: () => palette.set('everything') },
    { keys: '/', label: 'Search and commands', run: () => palette.set('everything') },
    { keys: 'c', label: 'Create…', run: () => palette.set('create') },
    ...commands.flatMap(({ keys, label, run }) => (keys === undefined ? [] : { keys, label, run })),
  ])
  return (
    <Suspense>
      {offers && <Palette offers={offers} commands={commands} onClose={() => palette.set(undefined)} />}
      {isHelpOpen && <ShortcutHelp onClose={() => help.set(false)} />}
    </Suspense>
  )
}

/** The keys of a shortcut. */
export const Keys = ({ keys }: { keys: string }) => (
  <span>
    {printedKeys(keys).map((key) => (
      <Kbd key={key} size="xs" ml={4}>
        {key}
      </Kbd>
    ))}
  </span>
)
