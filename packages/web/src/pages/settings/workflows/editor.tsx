import { Button, Stack, Text, TextInput } from '@mantine/core'
import type { WorkflowDefinition, WorkflowStep } from '@openfield/sdk'
import { APIError } from '@openfield/sdk'
import { useBlocker } from '@tanstack/react-router'
import { type ReactNode, useRef, useState } from 'react'
import { messageOf } from '../../../app/problem.tsx'
import { useObjectTypes } from '../../../records/object-types.ts'
import { Confirm } from '../parts.tsx'
import { brokenBody, EditingContext, isAt, type StepDraft, sentDefinition, type Wrong } from './editing.ts'
import { toldByTrigger, useKnown } from './placeholders.ts'
import { StepList } from './steps.tsx'
import { Trigger } from './trigger.tsx'
import { isSame, stepsByKey } from './words.ts'
import styles from './workflows.module.css'

type EditorProps = {
  /** What is stored, or what one begins with. */
  definition: WorkflowDefinition
  /** Nothing of it is stored yet. */
  isNew?: boolean
  /** What there is to know about the trigger of a workflow that is stored, e.g. its address. */
  about?: ReactNode
  /** Stores it; throws what the server says. */
  onSave(definition: WorkflowDefinition, enabled?: boolean): Promise<unknown>
}

/** A workflow that is being written: its name, what starts it, and its steps. */
export function Editor({ definition, isNew = false, about, onSave }: EditorProps) {
  const types = useObjectTypes()
  const form = useRef<HTMLFormElement>(null)
  const [draft, setDraft] = useState(definition)
  const [base, setBase] = useState(definition)
  // Forms that hold what is being typed begin anew with what replaces it.
  const [generation, setGeneration] = useState(0)
  const [open, setOpenKeys] = useState<ReadonlySet<string>>(() => new Set(openAtFirst(definition.steps, isNew)))
  const [wrong, setWrong] = useState<Wrong>()
  const [isSaving, setSaving] = useState(false)
  const [isLeaving, setLeaving] = useState(false)
  const known = useKnown(draft.trigger, draft.steps)
  const isChanged = !isSame(sentDefinition(draft, known), sentDefinition(base, known))
  const isOther = !isSame(definition, base)
  const begin = () => {
    setBase(definition)
    setDraft(definition)
    setGeneration(generation + 1)
    setWrong(undefined)
  }
  // What was stored elsewhere is shown, unless something else is being written here.
  if (isOther && !isChanged && !isNew) begin()
  const setOpen = (key: string, isOpen: boolean) =>
    setOpenKeys((keys) => new Set(isOpen ? [...keys, key] : [...keys].filter((one) => one !== key)))
  const change = (part: Partial<WorkflowDefinition>) => {
    setDraft({ ...draft, ...part })
    setWrong(undefined)
  }
  const fail = (next: Wrong) => {
    setWrong(next)
    setOpenKeys(new Set([...open, ...keysAt(draft.steps, next.param)]))
    setTimeout(() => {
      const place = form.current?.querySelector('[role=alert], [aria-invalid=true]')
      place?.scrollIntoView({ block: 'center' })
    })
  }
  async function save(enabled?: boolean) {
    const local = lacking(draft) ?? brokenBody(draft.steps)
    if (local) return fail(local)
    setSaving(true)
    // What is new leads to its own page once it is stored.
    setLeaving(isNew)
    try {
      await onSave(sentDefinition(draft, known), enabled)
      setBase(draft)
      setWrong(undefined)
    } catch (error) {
      setLeaving(false)
      fail({ param: (error instanceof APIError && error.param) || '', message: messageOf(error) })
    } finally {
      setSaving(false)
    }
  }
  const editing = {
    types,
    known,
    trigger: draft.trigger,
    wrong,
    open,
    setOpen,
    freshKey: (type: WorkflowStep['type']) => freshKey(draft.steps, type),
  }
  const isPlaced = wrong && /^(name|trigger\.\w+|steps\.\d+)/.test(wrong.param)
  return (
    <EditingContext value={editing}>
      <form
        ref={form}
        noValidate
        // Enter ends no line by accident; with Ctrl it saves.
        onSubmit={(event) => event.preventDefault()}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save(isNew ? true : undefined)
        }}
      >
        <Stack gap="lg">
          <TextInput
            label="Name"
            placeholder="What it is for"
            maw="28rem"
            required
            autoFocus={definition.name === ''}
            value={draft.name}
            onChange={(event) => change({ name: event.currentTarget.value })}
            error={wrong && isAt(wrong.param, 'name') ? wrong.message : undefined}
          />
          <section aria-label="Trigger" className={styles['part']}>
            <Trigger key={generation} trigger={draft.trigger} onChange={(trigger) => change({ trigger })} />
            {about}
          </section>
          <section aria-label="Steps" className={styles['part']}>
            <h3>Then, one after the other</h3>
            <StepList
              key={generation}
              label="Steps"
              steps={draft.steps}
              onChange={(steps: StepDraft[]) => change({ steps })}
              told={toldByTrigger(types, known, draft.trigger)}
              path="steps"
            />
          </section>
          {wrong && !isPlaced && (
            <Text role="alert" c="var(--of-danger)">
              {wrong.message}
            </Text>
          )}
        </Stack>
        {(isNew || isChanged) && (
          <div className={styles['saveBar']}>
            {isNew ? (
              <Button variant="default" disabled={isSaving} onClick={() => void save(false)}>
                Save, switched off
              </Button>
            ) : (
              <>
                <Text size="sm" className="muted" flex={1}>
                  {isOther ? 'Somebody else has changed it meanwhile: saving writes over that.' : 'Not saved yet.'}
                </Text>
                <Button variant="default" onClick={begin}>
                  Discard
                </Button>
              </>
            )}
            <Button loading={isSaving} title="Ctrl+Enter" onClick={() => void save(isNew ? true : undefined)}>
              {isNew ? 'Save and switch on' : 'Save'}
            </Button>
          </div>
        )}
      </form>
      <Leaving isOn={isChanged && !isLeaving} />
    </EditingContext>
  )
}

