import { Stack, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { useName } from '../../records/names.ts'
import styles from './record.module.css'

/** A place that has nothing to show, and what to do about it. */
export const Empty = ({ title, children }: { title: string; children?: ReactNode }) => (
  <Stack align="center" gap="sm" py={64} px="md">
    <Title order={1} ta="center">
      {title}
    </Title>
    {children}
  </Stack>
)

type SectionProps = { title: string; count?: number | undefined; action?: ReactNode; children: ReactNode }

/** A part of the page under a heading of its own. */
export const Section = ({ title, count, action, children }: SectionProps) => (
  <section className={styles['section']} aria-label={title}>
    <div className={styles['heading']}>
      <h2>
        {title}
        {count !== undefined && <span className="muted"> {count.toLocaleString()}</span>}
      </h2>
      {action}
    </div>
    {children}
  </section>
)

const kindsOf: Record<string, string> = { key_: 'An API key', enr_: 'Enrichment' }

/** Who did something, by the id that the API gives them; the system has none. */
export function Who({ id }: { id: string | null }) {
  const name = useName(id ?? '', id?.startsWith('mem_') ? undefined : '')
  if (id === null) return 'The system'
  return name || (kindsOf[id.slice(0, 4)] ?? 'Somebody')
}
