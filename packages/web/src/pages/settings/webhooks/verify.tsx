import { Code, Text } from '@mantine/core'
import styles from '../workflows/workflows.module.css'

/** How a receiver finds out that a request is ours. */
export const HowToVerify = ({ secret }: { secret?: string }) => (
  <details className={styles['answer']}>
    <summary>How a receiver verifies it</summary>
    <Text size="sm" my={4}>
      With a library of <a href="https://www.standardwebhooks.com">Standard Webhooks</a> in your language, before the
      body is parsed. What is known by its <code>webhook-id</code> already can be left out: deliveries may come twice.
    </Text>
    <Code block tabIndex={0}>
      {`import { Webhook } from 'standardwebhooks'

const webhook = new Webhook('${secret ?? 'whsec_…'}')
const change = webhook.verify(body, headers) // throws when it is not ours`}
    </Code>
  </details>
)
