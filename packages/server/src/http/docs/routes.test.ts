import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { buildApp } from '../../app.ts'
import { readDoc } from './files.ts'
import { slugOf } from './markdown.ts'
import { addressOf, anchorOf, pages } from './pages.ts'
import { fillTables } from './tables.ts'

const docs = new URL('../../../../../docs/', import.meta.url)
const app = await buildApp({ publicUrl: 'https://crm.acme.test' } as never, {
  rateLimit: 0,
  isAlone: true,
  corsOrigins: [],
  log: 'error',
})

const get = (url: string, headers = {}) => app.inject({ method: 'GET', url, headers })

describe('the interactive reference', () => {
  it('is where the root leads', async () => {
    const { statusCode, headers } = await get('/')
    expect([statusCode, headers.location]).toEqual([302, '/docs'])
  })

  it('is a page that refers to nothing outside of this server', async () => {
    const { statusCode, headers, body } = await get('/docs')
    expect([statusCode, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect(outsideReferences(body)).toEqual([])
    for (const address of referencesOf(body)) {
      expect((await get(new URL(address, 'http://server/docs').pathname)).statusCode, address).toBe(200)
    }
  })

  it('may by its policy call, and load from, this server only', async () => {
    const { headers } = await get('/docs')
    const policy = String(headers['content-security-policy'])
    expect(policy).toMatch(/^default-src 'self';/)
    expect(policy).not.toMatch(/http|script-src|connect-src|\*/)
  })

  it('is told neither to load fonts nor to report its use', async () => {
    const { body } = await get('/docs/site/reference.js')
    expect(body).toMatch(/withDefaultFonts: false/)
    expect(body).toMatch(/telemetry: false/)
    expect(body).not.toMatch(/proxyUrl|https?:/)
  })

  it('has its program from the package, compressed for those who take that', async () => {
    const plain = await get('/docs/site/scalar.js')
    const small = await get('/docs/site/scalar.js', { 'accept-encoding': 'gzip, br' })
    expect(plain.body).toContain('createApiReference')
    expect(plain.headers['content-encoding']).toBeUndefined()
    expect(small.headers['content-encoding']).toBe('gzip')
    expect(small.rawPayload.length).toBeLessThan(plain.rawPayload.length / 2)
  })
})

describe('a page of the guides', () => {
  it.each(pages.map(addressOf))(
    '%s is there, with and without a slash at the end, and at its public address',
    async (address) => {
      const main = /<main.*<\/main>/s
      const { statusCode, body } = await get(address)
      expect(statusCode).toBe(200)
      for (const other of [
        address.slice(0, -1),
        address.replace('/docs', ''),
        address.replace('/docs', '').slice(0, -1),
      ]) {
        const same = await get(other)
        expect(same.statusCode, other).toBe(200)
        expect(hrefs(same.body, other)).toEqual(hrefs(body, address))
        expect(textOf(main.exec(same.body)?.[0])).toBe(textOf(main.exec(body)?.[0]))
      }
    },
  )

  it.each(pages.map(addressOf))(
    '%s works under a policy that allows nothing inline and nothing from outside',
    async (address) => {
      const { headers, body } = await get(address)
      expect(headers['content-security-policy']).toMatch(/^default-src 'self';/)
      expect(headers['content-security-policy']).not.toContain('unsafe')
      expect(body).not.toMatch(/<style|<script|\sstyle=|\son\w+=/)
      expect(outsideReferences(body)).toEqual([])
    },
  )

  it.each(pages.map(addressOf))('%s links to pages and headings that are there', async (address) => {
    for (const href of hrefs((await get(address)).body, address)) {
      const { pathname, hash } = new URL(href)
      const { statusCode, body } = await get(pathname)
      expect(statusCode, href).toBe(200)
      if (hash) expect(body, href).toContain(` id="${hash.slice(1)}"`)
    }
  })

  it.each(pages)(
    '$path has its title, no heading twice, and the tables that the code gives it',
    async ({ path, title }) => {
      const markdown = await readDoc(`${path}.md`)
      const headings = Array.from(markdown.matchAll(/^#+ (.+)$/gm), ([, heading = '']) => slugOf(heading))
      expect(markdown.startsWith(`# ${title}\n`)).toBe(true)
      expect(headings.filter((heading, index) => headings.indexOf(heading) !== index)).toEqual([])
      expect(fillTables(markdown) === markdown, 'run: node scripts/docs.ts').toBe(true)
    },
  )

  it('is one of every Markdown file in the folders of the guides', () => {
    const files = ['using-the-api', 'api/resources'].flatMap((folder) =>
      readdirSync(new URL(folder, docs)).map((file) => `${folder}/${file.replace('.md', '')}`),
    )
    expect(files.sort()).toEqual(pages.map(({ path }) => path).sort())
  })

  it('404: answers an address that is none in the envelope of errors', async () => {
    for (const url of [
      '/docs/unknown',
      '/using-the-api/unknown/',
      '/docs/../package.json',
      '/api/resources/workflow',
    ]) {
      const { statusCode, body } = await get(url)
      expect([url, statusCode, JSON.parse(body).error.type]).toEqual([url, 404, 'not_found'])
    }
  })

  it('shows HTML in Markdown as text', async () => {
    const { renderMarkdown } = await import('./markdown.ts')
    const [page] = pages
    if (!page) throw new Error('there is no page')
    expect(await renderMarkdown(page, 'a <b>c</b> <!-- d -->')).toContain('&lt;b&gt;')
  })
})

describe('the address of a method', () => {
  it.each(['', '/'])('leads to its part of the page of the resource, with "%s" at its end', async (end) => {
    for (const page of pages) {
      for (const operation of page.operations) {
        for (const prefix of ['', '/docs']) {
          const { statusCode, headers } = await get(`${prefix}/${page.path}/methods/${operation}${end}`)
          expect([statusCode, headers.location]).toEqual([302, `${addressOf(page)}#${anchorOf(operation)}`])
        }
        expect((await get(addressOf(page))).body).toContain(` id="${anchorOf(operation)}"`)
      }
    }
  })

  it('404: is none for an operation that the resource does not have', async () => {
    expect((await get('/api/resources/member/methods/create')).statusCode).toBe(404)
  })
})

describe('behind a proxy that serves it below a path', () => {
  it('leads to addresses below that path', async () => {
    const options = { rateLimit: 0, isAlone: true, corsOrigins: [], log: 'error' } as const
    const below = await buildApp({ publicUrl: 'https://acme.test/crm-api' } as never, options)
    expect((await below.inject('/')).headers.location).toBe('/crm-api/docs')
    const { headers } = await below.inject('/api/resources/account/methods/list')
    expect(headers.location).toBe('/crm-api/docs/api/resources/account/#list')
    const { body } = await below.inject('/docs/using-the-api/scopes/')
    expect(body).not.toMatch(/ (href|src)="\//)
  })
})

/** What a page loads: the addresses of its scripts, styles and pictures. */
const referencesOf = (html: string) =>
  Array.from(
    html.matchAll(/<(?:script|link|img|iframe|source)\b[^>]* (?:src|href|srcset)="([^"]*)"/g),
    ([, address = '']) => address,
  )

const outsideReferences = (html: string) => referencesOf(html).filter((address) => /^(\w+:|\/\/)/.test(address))

/** Where the links of a page lead, as whole addresses. */
const hrefs = (html: string, address: string) =>
  Array.from(html.matchAll(/<a\b[^>]* href="([^"]*)"/g), ([, href = '']) =>
    href.startsWith('#') ? new URL(href, 'http://server/docs').hash : new URL(href, `http://server${address}`).href,
  ).filter((href) => !href.startsWith('#'))

const textOf = (html = '') => html.replace(/<[^>]+>/g, '')
