import { Title } from '@mantine/core'
import { useSession } from '../../app/session.tsx'
import styles from './home.module.css'
import { MyOpportunities } from './my-opportunities.tsx'
import { MyTasks } from './my-tasks.tsx'
import { RecentChanges } from './recent-changes.tsx'

/** What is up for whoever is signed in. */
export function Page() {
  const { member } = useSession()
  return (
    <div className={styles['page']}>
      <Title order={1}>{member.firstName ? `Hello, ${member.firstName}` : 'Home'}</Title>
      <div className={styles['columns']}>
        <MyTasks member={member.id} />
        <MyOpportunities member={member.id} />
        <RecentChanges />
      </div>
    </div>
  )
}
