import { ActionIcon, Drawer, Menu } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconChartBar, IconHome, IconMenu2, IconSearch, IconSettings, IconUser } from '@tabler/icons-react'
import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { Suspense, useEffect, useState } from 'react'
import { type Icon, iconOf, inNavigation } from '../records/icons.ts'
import { useObjectTypes } from '../records/object-types.ts'
import { useNoteVisits } from '../records/recent.ts'
import { CreateDialog } from './create-dialog.tsx'
import { EditStatus } from './edit-status.tsx'
import { Keyboard } from './keyboard.tsx'
import { useLiveUpdates } from './live.ts'
import { palette } from './overlays.ts'
import { onSignedOut } from './queries.ts'
import { useSession } from './session.tsx'
import styles from './shell.module.css'
import { shortKeys } from './shortcuts.ts'
import { useSignOut } from './sign-out.ts'
import { SignedOut } from './signed-out.tsx'

/** What surrounds every page of whoever is signed in. */
export function Shell() {
  const [isOpen, { open, close }] = useDisclosure(false)
  const session = useSession()
  const [isOut, setOut] = useState(false)
  useEffect(() => {
    onSignedOut(() => setOut(true))
    return () => onSignedOut(() => {})
  }, [])
  useLiveUpdates(!isOut)
  useNoteVisits()
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
      <section className={styles['top']} aria-label="Top">
        <ActionIcon variant="subtle" color="gray" aria-label="Open the menu" onClick={open}>
          <IconMenu2 size={18} aria-hidden />
        </ActionIcon>
        <strong>Openfield</strong>
        <ActionIcon variant="subtle" color="gray" aria-label="Search" onClick={openPalette}>
          <IconSearch size={18} aria-hidden />
        </ActionIcon>
      </section>
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
      <Keyboard />
      {isOut && <SignedOut session={session} onSignedIn={() => setOut(false)} />}
    </div>
  )
}

const openPalette = () => palette.set('everything')

function Navigation() {
  const types = inNavigation(useObjectTypes())
  return (
    <>
      <button type="button" className={styles['link']} onClick={openPalette}>
        <IconSearch size={16} stroke={1.7} aria-hidden />
        Search
        <kbd aria-hidden>{shortKeys('mod+k')}</kbd>
      </button>
      <Place to="/" icon={IconHome} label="Home" />
      <Place to="/dashboard" icon={IconChartBar} label="Dashboard" />
      <h2 className={styles['heading']}>Records</h2>
      {types.map(({ name, plural, pluralLabel }) => (
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