/** What is new is open to be changed; of what is stored, the branches show what they hold. */
const openAtFirst = (steps: readonly WorkflowStep[], isNew: boolean) =>
  [...stepsByKey(steps).values()].filter(({ type }) => isNew || type === 'branch').map(({ key }) => key)

/** Asks before one leaves what is not saved. */
function Leaving({ isOn }: { isOn: boolean }) {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) =>
      isOn && current.pathname + JSON.stringify(current.search) !== next.pathname + JSON.stringify(next.search),
    enableBeforeUnload: isOn,
    withResolver: true,
  })
  if (status !== 'blocked') return null
  return (
    <Confirm title="Leave without saving?" action="Leave" onConfirm={proceed} onClose={reset}>
      What you have changed in this workflow is lost.
    </Confirm>
  )
}

function lacking({ name, steps }: WorkflowDefinition): Wrong | undefined {
  if (name.trim() === '') return { param: 'name', message: 'Say what the workflow is for.' }
  if (steps.length === 0) return { param: 'steps', message: 'Add at least one step: what is to be done.' }
  return undefined
}

/** The keys of the steps on the way to a place. */
function keysAt(steps: readonly WorkflowStep[], param: string): string[] {
  const [, index, side, rest] = /^steps\.(\d+)(?:\.(yes|no)\.(\d.*))?/.exec(param) ?? []
  const step = steps[Number(index)]
  if (!step) return []
  const inner = step.type === 'branch' && side ? (side === 'yes' ? step.yes : (step.no ?? [])) : []
  return [step.key, ...(rest === undefined ? [] : keysAt(inner, `steps.${rest}`))]
}

function freshKey(steps: readonly WorkflowStep[], type: string): string {
  const taken = stepsByKey(steps)
  let count = 1
  while (taken.has(`${type}${count}`)) count += 1
  return `${type}${count}`
}
