import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { client } from '../../../app/server.ts'
import { Confirm, Secret, useChange } from '../parts.tsx'
import { workflowsKey } from './queries.ts'

/** The address of a workflow, and how to try it. */
export const HookAddress = ({ url, onDone }: { url: string; onDone(): void }) => (
  <Stack>
    <Secret text={url} label="Address of the workflow" />
    <Text size="sm">Try it:</Text>
    <Secret
      text={`curl -X POST '${url}' -H 'content-type: application/json' -d '{"email":"ada@example.com"}'`}
      label="A request to try it"
    />
    <Group justify="flex-end">
      <Button onClick={onDone}>Done</Button>
    </Group>
  </Stack>
)

/** A workflow's address was shown when it was made; here it gets another one. */
export function Hook({ id }: { id: string }) {
  const [isAsking, setAsking] = useState(false)
  const renew = useChange(() => client.admin.workflows.renewHook(id), [workflowsKey])
  return (
    <>
      <Group gap="xs">
        <Text size="sm" className="muted">
          Its address was shown when it was made. Lost, or known to too many?
        </Text>
        <Button variant="default" onClick={() => setAsking(true)}>
          New address
        </Button>
      </Group>
      {isAsking && (
        <Confirm
          title="Give it another address?"
          action="New address"
          onConfirm={() => renew.mutate(undefined)}
          onClose={() => setAsking(false)}
        >
          The one before stops working at once.
        </Confirm>
      )}
      {renew.data && (
        <Modal opened onClose={renew.reset} title="The new address" size="lg">
          <Stack>
            <Text>Copy it now: it cannot be shown again.</Text>
            <HookAddress url={renew.data.hookUrl} onDone={renew.reset} />
          </Stack>
        </Modal>
      )}
    </>
  )
}
