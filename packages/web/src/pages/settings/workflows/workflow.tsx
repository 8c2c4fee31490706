import { ActionIcon, Button, Group, Menu, Modal, Select, Stack, Switch, Text, Title } from '@mantine/core'
import type { Workflow } from '@openfield/sdk'
import { IconDots } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { ProblemView } from '../../../app/problem.tsx'
import { queryClient } from '../../../app/queries.ts'
import { client } from '../../../app/server.ts'
import { useObjectTypes } from '../../../records/object-types.ts'
import { exact } from '../../../values/moments.ts'
import { LinkFilter } from '../../list/link-filter.tsx'
import { Confirm, momentText, useChange, useRemoval } from '../parts.tsx'
import { Editor } from './editor.tsx'
import { Hook } from './hook.tsx'
import { Stopped } from './list.tsx'
import { workflowQuery, workflowsKey } from './queries.ts'
import { RunPage } from './run.tsx'
import { RunList } from './runs.tsx'
import { TriggerSaid } from './said.tsx'
import { Signing } from './secret.tsx'
import { Versions } from './versions.tsx'
import { everyType, stepsByKey, typesOfRuns } from './words.ts'
import styles from './workflows.module.css'

const tabs = { edit: 'Steps', runs: 'Runs', versions: 'Versions' } as const
type Tab = keyof typeof tabs

/** One workflow: what it does, what it did, what it was. */
export function WorkflowPage({ id }: { id: string }) {
  const { show, run }: { show?: string; run?: string } = useSearch({ strict: false })
  const { data: workflow, error, refetch } = useQuery(workflowQuery(id))
  if (error) return <ProblemView error={error} retry={refetch} />
  if (!workflow) return null
  const tab: Tab = run ? 'runs' : show === 'runs' || show === 'versions' ? show : 'edit'
  const place = { to: '/settings/$section/$item', params: { section: 'workflows', item: id } } as const
  return (
    <>
      <Link to="/settings/$section" params={{ section: 'workflows' }}>
        All workflows
      </Link>
      <WorkflowHead workflow={workflow} />
      <nav className={styles['tabs']} aria-label="Of this workflow">
        {Object.entries(tabs).map(([name, label]) => (
          <Link
            key={name}
            {...place}
            search={name === 'edit' ? {} : { show: name }}
            activeOptions={{ exact: true }}
            {...(tab === name && { 'aria-current': 'page' })}
          >
            {label}
          </Link>
        ))}
      </nav>
      {tab === 'edit' && <Edited workflow={workflow} />}
      {tab === 'runs' && (run ? <RunPage key={run} id={run} workflow={workflow} /> : <RunList workflow={workflow} />)}
      {tab === 'versions' && <Versions workflow={workflow} />}
    </>
  )
}

function WorkflowHead({ workflow }: { workflow: Workflow }) {
  const { id, name, trigger, enabled, problem, nextAt, actsAs } = workflow
  const [asking, setAsking] = useState<'remove' | 'run'>()
  const change = useChange((next: boolean) => client.admin.workflows.update(id, { enabled: next }), [workflowsKey])
  const remove = useRemoval(() => client.admin.workflows.remove(id), 'workflows', workflowsKey, id)
  return (
    <Stack gap="xs" mb="md">
      <Group justify="space-between" align="flex-start" gap="xs">
        <div>
          <Title order={2}>{name}</Title>
          <Text size="sm" className="muted">
            <TriggerSaid trigger={trigger} />.
            {enabled && nextAt && (
              <>
                {' '}
                Next: <time dateTime={nextAt}>{exact(nextAt)}</time>.
              </>
            )}
            {actsAs && <> It acts as {actsAs.name ?? 'an admin'}.</>}
          </Text>
        </div>
        <Group gap="xs">
          <Switch
            label="Switched on"
            checked={enabled}
            disabled={change.isPending}
            onChange={(event) => change.mutate(event.currentTarget.checked)}
          />
          <Button variant="default" onClick={() => setAsking('run')}>
            Run now
          </Button>
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" aria-label="More about this workflow">
                <IconDots size={16} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item color="red" onClick={() => setAsking('remove')}>
                Remove
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      </Group>
      {problem && <Stopped problem={problem} what="workflow" />}
      {!problem && workflow.failingSince && (
        <Text size="sm" c="var(--of-danger)">
          Its requests have been failing since {momentText(workflow.failingSince)}.
        </Text>
      )}
      {asking === 'run' && <RunNow workflow={workflow} onClose={() => setAsking(undefined)} />}
      {asking === 'remove' && (
        <Confirm
          title={`Remove ${name}?`}
          action="Remove"
          onConfirm={() => remove.mutate(undefined)}
          onClose={() => setAsking(undefined)}
        >
          Runs that are under way are cancelled. What it has done stays.
        </Confirm>
      )}
    </Stack>
  )
}

