import type { Step } from './types.ts'

/** The step at a position such as `2.yes.0`. */
export function stepAt(steps: readonly Step[], position: string): Step | undefined {
  const [index, side, ...rest] = position.split('.')
  const step = steps[Number(index)]
  if (side === undefined) return step
  if (step?.type !== 'branch') return undefined
  return stepAt(side === 'yes' ? step.yes : (step.no ?? []), rest.join('.'))
}

/** The position after a step that is done, out of the ends of branches; undefined behind the last. */
export function positionAfter(steps: readonly Step[], position: string): string | undefined {
  const parts = position.split('.')
  const next = [...parts.slice(0, -1), Number(parts.at(-1)) + 1].join('.')
  if (stepAt(steps, next)) return next
  return parts.length === 1 ? undefined : positionAfter(steps, parts.slice(0, -2).join('.'))
}

/** The position after a branch that has been decided. */
export function positionInto(steps: readonly Step[], position: string, side: 'yes' | 'no'): string | undefined {
  const first = `${position}.${side}.0`
  return stepAt(steps, first) ? first : positionAfter(steps, position)
}

/** All steps with their positions, each before what its branches hold. */
export function allSteps(steps: readonly Step[], prefix = ''): { step: Step; position: string }[] {
  return steps.flatMap((step, index) => {
    const position = `${prefix}${index}`
    const inner =
      step.type === 'branch'
        ? ([
            ['yes', step.yes],
            ['no', step.no ?? []],
          ] as const)
        : []
    return [{ step, position }, ...inner.flatMap(([side, list]) => allSteps(list, `${position}.${side}.`))]
  })
}
