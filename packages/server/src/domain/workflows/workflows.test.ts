import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { aField, aKey, aMember, anAccount, anOpportunity, aTask, successOf } from '../../../test/factories.ts'
import { anotherWorkspace, outcome, type RecordBody, rekeyed, startApi } from '../../../test/harness.ts'
import { aReceiver } from '../../../test/receiver.ts'
import {
  aWorkflow,
  eventually,
  hurry,
  type RunBody,
  runOf,
  runsOf,
  toThisMachine,
  untilFirst,
  untilQuiet,
  untilRun,
  type WorkflowBody,
} from '../../../test/workflows.ts'

const api = await startApi(toThisMachine)
const receiver = await aReceiver()

const onOpportunities = (more: object = {}) => ({
  type: 'record',
  objectTypes: ['opportunity'],
  events: ['updated'],
  ...more,
})
const manual = { type: 'manual' }
const update = (fields: object, more: object = {}) => ({ key: 'update', type: 'update', fields, ...more })
const send = (path: string, more: object = {}) => ({
  key: 'send',
  type: 'http',
  method: 'POST',
  url: receiver.url(path),
  body: { text: '{{trigger.event}}' },
  ...more,
})
const change = async (id: string, fields: object) => successOf(await api.post(`/v1/opportunities/${id}`, { fields }))
const read = async (id: string) => successOf(await api.get(`/v1/opportunities/${id}`))
const nextStepOf = async (id: string) => (await read(id)).fields.$nextStep?.value
const retrieve = async ({ id }: { id: string }) => successOf(await api.get<WorkflowBody>(`/admin/v1/workflows/${id}`))
const disable = async ({ id }: { id: string }) =>
  successOf(await api.patch<WorkflowBody>(`/admin/v1/workflows/${id}`, { enabled: false }))
const runNow = async ({ id }: { id: string }, body: object = {}) =>
  successOf(await api.post<RunBody>(`/admin/v1/workflows/${id}/run`, body))

