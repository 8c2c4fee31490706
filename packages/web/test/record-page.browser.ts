import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { Openfield } from '@openfield/sdk'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { readConfig } from '../../server/src/config.ts'
import { type Server, startServer } from '../../server/src/server.ts'
import { keepScreenshot, type Look, launchBrowser, openTab, type Scheme, type Tab } from './browser.ts'

// Browsers are slow on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const dataDir = mkdtempSync(join(tmpdir(), 'openfield-web-'))
const tabs: Tab[] = []
let server: Server
let browser: Browser
let key: string
let client: Openfield
let opportunity: Awaited<ReturnType<typeof makeRecords>>['opportunity']
let account: Awaited<ReturnType<typeof makeRecords>>['account']

beforeAll(async () => {
  const config = { HOST: '127.0.0.1', PORT: '0', OPENFIELD_DATA_DIR: dataDir, OPENFIELD_RATE_LIMIT: '0' }
  server = await startServer(readConfig(config))
  key = server.first?.key ?? ''
  client = new Openfield({ apiKey: key, baseURL: server.url })
  ;({ opportunity, account } = await makeRecords())
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
  rmSync(dataDir, { recursive: true, force: true })
})

/** Whatever a test is about: nothing failed, nothing went elsewhere, and no address held the key. */
afterEach(async () => {
  for (const { page, problems, requests } of tabs.splice(0)) {
    expect(problems).toEqual([])
    expect(requests.filter((url) => url.includes(key))).toEqual([])
    await page.context().close()
  }
})

const attack = '<img src=x onerror="alert(1)"><script>alert(2)</script>'

async function makeRecords() {
  for (const field of customFields) await post('/admin/v1/objects/opportunity/fields', field)
  const account = await client.account.create({
    fields: {
      $name: 'Alderworks Logistics',
      $website: ['https://alderworks.example', 'http://shop.alderworks.example/en?a=1'],
      $industry: ['Logistics', 'Retail'],
      $headcount: '51-200',
      $linkedIn: 'https://www.linkedin.com/company/alderworks',
      $primaryAddress: { street: '12 Harbor Way', city: 'Portland', state: 'OR', postalCode: '97201', country: 'US' },
    },
  })
  const contact = await client.contact.create({
    fields: {
      $name: { firstName: 'Ada', lastName: 'Moreno' },
      $email: ['ada@alderworks.example', 'moreno@alderworks.example'],
      $phone: ['+12065550123;ext=7'],
      $doNotContact: false,
    },
    relationships: { $account: account.id },
  })
  const opportunity = await client.opportunity.create({
    fields: {
      $name: `Fleet renewal ${attack}`,
      $stage: 'Proposal',
      $amount: 12500.5,
      $closeDate: '2026-05-01T09:00:00Z',
      $nextStep: `Send the offer\nthen call ${attack}`,
      notes: `# Plan\n\n**Bold** and \\*not\\*, [ours](https://alderworks.example), [theirs](javascript:alert(3))\n\n- one\n- two ${attack}`,
      html: attack,
      signed: true,
      channels: ['Fax', 'Post'],
      score: 1234567.25,
    },
    relationships: { $account: account.id, $champion: contact.id, $owner: server.first?.memberId ?? '' },
  })
  return { account, opportunity }
}

const anHour = { $startDate: '2026-05-01T09:00:00Z', $endDate: '2026-05-01T10:00:00Z' }

async function addVehicles() {
  await post('/admin/v1/objects', { slug: 'vehicle', label: 'Vehicle of ours' })
  await post('/admin/v1/objects/vehicle/fields', { slug: 'wheels', label: 'Wheels', valueType: 'NUMBER' })
  await post('/admin/v1/objects/vehicle/relationships', {
    slug: 'keeper',
    label: 'Keeper',
    to: 'account',
    cardinality: 'HAS_ONE',
    inverse: { slug: 'fleet', label: 'Fleet', cardinality: 'HAS_MANY' },
  })
}

