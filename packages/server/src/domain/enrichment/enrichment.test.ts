import { gzipSync } from 'node:zlib'
import { decodeId } from '@openfield/schema'
import { describe, expect, it, vi } from 'vitest'
import { aContact, aField, aKey, anAccount, successOf } from '../../../test/factories.ts'
import { anotherWorkspace, outcome, type RecordBody, startApi } from '../../../test/harness.ts'
import { begin } from '../../../test/imports.ts'
import { listenTo } from '../../../test/listener.ts'
import { startSite } from '../../../test/site.ts'
import { startServer } from '../../server.ts'

const settings = { OPENFIELD_ENRICHMENT: 'on', OPENFIELD_ALLOWED_NETWORKS: '127.0.0.0/8' }
const api = await startApi(settings)
const site = await startSite()
const elsewhere = await startSite('127.0.0.2')

type RunBody = { id: string; status: string; targetFields: string[]; trigger: string; entityId: string }
type Start = { enrichmentRun: RunBody | null; status: string; reason: string | null }
type FieldBody = { name: string; key: string; before: unknown; value: unknown; source: string | null; outcome: string }
type Detail = RunBody & {
  outcome: string | null
  reason: string | null
  page: { url: string; title: string | null; description: string | null } | null
  fields: FieldBody[]
  actor: object | null
}

const slugOf = (id: string) => (id.startsWith('acc_') ? 'accounts' : 'contacts')
const enrich = (id: string, fields?: string[], options = {}) =>
  api.post<Start>(`/v1/enrichmentRun/${slugOf(id)}/${id}`, fields && { fields }, options)
const detailOf = async (id: string) => successOf(await api.get<Detail>(`/admin/v1/enrichment/runs/${id}`))
const recordOf = async (id: string) => successOf(await api.get<RecordBody>(`/v1/${slugOf(id)}/${id}`))
const valueIn = async (id: string, key: string) => (await recordOf(id)).fields[key]?.value ?? null
const soon = { timeout: 15_000, interval: 20 }

/** A run once it is over. */
async function ended(id: string): Promise<Detail> {
  return vi.waitFor(async () => {
    // What failed is tried again at once rather than in some seconds.
    await api.sql("update outbox set due_at = now() where kind = 'enrichment'")
    const run = await detailOf(id)
    expect(run.status).not.toMatch(/queued|running/)
    return run
  }, soon)
}

/** What comes of enriching a record by hand. */
async function enriched(id: string, fields?: string[]): Promise<Detail> {
  const { enrichmentRun } = successOf(await enrich(id, fields))
  if (!enrichmentRun) throw new Error('no run was started')
  return ended(enrichmentRun.id)
}

/** The latest run of a record, once it is over. */
async function latestRun(record: string): Promise<Detail> {
  const { id } = await vi.waitFor(async () => {
    const { data } = successOf(await api.get<{ data: Detail[] }>(`/admin/v1/enrichment/runs?record=${record}`))
    const [latest] = data
    if (!latest) throw new Error('no run')
    return latest
  }, soon)
  return ended(id)
}

const outcomesOf = ({ fields }: Detail) => Object.fromEntries(fields.map(({ name, outcome }) => [name, outcome]))

/** An account that nothing is looked up for by itself. */
const quiet = (website: string, fields = {}) =>
  api
    .post<RecordBody>('/v1/accounts', {
      fields: { $name: 'Acme', $website: [website], ...fields },
      skipEnrichment: true,
    })
    .then(successOf)

const jsonLd = (thing: object) => `<script type="application/ld+json">${JSON.stringify(thing)}</script>`
const acme = {
  '@context': 'https://schema.org',
  '@type': 'Organization',
  name: 'Acme Inc.',
  sameAs: ['https://www.linkedin.com/company/acme/', 'https://twitter.com/acme?lang=en'],
  address: {
    '@type': 'PostalAddress',
    streetAddress: '1 Main Street',
    addressLocality: 'Springfield',
    postalCode: '12345',
    addressCountry: { '@type': 'Country', name: 'Germany' },
  },
  numberOfEmployees: { '@type': 'QuantitativeValue', minValue: 60, maxValue: 200 },
}
const page = (body: string, head = '<title>Acme</title>') =>
  `<!doctype html><html><head>${head}</head><body>${body}</body></html>`

