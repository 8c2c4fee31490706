import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runChild } from './child.mjs'
import { NotReady, root, seconds } from './clone.mjs'

/** Whether npm's own record of what it installed says what the lock file says. */
export function isInstalled() {
  const record = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(record)) return false
  const { packages: installed } = readJson(record)
  const { packages: locked } = readJson(join(root, 'package-lock.json'))
  return Object.entries(locked).every(([path, { version, integrity, optional, devOptional, peer }]) => {
    if (!path.includes('node_modules')) return true
    const here = installed[path]
    if (here === undefined) return optional || devOptional || peer
    return here.version === version && here.integrity === integrity
  })
}

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'))

/** Installs what the lock file says, with npm's progress and errors on standard error. Throws NotReady when that fails. */
export async function install() {
  console.error('Installing dependencies (once) …')
  const began = Date.now()
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const { code, stalled } = await npmCi()
    if (code === 0) return console.error(`Installed in ${seconds(began)}.`)
    if (!stalled) break
    console.error('npm has come to a standstill; trying again …')
  }
  throw new NotReady('The dependencies could not be installed: npm ci failed, for the reason above. Try again.')
}

async function npmCi() {
  const [program, ...before] = npm()
  const options = ['--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']
  let stalled = false
  const code = await runChild(program, [...before, 'ci', ...options], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32' && before.length === 0,
    started: (child) => {
      // What is only called npm may be a script that waits for the real one.
      if (before.length === 0) return
      onStandstill(child, () => {
        stalled = true
        child.kill('SIGKILL')
      })
    },
  }).catch((error) => {
    throw new NotReady(`The dependencies could not be installed: npm cannot be run (${error.message}).`)
  })
  return { code, stalled }
}

/** The npm that runs us, with its own Node, which unlike the one in node_modules survives an installation. */
function npm() {
  const { npm_execpath: path = '', npm_node_execpath: node = '' } = process.env
  const program = join(dirname(path), 'npm-cli.js')
  return /np[mx]-cli\.js$/.test(path) && existsSync(program) && existsSync(node) ? [node, program] : ['npm']
}

const standstillSeconds = 60

/**
 * On a busy machine npm at times waits for ever for the rest of a package that it has received. Where the system tells
 * how much a process has read and written, a minute of nothing at all counts as that.
 */
function onStandstill(child, act) {
  let last = ''
  let idleSeconds = 0
  const timer = setInterval(() => {
    const now = readAndWritten(child.pid)
    idleSeconds = now === last ? idleSeconds + 5 : 0
    last = now
    if (now !== '' && idleSeconds >= standstillSeconds) act()
  }, 5_000)
  child.once('exit', () => clearInterval(timer))
  child.once('error', () => clearInterval(timer))
}

function readAndWritten(pid) {
  try {
    return readFileSync(`/proc/${pid}/io`, 'utf8')
  } catch {
    return ''
  }
}