describe('what starts a workflow', () => {
  it('is an update of a watched field of a record that passes the filter, and no other', async () => {
    const trigger = onOpportunities({ fields: ['$amount'], filter: '$stage=Won&$amount[greaterThan]=1000' })
    const workflow = await aWorkflow(api, trigger, [update({ $nextStep: 'Big: {{trigger.record.fields.$amount}}' })])
    const [won, lost] = [await anOpportunity(api, { $stage: 'Won' }), await anOpportunity(api, { $stage: 'Lead' })]
    await change(won.id, { $nextStep: 'Not watched' })
    await change(won.id, { $amount: 10 })
    await untilQuiet(api)
    await change(lost.id, { $amount: 5000 })
    await change(won.id, { $amount: 5000 })
    await untilQuiet(api)
    expect(await nextStepOf(won.id)).toBe('Big: 5000')
    expect(await nextStepOf(lost.id)).toBe(null)
    expect((await runsOf(api, workflow)).map(({ status }) => status)).toEqual(['completed'])
    await disable(workflow)
  })

  it('is a change of a watched relationship', async () => {
    const workflow = await aWorkflow(api, onOpportunities({ fields: ['$owner'] }), [update({ $nextStep: 'Owned' })])
    const opportunity = await anOpportunity(api)
    await change(opportunity.id, { $amount: 1 })
    successOf(
      await api.post(`/v1/opportunities/${opportunity.id}`, { relationships: { $owner: { replace: api.memberId } } }),
    )
    await eventually(async () => expect(await nextStepOf(opportunity.id)).toBe('Owned'))
    expect(await runsOf(api, workflow)).toHaveLength(1)
    await disable(workflow)
  })

  it('is a time, in a zone; what was missed comes once', async () => {
    const trigger = { type: 'schedule', cron: '30 2 * * *', timeZone: 'Europe/Berlin' }
    const workflow = await aWorkflow(api, trigger, [send('/tick')])
    expect(workflow.nextAt).toMatch(/T0[01]:30:00/)
    await api.sql("update outbox set due_at = now() - interval '10 days' where kind = 'workflow-schedule'")
    const run = await untilFirst(api, workflow, 'completed')
    expect(run.cause.event).toBe('schedule')
    await untilQuiet(api)
    expect(await runsOf(api, workflow)).toHaveLength(1)
    expect((await retrieve(workflow)).nextAt).toBe(workflow.nextAt)
    expect((await disable(workflow)).nextAt).toBe(null)
  })

  it('is somebody, for a record of the type that runs are about', async () => {
    const workflow = await aWorkflow(api, { type: 'manual', objectType: 'opportunity' }, [
      update({ $nextStep: 'By {{trigger.actor.member.name}}' }),
    ])
    const opportunity = await anOpportunity(api)
    const run = await runNow(workflow, { recordId: opportunity.id })
    expect(run).toMatchObject({ cause: { event: 'manual', record: { id: opportunity.id } }, depth: 0 })
    await untilRun(api, run, 'completed')
    expect(await nextStepOf(opportunity.id)).toBe('By Admin')
    const refused = async (body: object) => outcome(await api.post(`/admin/v1/workflows/${workflow.id}/run`, body))
    expect(await refused({})).toBe('422 recordId')
    expect(await refused({ recordId: (await anAccount(api)).id })).toBe('422 recordId')
    await disable(workflow)
    await untilRun(api, await runNow(workflow, { recordId: opportunity.id }), 'completed')
  })

  it('is not what was written before it was enabled, nor while it was disabled', async () => {
    const opportunity = await anOpportunity(api)
    await change(opportunity.id, { $amount: 1 })
    const workflow = await aWorkflow(api, onOpportunities(), [send('/enabled')])
    await disable(workflow)
    await change(opportunity.id, { $amount: 2 })
    successOf(await api.patch(`/admin/v1/workflows/${workflow.id}`, { enabled: true }))
    await untilQuiet(api)
    expect(await runsOf(api, workflow)).toEqual([])
    await change(opportunity.id, { $amount: 3 })
    await untilFirst(api, workflow, 'completed')
    await disable(workflow)
  })

  it('is seen to be wrong when its filter has lost its meaning', async () => {
    const field = await aField(api, 'opportunity', { valueType: 'TEXT' })
    const workflow = await aWorkflow(api, onOpportunities({ filter: `${field.slug}=a` }), [send('/lost')])
    successOf(await api.delete(`/admin/v1/objects/opportunity/fields/${field.slug}`))
    await change((await anOpportunity(api)).id, { $amount: 4 })
    const run = await untilFirst(api, workflow, 'failed')
    expect(run.problem).toContain(field.slug)
    await disable(workflow)
  })
})

