import { readFileSync, realpathSync, type Stats, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname } from 'node:path'
import { DatabaseUnavailable } from './unavailable.ts'

/** An account of the operating system. */
export interface Account {
  readonly uid: number
  readonly gid: number
  /** Absent when the account is known by its number only. */
  readonly name?: string
}

/**
 * The account PostgreSQL runs under: our own or, since PostgreSQL refuses to run as root, for root the owner of the
 * cluster and, before there is one, the first of `postgres` and `nobody` that exists.
 */
export function accountFor(cluster: string): Account {
  if (!isRoot()) return ourOwn()
  const accounts = listAccounts()
  const owner = statSync(cluster, { throwIfNoEntry: false })
  if (owner && owner.uid !== 0)
    return accounts.find(({ uid }) => uid === owner.uid) ?? { uid: owner.uid, gid: owner.gid }
  const found = ['postgres', '_postgres', 'nobody'].map((name) => accounts.find((account) => account.name === name))
  const account = found.find((candidate) => candidate !== undefined)
  if (account) return account
  throw new DatabaseUnavailable(
    'PostgreSQL cannot run as root, and there is no user "postgres" or "nobody" it could run as instead. ' +
      'Create one (useradd --system postgres), start Openfield as another user, or set DATABASE_URL.',
  )
}

/** Whether we may act as other accounts. */
export const isRoot = (): boolean => process.geteuid?.() === 0

/**
 * Whether an account can walk to a path and read it (and run it, when it is a program). Goes by owner, group and
 * mode; access lists are not looked at.
 */
export function canReach(path: string, account: Account): boolean {
  try {
    const target = realpathSync(path)
    const stats = statSync(target)
    return allows(stats, account, stats.mode & 0o111 ? 0o5 : 0o4) && canEnter(dirname(target), account)
  } catch {
    return false
  }
}

function canEnter(folder: string, account: Account): boolean {
  const parent = dirname(folder)
  return allows(statSync(folder), account, 0o1) && (parent === folder || canEnter(parent, account))
}

function allows({ mode, uid, gid }: Stats, account: Account, wanted: number): boolean {
  const granted = uid === account.uid ? mode >> 6 : gid === account.gid ? mode >> 3 : mode
  return (granted & wanted) === wanted
}

function ourOwn(): Account {
  try {
    const { uid, gid, username } = userInfo()
    return { uid, gid, name: username }
  } catch {
    throw new DatabaseUnavailable(
      `PostgreSQL needs a name for the user it runs as, and user ${process.geteuid?.()} has none in /etc/passwd. ` +
        'Add an entry, start Openfield as a user that has one, or set DATABASE_URL.',
    )
  }
}

function listAccounts(): Required<Account>[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ name, uid, gid }) => name !== '' && uid > 0 && gid > 0)
}
