import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** The folder of the clone. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/** What keeps a command from running; the message says what to do. */
export class NotReady extends Error {}

/**
 * Installs the dependencies and builds, each only when needed. Returns the path of the Node that runs everything.
 * @param {{ built: boolean }} needs
 * @returns {Promise<string>}
 */
export async function makeReady({ built }) {
  if (isInstalled() && (!built || isBuilt())) return findNode()
  return alone(() => {
    if (!isInstalled()) install()
    const node = findNode()
    if (built && !isBuilt()) build(node)
    return node
  })
}

/** Whether npm's own record of what it installed says what the lock file says. */
function isInstalled() {
  const record = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(record)) return false
  const { packages: installed } = readJson(record)
  const { packages: locked } = readJson(join(root, 'package-lock.json'))
  return Object.entries(locked).every(([path, { version, integrity, optional, devOptional, peer }]) => {
    const here = installed[path]
    if (path === '' || !path.includes('node_modules')) return true
    return here === undefined ? optional || devOptional || peer : here.version === version && here.integrity === integrity
  })
}

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'))

function install() {
  console.error('Installing dependencies (once) …')
  const started = Date.now()
  const [program, ...before] = npm()
  const options = ['--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']
  const { status, error } = spawnSync(program, [...before, 'ci', ...options], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32' && before.length === 0,
  })
  if (status !== 0) {
    const reason = error ? `: ${error.message}` : ''
    throw new NotReady(
      `The dependencies could not be installed (npm ci)${reason}. Nothing else was changed; try again.`,
    )
  }
  console.error(`Installed in ${seconds(started)}.`)
}

/** The npm that runs us, with its own Node, which unlike the one in node_modules survives an installation. */
function npm() {
  const { npm_execpath: path = '', npm_node_execpath: node = '' } = process.env
  const program = join(dirname(path), 'npm-cli.js')
  return /np[mx]-cli\.js$/.test(path) && existsSync(program) && existsSync(node) ? [node, program] : ['npm']
}

/** The Node of the platform's npm package, else the running one. */
function findNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const program = process.platform === 'win32' ? 'node.exe' : 'node'
  const packaged = join(root, 'node_modules', `node-${platform}-${process.arch}`, 'bin', program)
  if (existsSync(packaged)) return realpathSync(packaged)
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath
  throw new NotReady(
    `Openfield needs Node 22.18 or newer and runs on ${process.version} here. There is no Node for ` +
      `${process.platform}-${process.arch} among its packages, so install one: version 24 from nodejs.org.`,
  )
}

/** Whether the bundle is newer than everything that it is made of. */
function isBuilt() {
  const bundle = join(root, 'dist', 'openfield.mjs')
  if (!existsSync(bundle)) return false
  const builtAt = statSync(bundle).mtimeMs
  return !['package-lock.json', 'scripts/build.mjs', 'packages', 'docs'].some((path) => changedSince(path, builtAt))
}

/** Folders count too: they change when a file is added or removed. */
function changedSince(path, time) {
  const full = join(root, path)
  const stat = statSync(full, { throwIfNoEntry: false })
  if (!stat) return false
  if (stat.mtimeMs > time) return true
  return (
    stat.isDirectory() &&
    readdirSync(full).some((name) => name !== 'node_modules' && changedSince(join(path, name), time))
  )
}

function build(node) {
  const started = Date.now()
  const { status } = spawnSync(node, [join(root, 'scripts', 'build.mjs')], { cwd: root, stdio: ['ignore', 2, 2] })
  if (status !== 0) throw new NotReady('The server could not be built; the reason stands above.')
  console.error(`Built in ${seconds(started)}.`)
}

const seconds = (started) => `${((Date.now() - started) / 1000).toFixed(1)} s`

/** Runs the work while no other process installs or builds in this clone; waits for one that does. */
async function alone(work) {
  const lock = join(root, 'dist', 'lock')
  mkdirSync(dirname(lock), { recursive: true })
  for (let told = false; !take(lock); told = true) {
    if (!told) console.error(`Waiting for another process that installs or builds here (${lock}) …`)
    await wait(100)
  }
  try {
    return work()
  } finally {
    rmSync(lock, { force: true })
  }
}

function take(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw new NotReady(`Cannot write to ${dirname(lock)}: ${error.message}`)
    if (!holderLives(lock)) rmSync(lock, { force: true })
    return false
  }
}

function holderLives(lock) {
  try {
    process.kill(Number(readFileSync(lock, 'utf8')), 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
