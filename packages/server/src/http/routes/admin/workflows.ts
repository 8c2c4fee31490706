import { type JsonSchema, listOf, object, orNull, schemaRef, text } from '@openfield/schema/openapi'
import { z } from 'zod'
import {
  cancelRun,
  listWorkflowRuns,
  replayFailed,
  replayRun,
  retrieveRun,
  runNow,
} from '../../../domain/workflows/runs.ts'
import { recordEvents, type Step } from '../../../domain/workflows/types.ts'
import {
  createWorkflow,
  listWorkflows,
  listWorkflowVersions,
  removeWorkflow,
  renewHook,
  retrieveSecret,
  retrieveWorkflow,
  rotateSecret,
  updateWorkflow,
} from '../../../domain/workflows/workflows.ts'
import { parseWorkflowRunsQuery, runStatuses, runsDefault, runsMax } from '../../list-query.ts'
import { isStorable, isStorableJson, label, moment } from './bodies.ts'
import { type AdminGroup, adminOperation } from './operation.ts'

const short = z.string().refine((one) => one.length <= 2000 && isStorable(one), 'it takes at most 2,000 characters')
const bytesMax = 64 * 1024
const json = z
  .unknown()
  .refine((one) => isStorableJson(one) && (JSON.stringify(one) ?? '').length <= bytesMax, 'it takes at most 64 KiB')
const input = z
  .record(z.string(), z.unknown())
  .refine((one) => isStorableJson(one) && JSON.stringify(one).length <= bytesMax, 'it takes at most 64 KiB')

export const eventNames = z.array(z.enum(recordEvents))
export const typeNames = z.array(short).max(100, 'at most 100 object types')

const oneOf = (names: readonly string[]) => ({
  error: (issue: z.core.$ZodRawIssue) =>
    issue.code === 'invalid_union' ? `it says what it is: ${names.join(', ')}` : undefined,
})

const trigger = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('record'),
      objectTypes: typeNames,
      events: eventNames,
      fields: z.array(short).max(100, 'at most 100 fields').optional(),
      filter: short.optional(),
    }),
    z.strictObject({ type: z.literal('schedule'), cron: short, timeZone: short }),
    z.strictObject({ type: z.literal('hook'), signed: z.boolean().optional() }),
    z.strictObject({ type: z.literal('manual'), objectType: short.optional() }),
  ],
  oneOf(['record', 'schedule', 'hook', 'manual']),
)

const key = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,62}$/, 'a letter, then at most 62 letters, digits, _ or -')
const aYear = 366 * 24 * 60 * 60
const recordInput = { fields: input.optional(), relationships: input.optional() }
const ofRecord = { objectType: short.optional(), record: short.optional() }

const step: z.ZodType<Step> = z.lazy(() =>
  z.discriminatedUnion(
    'type',
    [
      z.strictObject({ key, type: z.literal('create'), objectType: short, ...recordInput }),
      z.strictObject({ key, type: z.literal('update'), ...ofRecord, ...recordInput }),
      z.strictObject({
        key,
        type: z.literal('http'),
        method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
        url: short,
        headers: z.record(short, short).optional(),
        body: json.optional(),
      }),
      z.strictObject({
        key,
        type: z.literal('wait'),
        seconds: z.number().min(-aYear, 'a year at most').max(aYear, 'a year at most').optional(),
        until: short.optional(),
      }),
      z.strictObject({
        key,
        type: z.literal('branch'),
        filter: short,
        ...ofRecord,
        get yes() {
          return z.array(step)
        },
        get no() {
          return z.array(step).optional()
        },
      }),
    ],
    oneOf(['create', 'update', 'http', 'wait', 'branch']),
  ),
)

/** Steps hold steps; the OpenAPI document names their schema rather than writing it out for ever. */
const steps = z
  .array(z.unknown())
  .meta({ items: { $ref: '#/components/schemas/WorkflowStep' } })
  .transform((value, ctx): Step[] => {
    const read = z.array(step).safeParse(value, { reportInput: true })
    if (read.success) return read.data
    ctx.issues.push(...(read.error.issues as unknown as z.core.$ZodRawIssue[]))
    return z.NEVER
  })

