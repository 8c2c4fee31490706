import { useSearch } from '@tanstack/react-router'
import type { SectionProps } from '../page.tsx'
import { WorkflowList } from './list.tsx'
import { NewWorkflow } from './new-workflow.tsx'
import { WorkflowPage } from './workflow.tsx'

/** The workflows, one of them, or one that is being made. */
export default function Workflows({ item }: SectionProps) {
  const { from }: { from?: unknown } = useSearch({ strict: false })
  if (item === undefined) return <WorkflowList />
  if (item === 'new') return <NewWorkflow key={String(from)} from={from} />
  return <WorkflowPage key={item} id={item} />
}
