import { ActionIcon, Button, Menu, Text } from '@mantine/core'
import type { WorkflowStep } from '@openfield/sdk'
import {
  IconArrowsSplit2,
  IconClock,
  IconDots,
  IconGripVertical,
  IconPencil,
  IconPlus,
  IconSend,
  IconTablePlus,
} from '@tabler/icons-react'
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import type { Icon } from '../../../records/icons.ts'
import { BranchStep } from './branch-step.tsx'
import { type StepDraft, useEditing, useWrongAt } from './editing.ts'
import { HttpStep } from './http-step.tsx'
import { type Placeholder, toldByStep } from './placeholders.ts'
import { CreateStep, UpdateStep } from './record-steps.tsx'
import { StepSaid } from './said.tsx'
import { moved, stepDrag } from './step-drag.ts'
import { WaitStep } from './wait-step.tsx'
import { stepWords } from './words.ts'
import styles from './workflows.module.css'

export type StepProps<Type extends WorkflowStep['type']> = {
  step: Extract<StepDraft, { type: Type }>
  onChange(step: StepDraft): void
  /** What is known when the step is done. */
  told: readonly Placeholder[]
  /** Where the step stands, as the server says it. */
  path: string
}

type Kind<Type extends WorkflowStep['type']> = {
  label: string
  about: string
  icon: Icon
  fresh(key: string): WorkflowStep
  Form(props: StepProps<Type>): ReactNode
}

/** What steps can do. */
const kinds: { readonly [Type in WorkflowStep['type']]: Kind<Type> } = {
  create: {
    label: 'Create a record',
    about: 'A task, a note, anything.',
    icon: IconTablePlus,
    fresh: (key) => ({ key, type: 'create', objectType: 'task' }),
    Form: CreateStep,
  },
  update: {
    label: 'Update a record',
    about: 'The one that it is about, or another.',
    icon: IconPencil,
    fresh: (key) => ({ key, type: 'update' }),
    Form: UpdateStep,
  },
  http: {
    label: 'Send a request',
    about: 'To another system, signed.',
    icon: IconSend,
    fresh: (key) => ({ key, type: 'http', method: 'POST', url: '' }),
    Form: HttpStep,
  },
  wait: {
    label: 'Wait',
    about: 'For a while, or until a date.',
    icon: IconClock,
    fresh: (key) => ({ key, type: 'wait', seconds: 86_400 }),
    Form: WaitStep,
  },
  branch: {
    label: 'Decide',
    about: 'Go on one way or the other.',
    icon: IconArrowsSplit2,
    fresh: (key) => ({ key, type: 'branch', filter: '', yes: [] }),
    Form: BranchStep,
  },
}

type StepListProps = {
  /** What the list is called, e.g. `Steps`. */
  label: string
  steps: readonly StepDraft[]
  onChange(steps: StepDraft[]): void
  told: readonly Placeholder[]
  path: string
}