const customFields = [
  { slug: 'notes', label: 'Notes', valueType: 'MARKDOWN' },
  { slug: 'html', label: `Field ${attack}`, valueType: 'TEXT' },
  { slug: 'signed', label: 'Signed', valueType: 'CHECKBOX' },
  { slug: 'score', label: 'Score', valueType: 'NUMBER' },
  {
    slug: 'channels',
    label: 'Channels',
    valueType: 'MULTI_SELECT',
    typeConfiguration: { options: [{ label: 'Fax' }, { label: 'Post' }] },
  },
]

async function post<Answer>(path: string, body: object): Promise<Answer> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const response = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(await response.text())
  return response.json() as Promise<Answer>
}

async function visit(address: string | null, look?: Look): Promise<Page> {
  const tab = await openTab(browser, server.url, look)
  tabs.push(tab)
  await tab.page.goto(address ?? '')
  return tab.page
}

async function giveKey(page: Page, given = key) {
  await page.getByLabel('API key').fill(given)
  await page.getByRole('button', { name: 'Show record' }).click()
}

async function visitWithKey(address: string | null, look?: Look): Promise<Page> {
  const page = await visit(address, look)
  await giveKey(page)
  await page.getByRole('button', { name: 'Forget key' }).waitFor()
  await page.getByRole('heading', { level: 1, name: /^(?!This record needs a key)/ }).waitFor()
  await namesKnown(page)
  return page
}

/** Waits until links are called what they lead to. */
const namesKnown = (page: Page) => page.locator('a.late').first().waitFor({ state: 'detached' })

/** What stands beside a label. */
const shownAs = (page: Page, label: string) =>
  page
    .locator('dl > div')
    .filter({ has: page.locator('dt', { hasText: new RegExp(`^${label}$`) }) })
    .locator('dd')

const textOf = async (page: Page, label: string) => (await shownAs(page, label).innerText()).replaceAll('\u00a0', ' ')

const titleOf = (page: Page) => page.getByRole('heading', { level: 1 }).innerText()

describe('a stranger', () => {
  it('sees a question and nothing of the record', async () => {
    const page = await visit(opportunity.httpLink)
    expect(await titleOf(page)).toBe('This record needs a key')
    expect(await page.content()).not.toMatch(/Fleet|Alderworks|Proposal/)
    expect(await page.getByLabel('API key').evaluate((input) => input === document.activeElement)).toBe(true)
  })

  it.each(['sk_of_wrong', 'no key at all', 'schlüssel'])(
    'is told that %j is not a key, and asked again',
    async (wrong) => {
      const page = await visit(opportunity.httpLink)
      await giveKey(page, wrong)
      expect(await page.getByRole('alert').innerText()).toContain('This key is not valid. Keys start with sk_of_')
      expect(await page.getByRole('button', { name: 'Forget key' }).isVisible()).toBe(false)
      expect(await page.content()).not.toMatch(/Fleet|Alderworks|Proposal/)
      await giveKey(page)
      await page.getByRole('heading', { name: /Fleet renewal/ }).waitFor()
    },
  )

  it('is told which scope a key lacks', async () => {
    const { key: other } = await post<{ key: string }>('/admin/v1/api-keys', { name: 'x', scopes: ['contacts:read'] })
    const page = await visit(opportunity.httpLink)
    await giveKey(page, other)
    expect(await page.getByRole('alert').innerText()).toContain('the scope opportunities:read')
    expect(await page.getByRole('button', { name: 'Forget key' }).isVisible()).toBe(true)
  })
})

