import type { Locator, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { requireReadable, startApp } from './app.ts'
import { keepScreenshot } from './browser.ts'

const app = startApp()
const attack = '<img src=x onerror="alert(1)"><script>alert(2)</script>'

/** The machine may be busy: what comes, comes within a while. */
const poll = <T>(read: () => T | Promise<T>, message = '') => expect.poll(read, { timeout: 15_000, message })

let made = 0
const named = (what: string) => {
  made += 1
  return `${what} ${made}`
}
const anAccount = (fields: Record<string, unknown> = {}) =>
  app.client.account.create({ fields: { $name: named('Acme'), ...fields } } as never)
const aDeal = (account: string, fields: Record<string, unknown> = {}) =>
  app.client.opportunity.create({
    fields: { $name: named('Deal'), $stage: 'Lead', ...fields },
    relationships: { $account: account },
  } as never)

const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const row = (page: Page, label: string): Locator =>
  section(page, 'Details')
    .locator('dl > div')
    .filter({ has: page.locator('dt', { hasText: label }) })
const edit = (page: Page, label: string) => page.getByRole('button', { name: `Edit ${label}`, exact: true })
const stored = async (id: string, key: string) =>
  ((await app.client.account.retrieve(id)).fields as Record<string, { value: unknown } | undefined>)[key]?.value

describe('the head of a record', () => {
  it('says what it is, in the title of the page too, and is renamed in its place', async () => {
    const account = await anAccount({ $industry: ['Software'], $headcount: '11-50' })
    const page = await app.open(`/accounts/${account.id}`)
    await page.getByRole('heading', { level: 1, name: account.fields.$name.value ?? '' }).waitFor()
    expect(await page.title()).toBe(`${account.fields.$name.value} · Openfield`)
    await edit(page, 'Name').click()
    await page.getByRole('textbox', { name: 'Name' }).fill('Renamed')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Renamed' }).waitFor()
    await poll(() => stored(account.id, '$name')).toBe('Renamed')
    await poll(() => page.title()).toBe('Renamed · Openfield')
    await keepScreenshot(page, 'record-account')
  })

  it('copies its link and its id', async () => {
    const account = await anAccount()
    const page = await app.open(`/accounts/${account.id}`)
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    const copied = () => page.evaluate(() => navigator.clipboard.readText())
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Copy id' }).click()
    await poll(copied).toBe(account.id)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.keyboard.press('Control+Shift+L')
    await poll(copied).toBe(account.httpLink)
  })

  it('leads to the next and the previous record of where one came from', async () => {
    const account = await anAccount()
    const [first, second] = [await aDeal(account.id), await aDeal(account.id)]
    const page = await app.open(`/accounts/${account.id}`)
    await page.getByRole('link', { name: second.fields.$name.value ?? '' }).click()
    await page.getByRole('heading', { level: 1, name: second.fields.$name.value ?? '' }).waitFor()
    await page.keyboard.press('j')
    await page.getByRole('heading', { level: 1, name: first.fields.$name.value ?? '' }).waitFor()
    await page.getByRole('button', { name: 'Previous record' }).click()
    await page.getByRole('heading', { level: 1, name: second.fields.$name.value ?? '' }).waitFor()
  })
})

describe('the fields of a record', () => {
  beforeAll(async () => {
    const fields: Record<string, unknown>[] = [
      { slug: 'text', label: 'Motto', valueType: 'TEXT' },
      { slug: 'number', label: 'Seats', valueType: 'NUMBER' },
      { slug: 'currency', label: 'Budget', valueType: 'CURRENCY', typeConfiguration: { currency: 'EUR' } },
      { slug: 'checkbox', label: 'Signed', valueType: 'CHECKBOX' },
      { slug: 'datetime', label: 'Renewal', valueType: 'DATETIME' },
      { slug: 'email', label: 'Invoices to', valueType: 'EMAIL' },
      { slug: 'telephone', label: 'Switchboard', valueType: 'TELEPHONE' },
      { slug: 'url', label: 'Wiki', valueType: 'URL' },
      { slug: 'markdown', label: 'Plan', valueType: 'MARKDOWN' },
      { slug: 'full-name', label: 'Founder', valueType: 'FULL_NAME' },
    ]
    for (const field of fields) await app.client.admin.objects.fields.create('account', field as never)
  })

  it('are edited in their place, whatever their type, and empty ones come when they are asked for', async () => {
    const account = await anAccount()
    const page = await app.open(`/accounts/${account.id}`)
    await page.getByRole('button', { name: /Show \d+ empty fields/ }).click()

    const type = async (label: string, input: string, text: string, key = 'Enter') => {
      await edit(page, label).click()
      await page.getByRole('textbox', { name: input, exact: true }).fill(text)
      await page.keyboard.press(key)
      await edit(page, label).waitFor()
    }
    await type('Motto', 'Motto', 'Bigger is better')
    await type('Seats', 'Seats', '42')
    await type('Budget', 'Budget', '1250.5')
    await type('Invoices to', 'Invoices to', 'bills@acme.example')
    await type('Wiki', 'Wiki', 'https://wiki.acme.example')
    await type('Switchboard', 'Switchboard', '+1 202 555 0123')
    await page.getByRole('checkbox', { name: 'Signed' }).click()
    await type('Plan', 'Plan', '**Win** them', 'Control+Enter')

    await edit(page, 'Headcount').click()
    await page.getByRole('option', { name: '51-200' }).click()
    await edit(page, 'Industry').click()
    await page.getByRole('option', { name: 'Software' }).click()
    await page.getByRole('option', { name: 'Energy' }).click()
    await page.getByRole('heading', { name: 'Details' }).click()
    await poll(async () => (await app.client.account.retrieve(account.id)).fields.$industry.value?.length).toBe(2)

    await edit(page, 'Renewal').click()
    await page.getByRole('textbox', { name: 'Renewal', exact: true }).fill('Mar 14, 2027')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Details' }).click()

    await edit(page, 'Founder').click()
    await page.getByRole('textbox', { name: /First name/ }).fill('Ada')
    await page.getByRole('textbox', { name: /Last name/ }).fill('Byron')
    await page.keyboard.press('Enter')

    await edit(page, 'Owner').click()
    await page.getByRole('option').first().click()

    const value = (key: string) => poll(() => stored(account.id, key), key)
    await value('text').toBe('Bigger is better')
    await value('number').toBe(42)
    await value('currency').toBe(1250.5)
    await value('checkbox').toBe(true)
    await value('email').toBe('bills@acme.example')
    await value('url').toBe('https://wiki.acme.example')
    await value('telephone').toEqual(['+12025550123'])
    await value('markdown').toBe('**Win** them')
    await value('full-name').toEqual({ firstName: 'Ada', lastName: 'Byron' })
    await value('datetime').toBe('2027-03-14T00:00:00.000Z')
    await poll(async () => (await app.client.account.retrieve(account.id)).fields.$headcount.value).not.toBe(null)
    await keepScreenshot(page, 'record-fields')
  })

  it('show what they were, when and by whom', async () => {
    const account = await anAccount()
    const deal = await aDeal(account.id)
    for (const $stage of ['Demo', 'Won']) await app.client.opportunity.update(deal.id, { fields: { $stage } })
    const page = await app.open(`/opportunities/${deal.id}`)
    await row(page, 'Stage').hover()
    await page.getByRole('button', { name: 'History of Stage' }).click()
    const history = page.getByRole('dialog', { name: 'History of Stage' })
    await expect
      .poll(async () =>
        (await history.getByRole('listitem').allTextContents()).map((text) => text.split(/(?=Today)/)[0]),
      )
      .toEqual(['Won', 'Demo', 'Lead'])
    await poll(async () => (await history.getByRole('listitem').allTextContents())[0]).toMatch(/Today, .*key/)
    await keepScreenshot(page, 'record-history')
  })

  it('say that somebody else has changed one meanwhile, readably, and let one choose', async () => {
    const account = await anAccount()
    const deal = await aDeal(account.id)
    const page = await app.open(`/opportunities/${deal.id}`)
    await edit(page, 'Stage').click()
    await page.getByRole('option', { name: 'Trial' }).waitFor()
    await app.client.opportunity.update(deal.id, { fields: { $stage: 'Demo' } })
    // What is being edited stays, whatever comes in.
    await page.waitForTimeout(1_000)
    await page.getByRole('option', { name: 'Trial' }).click()
    const dialog = page.getByRole('dialog', { name: 'Stage was changed meanwhile' })
    await dialog.waitFor()
    await poll(() => dialog.getByText('Demo', { exact: true }).count()).toBe(1)
    expect(await dialog.getByText('Trial', { exact: true }).count()).toBe(1)
    await keepScreenshot(page, 'record-conflict')
    await dialog.getByRole('button', { name: 'Use mine' }).click()
    await poll(() => row(page, 'Stage').innerText()).toContain('Trial')
    const current = await app.client.opportunity.retrieve(deal.id)
    const { fieldDefinitions } = await app.client.opportunity.definitions()
    const label = fieldDefinitions.$stage.typeConfiguration.options?.find(
      ({ id }) => id === current.fields.$stage.value,
    )
    expect(label?.label).toBe('Trial')
  })
})

describe('what a record is linked to', () => {
  it('is found and linked from either end, made anew, and unlinked', async () => {
    const account = await anAccount()
    const contact = await app.client.contact.create({
      fields: { $name: { firstName: 'Grace', lastName: named('Hopper') } },
    })
    const task = await app.client.task.create({
      fields: { $title: named('Call them'), $status: 'TODO' },
      relationships: { $assignedTo: app.memberId },
    })
    const page = await app.open(`/accounts/${account.id}`)
    const contacts = section(page, 'Contacts')
    await contacts.getByRole('button', { name: 'Link to Contacts' }).click()
    await page.getByLabel('Search for Contacts').fill('Grace')
    await page
      .getByRole('option', { name: /Grace Hopper/ })
      .first()
      .click()
    await contacts.getByRole('link', { name: /Grace Hopper/ }).waitFor()
    await expect
      .poll(async () => (await app.client.contact.retrieve(contact.id)).relationships.$account.values)
      .toEqual([account.id])

    // The account itself cannot name its tasks: the task names it.
    const tasks = section(page, 'Tasks')
    await tasks.getByRole('button', { name: 'Link to Tasks' }).click()
    await page.getByLabel('Search for Tasks').fill('Call')
    await page.getByRole('option', { name: task.fields.$title.value ?? '' }).click()
    await tasks.getByRole('link', { name: task.fields.$title.value ?? '' }).waitFor()
    expect((await app.client.task.retrieve(task.id)).relationships.$account.values).toEqual([account.id])
    await tasks.getByRole('button', { name: `Unlink ${task.fields.$title.value}` }).click()
    await tasks.getByText('None yet').waitFor()
    expect((await app.client.task.retrieve(task.id)).relationships.$account.values).toEqual([])

    await section(page, 'Opportunities').getByRole('button', { name: 'New opportunity in Opportunities' }).click()
    const dialog = page.getByRole('dialog', { name: 'New opportunity' })
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Fleet renewal')
    await page.keyboard.press('Control+Enter')
    await section(page, 'Opportunities').getByRole('link', { name: 'Fleet renewal' }).waitFor()
    await keepScreenshot(page, 'record-related')
  })

  it('shows a few of many, and the way to all of them', async () => {
    const account = await anAccount()
    for (let n = 0; n < 7; n += 1) await aDeal(account.id, { $amount: 1000 * n })
    const page = await app.open(`/accounts/${account.id}`)
    const deals = section(page, 'Opportunities')
    await deals.getByRole('link').first().waitFor()
    expect(await deals.getByRole('listitem').count()).toBe(5)
    expect(await deals.getByRole('listitem').first().innerText()).toMatch(/Lead\s*\$6,000/)
    await deals.getByRole('link', { name: 'Show all 7' }).click()
    await poll(() => decodeURIComponent(page.url())).toContain(`/opportunities?$account[equal]=${account.id}`)
  })

  it('has both kinds of a union, champion and evaluator', async () => {
    const account = await anAccount()
    const contact = await app.client.contact.create({
      fields: { $name: { firstName: 'Ada', lastName: named('Byron') } },
    })
    const [one, two] = [await aDeal(account.id), await aDeal(account.id)]
    await app.client.opportunity.update(one.id, { relationships: { $champion: { replace: contact.id } } })
    await app.client.opportunity.update(two.id, { relationships: { $evaluator: { replace: contact.id } } })
    const page = await app.open(`/contacts/${contact.id}`)
    await poll(() => section(page, 'Opportunities').getByRole('listitem').count()).toBe(2)
  })
})

describe('the timeline of a record', () => {
  it('takes a note in Markdown with a preview, keeps what is being written over a reload, and changes it in its place', async () => {
    const account = await anAccount()
    const page = await app.open(`/accounts/${account.id}`)
    const timeline = section(page, 'Timeline')
    await timeline.getByRole('button', { name: 'Note' }).click()
    await page.getByRole('textbox', { name: 'Title of the note' }).fill('Kick-off')
    await page.getByRole('textbox', { name: 'Note', exact: true }).fill(`They want **more**.\n\n- one\n- two ${attack}`)
    await page.reload()
    expect(await page.getByRole('textbox', { name: 'Title of the note' }).inputValue()).toBe('Kick-off')
    await timeline.getByText('Preview', { exact: true }).click()
    await timeline.locator('strong', { hasText: 'more' }).waitFor()
    await keepScreenshot(page, 'record-note-preview')
    await timeline.getByText('Write', { exact: true }).click()
    await page.getByRole('textbox', { name: 'Note', exact: true }).focus()
    await page.keyboard.press('Control+Enter')
    const entry = timeline.getByRole('article').filter({ hasText: 'Kick-off' })
    await entry.getByText('They want more.').waitFor()
    const [note] = (await app.client.note.list({ filter: { '$account[contains]': account.id } as never })).data
    expect(note?.relationships.$account.values).toEqual([account.id])
    expect(note?.fields.$content.value).toContain('**more**')

    await entry.getByRole('button', { name: 'Edit Kick-off' }).click()
    await entry.getByRole('button', { name: 'Edit Content' }).click()
    await page.getByRole('textbox', { name: 'Content' }).fill('They want **less**.')
    await page.keyboard.press('Control+Enter')
    await poll(async () => (await app.client.note.retrieve(note?.id ?? '')).fields.$content.value).toBe(
      'They want **less**.',
    )
    await entry.getByRole('button', { name: 'Edit Kick-off' }).click()
    await entry.locator('strong', { hasText: 'less' }).waitFor()
  })

  it('takes a task, which is ticked off there, and a meeting with those who took part', async () => {
    const account = await anAccount()
    const contact = await app.client.contact.create({
      fields: {
        $name: { firstName: 'Grace', lastName: 'Hopper' },
        $email: [`${named('grace').replace(' ', '')}@acme.example`],
      },
      relationships: { $account: account.id },
    })
    const page = await app.open(`/accounts/${account.id}`)
    const timeline = section(page, 'Timeline')
    await timeline.getByRole('button', { name: 'Task' }).click()
    await page.getByRole('textbox', { name: 'What is to be done' }).fill('Send the offer')
    await timeline.getByRole('button', { name: 'Add task' }).click()
    const done = timeline.getByRole('checkbox', { name: 'Send the offer: done' })
    await done.click()
    await poll(
      async () =>
        (await app.client.task.list({ filter: { '$account[equal]': account.id } as never })).data[0]?.fields.$status
          .value,
    ).toBe('COMPLETE')
    expect(await done.isChecked()).toBe(true)

    await timeline.getByRole('button', { name: 'Meeting' }).click()
    await timeline.getByText(contact.fields.$email.value?.[0] ?? '').waitFor()
    await page.getByRole('textbox', { name: 'What the meeting was about' }).fill('Demo day')
    await timeline.getByRole('button', { name: 'Log meeting' }).click()
    await timeline.getByRole('link', { name: 'Demo day' }).waitFor()
    await section(page, 'Meetings').getByRole('link', { name: 'Demo day' }).waitFor()
    await keepScreenshot(page, 'record-timeline')
  })

  it('tells what changed, by whom, and shows one kind alone', async () => {
    const account = await anAccount()
    const deal = await aDeal(account.id)
    await app.client.opportunity.update(deal.id, { fields: { $stage: 'Demo', $amount: 500 } })
    await app.client.note.create({ fields: { $title: 'Their plan' }, relationships: { $opportunity: [deal.id] } })
    const page = await app.open(`/opportunities/${deal.id}`)
    const timeline = section(page, 'Timeline')
    const changed = timeline.getByRole('article').filter({ hasText: 'changed Stage' })
    await changed.waitFor()
    expect(await changed.innerText()).toMatch(/Lead[\s\S]*Demo[\s\S]*empty[\s\S]*\$500/)
    expect(await timeline.getByRole('article').first().innerText()).toContain('Their plan')
    await timeline.getByText('Changes', { exact: true }).click()
    await poll(() => timeline.getByText('Their plan').count()).toBe(0)
    await timeline.getByText('Messages', { exact: true }).click()
    await timeline.getByText(/Nothing of this kind yet/).waitFor()
    // What a key does comes by itself.
    await timeline.getByText('All', { exact: true }).click()
    await app.client.note.create({ fields: { $title: 'From elsewhere' }, relationships: { $opportunity: [deal.id] } })
    await timeline.getByRole('link', { name: 'From elsewhere' }).waitFor()
  })
})

describe('the files of a record', () => {
  it('are dropped or chosen, with progress, whatever they are called, and downloaded, removed and brought back', async () => {
    const account = await anAccount()
    const page = await app.open(`/accounts/${account.id}`)
    const files = section(page, 'Files')
    const hostile = `${attack.replaceAll('/', '_')} ..%2f..\u202Egnp.txt`
    await files.getByLabel('Choose files').setInputFiles([
      { name: hostile, mimeType: 'text/plain', buffer: Buffer.from('hello') },
      { name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) },
    ])
    await files.getByRole('button', { name: hostile, exact: true }).waitFor()
    await files.getByText('The file is empty.').waitFor()
    await files.getByRole('button', { name: 'Forget empty.txt' }).click()
    const { data } = await app.client.admin.recordFiles.list('account', account.id)
    expect(data.map(({ filename }) => filename)).toEqual([hostile])
    expect(data[0]?.createdBy).toBe(app.memberId)

    const downloading = page.waitForEvent('download')
    await files.getByRole('button', { name: hostile, exact: true }).click()
    const download = await downloading
    expect(await (await download.createReadStream()).toArray().then((chunks) => Buffer.concat(chunks).toString())).toBe(
      'hello',
    )
    await keepScreenshot(page, 'record-files')

    await files.getByRole('button', { name: `Actions for ${hostile}` }).click()
    await page.getByRole('menuitem', { name: 'Remove' }).click()
    await poll(async () => (await app.client.admin.recordFiles.list('account', account.id)).totalCount).toBe(0)
    await page.getByRole('button', { name: 'Undo' }).click()
    await files.getByRole('button', { name: hostile, exact: true }).waitFor()
    await section(page, 'Timeline').getByRole('article').filter({ hasText: 'attached' }).first().waitFor()
  })

  it('show how far they have come, are cancelled, and are tried again after they failed', async () => {
    const account = await anAccount()
    const page = await app.open(`/accounts/${account.id}`)
    const files = section(page, 'Files')
    let broken = true
    await page.route('**/files/fil_*', (route) => (broken ? route.abort() : route.continue()))
    await files
      .getByLabel('Choose files')
      .setInputFiles({ name: 'plan.txt', mimeType: 'text/plain', buffer: Buffer.from('plan') })
    await files.getByText('The connection broke off. Try again.').waitFor()
    broken = false
    await files.getByRole('button', { name: 'Try plan.txt again' }).click()
    await files.getByRole('button', { name: 'plan.txt', exact: true }).waitFor()

    const session = await page.context().newCDPSession(page)
    await session.send('Network.enable')
    await session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: 400_000,
    })
    await files
      .getByLabel('Choose files')
      .setInputFiles({ name: 'film.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(6_000_000) })
    const bar = files.getByRole('progressbar', { name: 'Upload of film.bin' })
    await poll(async () => Number(await bar.getAttribute('aria-valuenow'))).toBeGreaterThan(0)
    await keepScreenshot(page, 'record-upload')
    await files.getByRole('button', { name: 'Cancel film.bin' }).click()
    await poll(() => bar.count()).toBe(0)
    await session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: -1,
    })
    await poll(
      async () => (await app.client.file.list()).data.find(({ filename }) => filename === 'film.bin')?.status,
    ).toBe('CANCELLED')
    expect(
      (await app.client.admin.recordFiles.list('account', account.id)).data.map(({ filename }) => filename),
    ).toEqual(['plan.txt'])
  })
})