describe('a new account with a website', () => {
  it('gets what its site says of it: profiles, address, size', async () => {
    const url = site.page(
      page(jsonLd(acme), '<title>Acme: rockets</title><meta name="description" content="We make rockets.">'),
    )
    const account = await anAccount(api, { $website: [url] })
    const run = await latestRun(account.id)
    expect(run).toMatchObject({
      trigger: 'creation',
      status: 'completed',
      outcome: 'enriched',
      actor: null,
    })
    expect(run.page).toEqual({ url, title: 'Acme: rockets', description: 'We make rockets.' })
    const { fields } = await recordOf(account.id)
    expect(fields['$linkedIn']?.value).toBe('https://www.linkedin.com/company/acme')
    expect(fields['$twitter']?.value).toBe('https://x.com/acme')
    expect(fields['$primaryAddress']?.value).toMatchObject({
      street: '1 Main Street',
      city: 'Springfield',
      country: 'DE',
    })
    expect(fields['$headcount']?.value).toMatch(/^opt_/)
    expect(fields['$facebook']?.value).toBeNull()
    expect(outcomesOf(run)).toMatchObject({ linkedIn: 'filled', headcount: 'filled', facebook: 'not_found' })
  })

  it('keeps what was typed, also while its site was being read, and what was emptied', async () => {
    let asked = () => {}
    const isAsked = new Promise<void>((resolve) => (asked = resolve))
    let answer = () => {}
    const url = site.page((_, response) => {
      asked()
      answer = () => response.writeHead(200, { 'content-type': 'text/html' }).end(page(jsonLd(acme)))
    })
    const typed = 'https://x.com/typed'
    const account = await anAccount(api, { $website: [url], $linkedIn: 'https://www.linkedin.com/company/typed' })
    await isAsked
    const change = (fields: object) => api.post(`/v1/accounts/${account.id}`, { fields }).then(successOf)
    await change({ $twitter: typed, $primaryAddress: { city: 'Here' } })
    await change({ $primaryAddress: null })
    answer()
    const run = await latestRun(account.id)
    expect(outcomesOf(run)).toEqual({
      ...{ facebook: 'not_found', headcount: 'filled', instagram: 'not_found' },
      ...{ twitter: 'kept', primaryAddress: 'kept' },
    })
    const { fields } = await recordOf(account.id)
    expect([fields['$twitter']?.value, fields['$primaryAddress']?.value]).toEqual([typed, null])
    expect(fields['$linkedIn']?.value).toBe('https://www.linkedin.com/company/typed')
  })

  it('is left alone when its maker says so, and when it has no website', async () => {
    const url = site.page(page(''))
    const [one, other] = [await quiet(url), await anAccount(api)]
    const probe = await anAccount(api, { $website: [url] })
    await latestRun(probe.id)
    for (const { id } of [one, other]) {
      const { data } = successOf(await api.get<{ data: Detail[] }>(`/admin/v1/enrichment/runs?record=${id}`))
      expect(data).toEqual([])
    }
  })

  it('is left alone when it comes with a table', async () => {
    const url = site.page(page(''))
    const { id } = successOf(await begin(api, 'account', `Name,Website\nImported,${url}\n`))
    successOf(await api.post(`/admin/v1/imports/${id}/start`))
    await vi.waitFor(async () => {
      expect(successOf(await api.get<{ state: string }>(`/admin/v1/imports/${id}`)).state).toBe('done')
    }, soon)
    const probe = await anAccount(api, { $website: [url] })
    await latestRun(probe.id)
    const runs = successOf(await api.get<{ data: Detail[] }>('/admin/v1/enrichment/runs')).data
    expect(runs.filter((run) => run.page?.url === url)).toHaveLength(1)
  })

  it('shows in its history and timeline who filled it: the run, and the site that it read', async () => {
    const url = site.page(page(jsonLd(acme)))
    const account = await anAccount(api, { $website: [url] })
    const run = await latestRun(account.id)
    type Timeline = { data: { kind: string; actor: object | null; changes?: { key: string }[] }[] }
    const { data } = successOf(await api.get<Timeline>(`/admin/v1/timeline/${account.id}`))
    const entry = data.find(({ kind }) => kind === 'updated')
    expect(entry?.actor).toEqual({ type: 'enrichment', id: run.id, name: new URL(url).host })
    expect(entry?.changes?.map(({ key }) => key)).toContain('$linkedIn')
    const history = await api.get<{ data: object[] }>(`/v1/accounts/${account.id}/fields/$linkedIn/history`)
    expect(successOf(history).data).toHaveLength(1)
  })

  it('is told of to those who listen, as changed by the run', async () => {
    const listener = await listenTo(api)
    const account = await anAccount(api, { $website: [site.page(page(jsonLd(acme)))] })
    const run = await latestRun(account.id)
    const end = await anAccount(api)
    const changes = (await listener.changesUntil(end.id)).filter(({ id }) => id === account.id)
    expect(changes.map(({ kind, actor }) => [kind, actor?.type])).toEqual([
      ['created', 'key'],
      ['updated', 'enrichment'],
    ])
    expect(changes[1]?.actor?.id).toBe(run.id)
  })
})

describe('a new contact', () => {
  it('of a company is named by the address and linked to the one account with that domain', async () => {
    const account = await anAccount(api, { $website: ['https://www.rockets.test'] })
    const contact = await aContact(api, { $email: ['ada.byron@mail.rockets.test'] })
    const run = await latestRun(contact.id)
    expect(outcomesOf(run)).toEqual({ account: 'filled', name: 'filled' })
    expect(run.fields.find(({ name }) => name === 'account')).toMatchObject({
      before: null,
      value: account.id,
      source: 'mailto:ada.byron@mail.rockets.test',
    })
    const { fields, relationships } = await recordOf(contact.id)
    expect(fields['$name']?.value).toEqual({ firstName: 'Ada', lastName: 'Byron' })
    expect(relationships['$account']?.values).toEqual([account.id])
  })

  it('is linked to none where several accounts have the domain', async () => {
    await anAccount(api, { $website: ['https://twice.test'] })
    await anAccount(api, { $website: ['https://www.twice.test/en'] })
    const contact = await aContact(api, { $email: ['sales@twice.test'] })
    expect(outcomesOf(await latestRun(contact.id))).toEqual({ account: 'ambiguous', name: 'not_found' })
  })

  it.each([['ada.byron@gmail.com'], ['ada.byron@web.de']])(
    'with an address anybody can have is left alone: %s',
    async (email) => {
      const contact = await aContact(api, { $email: [email] })
      const probe = await aContact(api, { $email: ['x@probe.test'] })
      await latestRun(probe.id)
      const { data } = successOf(await api.get<{ data: Detail[] }>(`/admin/v1/enrichment/runs?record=${contact.id}`))
      expect(data).toEqual([])
    },
  )
})

