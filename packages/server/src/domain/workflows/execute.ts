import { transaction } from '../../storage/database.ts'
import { type DueRun, type LogKind, type RunningWorkflow, type RunState, saveRun } from '../../storage/workflow-runs.ts'
import { watchChanges } from '../../storage/workflow-triggers.ts'
import { disableWorkflow, noteFailing } from '../../storage/workflows.ts'
import type { Context } from '../context.ts'
import { type ShownEvent, showEvent } from './event.ts'
import { runId, workflowId } from './ids.ts'
import { type At, decideBranch, endOfWait, lastingProblem, performCreate, performUpdate } from './perform.ts'
import { positionAfter, positionInto, stepAt } from './positions.ts'
import { type Answer, sendRequest } from './requests.ts'
import { attemptsMax, delayAfter } from './retries.ts'
import type { HttpStep, Step, Trigger } from './types.ts'

type Run = DueRun<Trigger, Step>
type Surroundings = { stopping: AbortSignal; unexpected: (error: unknown) => void }

/** What a step came to: the run goes on, later, or not at all. */
type Outcome =
  | { is: 'done'; message: string; next: string | undefined; details?: object; output?: unknown; at?: Date }
  | { is: 'retry'; message: string; afterMs: number; details?: object }
  | { is: 'failed'; message: string; details?: object }

/** Where a run is that has only waited for something, behind its last step. */
const end = 'end'

/**
 * Takes a run as far as it goes now. What a step did is kept before the next one begins. Returns how often the run had been
 * written by then: whoever read it earlier than that has an old picture of it.
 */
export async function executeRun(
  ctx: Context,
  workflow: RunningWorkflow,
  started: Run,
  around: Surroundings,
): Promise<number> {
  const shown = await showEvent(ctx, started.event)
  let run = started
  for (let goesOn = true; goesOn && !around.stopping.aborted; ) {
    const advanced = await advance(ctx, workflow, run, shown, around)
    run = advanced.run
    goesOn = advanced.goesOn
  }
  return run.moves
}

/** Does one step, and keeps what came of it. */
async function advance(
  ctx: Context,
  workflow: RunningWorkflow,
  run: Run,
  shown: ShownEvent,
  around: Surroundings,
): Promise<{ run: Run; goesOn: boolean }> {
  const step = stepAt(run.steps, run.position)
  const outcome: Outcome = step
    ? await attempt(ctx, workflow, run, step, shown, around)
    : { is: 'done', message: 'The wait is over.', next: undefined }
  const now = ctx.now()
  const state = stateAfter(run, step, outcome, now)
  const kind: LogKind = outcome.is === 'retry' ? 'retrying' : state.status === 'waiting' ? 'waiting' : outcome.is
  const { message, details = {} } = outcome
  const log = { at: now, step: step?.key ?? null, kind, message, details }
  const isKept = await saveRun(ctx.db, ctx.workspace, run, state, log)
  const { position, since } = state
  const outputs = { ...run.outputs, ...state.output }
  const next = { ...run, position, since, attempts: 0, moves: run.moves + 1, outputs }
  return { run: next, goesOn: isKept && state.status === 'running' }
}

function stateAfter(run: Run, step: Step | undefined, outcome: Outcome, now: Date): RunState {
  const stays = { position: run.position, since: run.since, output: null }
  if (outcome.is === 'failed') {
    return { ...stays, status: 'failed', attempts: run.attempts + 1, dueAt: null, problem: outcome.message }
  }
  if (outcome.is === 'retry') {
    const dueAt = new Date(now.getTime() + outcome.afterMs)
    return { ...stays, status: 'waiting', attempts: run.attempts + 1, dueAt, problem: outcome.message }
  }
  const { next, at, output } = outcome
  const isWaiting = at !== undefined && at > now
  const isOver = next === undefined && !isWaiting
  return {
    status: isOver ? 'completed' : isWaiting ? 'waiting' : 'running',
    position: next ?? end,
    since: isWaiting ? at : now,
    attempts: 0,
    dueAt: isOver ? null : isWaiting ? at : now,
    problem: null,
    // What no later step can speak of is not kept.
    output: step && output !== undefined && next !== undefined ? { [step.key]: output } : null,
  }
}

async function attempt(
  ctx: Context,
  workflow: RunningWorkflow,
  run: Run,
  step: Step,
  trigger: ShownEvent,
  around: Surroundings,
): Promise<Outcome> {
  const about =
    trigger.record && run.event.objectType !== null ? { objectType: run.event.objectType, id: trigger.record.id } : null
  const scope = {
    trigger,
    steps: run.outputs,
    workflow: { id: workflowId(workflow.id), name: workflow.name },
    run: { id: runId(run.id) },
  }
  const at: At = { ctx, scope, trigger: run.trigger, run, about }
  try {
    if (step.type === 'http') return await request(ctx, workflow, run, step, at, around.stopping)
    return await perform(at, run, step)
  } catch (error) {
    if (around.stopping.aborted) throw error
    const message = lastingProblem(error)
    if (message !== undefined) return { is: 'failed', message }
    around.unexpected(error)
    return again(run, null, 'Something went wrong on the server; its log says what.')
  }
}

