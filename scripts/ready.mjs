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
import { runChild } from './child.mjs'
import { NotReady, root, seconds } from './clone.mjs'
import { install, isInstalled } from './install.mjs'

/**
 * Installs the dependencies and builds, each only when needed. Returns the path of the Node that runs everything.
 * @param {{ built: boolean }} needs
 * @returns {Promise<string>}
 */
export async function makeReady({ built }) {
  if (isInstalled() && (!built || isBuilt())) return findNode()
  return alone(async () => {
    if (!isInstalled()) await install()
    const node = findNode()
    if (built && !isBuilt()) await build(node)
    return node
  })
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
  if (!stat.isDirectory()) return false
  return readdirSync(full).some((name) => name !== 'node_modules' && changedSince(join(path, name), time))
}

async function build(node) {
  const began = Date.now()
  const code = await runChild(node, [join(root, 'scripts', 'build.mjs')], { cwd: root, stdio: ['ignore', 2, 2] })
  if (code !== 0) throw new NotReady('The server could not be built; the reason stands above.')
  console.error(`Built in ${seconds(began)}.`)
}

/** Runs the work while no other process installs or builds in this clone; waits for one that does. */
async function alone(work) {
  const lock = join(root, 'dist', 'lock')
  for (let told = false; !take(lock); told = true) {
    if (!told) console.error(`Waiting for another process that installs or builds here (${lock}) …`)
    await wait(100)
  }
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

function take(lock) {
  try {
    mkdirSync(dirname(lock), { recursive: true })
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