describe('an opportunity', () => {
  it('shows its values as a person reads them', async () => {
    const page = await visitWithKey(opportunity.httpLink)
    expect(await page.locator('.kind').innerText()).toBe('Opportunity')
    expect(await textOf(page, 'Stage')).toBe('Proposal')
    expect(await textOf(page, 'Amount')).toBe('USD 12,500.50')
    expect(await textOf(page, 'Close date')).toBe('May 1, 2026, 5:00 AM EDT')
    expect(await shownAs(page, 'Close date').locator('time').getAttribute('title')).toBe('2026-05-01T09:00:00.000Z')
    expect(await textOf(page, 'Signed')).toBe('Yes')
    expect(await textOf(page, 'Channels')).toBe('Fax\nPost')
    expect(await textOf(page, 'Score')).toBe('1,234,567.25')
    expect(await textOf(page, 'ID')).toBe(opportunity.id)
    expect(await page.getByText('Not set:').innerText()).toContain('Close reason')
    expect(await page.title()).toContain('Fleet renewal')
  })

  it('names what it is linked to', async () => {
    const page = await visitWithKey(opportunity.httpLink)
    expect(await textOf(page, 'Account')).toBe('Alderworks Logistics')
    expect(await textOf(page, 'Champion')).toBe('Ada Moreno')
    expect(await textOf(page, 'Owner')).toBe('Admin')
  })

  it('lists its fields in the order of the definitions', async () => {
    const page = await visitWithKey(opportunity.httpLink)
    const labels = await page.locator('.fields').first().locator('dt').allInnerTexts()
    const { fieldDefinitions } = await client.opportunity.definitions()
    const defined = Object.values(fieldDefinitions).map((definition) => definition?.label ?? '')
    expect(labels).toEqual(defined.filter((label) => labels.includes(label)))
    expect(labels.length).toBeGreaterThan(8)
  })

  it('shows the summary that the system writes, as text with structure', async () => {
    await vi.waitFor(
      async () => {
        const { fields } = await client.opportunity.retrieve(opportunity.id)
        expect(fields.$opportunityStatus.value).not.toBeNull()
      },
      { timeout: 15_000, interval: 200 },
    )
    const page = await visitWithKey(opportunity.httpLink)
    const status = shownAs(page, 'Opportunity status')
    expect(await status.locator('strong').first().innerText()).toBe('Proposal')
    expect(await status.locator('li').allInnerTexts()).toContain('Champion: Ada Moreno')
  })

  it('keeps HTML in names, labels, texts and Markdown as text', async () => {
    const page = await visitWithKey(opportunity.httpLink)
    expect(await titleOf(page)).toBe(`Fleet renewal ${attack}`)
    expect(await textOf(page, 'Next step')).toBe(`Send the offer\nthen call ${attack}`)
    expect(await page.locator('dt').allInnerTexts()).toContain(`Field ${attack}`)
    const notes = shownAs(page, 'Notes')
    expect(await notes.locator('li').allInnerTexts()).toEqual(['one', `two ${attack}`])
    expect(await notes.locator('strong').allInnerTexts()).toEqual(['Plan', 'Bold'])
    expect(await notes.innerText()).toContain('and *not*')
    expect(await notes.locator('a').evaluateAll((links) => links.map((link) => link.getAttribute('href')))).toEqual([
      'https://alderworks.example/',
    ])
    expect(await page.locator('main img, main script').count()).toBe(0)
  })

  it('says of an option that is no longer offered that it is retired', async () => {
    const made = await post<{ typeConfiguration: { options: { id: string }[] } }>('/admin/v1/objects/account/fields', {
      slug: 'tier',
      label: 'Tier',
      valueType: 'SINGLE_SELECT',
      typeConfiguration: { options: [{ label: 'Gold' }, { label: 'Silver' }] },
    })
    const { httpLink } = await client.account.create({ fields: { $name: 'Old tier', tier: 'Gold' } })
    const [, silver] = made.typeConfiguration.options
    await fetch(`${server.url}/admin/v1/objects/account/fields/tier`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ options: [{ id: silver?.id, label: 'Silver' }] }),
    })
    const page = await visitWithKey(httpLink)
    expect(await textOf(page, 'Tier')).toBe('Retired option')
  })
})