async function perform(at: At, run: Run, step: Exclude<Step, HttpStep>): Promise<Outcome> {
  const next = positionAfter(run.steps, run.position)
  switch (step.type) {
    case 'create': {
      const { record, output } = await performCreate(at, step)
      return {
        is: 'done',
        message: `Created the ${record.objectType} ${record.id}.`,
        next,
        details: { record },
        output,
      }
    }
    case 'update': {
      const { record, output } = await performUpdate(at, step)
      return {
        is: 'done',
        message: `Updated the ${record.objectType} ${record.id}.`,
        next,
        details: { record },
        output,
      }
    }
    case 'wait': {
      const until = endOfWait(at, step)
      const message =
        until > at.ctx.now()
          ? `Waits until ${until.toISOString()}.`
          : `There is nothing to wait for: ${until.toISOString()} has passed.`
      return { is: 'done', message, next, at: until }
    }
    case 'branch': {
      const { passes, objectType, id } = await decideBranch(at, step)
      const side = passes ? 'yes' : 'no'
      const message = `The ${objectType} ${id} ${passes ? 'passes' : 'does not pass'} the filter: goes on with “${side}”.`
      return {
        is: 'done',
        message,
        next: positionInto(run.steps, run.position, side),
        details: { record: { id, objectType } },
        output: { passes },
      }
    }
  }
}

/** Another attempt later, if one is left. */
function again(run: Run, askedMs: number | null, message: string, details: object = {}): Outcome {
  const afterMs = delayAfter(run.attempts + 1, askedMs)
  if (afterMs === undefined) return { is: 'failed', message: `${message} It was tried ${attemptsMax} times.`, details }
  return { is: 'retry', message, afterMs, details }
}

/** After so long without one request that succeeded, a workflow is disabled. */
const failingMaxMs = 3 * 24 * 60 * 60 * 1000

/** As Standard Webhooks recommends: anything but a 2xx is tried again, and who answers 410 is asked no more. */
async function request(
  ctx: Context,
  workflow: RunningWorkflow,
  run: Run,
  step: HttpStep,
  { scope }: At,
  stopping: AbortSignal,
): Promise<Outcome> {
  const attempt = run.attempts + 1
  const answer = await sendRequest(ctx, workflow, { step, scope, event: run.event.id, attempt, stopping })
  const message = wordsOf(step, answer)
  const details = { request: answer.shown }
  if (answer.status !== null && answer.status >= 200 && answer.status < 300) {
    if (workflow.failingSince) await noteFailing(ctx.db, ctx.workspace, workflow.id, null)
    const output = { status: answer.status, body: answer.body }
    return { is: 'done', message, next: positionAfter(run.steps, run.position), details, output }
  }
  if (answer.status === 410) {
    await disable(ctx, workflow, run, message, 'The receiver answered 410 Gone: it wants no more requests.', details)
    return { is: 'failed', message, details }
  }
  if (answer.hopeless) return { is: 'failed', message, details }
  const since = await noteFailing(ctx.db, ctx.workspace, workflow.id, ctx.now())
  if (since && ctx.now().getTime() - since.getTime() > failingMaxMs) {
    await disable(ctx, workflow, run, message, `No request has succeeded since ${since.toISOString()}.`, details)
    return { is: 'failed', message, details }
  }
  return again(run, answer.retryAfterMs, message, details)
}

function wordsOf({ method, url }: HttpStep, { status, durationMs, problem }: Answer): string {
  const host = URL.canParse(url) ? new URL(url).host : url
  return status === null ? `${problem}` : `${host} answered ${status} to ${method} after ${durationMs} ms.`
}

/** The run at hand says what was answered; those that wait say that they are not tried any more. */
async function disable(
  ctx: Context,
  { id }: RunningWorkflow,
  run: Run,
  message: string,
  problem: string,
  details: object,
) {
  const now = ctx.now()
  const { position, since } = run
  const state: RunState = {
    status: 'failed',
    position,
    since,
    attempts: run.attempts + 1,
    dueAt: null,
    problem,
    output: null,
  }
  const step = stepAt(run.steps, position)?.key ?? null
  await saveRun(ctx.db, ctx.workspace, run, state, { at: now, step, kind: 'failed', message, details })
  await transaction(ctx.db, async (tx) => {
    await disableWorkflow(tx, ctx.workspace, id, problem, now)
    await watchChanges(tx, ctx.workspace)
  })
}
