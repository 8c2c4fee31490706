/**
 * Bundles the server into `dist/<build>/` and, last, points `dist/openfield.mjs` to it: whoever starts sees the old
 * build or the new one, and a running server keeps the files of its own.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as esbuild from 'esbuild'
import { buildWeb } from '../packages/web/build.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
const started = new Date()
const name = `build-${started.getTime().toString(36)}`
const folder = join(dist, name)

await esbuild
  .build({
    absWorkingDir: root,
    entryPoints: { openfield: 'packages/server/src/main.ts' },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    sourcemap: true,
    // pg-native is never there: pg tries it only when asked to. Native code stays where it is installed.
    external: ['pg-native', '@node-rs/argon2'],
    // Bundled CommonJS packages call require for what Node brings.
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
    plugins: [{ name: 'assets', setup: (build) => build.onLoad({ filter: /[\\/]packages[\\/].*\.ts$/ }, withAssets) }],
    logLevel: 'warning',
  })
  .catch(() => {
    rmSync(folder, { recursive: true, force: true })
    process.exit(1)
  })
await buildWeb(join(folder, 'web'))
pointToBuild()

/**
 * Files that our code reads at run time, which it names by `new URL('…', import.meta.url)`, are copied into the build
 * and named by their place there.
 */
function withAssets({ path }) {
  const source = readFileSync(path, 'utf8')
  const contents = source.replace(/new URL\('(\.\.?\/[^']*)', import\.meta\.url\)/g, (_, wanted) => {
    const asset = resolve(dirname(path), wanted)
    const copy = `assets/${relative(root, asset).replaceAll('\\', '/')}${wanted.endsWith('/') ? '/' : ''}`
    cpSync(asset, join(folder, copy), { recursive: true })
    return `new URL('./${copy}', import.meta.url)`
  })
  return { contents, loader: 'ts' }
}

/** The bundle counts as made when this started: what changed since is not in it. */
function pointToBuild() {
  const entry = join(dist, 'openfield.mjs')
  const previous = readdirSync(dist).includes('openfield.mjs') ? readFileSync(entry, 'utf8') : ''
  const draft = `${folder}.mjs`
  writeFileSync(
    draft,
    `import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

enableCompileCache(fileURLToPath(new URL('./${name}/compiled', import.meta.url)))
await import('./${name}/openfield.mjs')
`,
  )
  // One run fills the cache of compiled code, from which the first start profits already.
  spawnSync(process.execPath, [draft, 'config'], { stdio: 'ignore' })
  utimesSync(draft, started, started)
  renameSync(draft, entry)
  for (const old of readdirSync(dist)) {
    if (old.startsWith('build-') && old !== name && !previous.includes(old)) {
      rmSync(join(dist, old), { recursive: true, force: true })
    }
  }
}
