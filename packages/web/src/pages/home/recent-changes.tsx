import { Title } from '@mantine/core'
import type { RecentChange } from '@openfield/sdk'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ProblemView } from '../../app/problem.tsx'
import { keys } from '../../app/queries.ts'
import { client } from '../../app/server.ts'
import { recordPath, useObjectTypes } from '../../records/object-types.ts'
import styles from './home.module.css'

/** What changed last in the workspace, and who did it. */
export function RecentChanges() {
  const { data, error, refetch } = useQuery({
    queryKey: keys.recentChanges,
    queryFn: ({ signal }) => client.admin.events.recent({}, { signal }),
  })
  return (
    <section aria-label="Recent changes">
      <Title order={2}>Recent changes</Title>
      {error && <ProblemView error={error} retry={refetch} />}
      {data?.data.length === 0 && <p className="muted">Nothing has happened yet.</p>}
      <ul className={styles['list']}>
        {data?.data.map((change) => (
          <li key={change.id}>
            <Change change={change} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Change({ change }: { change: RecentChange }) {
  const type = useObjectTypes().find(({ name }) => name === change.objectType)
  const { id, title, kind, actor, at } = change
  const who = actor?.type === 'key' ? (actor.member?.name ?? actor.name) : actor?.name
  return (
    <>
      {type?.verbs.includes('retrieve') ? <Link to={recordPath(type, id)}>{title}</Link> : <span>{title}</span>}
      <span className={styles['aside']}>
        {kinds[kind]} by {who ?? 'the system'}, <time dateTime={at}>{ago(at)}</time>
      </span>
    </>
  )
}

const kinds: Record<RecentChange['kind'], string> = {
  created: 'created',
  updated: 'changed',
  trashed: 'deleted',
  restored: 'restored',
  merged: 'merged',
  'merged-away': 'merged',
}

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' })

/** How long ago, in the largest unit that fits. */
function ago(iso: string): string {
  const minutes = (Date.parse(iso) - Date.now()) / 60_000
  if (minutes > -1) return 'just now'
  if (minutes > -60) return relative.format(Math.ceil(minutes), 'minute')
  if (minutes > -60 * 24) return relative.format(Math.ceil(minutes / 60), 'hour')
  return relative.format(Math.ceil(minutes / 60 / 24), 'day')
}