const change = z.strictObject({
  name: label.optional(),
  trigger: trigger.optional(),
  steps: steps.optional(),
  enabled: z.boolean().optional(),
})
const newWorkflow = z.strictObject({ name: label, trigger, steps, enabled: z.boolean().optional() })

const time = (description: string) => text(description, { format: 'date-time' })

const definition = {
  name: text('What people call it.'),
  trigger: { type: 'object', description: 'What starts it.' },
  steps: { type: 'array', items: schemaRef('WorkflowStep'), description: 'What is done, in this order.' },
}

/** What workflows and webhooks say of themselves alike. */
export const workflowState = {
  id: text('Starts with `wfl_`.'),
  enabled: { type: 'boolean', description: 'It is started by what its trigger names.' },
  problem: orNull(text('Why the server disabled it; null when it did not.')),
  version: { type: 'integer', description: 'Its newest version: every change makes another.' },
  actsAs: orNull(
    object({ id: text('Starts with `mem_`.'), name: orNull(text('What they are called.')) }, ['id', 'name']),
  ),
  failingSince: orNull(time('Since when its requests fail, without one that succeeded.')),
  createdAt: time('When it was made.'),
  updatedAt: time('When it was changed last.'),
}

const workflow: Record<string, JsonSchema> = {
  ...workflowState,
  ...definition,
  nextAt: orNull(time('When it fires next, of those with a schedule.')),
}

const aboutRecord = orNull(
  object({ id: text('The id of the record.'), objectType: text('Its type.') }, ['id', 'objectType']),
)

/** What runs and deliveries say of themselves alike. */
export const runProgress = {
  id: text('Starts with `wfr_`.'),
  status: { enum: runStatuses, description: 'How far it is.' },
  cause: object(
    {
      event: text('E.g. `opportunity.updated`, `schedule`, `hook` or `manual`.'),
      at: time('When that was.'),
      record: aboutRecord,
      actor: schemaRef('Actor'),
    },
    ['event', 'at', 'record', 'actor'],
  ),
  replayOf: orNull(text('The run of which it is a repetition.')),
  problem: orNull(text('Why it failed or was refused, or why it is tried again.')),
  nextAt: orNull(time('When it goes on, of those that wait.')),
  createdAt: time('When it was started.'),
  endedAt: orNull(time('When it was over.')),
}

const run: Record<string, JsonSchema> = {
  ...runProgress,
  workflowId: text('Starts with `wfl_`.'),
  version: { type: 'integer', description: 'The version with which it began.' },
  depth: { type: 'integer', description: 'How many runs led to it, each by the change of the one before.' },
}

const logEntry = {
  at: time('When.'),
  step: orNull(text('The key of the step; null: it is about the whole run.')),
  kind: { enum: ['started', 'done', 'failed', 'retrying', 'waiting', 'ended'] },
  message: text('What happened, in a sentence.'),
  request: orNull(
    object(
      {
        method: text('Of the request.'),
        url: text('Where it went.'),
        attempt: { type: 'integer', description: 'Which attempt it was.' },
        status: orNull({ type: 'integer', description: 'What was answered; null: nothing.' }),
        durationMs: { type: 'integer', description: 'How long it took.' },
        body: orNull(text('The first 2,048 characters of the answer.')),
      },
      ['method', 'url', 'attempt', 'status', 'durationMs', 'body'],
    ),
  ),
  record: aboutRecord,
}

/** The query of a page of runs. */
export const runParameters = [
  {
    name: 'limit',
    in: 'query',
    description: `How many, by default ${runsDefault}.`,
    schema: { type: 'integer', minimum: 1, maximum: runsMax },
  },
  { name: 'after', in: 'query', description: 'The `nextCursor` of a page.', schema: { type: 'string' } },
  { name: 'status', in: 'query', description: 'Only those that are so far.', schema: { enum: runStatuses } },
]

export const since = z.strictObject({ since: moment })
export const nothing = z.strictObject({})