/** Steps one after the other: opened to be changed, moved by drag and by keyboard, with another one at the end. */
export function StepList({ label, steps, onChange, told, path }: StepListProps) {
  const { types, known, trigger, setOpen, freshKey } = useEditing()
  const [said, say] = useState('')
  const move = (from: number, to: number) => {
    if (to < 0 || to >= steps.length || from === to) return
    onChange(moved(steps, from, to))
    say(`Moved to place ${to + 1} of ${steps.length}.`)
  }
  const add = (type: WorkflowStep['type']) => {
    const key = freshKey(type)
    onChange([...steps, kinds[type].fresh(key)])
    setOpen(key, true)
  }
  const toldBefore = (index: number) => [
    ...told,
    ...steps.slice(0, index).flatMap((step) => toldByStep(types, known, trigger, step)),
  ]
  return (
    <>
      <ol className={styles['steps']} aria-label={label}>
        {steps.map((step, index) => (
          <StepCard
            key={step.key}
            list={path}
            index={index}
            count={steps.length}
            step={step}
            told={toldBefore(index)}
            onChange={(next) => onChange(steps.with(index, next))}
            onRemove={() => onChange(steps.toSpliced(index, 1))}
            onMove={move}
          />
        ))}
      </ol>
      <div role="status" className="visually-hidden">
        {said}
      </div>
      <Menu position="bottom-start" withinPortal width={260}>
        <Menu.Target>
          <Button variant="default" w="fit-content" leftSection={<IconPlus size={14} aria-hidden />}>
            Add a step
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {Object.entries(kinds).map(([type, { label, about, icon: Icon }]) => (
            <Menu.Item
              key={type}
              leftSection={<Icon size={16} stroke={1.7} aria-hidden />}
              onClick={() => add(type as WorkflowStep['type'])}
            >
              {label}
              <Text size="xs" className="muted">
                {about}
              </Text>
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </>
  )
}

type CardProps = {
  list: string
  index: number
  count: number
  step: StepDraft
  told: readonly Placeholder[]
  onChange(step: StepDraft): void
  onRemove(): void
  onMove(from: number, to: number): void
}

function StepCard({ list, index, count, step, told, onChange, onRemove, onMove }: CardProps) {
  const { types, trigger, open, setOpen } = useEditing()
  const path = `${list}.${index}`
  const { icon: Icon, Form } = kinds[step.type] as Kind<WorkflowStep['type']>
  const words = stepWords(types, trigger, step)
  const isOpen = open.has(step.key)
  const [isOver, setOver] = useState(false)
  const card = useRef<HTMLLIElement>(null)
  const handle = useRef<HTMLButtonElement>(null)
  const move = useRef(onMove)
  move.current = onMove
  useEffect(() => {
    if (!card.current || !handle.current) return
    return stepDrag(card.current, handle.current, { list, index }, setOver, (from) => move.current(from, index))
  }, [list, index])
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (by === undefined) return
    event.preventDefault()
    onMove(index, index + by)
    // What is moved keeps the focus: it is the same element at another place.
    setTimeout(() => handle.current?.focus())
  }
  return (
    <li ref={card} className={styles['step']} data-over={isOver || undefined} data-kind={step.type}>
      <div className={styles['stepHead']}>
        <button
          ref={handle}
          type="button"
          className={styles['handle']}
          aria-label={`Move step ${index + 1}, ${words}, with the arrow keys`}
          onKeyDown={onKeyDown}
        >
          <IconGripVertical size={14} aria-hidden />
        </button>
        <button
          type="button"
          className={styles['stepTitle']}
          aria-expanded={isOpen}
          onClick={() => setOpen(step.key, !isOpen)}
        >
          <span className={styles['mark']}>
            <Icon size={15} stroke={1.7} aria-hidden />
          </span>
          <span className="muted">{index + 1}</span>
          <span>
            {words}
            {!isOpen && (
              <span className={`muted ${styles['said']}`}>
                <StepSaid step={step} told={told} />
              </span>
            )}
          </span>
        </button>
        <Menu position="bottom-end" withinPortal>
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label={`More about step ${index + 1}, ${words}`}>
              <IconDots size={16} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item disabled={index === 0} onClick={() => onMove(index, index - 1)}>
              Move up
            </Menu.Item>
            <Menu.Item disabled={index === count - 1} onClick={() => onMove(index, index + 1)}>
              Move down
            </Menu.Item>
            <Menu.Item color="red" onClick={onRemove}>
              Remove
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </div>
      <StepProblem step={step} path={path} />
      {isOpen && (
        <div className={styles['stepForm']}>
          <Form step={step} onChange={onChange} told={told} path={path} />
        </div>
      )}
    </li>
  )
}

/** What the server said about a step, unless it is about one inside of it. */
function StepProblem({ step, path }: { step: StepDraft; path: string }) {
  const { wrong } = useEditing()
  const message = useWrongAt(path)
  const isInside = /^(yes|no)\.\d/.test(wrong?.param.slice(path.length + 1) ?? '') && step.type === 'branch'
  if (message === undefined || isInside) return null
  return (
    <Text role="alert" size="sm" c="var(--of-danger)" px="sm" pb={4}>
      {message}
    </Text>
  )
}
