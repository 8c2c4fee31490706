import { describe, expect, it } from 'vitest'
import { anOpportunity } from '../../../test/factories.ts'
import { startApi } from '../../../test/harness.ts'

const api = await startApi()

const get = (path: string) => api.raw({ method: 'GET', path })

/** The addresses that a page loads, as a browser would resolve them. */
const loadedBy = (path: string, text: string) =>
  [...text.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map(([, to = '']) => new URL(to, `http://any${path}`).pathname)

/** The page without its nonce, which is another each time. */
const pageAt = async (path: string) => (await get(path)).text.replace(/content="[\w+/=]{24}"/, '')

describe('GET /crm/{plural}/{id}', () => {
  it('200: the page behind an httpLink, to anybody, with nothing of the record in it', async () => {
    const { httpLink } = await anOpportunity(api, { $name: 'Very secret deal' })
    const { status, headers, text } = await get(new URL(httpLink).pathname)
    expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'text/html; charset=utf-8' })
    expect(text).not.toContain('secret')
  })

  it('200: the same page for every address, so that it tells nothing about what exists', async () => {
    const { httpLink } = await anOpportunity(api)
    const page = await pageAt(new URL(httpLink).pathname)
    expect(await pageAt('/crm/opportunities/opp_unknown')).toBe(page)
    expect(await pageAt('/crm/nothing/like-this?a=/b/c')).toBe(page)
  })

  it('200: forbids the page everything but its own files and the API', async () => {
    const { headers, text } = await get('/crm/accounts/acc_1')
    const [, nonce = ''] = /name="style-nonce" content="([^"]+)"/.exec(text) ?? []
    const policy = String(headers['content-security-policy']).split('; ')
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        `style-src 'self' 'nonce-${nonce}'`,
        `connect-src 'self' ${api.url}`,
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ]),
    )
    expect(policy.join()).not.toContain('unsafe')
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    })
  })

  it.each(['/crm', '/crm/', '/crm/accounts', '/crm/accounts/acc_1', '/crm/a/b/c/d'])(
    '200: %s loads its files by addresses that are right below any path',
    async (path) => {
      const { text } = await get(path)
      const loaded = loadedBy(`/below${path}`, text)
      expect(loaded.length).toBeGreaterThan(2)
      for (const address of loaded) {
        expect(address).toMatch(/^\/below\/crm\/assets\//)
        expect((await get(address.slice('/below'.length))).status).toBe(200)
      }
    },
  )
})

describe('GET /crm/assets/{name}', () => {
  it('200: scripts and styles, named by their text and kept for ever', async () => {
    const loaded = loadedBy('/crm/', (await get('/crm/')).text)
    const types = await Promise.all(
      loaded.map(async (address) => {
        const { headers } = await get(address)
        expect(headers['cache-control']).toBe('public, max-age=31536000, immutable')
        return headers['content-type']
      }),
    )
    expect(new Set(types)).toEqual(new Set(['text/css; charset=utf-8', 'text/javascript; charset=utf-8']))
  })

  it.each(['/crm/assets/unknown.js', '/crm/assets/..%2findex.html', '/crm/assets/%2e%2e%2f%2e%2e%2fpackage.json'])(
    '404: %s, which is no file of the page',
    async (path) => {
      expect((await get(path)).status).toBe(404)
    },
  )
})
