import { Badge, Button, Table, Text } from '@mantine/core'
import type { ApiKey } from '@openfield/sdk'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ProblemView } from '../../../app/problem.tsx'
import { client } from '../../../app/server.ts'
import { Confirm, dateText, Head, momentText, useChange } from '../parts.tsx'
import styles from '../settings.module.css'
import { NewKey } from './new-key.tsx'

const apiKeys = ['apiKeys'] as const

/** The keys with which programs call the API. */
export default function ApiKeys() {
  const [isMaking, setIsMaking] = useState(false)
  const { data, error, refetch } = useQuery({ queryKey: apiKeys, queryFn: () => client.admin.apiKeys.list() })
  return (
    <>
      <Head
        title="API keys"
        about="Programs, agents and the official clients call the API with a key."
        action={<Button onClick={() => setIsMaking(true)}>New key</Button>}
      />
      {error && <ProblemView error={error} retry={refetch} />}
      {data && data.data.length === 0 && <p className="muted">There is no key yet.</p>}
      {data && data.data.length > 0 && <Keys keys={data.data} />}
      {isMaking && <NewKey onClose={() => setIsMaking(false)} />}
    </>
  )
}

function Keys({ keys }: { keys: readonly ApiKey[] }) {
  const [ending, setEnding] = useState<ApiKey>()
  const revoke = useChange((id: string) => client.admin.apiKeys.revoke(id), [apiKeys])
  return (
    <div className={styles['scroll']}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            {['Name', 'Key', 'May', 'Made', 'Last used', 'Expires'].map((label) => (
              <Table.Th key={label}>{label}</Table.Th>
            ))}
            <Table.Th>
              <span className="visually-hidden">Actions</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {keys.map((key) => (
            <Table.Tr key={key.id}>
              <Table.Td>{key.name}</Table.Td>
              <Table.Td>{key.hint}</Table.Td>
              <Table.Td title={key.scopes.join(', ')}>
                {key.scopes.length === 0 ? 'everything' : `${key.scopes.length} scopes`}
              </Table.Td>
              <Table.Td>{dateText(key.createdAt)}</Table.Td>
              <Table.Td>{key.lastUsedAt ? momentText(key.lastUsedAt) : 'never'}</Table.Td>
              <Table.Td>{key.expiresAt ? dateText(key.expiresAt) : 'never'}</Table.Td>
              <Table.Td ta="right">
                <State apiKey={key} onRevoke={() => setEnding(key)} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {ending && (
        <Confirm
          title={`Revoke ${ending.name}?`}
          action="Revoke"
          onConfirm={() => revoke.mutate(ending.id)}
          onClose={() => setEnding(undefined)}
        >
          Whatever uses it is refused at once, for good.
        </Confirm>
      )}
    </div>
  )
}

function State({ apiKey, onRevoke }: { apiKey: ApiKey; onRevoke(): void }) {
  if (apiKey.revokedAt) return <Badge color="gray">revoked</Badge>
  if (apiKey.expiresAt && Date.parse(apiKey.expiresAt) < Date.now()) return <Badge color="gray">expired</Badge>
  return (
    <Button variant="subtle" color="red" onClick={onRevoke} aria-label={`Revoke ${apiKey.name}`}>
      <Text inherit>Revoke</Text>
    </Button>
  )
}