describe('links', () => {
  it('lead to the page of the account, which needs no key in the same tab, and back', async () => {
    const page = await visitWithKey(opportunity.httpLink)
    await page.getByRole('link', { name: 'Alderworks Logistics' }).click()
    await page.waitForURL(account.httpLink ?? '')
    await page.getByRole('heading', { name: 'Alderworks Logistics' }).waitFor()
    expect(await textOf(page, 'Website')).toBe('alderworks.example\nshop.alderworks.example/en?a=1')
    expect(await textOf(page, 'Industry')).toBe('Logistics\nRetail')
    expect(await textOf(page, 'Primary address')).toBe('12 Harbor Way\nPortland, OR 97201\nUnited States')
    await page.getByRole('link', { name: /Fleet renewal/ }).click()
    await page.waitForURL(opportunity.httpLink ?? '')
    await page.getByRole('heading', { name: /Fleet renewal/ }).waitFor()
  })

  it('write to mailboxes, call telephones, and open sites without telling them where from', async () => {
    const [contact] = opportunity.relationships.$champion.values
    const page = await visitWithKey(`${server.url}/crm/contacts/${contact}`)
    const links = await page
      .locator('.fields')
      .first()
      .locator('a')
      .evaluateAll((all) => all.map((a) => [a.textContent, a.getAttribute('href'), a.getAttribute('rel')]))
    const rel = 'noopener noreferrer'
    expect(links).toEqual([
      ['ada@alderworks.example', 'mailto:ada%40alderworks.example', rel],
      ['moreno@alderworks.example', 'mailto:moreno%40alderworks.example', rel],
      ['+1 206 555 0123 ext. 7', 'tel:+12065550123;ext=7', rel],
    ])
    expect(await textOf(page, 'Do not contact')).toBe('No')
  })

  it('of members lead to pages too', async () => {
    const page = await visitWithKey(opportunity.httpLink)
    await shownAs(page, 'Owner').getByRole('link').click()
    await page.getByRole('heading', { level: 1, name: 'Admin' }).waitFor()
    expect(await textOf(page, 'Email')).toBe('admin@example.com')
  })

  it('of tasks, notes and meetings are called by their titles', async () => {
    const office = await client.account.create({ fields: { $name: 'Office', $website: ['office.example'] } })
    const links = { $account: office.id }
    await client.contact.create({ fields: { $email: 'eve@office.example' }, relationships: links })
    await client.task.create({
      fields: { $title: 'Call the office', $status: 'TODO' },
      relationships: { ...links, $assignedTo: server.first?.memberId ?? '' },
    })
    await client.note.create({
      fields: { $title: 'A visit', $content: `**Long** ${attack}` },
      relationships: links,
    })
    await client.meeting.create({ fields: { $title: 'Kickoff', ...anHour, $attendeeEmails: ['eve@office.example'] } })
    const page = await visitWithKey(office.httpLink)
    expect(await textOf(page, 'Meetings')).toBe('Kickoff')
    expect(await textOf(page, 'Tasks')).toBe('Call the office')
    await shownAs(page, 'Notes').getByRole('link', { name: 'A visit' }).click()
    await page.getByRole('heading', { level: 1, name: 'A visit' }).waitFor()
    expect(await textOf(page, 'Content')).toBe(`Long ${attack}`)
    await namesKnown(page)
    expect(await textOf(page, 'Accounts')).toBe('Office')
    expect(await page.locator('dt').allInnerTexts()).not.toContain('Title')
  })

  it('of what the workspace has added lead to pages like the others', async () => {
    await addVehicles()
    const van = await client.object.create('vehicle', {
      fields: { $name: 'Blue van', wheels: 4 },
      relationships: { keeper: account.id },
    })
    const page = await visitWithKey(account.httpLink)
    await shownAs(page, 'Fleet').getByRole('link', { name: 'Blue van' }).click()
    await page.waitForURL(van.httpLink ?? '')
    await page.getByRole('heading', { level: 1, name: 'Blue van' }).waitFor()
    await namesKnown(page)
    expect(await page.locator('.kind').innerText()).toBe('Vehicle of ours')
    expect([await textOf(page, 'Wheels'), await textOf(page, 'Keeper')]).toEqual(['4', 'Alderworks Logistics'])
    await page.goto(`${server.url}/crm/vehicle/obj_01jz8x3m5te8mb0p4nq6r2vwyd`)
    await page.getByRole('heading', { level: 1, name: 'No such vehicle' }).waitFor()
  })

  it('are many at an account with many contacts: a few at first, the rest on demand', async () => {
    const crowd = await client.account.create({ fields: { $name: 'Crowd' } })
    for (let number = 1; number <= 102; number += 1) {
      const fields = { $name: { firstName: 'Person', lastName: String(number) } }
      await client.contact.create({ fields, relationships: { $account: crowd.id } })
    }
    const page = await visitWithKey(crowd.httpLink)
    const contacts = shownAs(page, 'Contacts')
    const last = (count: number) => Array.from({ length: count }, (_, index) => `Person ${102 - index}`)
    expect(await contacts.getByRole('listitem').allInnerTexts()).toEqual([...last(5), 'Show more (95+)'])
    await contacts.getByRole('button', { name: 'Show more (95+)' }).click()
    await contacts.getByText('Person 78').waitFor()
    expect(await contacts.getByRole('listitem').allInnerTexts()).toEqual([...last(25), 'Show more (75+)'])
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Person 97')
    for (const left of ['75+', '55+', '35+', '15+']) {
      await contacts.getByRole('button', { name: `Show more (${left})` }).click()
    }
    await contacts.getByText('Person 3', { exact: true }).waitFor()
    expect((await contacts.getByRole('listitem').allInnerTexts()).slice(-2)).toEqual(['Person 3', 'and more'])
  })
})