describe('a request of another system', () => {
  const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
    api.raw({
      method: 'POST',
      path: url.slice(url.indexOf('/hooks/')),
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  const aHook = async (signed = false) => {
    const step = { key: 'a', type: 'create', objectType: 'account', fields: { $name: '{{trigger.body.company}}' } }
    const workflow = await aWorkflow(api, { type: 'hook', signed }, [step])
    return { workflow, url: workflow.hookUrl ?? '' }
  }

  it('starts the workflow that has its address, with its body', async () => {
    const { workflow, url } = await aHook()
    const answer = await post(url, { company: 'Fabrikam' })
    expect(answer.body).toEqual({ id: workflow.id, runId: expect.stringMatching(/^wfr_/), status: 'queued' })
    await untilRun(api, { id: (answer.body as { runId: string }).runId }, 'completed')
    const { totalCount } = successOf(await api.get<{ totalCount: number }>('/v1/accounts?$name=Fabrikam'))
    expect(totalCount).toBe(1)
  })

  it('counts once under one webhook-id', async () => {
    const { workflow, url } = await aHook()
    const headers = { 'webhook-id': 'msg_1' }
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(url, { company: 'Once' }, headers)))
    expect(new Set(answers.map(({ body }) => (body as { runId: string }).runId)).size).toBe(1)
    await post(url, { company: 'Twice' }, { 'webhook-id': 'msg_2' })
    await untilQuiet(api)
    expect(await runsOf(api, workflow)).toHaveLength(2)
  })

  it('has to be signed where that is asked', async () => {
    const { workflow, url } = await aHook(true)
    const { secret } = successOf(await api.get<{ secret: string }>(`/admin/v1/workflows/${workflow.id}/secret`))
    const text = JSON.stringify({ company: 'Signed' })
    const signed = (at: Date) => ({
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign('msg_1', at, text),
    })
    expect(outcome(await post(url, text))).toBe('401')
    expect(outcome(await post(url, `${text} `, signed(new Date())))).toBe('401')
    expect(outcome(await post(url, text, signed(new Date(Date.now() - 600_000))))).toBe('401')
    expect(outcome(await post(url, text, signed(new Date())))).toBe('200')
  })

  it('is refused at an unknown address, when it is no JSON or too large, and by a disabled workflow', async () => {
    const { workflow, url } = await aHook()
    expect(outcome(await post('/hooks/nothing', {}))).toBe('404')
    expect(outcome(await post(url, '{'))).toBe('400 invalid_type')
    expect(outcome(await post(url, {}, { 'content-type': 'text/plain' }))).toBe('415')
    expect(outcome(await post(url, { a: 'x'.repeat(270_000) }))).toBe('413')
    await disable(workflow)
    expect(outcome(await post(url, {}))).toBe('422')
  })

  it('finds the new address once it was renewed, and the old one no more', async () => {
    const { workflow, url } = await aHook()
    const path = `/admin/v1/workflows/${workflow.id}/hook`
    const { hookUrl } = successOf(await api.post<{ hookUrl: string }>(path, {}))
    expect(outcome(await post(url, { company: 'A' }))).toBe('404')
    expect(outcome(await post(hookUrl, { company: 'A' }))).toBe('200')
    successOf(await api.patch(`/admin/v1/workflows/${workflow.id}`, { trigger: manual, steps: [send('/x')] }))
    expect(outcome(await post(hookUrl, { company: 'A' }))).toBe('404')
    expect(outcome(await api.post(path, {}))).toBe('422')
  })
})