describe('a run that is asked for', () => {
  it('fills what is missing, and answers skipped when nothing is or nothing can be found', async () => {
    const account = await quiet(site.page(page(jsonLd(acme))))
    const answer = successOf(await enrich(account.id))
    expect(answer).toMatchObject({
      status: 'started',
      reason: null,
      enrichmentRun: { trigger: 'manual', entityType: 'account' },
    })
    expect(answer.enrichmentRun?.targetFields).toContain('linkedIn')
    const run = await ended(answer.enrichmentRun?.id ?? '')
    expect(run.outcome).toBe('enriched')
    expect(successOf(await api.get<RunBody>(`/v1/enrichmentRun/${run.id}`))).toMatchObject({
      ...{ id: run.id, status: 'completed', entityId: account.id },
    })

    const skipped = { enrichmentRun: null, status: 'skipped' }
    const bare = await anAccount(api)
    expect(successOf(await enrich(bare.id))).toEqual({ ...skipped, reason: 'no_operations' })
    expect(successOf(await enrich(account.id, ['website']))).toEqual({ ...skipped, reason: 'no_operations' })
    const contact = await aContact(api, { $email: ['x@y.test'], $title: 'Boss' })
    expect(successOf(await enrich(contact.id, ['phone', 'title', 'email']))).toEqual({
      ...skipped,
      reason: 'no_operations',
    })
    const whole = await aContact(
      api,
      {
        ...{
          $email: ['x@whole.test'],
          $phone: ['+14155550100'],
          $title: 'CEO',
          $name: { firstName: 'A', lastName: 'B' },
        },
      },
      { $account: bare.id },
    )
    await vi.waitFor(
      async () => expect(successOf(await enrich(whole.id))).toEqual({ ...skipped, reason: 'no_targets' }),
      soon,
    )
  })

  it('refreshes what is named, also where there is a value', async () => {
    const account = await quiet(site.page(page(jsonLd(acme))), { $linkedIn: 'https://www.linkedin.com/company/old' })
    const run = await enriched(account.id, ['linkedIn', 'name'])
    expect(run.fields.map(({ name, before, value, outcome }) => [name, before, value, outcome])).toEqual([
      ['linkedIn', 'https://www.linkedin.com/company/old', 'https://www.linkedin.com/company/acme', 'filled'],
      ['name', 'Acme', 'Acme Inc.', 'filled'],
    ])
    expect(await valueIn(account.id, '$name')).toBe('Acme Inc.')
  })

  it('does not fill what somebody has emptied, unless it is named', async () => {
    const account = await quiet(site.page(page(jsonLd(acme))), { $twitter: 'https://x.com/wrong' })
    successOf(await api.post(`/v1/accounts/${account.id}`, { fields: { $twitter: null } }))
    const run = await enriched(account.id)
    expect(run.targetFields).not.toContain('twitter')
    expect(outcomesOf(await enriched(account.id, ['twitter']))).toEqual({ twitter: 'filled' })
  })

  it('is one for a record at a time', async () => {
    let answer: (() => void) | undefined
    const url = site.page((_, response) => {
      const send = () => response.writeHead(200, { 'content-type': 'text/html' }).end(page(jsonLd(acme)))
      if (answer) send()
      else answer = send
    })
    const account = await quiet(url)
    const first = successOf(await enrich(account.id))
    const second = successOf(await enrich(account.id, ['twitter']))
    expect(second).toMatchObject({
      status: 'already_running',
      reason: null,
      enrichmentRun: { id: first.enrichmentRun?.id },
    })
    await vi.waitFor(() => expect(site.asked.at(-1)?.path).toBe(new URL(url).pathname), soon)
    answer?.()
    await ended(first.enrichmentRun?.id ?? '')
    expect(successOf(await enrich(account.id, ['twitter'])).status).toBe('started')
  })

  it('honours an idempotency key: the same answer and one run', async () => {
    const account = await quiet(site.page(page(jsonLd(acme))))
    const options = { headers: { 'idempotency-key': 'enrich-1' } }
    const both = await Promise.all([enrich(account.id, undefined, options), enrich(account.id, undefined, options)])
    const [first, second] = both.filter(({ status }) => status === 200)
    if (second) expect(second.text).toBe(first?.text)
    const run = await ended(first?.body.enrichmentRun?.id ?? '')
    expect((await enrich(account.id, undefined, options)).text).toBe(first?.text)
    const { data } = successOf(await api.get<{ data: Detail[] }>(`/admin/v1/enrichment/runs?record=${account.id}`))
    expect(data.map(({ id }) => id)).toEqual([run.id])
    const skipping = { headers: { 'idempotency-key': 'enrich-2' } }
    const skipped = await enrich(account.id, ['website'], skipping)
    expect((await enrich(account.id, ['twitter'], skipping)).text).toBe(skipped.text)
  })

  it.each([
    ['404', 'accounts/acc_01h455vb4pex5vsknk084sn02q', {}],
    ['404', 'opportunities/opp_01h455vb4pex5vsknk084sn02q', {}],
    ['404', 'contacts/acc_01h455vb4pex5vsknk084sn02q', {}],
    ['400 unknown_field fields', 'ACCOUNT', { fields: ['bogus'] }],
    ['400 unknown_field fields', 'ACCOUNT', { fields: ['$linkedIn'] }],
    ['400 invalid_type fields', 'ACCOUNT', { fields: 'linkedIn' }],
    ['400 invalid_type fields.0', 'ACCOUNT', { fields: [1] }],
    ['400 unknown_field force', 'ACCOUNT', { force: true }],
    ['422 fields', 'CONTACT', { fields: ['profilePhotoUrl'] }],
  ])('is refused with %s: %s %j', async (expected, path, body) => {
    const [account, contact] = [await anAccount(api), await aContact(api, { $email: ['x@refused.test'] })]
    const place = path.replace('ACCOUNT', `accounts/${account.id}`).replace('CONTACT', `contacts/${contact.id}`)
    expect(outcome(await api.post(`/v1/enrichmentRun/${place}`, body))).toBe(expected)
  })

  it('is refused for a record in the trash, and unknown runs are: 404', async () => {
    const account = await quiet('https://gone.test')
    await api.delete(`/v1/accounts/${account.id}`)
    expect(outcome(await enrich(account.id))).toBe('404')
    expect(outcome(await api.get('/v1/enrichmentRun/enr_01h455vb4pex5vsknk084sn02q'))).toBe('404')
    expect(outcome(await api.get('/admin/v1/enrichment/runs/nonsense'))).toBe('404')
  })

  it('is nobody’s in another workspace', async () => {
    const account = await quiet(site.page(page(jsonLd(acme))))
    const run = await enriched(account.id)
    const other = await anotherWorkspace(api)
    for (const path of [
      `/v1/enrichmentRun/${run.id}`,
      `/admin/v1/enrichment/runs/${run.id}`,
      `/admin/v1/enrichment/records/${account.id}`,
    ]) {
      expect(outcome(await other.get(path))).toBe('404')
    }
    expect(outcome(await other.post(`/admin/v1/enrichment/runs/${run.id}/revert`))).toBe('404')
    expect(successOf(await other.get<{ data: [] }>('/admin/v1/enrichment/runs')).data).toEqual([])
  })
})

