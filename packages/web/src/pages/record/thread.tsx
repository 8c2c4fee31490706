import { useQuery } from '@tanstack/react-query'
import { keys } from '../../app/queries.ts'
import { client } from '../../app/server.ts'
import { exact, readable } from '../../values/moments.ts'
import { EmailHead, EmailText } from './email-entry.tsx'
import styles from './record.module.css'
import { Section } from './shared.tsx'

/** The other e-mails of a conversation, the oldest first. */
export function Thread({ id }: { id: string }) {
  const { data } = useQuery({
    queryKey: [...keys.record('email', id), 'thread'],
    queryFn: () => client.admin.emails.thread(id),
  })
  const others = data?.data.filter((email) => email.id !== id) ?? []
  if (others.length === 0) return null
  return (
    <Section title="Conversation" count={others.length}>
      <ol className={styles['timeline']} aria-label="Conversation">
        {others.map((email) => (
          <li key={email.id} className={styles['entry']}>
            <div className={styles['happened']}>
              <div className={styles['line']}>
                <div className={styles['told']}>
                  <EmailHead email={email} />
                </div>
                <time dateTime={email.fields.$sentAt.value ?? ''} title={exact(email.fields.$sentAt.value ?? '')}>
                  {readable(email.fields.$sentAt.value ?? '')}
                </time>
              </div>
              <EmailText email={email} />
            </div>
          </li>
        ))}
      </ol>
    </Section>
  )
}