describe('the steps of a run', () => {
  it('create, change, send, decide and wait, each with what the ones before answered', async () => {
    receiver.answer('/price', (response) => response.end('{"offer":{"total":1234.5}}'))
    const account = await anAccount(api, { $name: 'Acme' })
    const workflow = await aWorkflow(api, { type: 'manual', objectType: 'account' }, [
      {
        key: 'deal',
        type: 'create',
        objectType: 'opportunity',
        fields: { $name: '{{trigger.record.fields.$name}} renewal', $stage: 'Lead' },
        relationships: { $account: '{{trigger.record.id}}', $champion: '{{trigger.record.relationships.$owner}}' },
      },
      send('/price', {
        key: 'price',
        url: `${receiver.url('/price')}`,
        headers: { 'x-deal': '{{steps.deal.record.id}}' },
        body: { deal: '{{steps.deal.record}}', name: 'For {{steps.deal.record.fields.$name}}' },
      }),
      {
        key: 'set',
        type: 'update',
        objectType: 'opportunity',
        record: '{{steps.deal.record.id}}',
        fields: { $amount: '{{steps.price.body.offer.total}}' },
      },
      {
        key: 'big',
        type: 'branch',
        objectType: 'opportunity',
        record: '{{steps.deal.record.id}}',
        filter: '$amount[greaterThan]=1000',
        yes: [
          { key: 'pause', type: 'wait', seconds: 3600 },
          {
            key: 'follow',
            type: 'create',
            objectType: 'task',
            fields: { $title: 'Big: {{steps.set.record.fields.$amount}}', $status: 'TODO' },
            relationships: { $opportunity: '{{steps.deal.record.id}}', $assignedTo: api.memberId },
          },
        ],
        no: [send('/small', { key: 'small' })],
      },
      send('/end', { key: 'end', body: { task: '{{steps.follow.record.id}}', small: '{{steps.small.status}}' } }),
    ])
    const run = await runNow(workflow, { recordId: account.id })
    const waiting = await untilRun(api, run, 'waiting')
    expect(Date.parse(waiting.nextAt ?? '') - Date.now()).toBeGreaterThan(3_590_000)
    expect(waiting.log.map(({ step, kind }) => [step, kind])).toEqual([
      [null, 'started'],
      ['deal', 'done'],
      ['price', 'done'],
      ['set', 'done'],
      ['big', 'done'],
      ['pause', 'waiting'],
    ])
    await hurry(api)
    await untilRun(api, run, 'completed')
    const [price] = receiver.at('/price')
    expect(price?.body).toMatchObject({
      name: 'For Acme renewal',
      deal: { fields: { $name: { value: 'Acme renewal' } } },
    })
    const [deal] = receiver.at('/price').map(({ body }) => (body as { deal: RecordBody }).deal)
    if (!deal) throw new Error('nothing came')
    expect(price?.headers['x-deal']).toBe(deal.id)
    expect((await read(deal.id)).fields.$amount?.value).toBe(1234.5)
    const [{ body } = { body: undefined }] = receiver.at('/end')
    expect(body).toEqual({ task: expect.stringMatching(/^task_/), small: null })
    const { fields } = successOf(await api.get(`/v1/tasks/${(body as { task: string }).task}`))
    expect(fields.$title?.value).toBe('Big: 1234.5')
    expect(receiver.at('/small')).toEqual([])
  })

  it('wait until a moment, or so long before it; one that has passed is not waited for', async () => {
    const opportunity = await anOpportunity(api, { $closeDate: '2031-05-01T10:00:00Z' })
    const wait = (more: object) => ({ key: 'w', type: 'wait', until: '{{trigger.record.fields.$closeDate}}', ...more })
    const run = async (step: object) =>
      runNow(await aWorkflow(api, { type: 'manual', objectType: 'opportunity' }, [step, send('/waited')]), {
        recordId: opportunity.id,
      })
    const before = await untilRun(api, await run(wait({ seconds: -86_400 })), 'waiting')
    expect(before.nextAt).toBe('2031-04-30T10:00:00.000Z')
    expect((await untilRun(api, await run(wait({})), 'waiting')).nextAt).toBe('2031-05-01T10:00:00.000Z')
    await untilRun(api, await run(wait({ until: '2020-01-01' })), 'completed')
    await change(opportunity.id, { $closeDate: null })
    const failed = await untilRun(api, await run(wait({})), 'failed')
    expect(failed.problem).toContain('no date')
    for (const one of [before]) await api.post(`/admin/v1/workflow-runs/${one.id}/cancel`, {})
  })

  it('that cannot be done fail the run, which goes on from there once that is put right', async () => {
    const field = await aField(api, 'account', { valueType: 'EMAIL', typeConfiguration: { unique: true } })
    const holder = await anAccount(api, { [field.slug]: 'taken@example.com' })
    const workflow = await aWorkflow(api, manual, [
      { key: 'first', type: 'create', objectType: 'account', fields: { $name: 'First' } },
      { key: 'a', type: 'create', objectType: 'account', fields: { $name: 'B', [field.slug]: 'taken@example.com' } },
    ])
    const run = await runNow(workflow)
    const failed = await untilRun(api, run, 'failed')
    expect(failed.problem).toContain(`fields.${field.slug}`)
    successOf(await api.post(`/v1/accounts/${holder.id}`, { fields: { [field.slug]: null } }))
    successOf(await api.post(`/admin/v1/workflow-runs/${run.id}/replay`, {}))
    const done = await untilRun(api, run, 'completed')
    expect(done.log.map(({ step, kind }) => `${step} ${kind}`)).toEqual([
      'null started',
      'first done',
      'a failed',
      'a done',
    ])
    const { totalCount } = successOf(await api.get<{ totalCount: number }>('/v1/accounts?$name=First'))
    expect(totalCount).toBe(1)
  })

  it('that are removed records, or are about none, fail with a reason', async () => {
    const opportunity = await anOpportunity(api)
    const workflow = await aWorkflow(api, { type: 'manual', objectType: 'opportunity' }, [
      { key: 'w', type: 'wait', seconds: 60 },
      update({ $nextStep: 'Late' }),
    ])
    const run = await runNow(workflow, { recordId: opportunity.id })
    await untilRun(api, run, 'waiting')
    successOf(await api.delete(`/v1/opportunities/${opportunity.id}`))
    await hurry(api)
    expect((await untilRun(api, run, 'failed')).problem).toBeTruthy()
  })

  it('escape what templates put into an address', async () => {
    const account = await anAccount(api, { $name: 'A&B/C ?' })
    const step = send('/x', { url: `${receiver.url('/at')}?name={{trigger.record.fields.$name}}`, method: 'GET' })
    const { body: _, ...get } = step
    const workflow = await aWorkflow(api, { type: 'manual', objectType: 'account' }, [get])
    await untilRun(api, await runNow(workflow, { recordId: account.id }), 'completed')
    expect(receiver.at('/at?name=A%26B%2FC%20%3F')).toHaveLength(1)
  })
})