describe('a record that is not there', () => {
  it('is deleted with an undo, and comes back from its old address too', async () => {
    const account = await anAccount()
    const title = account.fields.$name.value ?? ''
    const page = await app.open(`/accounts/${account.id}`)
    await page.getByRole('heading', { level: 1, name: title }).waitFor()
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await page.waitForURL('**/crm/accounts')
    await page.getByText(`${title} is in the trash`).waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('heading', { level: 1, name: title, exact: false }).waitFor()
    expect((await app.client.account.retrieve(account.id)).id).toBe(account.id)

    await app.client.account.delete(account.id)
    await page.goto(`${app.url}/crm/accounts/${account.id}`)
    await page.getByRole('heading', { name: `${title} is in the trash` }).waitFor()
    await page.getByText('An API key deleted it').waitFor()
    await keepScreenshot(page, 'record-trashed')
    await page.getByRole('button', { name: 'Restore' }).click()
    await edit(page, 'Name').waitFor()
  })

  it('says so while one looks at it, and is restored there', async () => {
    const account = await anAccount()
    const page = await app.open(`/accounts/${account.id}`)
    await edit(page, 'Name').waitFor()
    await app.client.account.delete(account.id)
    const banner = page.getByRole('alert').filter({ hasText: 'This account is no longer there' })
    await banner.waitFor()
    await keepScreenshot(page, 'record-deleted-meanwhile')
    await banner.getByRole('button', { name: 'Restore' }).click()
    await poll(() => banner.count()).toBe(0)
    expect((await app.client.account.retrieve(account.id)).id).toBe(account.id)
  })

  it('leads to the one that stayed after a merge, and to the search when there never was one', async () => {
    const [stays, goes] = [await anAccount(), await anAccount()]
    await app.client.merge.mergeAccounts({ primaryId: stays.id, duplicateId: goes.id })
    const page = await app.open(`/accounts/${goes.id}`)
    await page.getByRole('link', { name: 'Open the account that stayed' }).click()
    await page.getByRole('heading', { level: 1, name: stays.fields.$name.value ?? '' }).waitFor()
    await page.goto(`${app.url}/crm/accounts/acc_01h0000000000000000000000x`)
    await page.getByRole('heading', { name: 'There is no such account' }).waitFor()
    await page.goto(`${app.url}/crm/nonsense/acc_01h0000000000000000000000x`)
    await page.getByRole('heading', { name: 'There is nothing called “nonsense” here' }).waitFor()
  })
})