describe('the other types', () => {
  it('have pages too: lists, channels, messages', async () => {
    const list = await client.list.create({ fields: { $name: 'Targets', $objectType: '$account' } })
    const channel = await post<{ id: string; httpLink: string }>('/admin/v1/channels', {
      name: 'Ops',
      provider: 'SLACK',
    })
    const sent = { channelId: channel.id, text: `Hi ${attack}`, sentAt: '2026-05-01T09:00:00Z' }
    const message = await post<{ httpLink: string }>('/admin/v1/messages', sent)
    expect(await titleOf(await visitWithKey(list.httpLink))).toBe('Targets')
    expect(await textOf(await visitWithKey(channel.httpLink), 'Provider')).toBe('Slack')
    const page = await visitWithKey(message.httpLink)
    expect([await textOf(page, 'Text'), await textOf(page, 'Channel')]).toEqual([`Hi ${attack}`, 'Ops'])
  })

  it('say when parts of a record are private', async () => {
    const secret = { $privacySetting: 'METADATA', $description: 'Plans' }
    const { httpLink } = await client.meeting.create({ fields: { $title: 'Board', ...anHour, ...secret } })
    const page = await visitWithKey(httpLink)
    expect(await titleOf(page)).toBe('Board')
    expect(await page.locator('article').innerText()).toContain('Parts of this meeting are private')
  })

  it('that the workspace has added need a scope, which is named', async () => {
    const { key: other } = await post<{ key: string }>('/admin/v1/api-keys', { name: 'x', scopes: ['contacts:read'] })
    const page = await visit(`${server.url}/crm/vehicle/obj_01jz8x3m5te8mb0p4nq6r2vwyd`)
    await giveKey(page, other)
    expect(await page.getByRole('alert').innerText()).toContain('the scope custom_objects:read')
  })
})

describe('the key', () => {
  it('is kept when the page is loaded again', async () => {
    const page = await visitWithKey(opportunity.httpLink)
    await page.reload()
    await page.getByRole('heading', { name: /Fleet renewal/ }).waitFor()
  })

  it('is not kept for another tab', async () => {
    const page = await visitWithKey(opportunity.httpLink)
    const other = await page.context().newPage()
    await other.goto(opportunity.httpLink ?? '')
    expect(await titleOf(other)).toBe('This record needs a key')
  })

  it('is forgotten on request, also by the history', async () => {
    const page = await visitWithKey(opportunity.httpLink)
    await page.getByRole('link', { name: 'Alderworks Logistics' }).click()
    await page.getByRole('heading', { name: 'Alderworks Logistics' }).waitFor()
    await page.getByRole('button', { name: 'Forget key' }).click()
    await page.getByRole('heading', { name: 'This record needs a key' }).waitFor()
    expect(await page.title()).toBe('Openfield')
    expect(await page.evaluate(() => [sessionStorage.length, localStorage.length, document.cookie])).toEqual([0, 0, ''])
    await page.goBack()
    await page.getByRole('heading', { name: 'This record needs a key' }).waitFor()
    expect(await page.content()).not.toContain('Fleet renewal')
  })

  it('is forgotten before the answer to a request comes, which is then not shown', async () => {
    const page = await visit(opportunity.httpLink)
    const asked = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<void>()
    const answered = page.waitForResponse(/\/v1\/opportunities\/opp_/)
    await page.route(/\/v1\/opportunities\/opp_/, async (route) => {
      asked.resolve()
      await answer.promise
      await route.continue()
    })
    await giveKey(page)
    await asked.promise
    await page.getByRole('button', { name: 'Forget key' }).click()
    answer.resolve()
    await (await answered).finished()
    // A turn of the page's own: by then it has done what it does with the answer.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 100)))
    expect(await titleOf(page)).toBe('This record needs a key')
  })

  it('that is revoked shows the question again', async () => {
    const made = await post<{ key: string; id: string }>('/admin/v1/api-keys', { name: 'short' })
    const page = await visit(opportunity.httpLink)
    await giveKey(page, made.key)
    await page.getByRole('heading', { name: /Fleet renewal/ }).waitFor()
    const headers = { authorization: `Bearer ${key}` }
    await fetch(`${server.url}/admin/v1/api-keys/${made.id}`, { method: 'DELETE', headers })
    await page.reload()
    await page.getByRole('alert').waitFor()
    expect(await titleOf(page)).toBe('This record needs a key')
  })
})

