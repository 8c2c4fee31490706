import { useMantineColorScheme } from '@mantine/core'
import {
  IconBolt,
  IconChartBar,
  IconDeviceDesktop,
  IconHome,
  IconKeyboard,
  IconLogout,
  IconMoon,
  IconPlus,
  IconSettings,
  IconSun,
  IconWebhook,
} from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { type Icon, iconOf, inNavigation } from '../records/icons.ts'
import { useObjectTypes } from '../records/object-types.ts'
import { openCreate } from './create-dialog.tsx'
import { help } from './overlays.ts'
import { useSession } from './session.tsx'
import type { Shortcut } from './shortcuts.ts'
import { useSignOut } from './sign-out.ts'

/** Something that can be done from anywhere. */
export type Command = {
  id: string
  group: 'Create' | 'Go to' | 'Settings'
  label: string
  icon: Icon
  run(): void
} & Partial<Pick<Shortcut, 'keys'>>

/** Types that have a key of their own to go to them: the first letter. */
const lettered = new Set(['opportunity', 'account', 'contact', 'task', 'note', 'meeting'])

/** The settings that one goes to more often than to others; only admins may. */
const settings: readonly [slug: string, icon: Icon][] = [
  ['workflows', IconBolt],
  ['webhooks', IconWebhook],
]

/** All commands, in the order in which they are offered. */
export function useCommands(): readonly Command[] {
  const types = inNavigation(useObjectTypes())
  const { member } = useSession()
  const navigate = useNavigate()
  const signOut = useSignOut()
  const { setColorScheme } = useMantineColorScheme()
  const goTo = (to: string) => () => void navigate({ to })
  return [
    ...types
      .filter(({ verbs }) => verbs.includes('create'))
      .map(
        ({ name, label }): Command => ({
          id: `create ${name}`,
          group: 'Create',
          label: `Create ${label.toLowerCase()}`,
          icon: IconPlus,
          run: () => openCreate({ type: name }),
        }),
      ),
    { id: 'home', group: 'Go to', label: 'Go to home', icon: IconHome, keys: 'g h', run: goTo('/') },
    {
      id: 'dashboard',
      group: 'Go to',
      label: 'Go to dashboard',
      icon: IconChartBar,
      keys: 'g d',
      run: goTo('/dashboard'),
    },
    ...types.map(
      ({ name, plural, pluralLabel }): Command => ({
        id: `go ${name}`,
        group: 'Go to',
        label: `Go to ${pluralLabel.toLowerCase()}`,
        icon: iconOf(name),
        ...(lettered.has(name) && { keys: `g ${name.charAt(0)}` }),
        run: goTo(`/${plural}`),
      }),
    ),
    {
      id: 'settings',
      group: 'Go to',
      label: 'Go to settings',
      icon: IconSettings,
      keys: 'g s',
      run: goTo('/settings'),
    },
    ...(member.role === 'admin'
      ? settings.map(
          ([slug, icon]): Command => ({
            id: `settings ${slug}`,
            group: 'Go to',
            label: `Go to ${slug}`,
            icon,
            run: goTo(`/settings/${slug}`),
          }),
        )
      : []),
    { id: 'light', group: 'Settings', label: 'Light theme', icon: IconSun, run: () => setColorScheme('light') },
    { id: 'dark', group: 'Settings', label: 'Dark theme', icon: IconMoon, run: () => setColorScheme('dark') },
    {
      id: 'auto',
      group: 'Settings',
      label: 'Theme of the system',
      icon: IconDeviceDesktop,
      run: () => setColorScheme('auto'),
    },
    {
      id: 'help',
      group: 'Settings',
      label: 'Keyboard shortcuts',
      icon: IconKeyboard,
      keys: '?',
      run: () => help.set(true),
    },
    { id: 'out', group: 'Settings', label: 'Sign out', icon: IconLogout, run: () => void signOut() },
  ]
}
