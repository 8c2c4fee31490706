import { Button, Table } from '@mantine/core'
import type { Webhook } from '@openfield/sdk'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { ProblemView } from '../../../app/problem.tsx'
import { useObjectTypes } from '../../../records/object-types.ts'
import { Head, momentText } from '../parts.tsx'
import settings from '../settings.module.css'
import { Switched } from '../workflows/list.tsx'
import { changesWords } from '../workflows/words.ts'
import styles from '../workflows/workflows.module.css'
import { NewWebhook } from './new-webhook.tsx'
import { webhooksQuery } from './queries.ts'

/** All addresses that are told what happens. */
export function WebhookList() {
  const [isAdding, setAdding] = useState(false)
  const { data, error, refetch } = useQuery(webhooksQuery)
  return (
    <>
      <Head
        title="Webhooks"
        about="Other systems are told what happens to records: within a second, signed, and again until they have it."
        action={<Button onClick={() => setAdding(true)}>New webhook</Button>}
      />
      {error && <ProblemView error={error} retry={refetch} />}
      {data?.data.length === 0 && (
        <p className="muted">
          There is none yet. Add the address of a system of yours, send it a test, and see here what became of every
          delivery.
        </p>
      )}
      {data && data.data.length > 0 && <Rows webhooks={data.data} />}
      {isAdding && <NewWebhook onClose={() => setAdding(false)} />}
    </>
  )
}

function Rows({ webhooks }: { webhooks: readonly Webhook[] }) {
  const types = useObjectTypes()
  return (
    <div className={settings['scroll']}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Webhook</Table.Th>
            <Table.Th>Told when</Table.Th>
            <Table.Th>State</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {webhooks.map(({ id, name, url, objectTypes, events, enabled, problem, failingSince }) => (
            <Table.Tr key={id}>
              <Table.Td>
                <Link to="/settings/$section/$item" params={{ section: 'webhooks', item: id }}>
                  {name || url}
                </Link>
                {name && name !== url && <div className={`muted ${styles['address']}`}>{url}</div>}
              </Table.Td>
              <Table.Td>{changesWords(types, objectTypes, events)}</Table.Td>
              <Table.Td>
                <Switched enabled={enabled} problem={problem} />
                {failingSince && <div className={styles['wrong']}>failing since {momentText(failingSince)}</div>}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}