/** Runs a workflow now, for a record where it is about one, and shows what comes of it. */
function RunNow({ workflow: { id, trigger, enabled }, onClose }: { workflow: Workflow; onClose(): void }) {
  const navigate = useNavigate()
  const names = typesOfRuns(trigger)
  const types = useObjectTypes().filter(({ name, verbs }) =>
    names.includes(everyType) ? verbs.includes('retrieve') : names.includes(name),
  )
  const [objectType, setObjectType] = useState(types[0]?.name)
  const [recordId, setRecordId] = useState('')
  const run = useChange(
    () => client.admin.workflows.run(id, recordId ? { recordId } : {}),
    [[...workflowsKey, id]],
    async (started) => {
      onClose()
      await navigate({
        to: '/settings/$section/$item',
        params: { section: 'workflows', item: id },
        search: { run: started.id },
      })
    },
  )
  return (
    <Modal opened onClose={onClose} title="Run it now">
      <Stack>
        <Text>
          Its steps are done at once{enabled ? '' : ', although it is switched off'}.
          {objectType !== undefined && ' Choose what it is about.'}
        </Text>
        {types.length > 1 && (
          <Select
            aria-label="Type of the record"
            data={types.map(({ name, label }) => ({ value: name, label }))}
            value={objectType ?? null}
            onChange={(next) => {
              setObjectType(next ?? undefined)
              setRecordId('')
            }}
            allowDeselect={false}
          />
        )}
        {objectType !== undefined && (
          <LinkFilter
            key={objectType}
            objectType={objectType}
            label="The record"
            id={recordId}
            onChange={setRecordId}
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            disabled={objectType !== undefined && recordId === ''}
            loading={run.isPending}
            onClick={() => run.mutate(undefined)}
          >
            Run
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

function Edited({ workflow }: { workflow: Workflow }) {
  const { id, name, trigger, steps } = workflow
  const sends = [...stepsByKey(steps).values()].some(({ type }) => type === 'http')
  const isAsked = trigger.type === 'hook' && trigger.signed === true
  return (
    <>
      <Editor
        definition={{ name, trigger, steps }}
        about={trigger.type === 'hook' ? <Hook id={id} /> : undefined}
        onSave={async (definition) => {
          const changed = await client.admin.workflows.update(id, definition)
          queryClient.setQueryData(workflowQuery(id).queryKey, changed)
          await queryClient.invalidateQueries({ queryKey: workflowsKey })
        }}
      />
      {(sends || isAsked) && (
        <section className={styles['part']} aria-label="Signature">
          <h3>Signature</h3>
          <Text size="sm" className="muted" mb="xs">
            {sends && 'Requests are signed with this secret, so that receivers can tell that they are yours. '}
            {isAsked && 'Requests to its address must be signed with it. '}
            That is done as <a href="https://www.standardwebhooks.com">Standard Webhooks</a> says.
          </Text>
          <Signing
            read={() => client.admin.workflows.secret(id)}
            renew={() => client.admin.workflows.rotateSecret(id)}
          />
        </section>
      )}
    </>
  )
}
