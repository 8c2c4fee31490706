import { ActionIcon, Drawer, Menu } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import {
  IconBuilding,
  IconCalendarEvent,
  IconChartBar,
  IconCheckbox,
  IconCube,
  IconHome,
  IconList,
  IconMenu2,
  IconNote,
  IconSearch,
  IconSettings,
  IconTargetArrow,
  IconUser,
} from '@tabler/icons-react'
import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { type ComponentType, Suspense, useEffect } from 'react'
import { useObjectTypes } from '../records/object-types.ts'
import { CreateDialog } from './create-dialog.tsx'
import { EditStatus } from './edit-status.tsx'
import { useLiveUpdates } from './live.ts'
import { useSession } from './session.tsx'
import styles from './shell.module.css'
import { useSignOut } from './sign-out.ts'

type Icon = ComponentType<{ size?: number; stroke?: number; 'aria-hidden'?: boolean }>

/** The types that have a place of their own in the navigation, in its order, and the icon of each. */
const icons: Record<string, Icon> = {
  opportunity: IconTargetArrow,
  account: IconBuilding,
  contact: IconUser,
  task: IconCheckbox,
  note: IconNote,
  meeting: IconCalendarEvent,
  list: IconList,
}

export const iconOf = (objectType: string): Icon => icons[objectType] ?? IconCube

/** What surrounds every page of whoever is signed in. */
export function Shell() {
  const [isOpen, { open, close }] = useDisclosure(false)
  useLiveUpdates()
  const path = useRouterState({ select: ({ location }) => location.pathname })
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was opened by the menu closes it
  useEffect(close, [path])
  return (
    <div className={styles['frame']}>
      <a className={styles['skip']} href="#main">
        Skip to content
      </a>
      <nav className={styles['nav']} aria-label="Main">
        <Navigation />
      </nav>
      <header className={styles['top']}>
        <ActionIcon variant="subtle" color="gray" aria-label="Open the menu" onClick={open}>
          <IconMenu2 size={18} aria-hidden />
        </ActionIcon>
        <strong>Openfield</strong>
        <ActionIcon variant="subtle" color="gray" aria-label="Search" component={Link} to="/search">
          <IconSearch size={18} aria-hidden />
        </ActionIcon>
      </header>
      <Drawer opened={isOpen} onClose={close} size="16rem" title="Openfield">
        <nav aria-label="Menu">
          <Navigation />
        </nav>
      </Drawer>
      <div className={styles['side']}>
        <div className={styles['status']}>
          <EditStatus />
        </div>
        <main id="main" tabIndex={-1} className={styles['main']}>
          <Suspense>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <CreateDialog />
    </div>
  )
}

function Navigation() {
  const types = useObjectTypes()
  const custom = types.filter((type) => type.custom)
  return (
    <>
      <Place to="/search" icon={IconSearch} label="Search" />
      <Place to="/" icon={IconHome} label="Home" />
      <Place to="/dashboard" icon={IconChartBar} label="Dashboard" />
      <h2 className={styles['heading']}>Records</h2>
      {Object.keys(icons).map((name) => {
        const type = types.find((one) => one.name === name)
        return type && <Place key={name} to={`/${type.plural}`} icon={iconOf(name)} label={type.pluralLabel} />
      })}
      {custom.map(({ name, plural, pluralLabel }) => (
        <Place key={name} to={`/${plural}`} icon={iconOf(name)} label={pluralLabel} />
      ))}
      <div className={styles['end']}>
        <Place to="/settings" icon={IconSettings} label="Settings" />
        <Me />
      </div>
    </>
  )
}

function Place({ to, icon: Icon, label }: { to: string; icon: Icon; label: string }) {
  return (
    <Link
      to={to}
      className={styles['link'] ?? ''}
      activeOptions={{ exact: to === '/', includeSearch: false }}
      activeProps={{ 'aria-current': 'page' }}
    >
      <Icon size={16} stroke={1.7} aria-hidden />
      {label}
    </Link>
  )
}

function Me() {
  const { member } = useSession()
  const signOut = useSignOut()
  const name = [member.firstName, member.lastName].filter(Boolean).join(' ') || member.email
  return (
    <Menu position="top-start" width={200}>
      <Menu.Target>
        <button type="button" className={styles['link']}>
          <IconUser size={16} stroke={1.7} aria-hidden />
          {name}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to="/settings">
          Your settings
        </Menu.Item>
        <Menu.Item onClick={() => signOut()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