describe('merging', () => {
  it('compares two records, takes what is chosen of each, and says what came of it', async () => {
    const here = await anAccount({ $headcount: '11-50', $industry: ['Software'], $website: ['https://here.example'] })
    const twin = await anAccount({
      $name: named('Twin'),
      $headcount: '51-200',
      $industry: ['Energy'],
      $lastFundingType: 'Seed',
    })
    const deal = await aDeal(twin.id)
    const page = await app.open(`/accounts/${here.id}`)
    await edit(page, 'Name').waitFor()
    await page.keyboard.press('m')
    const dialog = page.getByRole('dialog', { name: 'Merge a duplicate account' })
    await dialog.getByLabel('Search for the duplicate').fill(twin.fields.$name.value ?? '')
    await dialog.getByRole('option', { name: twin.fields.$name.value ?? '' }).click()
    const choices = dialog.getByRole('table')
    await choices
      .getByRole('row', { name: /Headcount/ })
      .getByRole('radio')
      .nth(1)
      .click()
    expect(
      await choices
        .getByRole('row', { name: /Last funding/ })
        .getByRole('radio')
        .nth(1)
        .isChecked(),
    ).toBe(true)
    await keepScreenshot(page, 'record-merge')
    await dialog.getByRole('button', { name: 'Merge', exact: true }).click()
    await dialog.getByText(/They are one record now/).waitFor()
    await keepScreenshot(page, 'record-merged')
    await dialog.getByRole('button', { name: /^Show / }).click()
    const merged = await app.client.account.retrieve(here.id)
    const { fieldDefinitions } = await app.client.account.definitions()
    const labelOf = (key: '$headcount' | '$lastFundingType') =>
      fieldDefinitions[key].typeConfiguration.options?.find(({ id }) => id === merged.fields[key].value)?.label
    expect([labelOf('$headcount'), labelOf('$lastFundingType')]).toEqual(['51-200', 'Seed'])
    expect(merged.fields.$industry.value?.length).toBe(2)
    expect(merged.fields.$name.value).toBe(here.fields.$name.value)
    await section(page, 'Opportunities')
      .getByRole('link', { name: deal.fields.$name.value ?? '' })
      .waitFor()
  })

  it('waits for the links of a big one, and goes to the other when that is to stay', async () => {
    const [big, small] = [await anAccount(), await anAccount()]
    const some = Array.from({ length: 510 }, (_, n) => n)
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        while (some.pop() !== undefined) await aDeal(big.id)
      }),
    )
    const page = await app.open(`/accounts/${big.id}`)
    await edit(page, 'Name').waitFor()
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Merge a duplicate…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Merge a duplicate account' })
    await dialog.getByLabel('Search for the duplicate').fill(small.fields.$name.value ?? '')
    await dialog.getByRole('option', { name: small.fields.$name.value ?? '', exact: true }).click()
    await dialog.getByRole('button', { name: 'Keep the other' }).click()
    await dialog.getByRole('button', { name: 'Merge', exact: true }).click()
    await dialog.getByText(/all links are moved/).waitFor()
    await dialog.getByRole('button', { name: /^Show / }).click()
    await page.waitForURL(`**/accounts/${small.id}`)
    await section(page, 'Opportunities').getByRole('link', { name: 'Show all 510' }).waitFor()
  })
})

