import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { inspect, startApp, violations } from './app.ts'
import { keepScreenshot } from './browser.ts'

const app = startApp({ OPENFIELD_ALLOWED_NETWORKS: '127.0.0.0/8' })

/** Another system on this machine: what it was sent, and what it answers. */
let receiver: Server
let address: string
let status = 200
const received: { id: string; deal: string | undefined; body: { type?: string; name?: string } }[] = []

beforeAll(async () => {
  receiver = createServer(async (request, response) => {
    let text = ''
    for await (const part of request) text += part
    const { 'webhook-id': id, 'x-deal': deal } = request.headers
    received.push({ id: String(id), deal: deal?.toString(), body: JSON.parse(text || '{}') })
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ answered: status }))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => receiver.once('listening', resolve))
  address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/in`
})

afterAll(() => receiver.close())

it('builds a workflow from a starting point; a deal is won, and its run, its task and its request are there', async () => {
  const page = await app.open('/settings/workflows')
  await page.getByRole('link', { name: 'When an opportunity is won, create a task' }).click()
  const steps = page.getByRole('list', { name: 'Steps', exact: true })
  await page.getByRole('button', { name: 'Add a step' }).click()
  await page.getByRole('menuitem', { name: 'Send a request' }).click()
  const body = steps.getByRole('textbox', { name: 'Body' })
  await body.fill('{ "name": ')
  await steps.getByText('No JSON yet').waitFor()
  await steps.getByRole('button', { name: 'Insert a placeholder into Body' }).click()
  await page.getByLabel('Find a placeholder').fill('opportunity name')
  await page.getByRole('option', { name: 'Name', exact: true }).click()
  await body.press('End')
  await body.pressSequentially('}')
  expect(await body.inputValue()).toBe('{ "name": "{{trigger.record.fields.$name}}"}')
  // The server says what is wrong, and where.
  await page.getByRole('button', { name: 'Save and switch on' }).click()
  await steps.getByRole('alert').waitFor()
  await steps.getByRole('textbox', { name: 'Address' }).fill(address)
  await steps.getByRole('button', { name: 'Add a header' }).click()
  await steps.getByRole('textbox', { name: 'Name of header 1' }).fill('x-deal')
  await steps.getByRole('textbox', { name: 'Value of header 1' }).fill('deal {{trigger.record.fields.$stage}}')
  // The request is to come first.
  await steps.getByRole('button', { name: /^Move step 2/ }).press('ArrowUp')
  await page.getByText('Moved to place 1 of 2.').waitFor({ state: 'attached' })
  await page.getByRole('button', { name: 'Save and switch on' }).click()
  await page.getByRole('navigation', { name: 'Of this workflow' }).getByRole('link', { name: 'Runs' }).click()
  await page.getByText('It has not run yet.').waitFor()

  const { id } = await app.client.account.create({ fields: { $name: 'Northwind' } })
  const deal = await app.client.opportunity.create({
    fields: { $name: 'Sails for the fleet', $stage: 'Demo' },
    relationships: { $account: id },
  })
  await app.client.opportunity.update(deal.id, { fields: { $amount: 10 } })
  await app.client.opportunity.update(deal.id, { fields: { $stage: 'Won' } })

  await page.getByRole('cell', { name: 'Sails for the fleet was updated' }).waitFor()
  await page.getByRole('row').nth(1).getByText('done').waitFor()
  await page.getByRole('row').nth(1).getByRole('link').first().click()
  const story = page.getByRole('list', { name: 'What happened' })
  await story.getByText('answered 200').first().waitFor()
  await story.getByText('{"answered":200}').waitFor()
  await story.getByRole('link', { name: 'Hand over Sails for the fleet' }).click()
  await page.getByRole('heading', { name: 'Hand over Sails for the fleet' }).waitFor()
  await page.getByRole('link', { name: 'The workflow Handover of won opportunities' }).waitFor()
  expect(received).toMatchObject([{ deal: expect.stringMatching(/^deal ./), body: { name: 'Sails for the fleet' } }])
})

it('keeps every version with what changed, goes back to one, and asks before unsaved work is left', async () => {
  const { id } = await app.client.admin.workflows.create({
    name: 'Call back',
    trigger: { type: 'hook' },
    steps: [{ key: 'pause', type: 'wait', seconds: 60 }],
    enabled: false,
  })
  const page = await app.open(`/settings/workflows/${id}`)
  await page.getByRole('button', { name: '1 Wait 1 minute', exact: true }).click()
  await page.getByRole('textbox', { name: 'How long' }).fill('90')
  await page.getByRole('link', { name: 'Versions' }).click()
  await page.getByRole('dialog', { name: 'Leave without saving?' }).getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Not saved yet.').waitFor({ state: 'detached' })
  await page.getByRole('link', { name: 'Versions' }).click()
  await page.getByText('Changed: Wait 90 minutes (seconds)').waitFor()
  await page.getByRole('button', { name: 'Go back to version 1' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Go back' }).click()
  await page.getByText('Changed: Wait 1 minute (seconds)').waitFor()
  expect(await app.client.admin.workflows.retrieve(id)).toMatchObject({ version: 3, enabled: false })
})

it('says why a webhook was switched off, switches it on again and delivers what failed', async () => {
  status = 410
  const page = await app.open('/settings/webhooks')
  await page.getByRole('button', { name: 'New webhook' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Address').fill('nowhere')
  await dialog.getByRole('button', { name: 'Add the webhook' }).click()
  await dialog
    .getByText(/https:\/\//)
    .first()
    .waitFor()
  await dialog.getByLabel('Address').fill(address)
  await dialog.getByLabel('Name').fill('Accounting')
  await dialog.getByRole('button', { name: 'Add the webhook' }).click()
  expect(await dialog.getByLabel('Signing secret').textContent()).toMatch(/^whsec_/)
  await dialog.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('heading', { name: 'Accounting' }).waitFor()

  received.length = 0
  await page.getByRole('button', { name: 'Send a test' }).click()
  await page.getByText('The server has switched this webhook off').waitFor()
  const delivery = page.getByRole('row').nth(1)
  await delivery.getByText('failed').waitFor()
  await delivery.getByText('410', { exact: true }).waitFor()

  status = 200
  await page.getByRole('switch', { name: 'Switched on' }).press('Space')
  await page.getByText('The server has switched this webhook off').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Deliver what failed again' }).click()
  await page.getByRole('menuitem', { name: 'Of the last hour' }).click()
  await delivery.getByText('done').waitFor()
  await delivery.getByRole('button').first().click()
  await page.getByRole('list', { name: 'Attempts' }).getByText('Attempt 2').waitFor()
  expect(received.map(({ body }) => body.type)).toEqual(['webhook.test', 'webhook.test'])
  expect(new Set(received.map(({ id }) => id)).size).toBe(1)
  await keepScreenshot(page, 'webhook')
  expect(await violations(page)).toEqual([])
})

it('is readable and free of barriers: the editor', async () => {
  await inspect(app, '/settings/workflows/new?from=stale', 'workflow-editor', (page) =>
    page.getByRole('button', { name: 'Save and switch on' }).waitFor(),
  )
})

it('is readable and free of barriers: a run', async () => {
  const { id } = await app.client.admin.workflows.create({
    name: 'Say hello',
    trigger: { type: 'manual' },
    steps: [{ key: 'hello', type: 'http', method: 'POST', url: address, body: {} }],
  })
  const run = await app.client.admin.workflows.run(id)
  await inspect(app, `/settings/workflows/${id}?run=${run.id}`, 'workflow-run', (page) =>
    page.getByText('answered 200').first().waitFor(),
  )
})

it('leads back to the list from a workflow and a webhook that are removed', async () => {
  const workflow = await app.client.admin.workflows.create({
    name: 'No more',
    trigger: { type: 'manual' },
    steps: [{ key: 'hello', type: 'http', method: 'POST', url: address, body: {} }],
  })
  const webhook = await app.client.admin.webhooks.create({
    name: 'Nobody',
    url: address,
    objectTypes: ['task'],
    events: ['created'],
  })
  const page = await app.open(`/settings/workflows/${workflow.id}`)
  for (const [section, id, what] of [
    ['workflows', workflow.id, 'workflow'],
    ['webhooks', webhook.id, 'webhook'],
  ]) {
    await page.goto(`${app.url}/crm/settings/${section}/${id}`)
    await page.getByRole('button', { name: `More about this ${what}` }).click()
    await page.getByRole('menuitem', { name: 'Remove' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await page.waitForURL(`**/settings/${section}`)
  }
  const left = [...(await app.client.admin.workflows.list()).data, ...(await app.client.admin.webhooks.list()).data]
  expect(left.map(({ id }) => id)).not.toEqual(expect.arrayContaining([workflow.id]))
  expect(left.map(({ id }) => id)).not.toEqual(expect.arrayContaining([webhook.id]))
})