describe('what a site is like', () => {
  /** The outcome of a run on a site, and how it ended. */
  const on = async (url: string) => {
    const run = await enriched((await quiet(url)).id)
    expect(run.reason).toEqual(expect.stringMatching(/\.$/))
    return [run.status, run.outcome]
  }
  const answering = (status: number, headers: Record<string, string>, body: string | Buffer = '') =>
    site.page((_, response) => response.writeHead(status, headers).end(body))
  const html = { 'content-type': 'text/html' }

  it.each([
    ['http://10.0.0.1/', 'private_address'],
    ['http://169.254.169.254/latest/meta-data/', 'private_address'],
    ['https://nowhere.invalid/', 'dns'],
    [answering(302, { location: 'http://10.0.0.1/' }), 'private_address'],
    [answering(302, { location: 'http://[::1]:1/' }), 'private_address'],
    [answering(302, { location: 'ftp://acme.test/' }), 'invalid_url'],
    [answering(404, html), 'http_error'],
    [answering(403, html), 'http_error'],
    [answering(200, { 'content-type': 'application/pdf' }, '%PDF-1.7'), 'not_html'],
    [answering(200, {}, '%PDF-1.7'), 'not_html'],
    [answering(200, { ...html, 'content-encoding': 'gzip' }, 'no gzip'), 'bad_encoding'],
    [answering(302, { location: `${elsewhere.origin}/` }), 'other_domain'],
  ])('decides the outcome: %s is %s', async (url, expected) => {
    elsewhere.set('/', page(jsonLd(acme)))
    expect(await on(url)).toEqual(['failed', expected])
  })

  it('that leads round in circles is one outcome', async () => {
    site.set('/circle', (_, response) => response.writeHead(302, { location: '/circle' }).end())
    expect(await on(`${site.origin}/circle`)).toEqual(['failed', 'too_many_redirects'])
  })

  it('that answers with errors or ends early is asked a few times and no more', async () => {
    let times = 0
    const url = site.page((_, response) => {
      times += 1
      response.writeHead(503).end()
    })
    expect(await on(url)).toEqual(['failed', 'http_error'])
    expect(times).toBe(3)
    const early = site.page((_, response) => response.destroy())
    expect(await on(early)).toEqual(['failed', 'broken'])
  })

  it('that gets well in time is read', async () => {
    let times = 0
    const url = site.page((_, response) => {
      times += 1
      if (times === 1) response.writeHead(503).end()
      else response.writeHead(200, html).end(page(jsonLd(acme)))
    })
    expect(await on(url)).toEqual(['completed', 'enriched'])
  })

  it('is read as far as it goes: endless, a bomb, without a title, with nothing, broken', async () => {
    const endless = site.page((_, response) => {
      response.writeHead(200, html)
      response.write(page(jsonLd(acme)))
      const more = () => {
        while (!response.destroyed && response.write('<p>and so on</p>'.repeat(1000)));
      }
      response.on('drain', more)
      more()
    })
    expect(await on(endless)).toEqual(['completed', 'enriched'])
    const packed = gzipSync(Buffer.concat([Buffer.from(page(jsonLd(acme))), Buffer.alloc(50_000_000, ' ')]))
    expect(await on(answering(200, { ...html, 'content-encoding': 'gzip' }, packed))).toEqual(['completed', 'enriched'])
    expect(await on(site.page('<p>hello'))).toEqual(['completed', 'nothing_found'])
    expect(await on(site.page(''))).toEqual(['completed', 'nothing_found'])
    expect(await on(site.page(`${'<div>'.repeat(50_000)}<a href="https://x.com/acme">x`))).toEqual([
      'completed',
      'enriched',
    ])
  })

  it('is believed only as far as it can be read: broken structured data does no harm to the rest', async () => {
    const broken = '<script type="application/ld+json">{"@type": "Organization", "sameAs": [</script>'
    const nearly = `<script type="application/ld+json"><!-- {"@type": "Organization", "numberOfEmployees": "120",
      "description": "two
lines",} --></script>`
    const link = '<a href="https://www.facebook.com/acme"></a>'
    const run = await enriched((await quiet(site.page(page(broken + nearly + link)))).id)
    expect(outcomesOf(run)).toMatchObject({ facebook: 'filled', headcount: 'filled', linkedIn: 'not_found' })
  })

  it.each([
    ['says so in its header', { 'content-type': 'text/html; charset=iso-8859-1' }, '', 'latin1'],
    ['says so in the page', html, '<meta charset="windows-1252">', 'latin1'],
    ['says so by its first bytes', html, '', 'utf16le'],
    ['does not say so, in an old encoding', html, '', 'latin1'],
    ['does not say so', html, '', 'utf8'],
    ['says nonsense', { 'content-type': 'text/html; charset=klingon' }, '', 'utf8'],
  ] as const)('is read in the encoding that it has when it %s', async (_, headers, head, encoding) => {
    const address = { '@type': 'PostalAddress', streetAddress: 'Königstraße 1', addressLocality: 'Köln' }
    const text = page(jsonLd({ '@type': 'Organization', address }), head)
    const mark = encoding === 'utf16le' ? '\ufeff' : ''
    const account = await quiet(answering(200, headers, Buffer.from(mark + text, encoding)))
    await enriched(account.id)
    expect(await valueIn(account.id, '$primaryAddress')).toMatchObject({ street: 'Königstraße 1', city: 'Köln' })
  })

  it('may be described by microdata', async () => {
    const account = await quiet(
      site.page(
        page(`<div itemscope itemtype="https://schema.org/LocalBusiness"><span itemprop="name">Acme</span>
          <a itemprop="sameAs" href="https://www.instagram.com/acme"></a>
          <p itemprop="address" itemscope itemtype="https://schema.org/PostalAddress">
            <span itemprop="streetAddress">1 Main <b>Street</b></span>, <span itemprop="addressLocality">Springfield</span>
            <meta itemprop="addressCountry" content="US"></p></div>`),
      ),
    )
    await enriched(account.id)
    expect(await valueIn(account.id, '$primaryAddress')).toMatchObject({ street: '1 Main Street', country: 'US' })
    expect(await valueIn(account.id, '$instagram')).toBe('https://www.instagram.com/acme')
  })

  it('says nothing of others: who made it, people who work there, buttons to share, several profiles', async () => {
    const maker = { '@type': 'Organization', url: 'https://agency.test', sameAs: 'https://www.facebook.com/agency' }
    const account = await quiet(
      site.page(
        page(`${jsonLd(maker)}<a href="https://www.linkedin.com/in/ada"></a><a href="https://x.com/intent/tweet?text=a"></a>
          <a href="https://www.instagram.com/one"></a><a href="https://www.instagram.com/two"></a>`),
      ),
    )
    const run = await enriched(account.id)
    expect(outcomesOf(run)).toMatchObject({
      facebook: 'not_found',
      linkedIn: 'not_found',
      twitter: 'not_found',
      instagram: 'ambiguous',
    })
  })

  it('fills a description and a telephone number where a workspace has fields for them', async () => {
    await aField(api, 'account', { slug: 'description', label: 'Description', valueType: 'TEXT' })
    await aField(api, 'account', { slug: 'phone', label: 'Phone', valueType: 'TELEPHONE' })
    const account = await quiet(
      site.page(
        page(
          '<a href="tel:+49%2030%20123456">Call</a>',
          '<meta property="og:description" content="Rockets &amp; more">',
        ),
      ),
    )
    await enriched(account.id)
    expect(await valueIn(account.id, 'description')).toBe('Rockets & more')
    expect(await valueIn(account.id, 'phone')).toEqual(['+4930123456'])
    await api.delete('/admin/v1/objects/account/fields/description')
    await api.delete('/admin/v1/objects/account/fields/phone')
  })

  it('is asked for one page more, where it says how to reach it, and under the rules of its robots.txt', async () => {
    const polite = await startSite('127.0.0.3')
    polite.set('/', page('<a href="/team">Team</a> <a href="/kontakt">Kontakt</a> <a href="/impressum">Impressum</a>'))
    polite.set('/impressum', page(jsonLd(acme)))
    const account = await quiet(`${polite.origin}/`)
    const run = await enriched(account.id)
    expect(polite.asked.map(({ path }) => path)).toEqual(['/robots.txt', '/', '/impressum'])
    expect(polite.asked[0]?.agent).toMatch(/^Openfield /)
    expect(run.fields.find(({ name }) => name === 'linkedIn')?.source).toBe(`${polite.origin}/impressum`)

    const robots = (text: string) => polite.set('/robots.txt', (_, response) => response.writeHead(200).end(text))
    robots('User-agent: *\nDisallow: /impressum')
    expect((await enriched(account.id, ['linkedIn'])).outcome).toBe('nothing_found')
    robots('User-agent: openfield\nDisallow: /')
    expect((await enriched(account.id, ['linkedIn'])).outcome).toBe('robots')
    robots('User-agent: *\nDisallow: /\n\nUser-agent: Openfield\nCrawl-delay: 10')
    polite.asked.length = 0
    expect((await enriched(account.id, ['linkedIn'])).outcome).toBe('nothing_found')
    expect(polite.asked.map(({ path }) => path)).toEqual(['/robots.txt', '/'])
    polite.set('/robots.txt', (_, response) => response.writeHead(500).end())
    expect(await enriched(account.id, ['linkedIn'])).toMatchObject({ status: 'failed', outcome: 'robots_unavailable' })
  })
})

