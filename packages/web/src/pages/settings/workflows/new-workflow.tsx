import { Modal, Stack, Text, Title } from '@mantine/core'
import type { CreatedWorkflow } from '@openfield/sdk'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { queryClient } from '../../../app/queries.ts'
import { client } from '../../../app/server.ts'
import { useSession } from '../../../app/session.tsx'
import { Editor } from './editor.tsx'
import { HookAddress } from './hook.tsx'
import { workflowsKey } from './queries.ts'
import { startAt } from './starts.ts'

/** Makes a workflow, from nothing or from a starting point. */
export function NewWorkflow({ from }: { from: unknown }) {
  const { member } = useSession()
  const navigate = useNavigate()
  const [start] = useState(() => startAt(from, member.id))
  const [made, setMade] = useState<CreatedWorkflow>()
  const goTo = ({ id }: CreatedWorkflow) =>
    navigate({ to: '/settings/$section/$item', params: { section: 'workflows', item: id } })
  return (
    <>
      <Link to="/settings/$section" params={{ section: 'workflows' }}>
        All workflows
      </Link>
      <Title order={2} mb="md">
        New workflow
      </Title>
      <Editor
        definition={start}
        isNew
        onSave={async (definition, enabled = true) => {
          const workflow = await client.admin.workflows.create({ ...definition, enabled })
          await queryClient.invalidateQueries({ queryKey: workflowsKey })
          if (workflow.hookUrl === null) await goTo(workflow)
          else setMade(workflow)
        }}
      />
      {made?.hookUrl && (
        <Modal opened onClose={() => goTo(made)} title="The address of the workflow" size="lg">
          <Stack>
            <Text>
              Copy it now: only its hash is stored, so it cannot be shown again. Whoever knows it can start runs.
            </Text>
            <HookAddress url={made.hookUrl} onDone={() => goTo(made)} />
          </Stack>
        </Modal>
      )}
    </>
  )
}