describe('a run', () => {
  it('says how far it is to any key: GET /v1/workflowRun/{id}/status', async () => {
    const run = await runNow(await aWorkflow(api, manual, [{ key: 'w', type: 'wait', seconds: 60 }]))
    await untilRun(api, run, 'waiting')
    const { key } = await aKey(api, { scopes: ['notes:read'] })
    const ask = (id: string, options: object = {}) =>
      api.raw({
        method: 'GET',
        path: `/v1/workflowRun/${id}/status`,
        headers: { authorization: `Bearer ${key}`, ...options },
      })
    expect((await ask(run.id)).body).toEqual({ status: 'waiting' })
    expect(outcome(await ask(run.id.replace(/.$/, '0')))).toBe('404')
    expect(outcome(await ask('x'))).toBe('404')
    expect(outcome(await ask(run.id, { authorization: '' }))).toBe('401')
    const neighbour = await anotherWorkspace(api)
    expect(outcome(await neighbour.get(`/v1/workflowRun/${run.id}/status`))).toBe('404')
  })

  it('is cancelled before its next step', async () => {
    const run = await runNow(await aWorkflow(api, manual, [{ key: 'w', type: 'wait', seconds: 60 }, send('/never')]))
    await untilRun(api, run, 'waiting')
    const cancelled = successOf(await api.post<RunBody>(`/admin/v1/workflow-runs/${run.id}/cancel`, {}))
    expect(cancelled).toMatchObject({ status: 'cancelled', nextAt: null })
    await hurry(api)
    await untilQuiet(api)
    expect((await runOf(api, run)).log.at(-1)).toMatchObject({ kind: 'ended', message: 'Cancelled.' })
    expect(receiver.at('/never')).toEqual([])
  })

  it('goes on with the version that it began with, also when the workflow is changed or disabled', async () => {
    const workflow = await aWorkflow(api, manual, [{ key: 'w', type: 'wait', seconds: 60 }, send('/v1')])
    const run = await runNow(workflow)
    await untilRun(api, run, 'waiting')
    const steps = [{ key: 'w', type: 'wait', seconds: 60 }, send('/v2')]
    const changed = successOf(
      await api.patch<WorkflowBody>(`/admin/v1/workflows/${workflow.id}`, { steps, enabled: false }),
    )
    expect(changed.version).toBe(2)
    await hurry(api)
    expect((await untilRun(api, run, 'completed')).version).toBe(1)
    expect([receiver.at('/v1').length, receiver.at('/v2').length]).toEqual([1, 0])
    const versions = successOf(
      await api.get<{ data: { version: number; steps: { url?: string }[] }[] }>(
        `/admin/v1/workflows/${workflow.id}/versions`,
      ),
    )
    expect(versions.data.map(({ version, steps: [, second] }) => [version, second?.url])).toEqual([
      [2, receiver.url('/v2')],
      [1, receiver.url('/v1')],
    ])
  })

  it('ends with its workflow', async () => {
    const workflow = await aWorkflow(api, manual, [{ key: 'w', type: 'wait', seconds: 60 }])
    const run = await runNow(workflow)
    await untilRun(api, run, 'waiting')
    successOf(await api.delete(`/admin/v1/workflows/${workflow.id}`))
    expect(await runOf(api, run)).toMatchObject({ status: 'cancelled', problem: 'The workflow was removed.' })
    expect(outcome(await api.get(`/admin/v1/workflows/${workflow.id}`))).toBe('404')
  })

  it('that is completed runs again, as the workflow is now', async () => {
    const workflow = await aWorkflow(api, manual, [send('/again')])
    const run = await runNow(workflow)
    await untilRun(api, run, 'completed')
    const again = successOf(await api.post<RunBody>(`/admin/v1/workflow-runs/${run.id}/replay`, {}))
    expect(again.replayOf).toBe(run.id)
    await untilRun(api, again, 'completed')
    const ids = receiver.at('/again').map(({ headers }) => headers['webhook-id'])
    expect(ids).toHaveLength(2)
    expect(new Set(ids).size).toBe(1)
  })

  it('is forgotten a month after it ended, with what started it', async () => {
    const workflow = await aWorkflow(api, manual, [{ key: 'w', type: 'wait', seconds: -0 }])
    const run = await runNow(workflow)
    await untilRun(api, run, 'completed')
    await api.sql("update workflow_run set ended_at = ended_at - interval '31 days' where ended_at is not null")
    const { startServer } = await import('../../server.ts')
    const server = await startServer(api.config)
    await eventually(async () => expect(outcome(await api.get(`/admin/v1/workflow-runs/${run.id}`))).toBe('404'))
    await server.close()
    expect(
      await api.sql('select from workflow_log l where not exists (select from workflow_run r where r.id = l.run_id)'),
    ).toEqual([])
    expect(
      await api.sql(
        'select from workflow_event e where not exists (select from workflow_run r where r.event_id = e.id)',
      ),
    ).toEqual([])
  })
})