describe('taking back', () => {
  it('gives fields what they had, where they still have what the run gave them', async () => {
    const account = await quiet(site.page(page(jsonLd(acme))), { $linkedIn: 'https://www.linkedin.com/company/old' })
    const run = await enriched(account.id, ['linkedIn', 'twitter', 'headcount'])
    successOf(await api.post(`/v1/accounts/${account.id}`, { fields: { $twitter: 'https://x.com/better' } }))
    type Revert = { reverted: string[]; left: { name: string; reason: string }[]; run: Detail }
    const answer = successOf(await api.post<Revert>(`/admin/v1/enrichment/runs/${run.id}/revert`))
    expect(answer.reverted).toEqual(['headcount', 'linkedIn'])
    expect(answer.left).toEqual([{ name: 'twitter', reason: expect.stringMatching(/\.$/) }])
    expect(outcomesOf(answer.run)).toEqual({ headcount: 'reverted', linkedIn: 'reverted', twitter: 'filled' })
    const { fields } = await recordOf(account.id)
    expect(fields['$linkedIn']?.value).toBe('https://www.linkedin.com/company/old')
    expect(fields['$twitter']?.value).toBe('https://x.com/better')
    expect(fields['$headcount']?.value).toBeNull()
    const again = successOf(await api.post<Revert>(`/admin/v1/enrichment/runs/${run.id}/revert`))
    expect(again.reverted).toEqual([])
    // What was taken back does not come again by itself.
    expect((await enriched(account.id)).targetFields).not.toContain('headcount')
  })

  it('takes a link away', async () => {
    const account = await anAccount(api, { $website: ['https://linked.test'] })
    const contact = await aContact(api, { $email: ['info@linked.test'] })
    const run = await latestRun(contact.id)
    successOf(await api.post(`/admin/v1/enrichment/runs/${run.id}/revert`))
    expect((await recordOf(contact.id)).relationships['$account']?.values).toEqual([])
    expect((await recordOf(account.id)).relationships['$contact']?.values).toEqual([])
  })
})

