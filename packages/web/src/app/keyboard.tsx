import { Kbd } from '@mantine/core'
import { type ComponentType, lazy, Suspense, useEffect } from 'react'
import { useCommands } from './commands.ts'
import { help, palette } from './overlays.ts'
import type { PaletteProps } from './palette.tsx'
import { printedKeys, useShortcuts } from './shortcuts.ts'
import { makeStore } from './store.ts'

const ShortcutHelp = lazy(() => import('./shortcut-help.tsx').then(({ ShortcutHelp }) => ({ default: ShortcutHelp })))

const preloadMs = 1000

/** Not `lazy`: what is there already would still be waited for, for half a second, while one types. */
const loaded = makeStore<ComponentType<PaletteProps> | undefined>(undefined)
const loadPalette = async () => loaded.set((await import('./palette.tsx')).Palette)

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
  const Palette = loaded.use()
  const isWanted = offers !== undefined
  // It is there before somebody asks for it, and after the page itself.
  useEffect(() => {
    const timer = setTimeout(loadPalette, isWanted ? 0 : preloadMs)
    return () => clearTimeout(timer)
  }, [isWanted])
  return (
    <Suspense>
      {offers && Palette && <Palette offers={offers} commands={commands} onClose={() => palette.set(undefined)} />}
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