describe('what a run writes', () => {
  it('is the workflow’s in the timeline and in events', async () => {
    const workflow = await aWorkflow(api, onOpportunities({ fields: ['$amount'] }), [update({ $nextStep: 'Written' })])
    const opportunity = await anOpportunity(api)
    await change(opportunity.id, { $amount: 7 })
    const run = await untilFirst(api, workflow, 'completed')
    const { data } = successOf(
      await api.get<{ data: { actor: object | null; kind: string }[] }>(`/admin/v1/timeline/${opportunity.id}`),
    )
    expect(data[0]?.actor).toEqual({ type: 'workflow', id: workflow.id, name: 'A workflow', run: run.id })
    successOf(await api.delete(`/admin/v1/workflows/${workflow.id}`))
    const after = successOf(await api.get<{ data: { actor: object | null }[] }>(`/admin/v1/timeline/${opportunity.id}`))
    expect(after.data[0]?.actor).toMatchObject({ name: 'A workflow' })
  })

  it('is written with the rights of whoever enabled it last', async () => {
    const member = await aMember(api, { role: 'admin' })
    const admin = rekeyed(api, (await aKey(api, { memberId: member.id })).key)
    const workflow = await aWorkflow(admin, manual, [
      {
        key: 'a',
        type: 'create',
        objectType: 'task',
        fields: { $title: 'T', $status: 'TODO' },
        relationships: { $assignedTo: member.id },
      },
      send('/task', { body: { task: '{{steps.a.record}}' } }),
    ])
    expect(workflow.actsAs?.id).toBe(member.id)
    await untilRun(api, await runNow(workflow), 'completed')
    const tasks = () => receiver.at('/task').map(({ body }) => (body as { task: RecordBody }).task)
    const createdBy = (index: number) => tasks()[index]?.relationships.$createdBy?.values
    expect(createdBy(0)).toEqual([member.id])
    successOf(await api.patch(`/admin/v1/members/${member.id}`, { role: 'member' }))
    await untilRun(api, await runNow(workflow), 'completed')
    expect(createdBy(1)).toEqual([])
  })

  it('does not start the same workflow for the same record again', async () => {
    const workflow = await aWorkflow(api, onOpportunities(), [
      update({ $nextStep: 'x{{trigger.record.fields.$nextStep}}' }),
    ])
    const opportunity = await anOpportunity(api)
    await change(opportunity.id, { $nextStep: 'y' })
    await untilQuiet(api)
    await untilQuiet(api)
    expect(await nextStepOf(opportunity.id)).toBe('xy')
    expect(await runsOf(api, workflow)).toHaveLength(1)
    await disable(workflow)
  })

  it('ends a loop of workflows that start each other, and says so', async () => {
    const longer = [update({ $nextStep: '{{trigger.record.fields.$nextStep}}x' })]
    const [ping, pong] = [
      await aWorkflow(api, onOpportunities(), longer),
      await aWorkflow(api, onOpportunities(), longer),
    ]
    const opportunity = await anOpportunity(api)
    await change(opportunity.id, { $nextStep: 'x' })
    const refused = await eventually(async () => {
      const runs = [...(await runsOf(api, ping)), ...(await runsOf(api, pong))]
      const found = runs.filter(({ status }) => status === 'refused')
      expect(found.length).toBeGreaterThan(0)
      return found
    })
    for (const run of refused) {
      expect(run.depth).toBe(8)
      expect((await runOf(api, run)).log.at(-1)?.message).toContain('chain of 8 runs')
      expect(outcome(await api.post(`/admin/v1/workflow-runs/${run.id}/replay`, {}))).toBe('422')
    }
    await untilQuiet(api)
    const runs = [...(await runsOf(api, ping)), ...(await runsOf(api, pong))]
    expect(Math.max(...runs.map(({ depth }) => depth))).toBe(8)
    for (const one of [ping, pong]) await disable(one)
  })
})