describe('text that is hostile', () => {
  it('stays text wherever it comes from', async () => {
    const account = await anAccount({ $name: `Evil ${attack}` })
    const deal = await aDeal(account.id, { $name: `Deal ${attack}`, $nextStep: attack })
    const contact = await app.client.contact.create({
      fields: { $name: { firstName: attack, lastName: 'X' }, $title: attack, $email: ['x@evil.example'] },
      relationships: { $account: account.id },
    })
    await app.client.note.create({
      fields: { $title: attack, $content: `${attack} [link](javascript:alert(3))` },
      relationships: { $account: [account.id], $contact: [contact.id] },
    })
    await app.client.task.create({
      fields: { $title: attack, $status: 'TODO', $description: attack },
      relationships: { $assignedTo: app.memberId, $account: account.id },
    })
    for (const path of [`/accounts/${account.id}`, `/opportunities/${deal.id}`, `/contacts/${contact.id}`]) {
      const page = await app.open(path)
      await section(page, 'Timeline').getByRole('article').first().waitFor()
      await page.waitForTimeout(300)
      expect(await page.locator('main script, main img').count()).toBe(0)
      expect(await page.getByText('<script>alert(2)</script>').count()).toBeGreaterThan(0)
    }
  })
})

describe('a record on any screen', () => {
  for (const width of [1440, 1024, 360]) {
    it(`is ${width} px wide, light and dark, for everybody: axe finds nothing, and nothing sticks out`, async () => {
      const account = await anAccount({
        $industry: ['Software', 'Energy'],
        $website: ['https://a-rather-long-address.acme.example/with/a/path'],
      })
      const deal = await aDeal(account.id, { $amount: 48_000, $closeDate: '2027-01-31T00:00:00Z' })
      await app.client.note.create({
        fields: { $title: 'Plan', $content: '# Plan\n\n- [ ] one\n\n| a | b |\n| - | - |\n| 1 | 2 |' },
        relationships: { $opportunity: [deal.id], $account: [account.id] },
      })
      await app.client.task.create({
        fields: { $title: 'Call', $status: 'TODO', $dueAt: '2027-01-01T09:30:00Z' },
        relationships: { $assignedTo: app.memberId, $opportunity: deal.id, $account: account.id },
      })
      const page = await app.open(`/opportunities/${deal.id}`, { width })
      const requireFit = async (name: string) => {
        await section(page, 'Timeline').getByRole('article').first().waitFor()
        await requireReadable(page, name)
        const beside = await page.locator('main').evaluate((main) => main.scrollWidth - main.clientWidth)
        expect(beside).toBe(0)
      }
      await requireFit('record-opportunity')
      await section(page, 'Timeline').getByRole('button', { name: 'Task' }).click()
      await page.getByRole('textbox', { name: 'What is to be done' }).waitFor()
      await requireFit('record-opportunity-task')
      await page.goto(`${app.url}/crm/accounts/${account.id}`)
      await requireFit('record-account')
    })
  }
})

