import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

type Options = {
  /** Passwords by user. Whoever is named by a token need not be among them. */
  users: Record<string, string>
  /** The folders of Gmail, where `All Mail` holds what all others show. */
  gmail?: boolean
}

/**
 * A real IMAP server on ports of its own, with its mail in a temporary folder: STARTTLS with a certificate of its own,
 * passwords, and XOAUTH2 with the tokens that `tokens` holds. Works as root and as anybody else. The caller closes it.
 */
export async function startDovecot(options: Options): ReturnType<typeof tryDovecot> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await tryDovecot(options)
    } catch (error) {
      // A port that was free may be taken by the time it is asked for.
      if (tries === 3) throw error
    }
  }
}

async function tryDovecot({ users, gmail = false }: Options) {
  const folder = mkdtempSync(join(tmpdir(), 'openfield-dovecot-'))
  // Root starts it as nobody, so that it is one and the same everywhere.
  const account = process.geteuid?.() === 0 ? { uid: 65534, gid: 65534 } : undefined
  const own = (path: string) => account && chownSync(path, account.uid, account.gid)
  const [port, tlsPort] = [await freePort(), await freePort()]
  const introspection = await startIntrospection()
  const certificate = join(folder, 'certificate.pem')
  const configuration = join(folder, 'dovecot.conf')

  chmodSync(folder, 0o755)
  for (const name of ['run', 'state', 'mail']) mkdirSync(join(folder, name))
  makeCertificate(folder)
  const passwords = new Map(Object.entries(users))
  const writePasswords = () => {
    const lines = Array.from(passwords, ([user, password]) => `${user}:{PLAIN}${password}::::::\n`)
    writeFileSync(join(folder, 'passwords'), lines.join(''))
  }
  writePasswords()
  writeFileSync(join(folder, 'oauth2.conf'), oauthConfiguration(introspection.url))
  writeFileSync(
    configuration,
    mainConfiguration(folder, { port, tlsPort, gmail, user: account ? 'nobody' : undefined }),
  )
  for (const name of ['', 'run', 'state', 'mail', 'passwords', 'key.pem']) own(join(folder, name))

  let process_: ChildProcess | undefined
  const start = async () => {
    const child = spawn('/usr/sbin/dovecot', ['-F', '-c', configuration], {
      ...account,
      stdio: 'ignore',
      detached: true,
    })
    process_ = child
    const ended = once(child, 'exit').then(() => Promise.reject(new Error(`Dovecot ended: ${log()}`)))
    ended.catch(() => {})
    await Promise.race([answers(port), ended])
  }
  // It may end before it has one.
  const log = () =>
    existsSync(join(folder, 'log')) ? readFileSync(join(folder, 'log'), 'utf8').slice(-2000) : 'no log'
  /** Ends it, and with it every connection. */
  const stop = async () => {
    if (!process_?.pid || process_.exitCode !== null) return
    const exit = once(process_, 'exit')
    process_.kill('SIGTERM')
    await exit
    // Its parts would serve those who are connected to the end.
    try {
      process.kill(-process_.pid, 'SIGKILL')
    } catch {
      // They are gone.
    }
  }
  const doveadm = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)('/usr/bin/doveadm', ['-c', configuration, ...args], { ...account })
    return stdout
  }
  /** The folder on disk of a mailbox, made when it is not there. */
  const maildir = async (user: string, name: string) => {
    if (name !== 'INBOX') await doveadm('mailbox', 'create', '-u', user, name).catch(() => {})
    const path = join(folder, 'mail', user, name === 'INBOX' ? '' : `.${name.replaceAll('/', '.')}`)
    for (const part of ['', 'tmp', 'new', 'cur']) {
      mkdirSync(join(path, part), { recursive: true })
      own(join(path, part))
    }
    own(join(folder, 'mail', user))
    return path
  }

  await start().catch(async (error) => {
    introspection.close()
    rmSync(folder, { recursive: true, force: true })
    throw error
  })
  return {
    host: '127.0.0.1',
    port,
    tlsPort,
    certificate: readFileSync(certificate, 'utf8'),
    /** Who may come in with which token: user by token. One that is deleted is refused from then on. */
    tokens: introspection.tokens,
    start,
    stop,
    log,
    setPassword(user: string, password: string) {
      passwords.set(user, password)
      writePasswords()
    },
    /** Runs `doveadm`, e.g. `move`, `expunge` or `kick`. */
    doveadm,
    /** Puts messages into a folder, as a delivery would, or with flags of Maildir, such as `:2,D` for drafts. */
    async deliver(user: string, messages: readonly (string | Buffer)[], mailbox = 'INBOX', flags = ''): Promise<void> {
      const path = await maildir(user, mailbox)
      for (const message of messages) {
        const name = `${Date.now()}.${randomUUID()}.test`
        writeFileSync(join(path, 'tmp', name), message)
        own(join(path, 'tmp', name))
        renameSync(join(path, 'tmp', name), join(path, flags === '' ? 'new' : 'cur', name + flags))
      }
    },
    /** Builds a folder anew from what is in it: every message gets another UID, under another UIDVALIDITY. */
    async rebuild(user: string, mailbox = 'INBOX') {
      const path = await maildir(user, mailbox)
      await stop()
      for (const name of ['dovecot-uidlist', 'dovecot.index', 'dovecot.index.log', 'dovecot.index.cache']) {
        rmSync(join(path, name), { force: true })
      }
      rmSync(join(folder, 'mail', user, 'dovecot.list.index.log'), { force: true })
      await start()
    },
    async close() {
      await stop()
      introspection.close()
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** Says to Dovecot whom a token belongs to, while it is known. */
async function startIntrospection() {
  const tokens = new Map<string, string>()
  const server = createServer((request, response) => {
    const token = new URL(request.url ?? '', 'http://here').searchParams.get('token') ?? ''
    const user = tokens.get(token)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(user === undefined ? { active: 'false' } : { active: 'true', username: user }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { tokens, url: `http://127.0.0.1:${port}/introspect?token=`, close: () => server.close() }
}

function makeCertificate(folder: string) {
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30']
  execFileSync('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', certificate, ...subject], {
    stdio: 'ignore',
  })
  chmodSync(key, 0o600)
}

const oauthConfiguration = (url: string) => `
introspection_mode = get
introspection_url = ${url}
username_attribute = username
active_attribute = active
active_value = true
`

type Places = { port: number; tlsPort: number; gmail: boolean; user: string | undefined }

function mainConfiguration(folder: string, { port, tlsPort, gmail, user = userInfo().username }: Places) {
  // What Dovecot would do as root to shield its parts from each other, it cannot do as somebody else.
  const open = ['anvil', 'imap-login', 'stats', 'ipc', 'dns-client', 'old-stats', 'director', 'imap-urlauth-login']
  const prefix = gmail ? '[Gmail]/' : ''
  const mailboxes = {
    Drafts: 'Drafts',
    [gmail ? 'Spam' : 'Junk']: 'Junk',
    Trash: 'Trash',
    [gmail ? 'Sent Mail' : 'Sent']: 'Sent',
  }
  const all = gmail ? { 'All Mail': 'All' } : {}
  return `
protocols = imap
listen = 127.0.0.1
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
instance_name = ${folder}
default_internal_user = ${user}
default_login_user = ${user}
default_internal_group =
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:${folder}/mail/%u
mail_max_userip_connections = 100
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
disable_plaintext_auth = no
ssl = yes
ssl_cert = <${folder}/certificate.pem
ssl_key = <${folder}/key.pem
${open.map((name) => `service ${name} {\n  chroot =\n}`).join('\n')}
service anvil {
  # Nobody waits because somebody used a wrong password before.
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service imap-login {
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = ${tlsPort}
    ssl = yes
  }
}
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = ${folder}/oauth2.conf
}
passdb {
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN username_format=%u ${folder}/passwords
}
userdb {
  driver = static
  args = uid=${user} gid=${userGroup(user)} home=${folder}/mail/%u allow_all_users=yes
}
namespace inbox {
  inbox = yes
  separator = /
${Object.entries({ ...mailboxes, ...all })
  .map(([name, use]) => `  mailbox "${prefix}${name}" {\n    auto = create\n    special_use = \\${use}\n  }`)
  .join('\n')}
}
`
}

const userGroup = (user: string) => execFileSync('id', ['-g', user], { encoding: 'utf8' }).trim()

async function freePort(): Promise<number> {
  const server = createTcpServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Resolves when a port greets whoever calls. */
async function answers(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const greeted = await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => undefined)]).catch(
      () => undefined,
    )
    socket.destroy()
    if (greeted) return
    await sleep(50)
  }
}