describe('where a value is from', () => {
  type Enriched = {
    fields: (FieldBody & { runId: string; foundAt: string })[]
    suggestions: FieldBody[]
    running: object | null
  }
  const enrichedOf = async (id: string) => successOf(await api.get<Enriched>(`/admin/v1/enrichment/records/${id}`))

  it('is told as long as it is there', async () => {
    const url = site.page(page(jsonLd(acme)))
    const account = await quiet(url)
    const run = await enriched(account.id)
    const { fields, running } = await enrichedOf(account.id)
    expect(running).toBeNull()
    expect(fields.map(({ key }) => key)).toEqual(['$headcount', '$linkedIn', '$primaryAddress', '$twitter'])
    expect(fields[1]).toMatchObject({ source: url, runId: run.id, foundAt: expect.stringMatching(/Z$/) })
    successOf(
      await api.post(`/v1/accounts/${account.id}`, { fields: { $linkedIn: 'https://www.linkedin.com/company/b' } }),
    )
    expect((await enrichedOf(account.id)).fields.map(({ key }) => key)).not.toContain('$linkedIn')
  })

  it('needs the scope to read the record, and taking it back the one to change it', async () => {
    const account = await quiet(site.page(page(jsonLd(acme))))
    const run = await enriched(account.id)
    const { key: others } = await aKey(api, { scopes: ['contacts:read', 'contacts:update'] })
    const { key: reader } = await aKey(api, { scopes: ['accounts:read'] })
    const paths = [`runs/${run.id}`, `records/${account.id}`].map((path) => `/admin/v1/enrichment/${path}`)
    for (const path of [...paths, `/v1/enrichmentRun/${run.id}`]) {
      expect(outcome(await api.get(path, { key: others }))).toBe('403')
      expect(outcome(await api.get(path, { key: reader }))).toBe('200')
    }
    expect(outcome(await api.post(`/admin/v1/enrichment/runs/${run.id}/revert`, undefined, { key: reader }))).toBe(
      '403',
    )
    expect(outcome(await enrich(account.id, undefined, { key: reader }))).toBe('403')
    type List = { data: { entityType: string }[] }
    const listed = successOf(await api.get<List>('/admin/v1/enrichment/runs', { key: others }))
    expect(listed.data.every(({ entityType }) => entityType === 'contact')).toBe(true)
  })
})

