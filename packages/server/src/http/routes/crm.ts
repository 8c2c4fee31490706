import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { unknownRoute } from '../errors.ts'

/** Files by their path below `/crm/`, as `@openfield/web` builds them. */
type WebFiles = ReadonlyMap<string, Uint8Array>

/**
 * The page that every `httpLink` opens. It is the same for everybody and holds no data: it asks for a key and reads the
 * record through the API.
 */
export function crmRoutes(app: FastifyInstance) {
  let loading: Promise<WebFiles> | undefined
  const load = () => {
    loading ??= loadFiles().catch((error) => {
      loading = undefined
      throw error
    })
    return loading
  }

  app.get<{ Params: { name: string } }>('/crm/assets/:name', async (request, reply) => {
    const { name } = request.params
    const contents = (await load()).get(`assets/${name}`)
    if (!contents) throw unknownRoute(request)
    return reply
      .headers({ ...sharedHeaders, 'cache-control': 'public, max-age=31536000, immutable' })
      .type(mediaTypes[extname(name)] ?? 'application/octet-stream')
      .send(contents)
  })

  for (const url of ['/crm', '/crm/*']) {
    app.get(url, async (request, reply) => {
      const page = new TextDecoder().decode((await load()).get('index.html'))
      return reply
        .headers({ ...sharedHeaders, ...pageHeaders })
        .type('text/html; charset=utf-8')
        .send(page.replaceAll('="assets/', `="${wayUp(request.url)}assets/`))
    })
  }
}

const mediaTypes: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
}

const sharedHeaders = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' }

// Nothing from elsewhere, nothing inline, no form that sends, no frame around it, and no text ever taken for HTML.
const pageHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-cache',
}

/** The way from a page to `/crm/`, relative, so that it is right behind any proxy that serves us below a path. */
function wayUp(url: string): string {
  const [path = ''] = url.split('?')
  return path === '/crm' ? 'crm/' : '../'.repeat(path.split('/').length - 3)
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
