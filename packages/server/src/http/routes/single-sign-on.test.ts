import { describe, expect, it } from 'vitest'
import { aBrowser, type SessionBody } from '../../../test/browser.ts'
import { aMember } from '../../../test/factories.ts'
import { anotherWorkspace, outcome, startApi } from '../../../test/harness.ts'
import { startIdentityProvider } from '../../../test/identity-provider.ts'

const publicUrl = 'http://crm.test/sales'
const provider = await startIdentityProvider(publicUrl, {
  ada: { email: 'Ada@Team.example', email_verified: true },
  mallory: { email: 'admin@example.com', email_verified: false },
  silent: { email: 'silent@team.example' },
  nameless: { email_verified: true },
  stranger: { email: 'stranger@elsewhere.example', email_verified: true },
})
const api = await startApi({ ...provider.settings, OPENFIELD_PUBLIC_URL: publicUrl })
const without = await startApi({}, api)
const unreachable = await startApi({ ...provider.settings, OPENFIELD_OIDC_ISSUER: 'http://127.0.0.1:1' }, api)
const ada = await aMember(api, { email: 'ada@team.example' })
await aMember(api, { email: 'silent@team.example' })

const sso = '/admin/v1/sign-in/sso'

/** The whole way of a person, in a browser of their own; returns that, and where it ends. */
async function goThrough(name: string, query = '', browser = aBrowser(api)) {
  const away = await browser.get(sso + query)
  expect(away.status).toBe(302)
  const back = new URL(await provider.signIn(String(away.headers.location), name))
  expect(back.href.startsWith(`${publicUrl}${sso}/callback?`)).toBe(true)
  const path = back.href.slice(publicUrl.length)
  const { headers } = await browser.get(path)
  return { browser, path, end: headers.location }
}

describe('single sign-on', () => {
  it('is offered under its label', async () => {
    const { body } = await aBrowser(api).get('/admin/v1/sign-in')
    expect(body).toMatchObject({ singleSignOn: { label: 'Acme account' } })
  })

  it('signs in the member whose verified address it is, and leads back to where they were', async () => {
    const { browser, end } = await goThrough('ada', `?return=${encodeURIComponent('/crm/accounts?q=a b')}`)
    expect(end).toBe(`${publicUrl}/crm/accounts?q=a%20b`)
    expect((await browser.get<SessionBody>('/admin/v1/session')).body.member.id).toBe(ada.id)
  })

  it.each(['https://evil.test', '//evil.test', '/crm@evil.test', '/crmx', '/v1/accounts', 'crm', ''])(
    'leads to the web app where %j is asked for',
    async (back) => {
      const { end } = await goThrough('ada', `?return=${encodeURIComponent(back)}`)
      expect(end).toBe(`${publicUrl}/crm`)
    },
  )

  it.each([
    '/crm/../../..//evil.test',
    '/crm/\\evil.test',
    '/crm?//evil.test',
    '/crm/%0d%0aLocation:%20x',
    '/crm#@evil.test',
  ])('stays at its own address where %j is asked for', async (back) => {
    const { end } = await goThrough('ada', `?return=${encodeURIComponent(back)}`)
    expect(new URL(String(end)).origin).toBe(new URL(publicUrl).origin)
  })

  it('signs in to the workspace that is asked for, else to the first that has the member', async () => {
    const other = await anotherWorkspace(api)
    await aMember(other, { email: 'ada@team.example' })
    const [row] = await api.sql<{ id: string }>('select max(id) as id from workspace')
    const signedIn = async (query: string) =>
      (await (await goThrough('ada', query)).browser.get<SessionBody>('/admin/v1/session')).body.workspace.name
    expect(await signedIn('')).toBe('Openfield')
    expect(await signedIn(`?workspaceId=wsp_${row?.id}`)).toBe('Another')
  })

  it.each([
    ['mallory', 'unverified-email', 'an address that the provider has not verified'],
    ['silent', 'unverified-email', 'an address of which it does not say so'],
    ['nameless', 'unverified-email', 'nobody with an address'],
    ['stranger', 'unknown-member', 'an address that no member has'],
  ])('signs nobody in for %s: %s', async (name, problem) => {
    const { browser, end } = await goThrough(name)
    expect(end).toBe(`${publicUrl}/crm/sign-in?problem=${problem}`)
    expect(outcome(await browser.get('/admin/v1/session'))).toBe('401')
  })

  it('takes an answer of the provider once, and only in the browser that asked', async () => {
    const failed = `${publicUrl}/crm/sign-in?problem=single-sign-on`
    const { path } = await goThrough('ada')
    const browser = aBrowser(api)
    expect((await browser.get(path)).headers.location).toBe(failed)
    await browser.get(sso)
    expect((await browser.get(path)).headers.location).toBe(failed)
    expect((await browser.get(path, { cookie: 'openfield_sso=bm9uZQ' })).headers.location).toBe(failed)
    expect(outcome(await browser.get('/admin/v1/session'))).toBe('401')
  })

  it('leads back to the sign-in page when the provider refuses, or cannot be reached', async () => {
    const browser = aBrowser(api)
    const { headers } = await browser.get(sso)
    const state = new URL(String(headers.location)).searchParams.get('state')
    const refused = await browser.get(`${sso}/callback?error=access_denied&state=${state}`)
    expect(refused.headers.location).toBe(`${publicUrl}/crm/sign-in?problem=single-sign-on`)
    const away = await aBrowser(unreachable).get(sso)
    expect(away.headers.location).toBe(`${unreachable.url}/crm/sign-in?problem=single-sign-on`)
  })

  it('keeps what it needs to know in a cookie for its own addresses, for ten minutes', async () => {
    const { headers } = await aBrowser(api).get(sso)
    expect(headers['set-cookie']?.[0]).toMatch(
      /^openfield_sso=[\w-]+; Max-Age=600; Path=\/sales\/admin\/v1\/sign-in\/sso; HttpOnly; SameSite=Lax$/,
    )
    const { searchParams } = new URL(String(headers.location))
    expect(Object.fromEntries(searchParams)).toMatchObject({ code_challenge_method: 'S256', scope: 'openid email' })
  })

  it('404: is not there where no provider is set', async () => {
    for (const path of [sso, `${sso}/callback`]) expect(outcome(await aBrowser(without).get(path))).toBe('404')
  })
})