it('keeps an edit while there is no connection, and says so', async () => {
  const account = await anAccount()
  const page = await app.open(`/accounts/${account.id}`)
  await edit(page, 'Name').click()
  await page.context().setOffline(true)
  await page.getByRole('textbox', { name: 'Name' }).fill('Kept offline')
  await page.keyboard.press('Enter')
  await page.getByText(/No connection: 1 change is kept here/).waitFor()
  await page.getByRole('heading', { level: 1, name: 'Kept offline' }).waitFor()
  await page.context().setOffline(false)
  await poll(() => stored(account.id, '$name')).toBe('Kept offline')
})

it('has a page for a record of every type, with what it is linked to at both ends', async () => {
  const send = (path: string, body: unknown) =>
    fetch(`${app.url}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${app.key}`,
        'content-type': 'application/json',
        'lightfield-version': '2026-03-01',
      },
      body: JSON.stringify(body),
    }).then(async (response) => (await response.json()) as { id: string })
  const account = await anAccount()
  const email = `${named('eve').replace(' ', '')}@widgets.example`
  const contact = await app.client.contact.create({
    fields: { $name: { firstName: 'Eve', lastName: 'Adams' }, $email: [email] },
    relationships: { $account: account.id },
  })
  const list = await app.client.list.create({
    fields: { $name: 'Targets', $objectType: '$account' },
    relationships: { $accounts: [account.id] },
  })
  await send('/admin/v1/objects', { slug: 'vehicle', label: 'Vehicle' })
  await send('/admin/v1/objects/vehicle/relationships', {
    slug: 'keeper',
    label: 'Keeper',
    to: 'account',
    cardinality: 'HAS_ONE',
    inverse: { slug: 'fleet', label: 'Fleet', cardinality: 'HAS_MANY' },
  })
  const vehicle = await send('/v1/objects/vehicle/values', {
    fields: { $name: 'Van' },
    relationships: { keeper: account.id },
  })
  const channel = await send('/admin/v1/channels', { name: 'general', provider: 'SLACK', accountIds: [account.id] })
  const message = await send('/admin/v1/messages', {
    channelId: channel.id,
    text: 'Hello there',
    sentAt: '2026-05-01T09:00:00Z',
    senderName: 'Eve',
    senderEmail: email,
  })
  const member = await send('/admin/v1/members', {
    email: 'sam@openfield.example',
    firstName: 'Sam',
    lastName: 'Rivera',
    role: 'member',
  })
  const meeting = await app.client.meeting.create({
    fields: {
      $title: 'Secret talks',
      $startDate: '2026-05-01T09:00:00Z',
      $endDate: '2026-05-01T10:00:00Z',
      $attendeeEmails: [email],
      $organizerEmail: 'boss@elsewhere.example',
      $description: 'We buy them',
      $privacySetting: 'METADATA',
    },
  } as never)

  const page = await app.open(`/accounts/${account.id}`)
  await section(page, 'Fleet').getByRole('link', { name: 'Van' }).waitFor()
  await section(page, 'Timeline').getByText('Hello there').waitFor()
  const visit = async (path: string, title: string) => {
    await page.goto(`${app.url}/crm${path}`)
    await page.getByRole('heading', { level: 1, name: title }).waitFor()
  }
  await visit(`/vehicle/${vehicle.id}`, 'Van')
  await row(page, 'Keeper')
    .getByRole('link', { name: account.fields.$name.value ?? '' })
    .waitFor()
  await section(page, 'Files').waitFor()
  await visit(`/lists/${list.id}`, 'Targets')
  await section(page, 'Accounts')
    .getByRole('link', { name: account.fields.$name.value ?? '' })
    .waitFor()
  expect(await section(page, 'Contacts').count()).toBe(0)
  await visit(`/members/${member.id}`, 'Sam Rivera')
  await visit(`/channels/${channel.id}`, 'general')
  await section(page, 'Messages').getByRole('link', { name: 'Eve' }).click()
  await page.getByRole('heading', { level: 1, name: 'Eve' }).waitFor()
  await row(page, 'Text').getByText('Hello there').waitFor()
  expect(page.url()).toContain(message.id)
  await visit(`/contacts/${contact.id}`, 'Eve Adams')
  await section(page, 'Meetings').getByRole('link', { name: 'Secret talks' }).click()
  await page.getByText('Parts of this are private').waitFor()
  expect(await page.getByText('We buy them').count()).toBe(0)
  expect(page.url()).toContain(meeting.id)
  await keepScreenshot(page, 'record-private')
})

it('erases a person for good, once that is meant', async () => {
  const contact = await app.client.contact.create({
    fields: { $name: { firstName: 'Forget', lastName: 'Me' }, $email: ['forget@me.example'] },
  })
  const page = await app.open(`/contacts/${contact.id}`)
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Erase…' }).click()
  const dialog = page.getByRole('dialog', { name: /Erase Forget Me/ })
  const confirm = dialog.getByRole('button', { name: 'Erase for good' })
  await dialog.getByLabel('Some fields').check()
  await dialog.getByLabel(/Type .erase./).fill('erase')
  expect(await confirm.isDisabled()).toBe(true)
  await requireReadable(page, 'record-erase')
  await dialog.getByLabel('All fields, and the record itself').check()
  await confirm.click()
  await page.getByText('Erased, wherever it stood.').waitFor()
  await page.waitForURL((url) => url.pathname === '/crm/contacts')
  await expect(app.client.contact.retrieve(contact.id)).rejects.toThrow()
})
