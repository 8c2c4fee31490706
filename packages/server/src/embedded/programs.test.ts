import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, cpSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { type Account, isRoot } from './account.ts'
import { installedPrograms, type Programs, programsFor } from './programs.ts'

const ours: Account = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 }
const nobody: Account = { uid: 65534, gid: 65534, name: 'nobody' }
const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

it('runs the programs where npm put them', () => {
  const installed = installedPrograms()
  expect(programsFor(ours, [newFolder()], installed)).toBe(installed.folder)
  expect(installed.version).toMatch(/^18\./)
})

it('names the platform that has no package', () => {
  expect(() => installedPrograms('sunos', 'sparc')).toThrow('There is no PostgreSQL for sunos-sparc here')
})

it('adds the links to libraries that an install without scripts leaves out', () => {
  const installed = installWithoutScripts()
  expect(() => versionOf(installed.folder)).toThrow()
  expect(programsFor(ours, [], installed)).toBe(installed.folder)
  expect(versionOf(installed.folder)).toContain('PostgreSQL')
})

it.skipIf(!isRoot())('copies them, once, to the first place the account can go, and opens them to it', () => {
  const installed = installWithoutScripts()
  chmodSync(join(installed.folder, 'bin/postgres'), 0o700)
  const [closed, place] = [newFolder(), newFolder(0o755)]
  expect(() => versionOf(installed.folder, nobody)).toThrow()

  const copy = programsFor(nobody, [closed, place], installed)
  expect(copy).toBe(join(place, `postgresql-${installed.version}`))
  expect(versionOf(copy, nobody)).toContain('PostgreSQL')
  expect(readdirSync(closed)).toEqual([])

  const made = statSync(copy).ino
  expect(programsFor(nobody, [closed, place], installed)).toBe(copy)
  expect(statSync(copy).ino).toBe(made)
})

it.skipIf(!isRoot())('does not trust a copy that another account could have prepared', () => {
  const installed = installWithoutScripts()
  const [shared, place] = [newFolder(0o755), newFolder(0o755)]
  mkdirSync(join(shared, `postgresql-${installed.version}`))
  chownSync(join(shared, `postgresql-${installed.version}`), nobody.uid, nobody.gid)
  expect(programsFor(nobody, [shared, place], installed)).toBe(join(place, `postgresql-${installed.version}`))
  expect(() => programsFor(nobody, [shared], installed)).toThrow(/nobody, as whom PostgreSQL runs, can reach neither/)
})

function newFolder(mode = 0o700): string {
  const folder = mkdtempSync(join(tmpdir(), 'openfield-test-'))
  chmodSync(folder, mode)
  folders.push(folder)
  return folder
}

/** What `npm ci --ignore-scripts` leaves behind, in a folder closed to others, without the many files of `share`. */
function installWithoutScripts(): Programs {
  const { folder, version } = installedPrograms()
  const copy = join(newFolder(), 'native')
  const share = join(folder, 'share/postgresql/')
  const isWanted = (path: string) => !path.startsWith(share) || path.endsWith('postgres.bki')
  cpSync(folder, copy, { recursive: true, filter: (path) => isWanted(path) && !lstatSync(path).isSymbolicLink() })
  return { folder: copy, version }
}

function versionOf(folder: string, account = ours): string {
  const user = isRoot() ? { uid: account.uid, gid: account.gid } : {}
  return execFileSync(join(folder, 'bin/postgres'), ['--version'], { ...user, encoding: 'utf8', stdio: 'pipe' })
}
