import { expect, it } from 'vitest'
import { inspect, startApp } from './app.ts'

const app = startApp()
const dayMs = 86_400_000
const inDays = (days: number) => new Date(Date.now() + days * dayMs).toISOString()

async function me() {
  const [member] = (await app.client.member.list()).data
  return member?.id ?? ''
}

async function anOpportunity(name: string, stage: string, amount: number, days: number) {
  const account = await app.client.account.create({ fields: { $name: `${name} Inc` } })
  return app.client.opportunity.create({
    fields: { $name: name, $stage: stage, $amount: amount, $closeDate: inDays(days) },
    relationships: { $account: account.id, $owner: await me() },
  })
}

it('teaches what to do where there is nothing yet', async () => {
  const page = await app.open('/')
  await page.getByText('Nothing to do.').waitFor()
  await page.getByText('You own no open opportunity.').waitFor()
})

it('shows what is to be done, the most urgent first, and completes it in place', async () => {
  const relationships = { $assignedTo: await me() }
  await app.client.task.create({ fields: { $title: 'Later', $status: 'TODO', $dueAt: inDays(3) }, relationships })
  const late = await app.client.task.create({
    fields: { $title: 'Late', $status: 'TODO', $dueAt: inDays(-2) },
    relationships,
  })
  const page = await app.open('/')
  const tasks = page.getByRole('region', { name: 'My tasks' }).getByRole('listitem')
  await expect.poll(() => tasks.allTextContents()).toEqual(['LateOverdue, 2 days ago', 'Laterin 3 days'])
  await page.getByRole('checkbox', { name: 'Complete Late', exact: true }).click()
  await expect.poll(() => tasks.allTextContents()).toEqual(['Laterin 3 days'])
  expect((await app.client.task.retrieve(late.id)).fields.$status.value).toBe('COMPLETE')
})

it('shows my open opportunities, not those that are won', async () => {
  await anOpportunity('Alder', 'Proposal', 5000, 10)
  await anOpportunity('Birch', 'Won', 7000, -5)
  const page = await app.open('/')
  const mine = page.getByRole('region', { name: 'My open opportunities' })
  await mine.getByRole('link', { name: 'Alder' }).waitFor()
  expect(await mine.getByRole('link', { name: 'Birch' }).count()).toBe(0)
})

it('adds up the pipeline on the dashboard, and each number leads to its records', async () => {
  const page = await app.open('/dashboard')
  const pipeline = page.getByRole('table', { name: 'Pipeline by stage' })
  const proposal = pipeline.getByRole('row', { name: /Proposal/ })
  await proposal.getByRole('link', { name: '$5,000' }).click()
  await page.waitForURL(/opportunities\?/)
  expect(decodeURIComponent(new URL(page.url()).search)).toContain('$stage[equal]=opt_')
  await page.goBack()
  const won = page.getByRole('table', { name: 'Won and lost' })
  await won.getByRole('link', { name: '$7,000' }).waitFor()
  const forecast = page.getByRole('region', { name: 'Forecast by close month' })
  await forecast.getByText(/Proposal 83 %/).waitFor()
  await page.locator('.recharts-bar-rectangle').first().waitFor({ state: 'attached' })
})

it('is readable and free of barriers', async () => {
  await inspect(app, '/', 'home', (page) =>
    page.getByRole('region', { name: 'Recent changes' }).getByRole('link', { name: 'Alder', exact: true }).waitFor(),
  )
  await inspect(app, '/dashboard', 'dashboard', (page) =>
    page.locator('.recharts-bar-rectangle').first().waitFor({ state: 'attached' }),
  )
})