describe('the settings', () => {
  const path = '/admin/v1/enrichment/settings'
  const fresh = async () => {
    const other = await anotherWorkspace(api)
    const make = async (fields: object) =>
      successOf(await other.post('/v1/accounts', { fields: { $name: 'Acme', ...fields } })).id
    return { other, make }
  }

  it('are on for new records, and say what can be found', async () => {
    const { other } = await fresh()
    expect(successOf(await other.get(path))).toMatchObject({
      accounts: { mode: 'automatic', off: [] },
      contacts: { mode: 'automatic', off: [] },
      ...{ profilePhotos: false, available: true },
      fields: {
        contacts: [
          { name: 'name', key: '$name', label: 'Name' },
          { name: 'account', key: '$account', label: 'Accounts' },
        ],
      },
    })
  })

  it('turn a type off: by itself, or altogether', async () => {
    const { other, make } = await fresh()
    const url = site.page(page(jsonLd(acme)))
    const runsOf = async (id: string) =>
      successOf(await other.get<{ totalCount: number }>(`/admin/v1/enrichment/runs?record=${id}`)).totalCount
    successOf(await other.patch(path, { accounts: { mode: 'manual' } }))
    const account = await make({ $website: [url] })
    successOf(await other.patch(path, { accounts: { mode: 'off' } }))
    expect(successOf(await other.post<Start>(`/v1/enrichmentRun/accounts/${account}`))).toEqual({
      ...{ enrichmentRun: null, status: 'skipped', reason: 'no_operations' },
    })
    successOf(await other.patch(path, { accounts: { mode: 'manual' } }))
    expect(successOf(await other.post<Start>(`/v1/enrichmentRun/accounts/${account}`)).status).toBe('started')
    expect(await runsOf(account)).toBe(1)
  })

  it('keep fields from being filled: what is named all the same waits to be accepted', async () => {
    successOf(await api.patch(path, { accounts: { off: ['linkedIn', 'twitter'] } }))
    const account = await quiet(site.page(page(jsonLd(acme))), { $twitter: 'https://x.com/typed' })
    const missing = await enriched(account.id)
    expect(missing.targetFields).not.toContain('linkedIn')
    const run = await enriched(account.id, ['linkedIn', 'twitter'])
    expect(outcomesOf(run)).toEqual({ linkedIn: 'suggested', twitter: 'suggested' })
    expect(await valueIn(account.id, '$linkedIn')).toBeNull()
    type Enriched = { suggestions: { key: string }[] }
    const read = async () =>
      successOf(await api.get<Enriched>(`/admin/v1/enrichment/records/${account.id}`)).suggestions
    expect((await read()).map(({ key }) => key)).toEqual(['$linkedIn', '$twitter'])

    const suggestions = `/admin/v1/enrichment/runs/${run.id}/suggestions`
    successOf(await api.post(`${suggestions}/twitter/accept`))
    successOf(await api.post(`${suggestions}/linkedIn/dismiss`))
    expect(await valueIn(account.id, '$twitter')).toBe('https://x.com/acme')
    expect(await valueIn(account.id, '$linkedIn')).toBeNull()
    expect(await read()).toEqual([])
    expect(outcome(await api.post(`${suggestions}/linkedIn/accept`))).toBe('422 name')
    successOf(await api.post(`/admin/v1/enrichment/runs/${run.id}/revert`))
    expect(await valueIn(account.id, '$twitter')).toBe('https://x.com/typed')
    successOf(await api.patch(path, { accounts: { off: [] } }))
  })

  it('allow profile photos to be asked for, which nothing here can find', async () => {
    const { other } = await fresh()
    const contact = successOf(await other.post('/v1/contacts', { fields: { $email: ['x@photo.test'] } }))
    const ask = () => other.post<Start>(`/v1/enrichmentRun/contacts/${contact.id}`, { fields: ['profilePhotoUrl'] })
    expect(outcome(await ask())).toBe('422 fields')
    successOf(await other.patch(path, { profilePhotos: true }))
    expect(successOf(await ask()).reason).toBe('no_operations')
  })

  it('are changed by several at once, each as they say', async () => {
    const { other } = await fresh()
    const changes = [
      { accounts: { mode: 'manual' } },
      { accounts: { off: ['twitter'] } },
      { contacts: { mode: 'off' } },
      { profilePhotos: true },
    ]
    await Promise.all(changes.map(async (change) => successOf(await other.patch(path, change))))
    expect(successOf(await other.get(path))).toMatchObject({
      accounts: { mode: 'manual', off: ['twitter'] },
      contacts: { mode: 'off', off: [] },
      profilePhotos: true,
    })
  })

  it('refuse what they do not know', async () => {
    expect(outcome(await api.patch(path, { accounts: { mode: 'sometimes' } }))).toBe('422 accounts.mode')
    expect(outcome(await api.patch(path, { accounts: { off: ['bogus'] } }))).toBe('422 accounts.off')
    expect(outcome(await api.patch(path, { leads: {} }))).toBe('400 unknown_field leads')
  })
})