describe('a definition', () => {
  const refused = async (trigger: object, steps: unknown = [send('/x')]) =>
    outcome(await api.post('/admin/v1/workflows', { name: 'A', trigger, steps }))

  it('is refused by the place of what is wrong in its trigger', async () => {
    expect(await refused({})).toBe('422 trigger.type')
    expect(await refused({ type: 'record' })).toBe('400 parameter_missing trigger.objectTypes')
    expect(await refused(onOpportunities({ objectTypes: ['opportunity', 'x'] }))).toBe('422 trigger.objectTypes.1')
    expect(await refused(onOpportunities({ fields: ['$stage', '$x'] }))).toBe('400 unknown_field trigger.fields.1')
    expect(await refused(onOpportunities({ filter: '$x=1' }))).toBe('400 unknown_field trigger.filter')
    expect(await refused(onOpportunities({ objectTypes: ['*'], filter: '$name=1' }))).toBe('422 trigger.filter')
    expect(await refused(onOpportunities({ when: 1 }))).toBe('400 unknown_field trigger.when')
    const schedule = (cron: string, timeZone = 'UTC') => refused({ type: 'schedule', cron, timeZone })
    expect(await schedule('0 9 * *')).toBe('422 trigger.cron')
    expect(await schedule('0 9 31 2 *')).toBe('422 trigger.cron')
    expect(await schedule('* * * * * *')).toBe('422 trigger.cron')
    expect(await schedule('0 9 * * *', 'Europe/Nowhere')).toBe('422 trigger.timeZone')
  })

  it('is refused by the place of what is wrong in its steps', async () => {
    const opportunity = { type: 'manual', objectType: 'opportunity' }
    const steps = (...all: unknown[]) => refused(opportunity, all)
    expect(await steps()).toBe('422 steps')
    expect(await steps({ key: 'a', type: 'fly' })).toBe('422 steps.0.type')
    expect(await steps(send('/x'), send('/y'))).toBe('422 steps.1.key')
    expect(await steps(update({ $x: 1 }))).toBe('400 unknown_field steps.0.fields.$x')
    expect(await steps(update({ $opportunityStatus: 'x' }))).toBe(
      '400 invalid_configuration steps.0.fields.$opportunityStatus',
    )
    expect(await steps(update({ $amount: 'much' }))).toBe('400 invalid_type steps.0.fields.$amount')
    expect(await steps(update({ $stage: 'Nowhere' }))).toMatch(/^4.. ?\w* steps\.0\.fields\.\$stage$/)
    expect(await steps(update({}))).toBe('422 steps.0.fields')
    expect(await steps(update({ $nextStep: '{{trigger.record.fields.$x}}' }))).toBe('422 steps.0.fields.$nextStep')
    expect(await steps(update({ $nextStep: '{{steps.later.status}}' }))).toBe('422 steps.0.fields.$nextStep')
    expect(await steps(update({ $nextStep: '{{env.SECRET}}' }))).toBe('422 steps.0.fields.$nextStep')
    expect(await steps(send('/x', { url: 'mailto:a@b.c' }))).toBe('422 steps.0.url')
    expect(await steps(send('/x', { headers: { 'Webhook-Id': 'x' } }))).toBe('422 steps.0.headers')
    expect(await steps(send('/x', { body: { a: [{ b: '{{trigger.body}}' }] } }))).toBe('422 steps.0.body.a.0.b')
    expect(await steps({ key: 'w', type: 'wait' })).toBe('422 steps.0.seconds')
    expect(await steps({ key: 'w', type: 'wait', until: 'soon' })).toBe('422 steps.0.until')
    const create = (more: object) => ({ key: 'c', type: 'create', objectType: 'task', ...more })
    expect(await steps(create({ objectType: 'member' }))).toBe('422 steps.0.objectType')
    expect(await steps(create({ relationships: { $x: 'acc_1' } }))).toBe(
      '400 unknown_relationship steps.0.relationships.$x',
    )
    const branch = (yes: unknown[], more: object = {}) => ({
      key: 'b',
      type: 'branch',
      filter: '$stage=Won',
      yes,
      ...more,
    })
    expect(await steps(branch([send('/x'), branch([update({ $x: 1 })], { key: 'c' })]))).toBe(
      '400 unknown_field steps.0.yes.1.yes.0.fields.$x',
    )
    expect(await steps(branch([{ key: 'w', type: 'wait', hours: 1 }]))).toBe('400 unknown_field steps.0.yes.0.hours')
    expect(await steps(branch([], { filter: '$x=1' }))).toBe('400 unknown_field steps.0.filter')
    expect(await refused(manual, [update({ $name: 'x' })])).toBe('422 steps.0.objectType')
    expect(await refused(manual, [update({ $name: 'x' }, { objectType: 'account' })])).toBe('422 steps.0.record')
  })

  it('takes only one change at a time', async () => {
    const workflow = await aWorkflow(api, manual, [send('/x')])
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, n) => api.patch(`/admin/v1/workflows/${workflow.id}`, { name: `Name ${n}` })),
    )
    const statuses = new Set(answers.map(({ status }) => status))
    expect([...statuses].every((status) => status === 200 || status === 409)).toBe(true)
    const { version } = await retrieve(workflow)
    expect(version).toBe(1 + answers.filter(({ status }) => status === 200).length)
  })

  it('is for admins', async () => {
    const { key } = await aKey(api, { memberId: (await aMember(api)).id })
    expect(outcome(await api.get('/admin/v1/workflows', { key }))).toBe('403')
    expect(outcome(await api.post('/admin/v1/workflows', {}, { key }))).toBe('403')
    await aTask(api)
  })
})
