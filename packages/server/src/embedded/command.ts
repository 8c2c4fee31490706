import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isRoot } from './account.ts'
import type { Cluster } from './cluster.ts'
import { placesForCopy, programsFor } from './programs.ts'

/**
 * How to run one of PostgreSQL's programs on a cluster. It stands in the cluster's folder and calls it
 * `/proc/self/cwd`, which works also where its account could not walk to the folder from the root. Of our environment,
 * which may hold secrets, it sees nothing but the search path.
 */
export function command(name: 'initdb' | 'postgres', { account, dataDir }: Cluster, folder: string) {
  return {
    path: join(programsFor(account, placesForCopy(dataDir)), 'bin', name),
    here: existsSync('/proc/self/cwd') ? '/proc/self/cwd' : folder,
    options: {
      cwd: folder,
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
      ...(isRoot() && { uid: account.uid, gid: account.gid }),
    },
  }
}
