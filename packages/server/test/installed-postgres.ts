import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { atDeath } from './at-death.ts'

const programs = existsSync('/usr/lib/postgresql')
  ? readdirSync('/usr/lib/postgresql')
      .filter((version) => existsSync(`/usr/lib/postgresql/${version}/bin/initdb`))
      .sort((left, right) => Number(left) - Number(right))
  : []

/** The version of the oldest PostgreSQL that this machine has installed; undefined when it has none. */
export const installedPostgres = programs[0]

/**
 * Starts the PostgreSQL that is installed, for a test file, and returns the URL of an empty database of it. It ends with the
 * tests, also when these are killed.
 */
export function startInstalledPostgres(): string {
  const bin = `/usr/lib/postgresql/${installedPostgres}/bin`
  const folder = mkdtempSync(join(tmpdir(), 'openfield-installed-'))
  const cluster = join(folder, 'cluster')
  mkdirSync(cluster, { mode: 0o700 })
  chmodSync(folder, 0o755)
  // PostgreSQL refuses to run as root.
  const asRoot = process.getuid?.() === 0
  if (asRoot) run('chown', ['postgres', cluster])
  const as = asRoot ? ['runuser', '-u', 'postgres', '--'] : []
  const unprivileged = (program: string, args: string[]) => {
    const [first = '', ...rest] = [...as, `${bin}/${program}`, ...args]
    run(first, rest)
  }
  const stop = [...as, `${bin}/pg_ctl`, '-D', cluster, '-m', 'immediate', '-w', 'stop']
  afterAll(atDeath(`${stop.join(' ')}; rm -rf ${folder}`))
  const port = 20_000 + (randomBytes(2).readUInt16LE() % 20_000)
  unprivileged('initdb', ['-D', cluster, '-U', 'openfield', '-E', 'UTF8', '--locale=C.UTF-8', '-A', 'trust', '-N'])
  const options = `-p ${port} -c listen_addresses= -k ${cluster} -c unix_socket_permissions=0777 -c fsync=off`
  unprivileged('pg_ctl', ['-D', cluster, '-w', '-l', join(cluster, 'log'), '-o', options, 'start'])
  // Whoever runs the tests has to reach the socket.
  if (asRoot) chmodSync(cluster, 0o700)
  return `postgresql:///postgres?${new URLSearchParams({ host: cluster, port: String(port), user: 'openfield' })}`

  function run(program: string, args: string[]) {
    const { status, stderr, stdout } = spawnSync(program, args, { cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] })
    if (status === 0) return
    const log = existsSync(join(cluster, 'log')) ? readFileSync(join(cluster, 'log'), 'utf8') : ''
    throw new Error(`${program} ${args.join(' ')}: ${stderr}${stdout}${log}`)
  }
}
