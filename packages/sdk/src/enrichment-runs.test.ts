import { expect, it, vi } from 'vitest'
import { startApi } from '../../server/test/harness.ts'
import { startSite } from '../../server/test/site.ts'
import { Openfield } from './index.ts'

const api = await startApi({ OPENFIELD_ENRICHMENT: 'on', OPENFIELD_ALLOWED_NETWORKS: '127.0.0.0/8' })
const site = await startSite()
const client = new Openfield({ apiKey: api.key, baseURL: api.url })
const { enrichment } = client.admin

const profile = 'https://x.com/northwind'
const website = () => [site.page(`<title>Northwind</title><a href="${profile}">X</a>`)]

it('enriches a record, says where its values are from, and takes them back', async () => {
  const account = await client.account.create({
    fields: { $name: 'Northwind', $website: website() },
    skipEnrichment: true,
  })
  const start = await client.enrichmentRun.enrich(account.id, { entitySlug: 'accounts' })
  expect(start).toMatchObject({ status: 'started', enrichmentRun: { entityId: account.id } })
  const id = start.enrichmentRun?.id ?? ''
  await vi.waitFor(
    async () => expect((await client.enrichmentRun.getEnrichmentRun(id)).status).toBe('completed'),
    10_000,
  )
  expect(await enrichment.run(id)).toMatchObject({ outcome: 'enriched', page: { title: 'Northwind' } })
  const { fields, running } = await enrichment.record(account.id)
  expect([fields.map(({ key, value }) => [key, value]), running]).toEqual([[['$twitter', profile]], null])
  expect((await enrichment.runs({ record: account.id })).totalCount).toBe(1)
  expect(await enrichment.revert(id)).toMatchObject({ reverted: ['twitter'], left: [] })
})

it('says why a record is skipped', async () => {
  const contact = await client.contact.create({ fields: {} })
  const named = { entitySlug: 'contacts', fields: ['title'] } as const
  expect(await client.enrichmentRun.enrich(contact.id, named)).toEqual({
    ...{ enrichmentRun: null, status: 'skipped', reason: 'no_operations' },
  })
})

it('reads and changes settings, and decides on suggestions', async () => {
  expect(await enrichment.updateSettings({ accounts: { off: ['twitter'] } })).toMatchObject({
    accounts: { off: ['twitter'] },
  })
  expect(await enrichment.settings()).toMatchObject({ available: true, accounts: { mode: 'automatic' } })
  const account = await client.account.create({
    fields: { $name: 'Northwind', $website: website() },
    skipEnrichment: true,
  })
  for (const decide of ['dismiss', 'accept'] as const) {
    const { enrichmentRun } = await client.enrichmentRun.enrich(account.id, {
      entitySlug: 'accounts',
      fields: ['twitter'],
    })
    const id = enrichmentRun?.id ?? ''
    await vi.waitFor(async () => expect((await enrichment.record(account.id)).suggestions).toHaveLength(1), 10_000)
    const { fields } = await enrichment[decide](id, 'twitter')
    expect(fields.map(({ outcome }) => outcome)).toEqual([`${decide}ed`])
  }
  expect((await client.account.retrieve(account.id)).fields.$twitter.value).toBe(profile)
})
