import { beforeAll, expect, it } from 'vitest'
import { startSite } from '../../server/test/site.ts'
import { inspect, startApp } from './app.ts'

const app = startApp({ OPENFIELD_ENRICHMENT: 'on', OPENFIELD_ALLOWED_NETWORKS: '127.0.0.0/8' })
const site = await startSite()
const northwind = {
  '@type': 'Organization',
  sameAs: ['https://www.linkedin.com/company/northwind', 'https://x.com/northwind'],
  address: {
    '@type': 'PostalAddress',
    streetAddress: '1 Main Street',
    addressLocality: 'Springfield',
    addressCountry: 'US',
  },
}
const url = site.page(
  `<title>Northwind Traders</title><script type="application/ld+json">${JSON.stringify(northwind)}</script>`,
)
const anAccount = ($name: string) =>
  app.client.account.create({ fields: { $name, $website: [url] }, skipEnrichment: true })

let id = ''
beforeAll(async () => {
  id = (await anAccount('Northwind')).id
})

it('looks up what is missing of an account, says where it found it, and takes it back', async () => {
  const page = await app.open(`/accounts/${id}`)
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Look up what is missing' }).click()
  await page.getByText('3 values filled in').waitFor()
  const sign = page.getByRole('button', { name: 'LinkedIn was looked up' })
  await sign.hover()
  await page
    .getByRole('tooltip')
    .filter({ hasText: new URL(url).host })
    .waitFor()
  await sign.press('Enter')
  const source = page.getByRole('dialog').getByRole('link', { name: new URL(url).host })
  expect(await source.getAttribute('href')).toBe(url)
  await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click()
  await page.getByText('3 values taken back.').waitFor()
  await sign.waitFor({ state: 'detached' })
  expect((await app.client.account.retrieve(id)).fields.$linkedIn.value).toBeNull()
})

it('says why there is nothing to look up', async () => {
  const bare = await app.client.account.create({ fields: { $name: 'Bare' } })
  const page = await app.open(`/accounts/${bare.id}`)
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Look up what is missing' }).click()
  await page.getByText(/a website or an address at a company is needed/).waitFor()
})

it('keeps a field from being filled, and offers what is found for it to be accepted', async () => {
  const page = await app.open('/settings/enrichment')
  const accounts = page.getByRole('group', { name: 'Accounts' })
  await accounts.getByRole('checkbox', { name: 'LinkedIn' }).uncheck()
  await accounts.getByLabel('Look up accounts').selectOption('manual')
  await expect
    .poll(async () => (await app.client.admin.enrichment.settings()).accounts)
    .toEqual({
      ...{ mode: 'manual', off: ['linkedIn'] },
    })
  const { id: other } = await anAccount('Contoso')
  await app.client.enrichmentRun.enrich(other, { entitySlug: 'accounts', fields: ['linkedIn', 'twitter'] })
  const record = await app.open(`/accounts/${other}`)
  await record.getByRole('button', { name: 'Accept LinkedIn' }).click()
  await record.getByRole('button', { name: 'LinkedIn was looked up' }).waitFor()
  expect((await app.client.account.retrieve(other)).fields.$linkedIn.value).toMatch(/northwind/)
})

it('shows what was looked up, and what waits, on every screen and in both themes', async () => {
  const shown = await anAccount('Fabrikam')
  await app.client.enrichmentRun.enrich(shown.id, {
    entitySlug: 'accounts',
    fields: ['linkedIn', 'twitter', 'primaryAddress'],
  })
  await inspect(app, `/accounts/${shown.id}`, 'enriched', (page) =>
    page.getByRole('button', { name: 'Accept LinkedIn' }).waitFor(),
  )
})

it('has settings that can be used on every screen and in both themes', async () => {
  await inspect(app, '/settings/enrichment', 'settings-enrichment', (page) =>
    page.getByRole('link', { name: 'Fabrikam' }).waitFor(),
  )
})