describe('a run whose process was killed', () => {
  /** Makes the run of an account look as if the process had died at some point of it, and the work be there again. */
  const revive = async (id: string, sql: string) => {
    const uuid = decodeId('enr', id)
    await api.sql(`update enrichment_run set status = 'running', outcome = null, completed_at = null where id = $1`, [
      uuid,
    ])
    await api.sql(sql, [uuid])
    await api.sql("select add_work(1, array['enrichment'], array[$1]::uuid[], now())", [uuid])
    return ended(id)
  }
  const changesOf = async (id: string) =>
    successOf(await api.get<{ data: object[] }>(`/v1/accounts/${id}/fields/$linkedIn/history`)).data.length

  it('before it had found anything begins anew', async () => {
    const account = await quiet(site.page('<p>nothing yet'))
    const run = await enriched(account.id)
    site.set(new URL(String(((await valueIn(account.id, '$website')) as string[])[0])).pathname, page(jsonLd(acme)))
    const again = await revive(run.id, 'update enrichment_run set change_id = null where id = $1')
    expect(again).toMatchObject({ status: 'completed', outcome: 'enriched' })
    expect(await changesOf(account.id)).toBe(1)
  })

  it('before it had written what it found writes it, without asking the site again', async () => {
    const url = site.page('<p>nothing')
    const account = await quiet(url, { $linkedIn: 'https://www.linkedin.com/company/acme' })
    const run = await enriched(account.id, ['twitter'])
    const asked = site.asked.length
    const planned = `update enrichment_value set outcome = 'pending', value = '"https://x.com/acme"', source = 'x', found_at = now() where run_id = $1`
    expect(outcomesOf(await revive(run.id, planned))).toEqual({ twitter: 'filled' })
    expect(await valueIn(account.id, '$twitter')).toBe('https://x.com/acme')
    expect(site.asked.length).toBe(asked)
  })

  it('after it had written writes nothing twice, and knows what it wrote', async () => {
    const account = await quiet(site.page(page(jsonLd(acme))))
    const run = await enriched(account.id)
    const written = outcomesOf(run)
    successOf(await api.post(`/v1/accounts/${account.id}`, { fields: { $linkedIn: null } }))
    const again = await revive(
      run.id,
      "update enrichment_value set outcome = 'pending' where run_id = $1 and outcome = 'filled'",
    )
    expect(outcomesOf(again)).toEqual(written)
    expect([await changesOf(account.id), await valueIn(account.id, '$linkedIn')]).toEqual([2, null])
  })

  it('of a record that is gone meanwhile ends', async () => {
    const account = await quiet(site.page(page(jsonLd(acme))))
    const run = await enriched(account.id, ['twitter'])
    await api.delete(`/v1/accounts/${account.id}`)
    const again = await revive(run.id, "update enrichment_value set outcome = 'pending' where run_id = $1")
    expect(again).toMatchObject({ status: 'failed', outcome: 'record_gone', entityTitle: null })
    expect(outcomesOf(again)).toEqual({ twitter: 'not_written' })
  })
})

describe('a server', () => {
  it('that does not enrich reads no sites, and says that nothing can be found', async () => {
    const off = await startServer({ ...api.config, OPENFIELD_ENRICHMENT: 'off', OPENFIELD_WORKER: 'off' })
    const url = site.page(page(jsonLd(acme)))
    const send = async (path: string, body: object) => {
      const response = await fetch(`${off.url}${path}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${api.key}`,
          'content-type': 'application/json',
          'lightfield-version': '2026-03-01',
        },
        body: JSON.stringify(body),
      })
      return (await response.json()) as Start & { id: string }
    }
    const { id } = await send('/v1/accounts', { fields: { $name: 'Acme', $website: [url] } })
    expect(await send(`/v1/enrichmentRun/accounts/${id}`, {})).toMatchObject({
      status: 'skipped',
      reason: 'no_operations',
    })
    await off.close()
    expect(site.asked.map(({ path }) => path)).not.toContain(new URL(url).pathname)
  })
})
