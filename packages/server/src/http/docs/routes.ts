import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { sendJson } from '../guard.ts'
import { readDoc } from './files.ts'
import { layout, referencePage } from './layout.ts'
import { renderMarkdown } from './markdown.ts'
import { addressOf, findPage, type Page } from './pages.ts'
import { referenceProgram } from './reference.ts'

/** What people read: the OpenAPI document, the interactive reference, the guides. Nothing is loaded before it is asked for. */
export function docsRoutes(app: FastifyInstance, system: { publicUrl: string }) {
  let document: string | undefined
  app.get('/openapi.json', async (_request, reply) => {
    const { openApiDocument } = await import('../openapi/document.ts')
    document ??= JSON.stringify(openApiDocument(system.publicUrl))
    return sendJson(reply, document)
  })

  const toReference = async (_request: FastifyRequest, reply: FastifyReply) => reply.redirect(`${base(system)}/docs`)
  app.get('/', toReference)
  app.get('/docs/', toReference)
  app.get('/docs', async (request, reply) =>
    send(reply, 'text/html', referencePolicy, linked(referencePage, request.url)),
  )
  app.get('/docs/site/scalar.js', sendProgram)
  for (const [file, type] of Object.entries(siteFiles)) {
    app.get(`/docs/site/${file}`, async (_request, reply) =>
      send(reply, type, guidePolicy, await readDoc(`site/${file}`)),
    )
  }

  // Besides `/docs`, the addresses that the public documentation of the API uses.
  for (const folder of ['docs/', 'using-the-api/', 'api/resources/']) {
    app.get<{ Params: { '*': string } }>(`/${folder}*`, async (request, reply) => {
      const found = findPage((folder + request.params['*']).replace(/^docs\//, ''))
      if (!found) return reply.callNotFound()
      const { page, anchor } = found
      if (anchor) return reply.redirect(`${base(system)}${addressOf(page)}#${anchor}`)
      return send(reply, 'text/html', guidePolicy, linked(await htmlOf(page), request.url))
    })
  }
}

/** The path below which a proxy serves this server, if it does. */
const base = ({ publicUrl }: { publicUrl: string }) => new URL(publicUrl).pathname.replace(/\/$/, '')

/** HTML whose links lead up from the address it is sent at, so that they hold below any path. */
function linked(html: string, url: string): string {
  const [path = ''] = url.split('?')
  return html.replaceAll(/ (href|src)="\//g, ` $1="${'../'.repeat(path.split('/').length - 2)}`)
}

const siteFiles = { 'style.css': 'text/css', 'icon.svg': 'image/svg+xml', 'reference.js': 'text/javascript' }

const guidePolicy = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
/** Its program makes style elements, draws with data URLs, and calls this server only. */
const referencePolicy = `${guidePolicy}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:`

const send = (reply: FastifyReply, type: string, policy: string, body: string | Buffer | Readable) =>
  reply
    .headers({
      'content-type': `${type}; charset=utf-8`,
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
    .send(body)

async function sendProgram({ headers }: FastifyRequest, reply: FastifyReply) {
  const gzipped = await referenceProgram()
  const acceptsGzip = /\bgzip\b/.test(headers['accept-encoding'] ?? '')
  reply.headers({ vary: 'accept-encoding', 'cache-control': 'max-age=3600' })
  if (acceptsGzip) reply.header('content-encoding', 'gzip')
  return send(
    reply,
    'text/javascript',
    guidePolicy,
    acceptsGzip ? gzipped : Readable.from(gzipped).pipe(createGunzip()),
  )
}

const rendered = new Map<Page, string>()

async function htmlOf(page: Page): Promise<string> {
  const html = rendered.get(page) ?? layout(page, await renderMarkdown(page, await readDoc(`${page.path}.md`)))
  rendered.set(page, html)
  return html
}
