import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { unknownRoute } from '../errors.ts'

/** Files by their path below `/crm/`, as `@openfield/web` builds them; those that end in `.br` are compressed. */
type WebFiles = ReadonlyMap<string, Uint8Array>

/**
 * The web app, which every `httpLink` opens. Its page is the same for everybody and holds no data: it asks who is signed
 * in, and reads everything through the API. Files of signed URLs may lie at the public address, so it may go there too.
 */
export function crmRoutes(app: FastifyInstance, system: { publicUrl: string }) {
  app.get<{ Params: { name: string } }>('/crm/assets/:name', async (request, reply) => {
    const { name } = request.params
    const files = await load()
    const contents = files.get(`assets/${name}`)
    if (!contents || name.endsWith('.br')) throw unknownRoute(request)
    const compressed = accepts(request, 'br') ? files.get(`assets/${name}.br`) : undefined
    return reply
      .headers({ ...sharedHeaders, 'cache-control': 'public, max-age=31536000, immutable', vary: 'accept-encoding' })
      .headers(compressed ? { 'content-encoding': 'br' } : {})
      .type(mediaTypes[extname(name)] ?? 'application/octet-stream')
      .send(compressed ?? contents)
  })

  for (const url of ['/crm', '/crm/*']) {
    app.get(url, async (request, reply) => {
      const page = new TextDecoder().decode((await load()).get('index.html'))
      const nonce = randomBytes(16).toString('base64')
      return reply
        .headers({ ...sharedHeaders, ...pageHeaders(nonce, new URL(system.publicUrl).origin) })
        .type('text/html; charset=utf-8')
        .send(page.replaceAll('="assets/', `="${wayUp(request.url)}assets/`).replace('NONCE', nonce))
    })
  }
}

const accepts = ({ headers }: FastifyRequest, encoding: string) =>
  (headers['accept-encoding'] ?? '').split(',').some((one) => one.trim().split(';')[0] === encoding)

const mediaTypes: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
}

const sharedHeaders = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' }

/**
 * Nothing from elsewhere, no script inline, no form that sends, no frame around it. Style elements that the components
 * make carry the page's nonce.
 */
const pageHeaders = (nonce: string, publicOrigin: string) => ({
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    `connect-src 'self' ${publicOrigin}`,
    `img-src 'self' data: blob: ${publicOrigin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-cache',
})

/** The way from a page to `/crm/`, relative, so that it is right behind any proxy that serves us below a path. */
function wayUp(url: string): string {
  const [path = ''] = url.split('?')
  return path === '/crm' ? 'crm/' : '../'.repeat(path.split('/').length - 3)
}

let loading: Promise<WebFiles> | undefined

/** The files, for all servers of this process. */
function load(): Promise<WebFiles> {
  loading ??= loadFiles().catch((error) => {
    loading = undefined
    throw error
  })
  return loading
}

/** A build has the files beside its bundle; from source, they are bundled when first asked for. */
async function loadFiles(): Promise<WebFiles> {
  const folder = join(import.meta.dirname, 'web')
  if (existsSync(folder)) return readFiles(folder)
  // Resolved at run time: no bundle of the server contains the bundler.
  const builder: { bundleWeb(): Promise<WebFiles> } = await import(import.meta.resolve('@openfield/web/build'))
  return builder.bundleWeb()
}

async function readFiles(folder: string): Promise<WebFiles> {
  const paths = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = paths.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return new Map(
    await Promise.all(
      files.map(async (file) => [file.slice(folder.length + 1).replaceAll('\\', '/'), await readFile(file)] as const),
    ),
  )
}