export const workflows: AdminGroup = {
  operations: {
    'admin.workflow.list': adminOperation({
      method: 'GET',
      path: '/admin/v1/workflows',
      summary: 'List workflows',
      description: '[Workflows](using-the-api/workflows/) by name, without webhooks.',
      access: 'admin',
      answer: 'WorkflowList',
      run: async ({ ctx }) => listWorkflows(ctx),
    }),
    'admin.workflow.create': adminOperation({
      method: 'POST',
      path: '/admin/v1/workflows',
      summary: 'Make a workflow',
      description: 'It is enabled unless `enabled` is false, and acts with the rights of whoever calls.',
      access: 'admin',
      body: newWorkflow,
      answer: 'CreatedWorkflow',
      run: async ({ ctx, body }) => createWorkflow(ctx, body),
    }),
    'admin.workflow.retrieve': adminOperation({
      method: 'GET',
      path: '/admin/v1/workflows/:id',
      summary: 'Retrieve a workflow',
      access: 'admin',
      answer: 'Workflow',
      run: async ({ ctx, params }) => retrieveWorkflow(ctx, params.id),
    }),
    'admin.workflow.update': adminOperation({
      method: 'PATCH',
      path: '/admin/v1/workflows/:id',
      summary: 'Change, enable or disable a workflow',
      description: 'Runs that are under way go on as they began. It acts with the rights of whoever changed it last.',
      access: 'admin',
      alsoAnswers: [409],
      body: change,
      answer: 'Workflow',
      run: async ({ ctx, params, body }) => updateWorkflow(ctx, params.id, body),
    }),
    'admin.workflow.remove': adminOperation({
      method: 'DELETE',
      path: '/admin/v1/workflows/:id',
      summary: 'Remove a workflow',
      description: 'Its runs that are under way are cancelled.',
      access: 'admin',
      answer: 'Workflow',
      run: async ({ ctx, params }) => removeWorkflow(ctx, params.id),
    }),
    'admin.workflow.versions': adminOperation({
      method: 'GET',
      path: '/admin/v1/workflows/:id/versions',
      summary: 'List the versions of a workflow',
      description: 'Newest first, the last hundred.',
      access: 'admin',
      answer: 'WorkflowVersionList',
      run: async ({ ctx, params }) => listWorkflowVersions(ctx, params.id),
    }),
    'admin.workflow.secret': adminOperation({
      method: 'GET',
      path: '/admin/v1/workflows/:id/secret',
      summary: 'Read the secret that requests of a workflow are signed with',
      access: 'admin',
      audited: true,
      alsoAnswers: [422],
      answer: 'SigningSecret',
      run: async ({ ctx, params }) => retrieveSecret(ctx, params.id),
    }),
    'admin.workflow.rotateSecret': adminOperation({
      method: 'POST',
      path: '/admin/v1/workflows/:id/secret',
      summary: 'Give a workflow another secret',
      description: 'For a day, requests are signed with the one before as well.',
      access: 'admin',
      body: nothing,
      answer: 'SigningSecret',
      run: async ({ ctx, params }) => rotateSecret(ctx, params.id),
    }),
    'admin.workflow.renewHook': adminOperation({
      method: 'POST',
      path: '/admin/v1/workflows/:id/hook',
      summary: 'Give a workflow another address',
      description: 'Requests to the one before are answered 404.',
      access: 'admin',
      body: nothing,
      answer: 'WorkflowHook',
      run: async ({ ctx, params }) => renewHook(ctx, params.id),
    }),
    'admin.workflow.run': adminOperation({
      method: 'POST',
      path: '/admin/v1/workflows/:id/run',
      summary: 'Run a workflow now',
      description:
        'Also when it is disabled. `recordId` is the record that the run is about, where runs are about one.',
      access: 'admin',
      body: z.strictObject({ recordId: short.optional() }),
      answer: 'WorkflowRun',
      run: async ({ ctx, params, body }) => runNow(ctx, params.id, body.recordId),
    }),
    'admin.workflow.runs': adminOperation({
      method: 'GET',
      path: '/admin/v1/workflows/:id/runs',
      summary: 'List the runs of a workflow',
      description: 'Newest first. They are kept for 30 days.',
      access: 'admin',
      parameters: runParameters,
      answer: 'WorkflowRunPage',
      run: async ({ ctx, params, query }) => listWorkflowRuns(ctx, params.id, parseWorkflowRunsQuery(query)),
    }),
    'admin.workflow.replayFailed': adminOperation({
      method: 'POST',
      path: '/admin/v1/workflows/:id/replay',
      summary: 'Have all runs that failed since a moment go on',
      access: 'admin',
      body: since,
      answer: 'ReplayCount',
      run: async ({ ctx, params, body }) => replayFailed(ctx, params.id, body.since),
    }),
    'admin.workflowRun.retrieve': adminOperation({
      method: 'GET',
      path: '/admin/v1/workflow-runs/:id',
      summary: 'Retrieve a run with its log',
      access: 'admin',
      answer: 'WorkflowRunWithLog',
      run: async ({ ctx, params }) => retrieveRun(ctx, params.id),
    }),
    'admin.workflowRun.cancel': adminOperation({
      method: 'POST',
      path: '/admin/v1/workflow-runs/:id/cancel',
      summary: 'End a run before its next step',
      description: 'One that is over stays as it is.',
      access: 'admin',
      body: nothing,
      answer: 'WorkflowRun',
      run: async ({ ctx, params }) => cancelRun(ctx, params.id),
    }),
    'admin.workflowRun.replay': adminOperation({
      method: 'POST',
      path: '/admin/v1/workflow-runs/:id/replay',
      summary: 'Have a run go on, or run again',
      description:
        'One that failed or was cancelled goes on where it stopped; one that waits for another attempt makes it now; for one that is completed another run begins.',
      access: 'admin',
      body: nothing,
      answer: 'WorkflowRun',
      run: async ({ ctx, params }) => replayRun(ctx, params.id),
    }),
  },
  schemas: {
    Workflow: object(workflow, Object.keys(workflow)),
    WorkflowList: listOf('Workflow'),
    CreatedWorkflow: object(
      {
        ...workflow,
        hookUrl: orNull(text('The address that waits for requests, of those with one; shown only here and once.')),
      },
      [...Object.keys(workflow), 'hookUrl'],
    ),
    WorkflowStep: object(
      {
        key: text('What it is called in its workflow.'),
        type: { enum: ['create', 'update', 'http', 'wait', 'branch'] },
        objectType: text('Of the record.'),
        record: text('The id of the record, or a template.'),
        fields: { type: 'object', description: 'As in a write of a record; texts may hold templates.' },
        relationships: { type: 'object', description: 'As in a write of a record; texts may hold templates.' },
        method: { enum: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] },
        url: text('Where a request goes.'),
        headers: { type: 'object', additionalProperties: { type: 'string' } },
        body: { description: 'Sent as JSON.' },
        seconds: { type: 'number', description: 'How long to wait, or how long after (before) `until`.' },
        until: text('A moment, or a template that names one.'),
        filter: text('As the query string of a list.'),
        yes: { type: 'array', items: schemaRef('WorkflowStep'), description: 'Done when the record passes.' },
        no: { type: 'array', items: schemaRef('WorkflowStep') },
      },
      ['key', 'type'],
    ),
    WorkflowVersion: object(
      {
        ...definition,
        version: { type: 'integer' },
        createdAt: time('When it was made.'),
        actor: schemaRef('Actor'),
      },
      ['name', 'trigger', 'steps', 'version', 'createdAt', 'actor'],
    ),
    WorkflowVersionList: listOf('WorkflowVersion'),
    SigningSecret: object(
      {
        secret: text('`whsec_` and the secret in base64.'),
        previousUntil: orNull(time('Until when the one before counts.')),
      },
      ['secret', 'previousUntil'],
    ),
    WorkflowHook: object({ hookUrl: text('The address that waits for requests.') }, ['hookUrl']),
    WorkflowRun: object(run, Object.keys(run)),
    WorkflowRunPage: object(
      {
        object: { const: 'list' },
        data: { type: 'array', items: schemaRef('WorkflowRun') },
        nextCursor: orNull(text('Where the next page begins.')),
      },
      ['object', 'data', 'nextCursor'],
    ),
    WorkflowLogEntry: object(logEntry, Object.keys(logEntry)),
    WorkflowRunWithLog: object({ ...run, log: { type: 'array', items: schemaRef('WorkflowLogEntry') } }, [
      ...Object.keys(run),
      'log',
    ]),
    ReplayCount: object({ count: { type: 'integer', description: 'How many go on.' } }, ['count']),
  },
}
