import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress } from 'node:zlib'
import { build, type Metafile } from 'esbuild'

const source = join(import.meta.dirname, 'src')

/** Files by their path below `/crm/`: `index.html`, and what it loads from `assets/`, whose names change with their text. */
export type WebFiles = Map<string, Uint8Array>

/** Writes the web app into a folder, which the server reads as `web` beside its own bundle; each asset compressed too. */
export async function buildWeb(outdir: string): Promise<void> {
  for (const [path, contents] of await withCompressed(await bundleWeb())) {
    const file = join(outdir, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, contents)
  }
}

const compress = promisify(brotliCompress)

async function withCompressed(files: WebFiles): Promise<WebFiles> {
  const assets = [...files].filter(([path]) => path.startsWith('assets/'))
  const compressed = assets.map(async ([path, contents]) => [`${path}.br`, await compress(contents)] as const)
  return new Map([...files, ...(await Promise.all(compressed))])
}

/** Bundles the web app in memory. Throws when the sources do not compile. */
export async function bundleWeb(): Promise<WebFiles> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: import.meta.dirname,
    entryPoints: { app: 'src/main.tsx' },
    outdir: 'out',
    entryNames: 'assets/[name]-[hash]',
    chunkNames: 'assets/[name]-[hash]',
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    jsx: 'automatic',
    charset: 'utf8',
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning',
  })
  const out = join(import.meta.dirname, 'out')
  const assets = outputFiles.map(({ path, contents }) => [relative(out, path).replaceAll('\\', '/'), contents] as const)
  const template = await readFile(join(source, 'index.html'), 'utf8')
  return new Map([['index.html', Buffer.from(pageOf(template, metafile))], ...assets])
}

/** The page names the files that the app starts with; those that its script imports are asked for at once. */
function pageOf(template: string, { outputs }: Metafile): string {
  const [script, entry] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === 'src/main.tsx') ?? []
  if (!script || !entry?.cssBundle) throw new Error('the web app has no script or no styles')
  const below = (path: string) => path.slice('out/'.length)
  const preloads = entry.imports
    .filter(({ kind }) => kind === 'import-statement')
    .map(({ path }) => `<link rel="modulepreload" href="${below(path)}">\n`)
  return template
    .replace('"assets/app.css"', `"${below(entry.cssBundle)}"`)
    .replace('"assets/app.js"', `"${below(script)}"`)
    .replace('</head>', `${preloads.join('')}</head>`)
}