describe('an address of nothing', () => {
  it.each([
    ['opportunities/opp_01jz8x3m5te8mb0p4nq6r2vwyd', 'No such opportunity'],
    ['accounts/opp_01jz8x3m5te8mb0p4nq6r2vwyd', 'No such account'],
    ['opportunities', 'No such record'],
    ['unicorns/uni_1', 'No such record'],
    ['', 'No such record'],
    ['opportunities/..%2fmembers/x', 'No such record'],
  ])('%j is said calmly, to those with a key', async (address, title) => {
    const page = await visit(`${server.url}/crm/${address}`)
    expect(await titleOf(page)).toBe('This record needs a key')
    await giveKey(page, 'sk_of_wrong')
    await page.getByRole('alert').waitFor()
    await giveKey(page)
    await page.getByRole('heading', { level: 1, name: title }).waitFor()
  })
})

describe('without the server', () => {
  it('says so, and tries again when asked', async () => {
    const page = await visitWithKey(opportunity.httpLink)
    await page.route('**/v1/**', (route) => route.abort())
    await page.reload()
    await page.getByRole('heading', { name: 'The record could not be read' }).waitFor()
    expect(await page.locator('main').innerText()).toContain('The server cannot be reached')
    await page.unroute('**/v1/**')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('heading', { name: /Fleet renewal/ }).waitFor()
    const said = tabs.at(-1)?.problems.splice(0) ?? []
    expect(said.filter((line) => !/ERR_FAILED|APIConnectionError/.test(line))).toEqual([])
  })
})

describe.each<Scheme>(['light', 'dark'])('in %s colours', (scheme) => {
  it.each([1280, 360])('at %i pixels: axe finds nothing, and nothing sticks out', async (width) => {
    const page = await visit(opportunity.httpLink, { scheme, width })
    const look = async (name: string) => {
      await keepScreenshot(page, `${name}-${width}-${scheme}`)
      expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => [id, nodes])).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    }
    await look('question')
    await giveKey(page, 'sk_of_wrong')
    await page.getByRole('alert').waitFor()
    await look('wrong-key')
    await giveKey(page)
    await page.getByRole('heading', { name: /Fleet renewal/ }).waitFor()
    await namesKnown(page)
    await look('opportunity')
    await page.goto(account.httpLink ?? '')
    await page.getByRole('link', { name: /Fleet renewal/ }).waitFor()
    await look('account')
    await page.goto(`${server.url}/crm/accounts/unknown`)
    await page.getByRole('heading', { name: 'No such account' }).waitFor()
    await look('unknown')
  })
})

describe('by keyboard', () => {
  it('everything can be reached and is seen to be', async () => {
    const page = await visit(opportunity.httpLink)
    await page.keyboard.type(key)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: /Fleet renewal/ }).waitFor()
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1')
    await page.getByRole('link', { name: 'Alderworks Logistics' }).waitFor()
    for (let presses = 0; presses < 10; presses += 1) {
      await page.keyboard.press('Tab')
      const { name, outline } = await page.evaluate(() => {
        const at = document.activeElement ?? document.body
        return { name: at.textContent, outline: getComputedStyle(at).outlineStyle }
      })
      expect(outline).toBe('solid')
      if (name === 'Alderworks Logistics') break
    }
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Alderworks Logistics' }).waitFor()
  })
})
