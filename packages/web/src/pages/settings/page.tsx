import { Skeleton } from '@mantine/core'
import { Link, useParams } from '@tanstack/react-router'
import { type ComponentType, lazy, Suspense } from 'react'
import { ProblemView } from '../../app/problem.tsx'
import { useSession } from '../../app/session.tsx'
import styles from './settings.module.css'

export type SectionProps = { item: string | undefined }

type Part = {
  slug: string
  label: string
  /** Only admins may. */
  admin: boolean
  Section: ComponentType<SectionProps>
}

const part = (
  slug: string,
  label: string,
  admin: boolean,
  load: () => Promise<{ default: ComponentType<SectionProps> }>,
): Part => ({ slug, label, admin, Section: lazy(load) })

/** The parts of the settings, in the order of their navigation. */
const parts: readonly Part[] = [
  part('profile', 'Your account', false, () => import('./profile/section.tsx')),
  part('mailboxes', 'Mailboxes', false, () => import('./mailboxes/section.tsx')),
  part('members', 'Members', true, () => import('./members/section.tsx')),
  part('api-keys', 'API keys', true, () => import('./api-keys/section.tsx')),
  part('objects', 'Objects and fields', true, () => import('./objects/section.tsx')),
  part('workflows', 'Workflows', true, () => import('./workflows/section.tsx')),
  part('webhooks', 'Webhooks', true, () => import('./webhooks/section.tsx')),
  part('enrichment', 'Enrichment', true, () => import('./enrichment/section.tsx')),
  part('import', 'Import', true, () => import('./import/section.tsx')),
  part('export', 'Export', true, () => import('./export/section.tsx')),
  part('audit', 'Audit log', true, () => import('./audit/section.tsx')),
  part('limits', 'Usage and limits', true, () => import('./limits/section.tsx')),
  part('trash', 'Trash', true, () => import('./trash/section.tsx')),
]

export function Page() {
  const { member } = useSession()
  const { section, item } = useParams({ strict: false })
  const allowed = parts.filter(({ admin }) => !admin || member.role === 'admin')
  const current = section === undefined ? allowed[0] : allowed.find(({ slug }) => slug === section)
  return (
    <div className={styles['page']}>
      <nav className={styles['nav']} aria-label="Settings">
        <h1>Settings</h1>
        {allowed.map(({ slug, label }) => (
          <Link
            key={slug}
            to="/settings/$section"
            params={{ section: slug }}
            {...(current?.slug === slug && { 'aria-current': 'page' })}
          >
            {label}
          </Link>
        ))}
      </nav>
      <div className={styles['section']}>
        {current ? (
          <Suspense fallback={<Skeleton height={240} aria-hidden />}>
            <current.Section item={item} />
          </Suspense>
        ) : (
          <ProblemView error={new Error('no such settings, or only for admins')} />
        )}
      </div>
    </div>
  )
}
