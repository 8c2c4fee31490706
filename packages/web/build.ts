import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { build } from 'esbuild'

const source = join(import.meta.dirname, 'src')

/** Files by their path below `/crm/`: `index.html`, and what it loads from `assets/`, whose names change with their text. */
export type WebFiles = Map<string, Uint8Array>

/** Writes the web page into a folder, which the server reads as `web` beside its own bundle. */
export async function buildWeb(outdir: string): Promise<void> {
  for (const [path, contents] of await bundleWeb()) {
    const file = join(outdir, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, contents)
  }
}

/** Bundles the web page in memory. Throws when the sources do not compile. */
export async function bundleWeb(): Promise<WebFiles> {
  const assets = await bundleAssets()
  let page = await readFile(join(source, 'index.html'), 'utf8')
  for (const path of assets.keys()) page = page.replace(`"${path.replace(/-[^-.]+\./, '.')}"`, `"${path}"`)
  return new Map([['index.html', Buffer.from(page)], ...assets])
}

async function bundleAssets(): Promise<WebFiles> {
  const { outputFiles } = await build({
    absWorkingDir: import.meta.dirname,
    entryPoints: ['src/main.ts', 'src/page.css'],
    outdir: 'out',
    entryNames: 'assets/[name]-[hash]',
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    charset: 'utf8',
    logLevel: 'warning',
  })
  const out = join(import.meta.dirname, 'out')
  return new Map(outputFiles.map(({ path, contents }) => [relative(out, path).replaceAll('\\', '/'), contents]))
}
