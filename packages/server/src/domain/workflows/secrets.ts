import { randomBytes } from 'node:crypto'
import { unprocessable } from '@openfield/schema'
import type { Connection } from '../../storage/database.ts'
import { listWorkflows, type SealedSecret, type StoredWorkflow, setSecrets } from '../../storage/workflows.ts'
import type { Context } from '../context.ts'
import { CannotOpen, open, type Sealer, seal, sealAgain } from '../encryption.ts'
import { workflowId } from './ids.ts'

type Bringing = Sealer & Pick<Context, 'now'>

/** After a renewal, the secret before counts for so long still. */
const overlapMs = 24 * 60 * 60 * 1000

const placeOf = (workflow: string) => `workflow ${workflowId(workflow)}`

export const newSigningSecret = () => `whsec_${randomBytes(32).toString('base64')}`

/** A secret that somebody chose. Throws a 422 for what is none. */
export function readSigningSecret(secret: string): string {
  const [, text = ''] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? []
  const { length } = Buffer.from(text, 'base64')
  if (length >= 24 && length <= 64) return secret
  throw unprocessable('A secret is whsec_ and 24 to 64 bytes in base64.', 'secret')
}

/** A workflow's secrets with a new one in front; the one that was in use counts for a while longer. */
export async function withSecret(
  ctx: Bringing,
  workflow: string,
  old: readonly SealedSecret[],
  secret: string,
): Promise<SealedSecret[]> {
  const [current] = old
  const until = new Date(ctx.now().getTime() + overlapMs).toISOString()
  const fresh = { sealed: await seal(ctx, secret, placeOf(workflow)), until: null }
  return [fresh, ...(current ? [{ sealed: current.sealed, until }] : [])]
}

/** The secrets of a workflow that count now, the one in use first. Throws a 422 when this server can open none of them. */
export async function openSecrets(
  ctx: Pick<Context, 'encryptionKey' | 'workspace' | 'now'>,
  workflow: string,
  secrets: readonly SealedSecret[],
): Promise<{ secret: string; until: string | null }[]> {
  const now = ctx.now().toISOString()
  const current = secrets.filter(({ until }) => until === null || until > now)
  const opened: { secret: string; until: string | null }[] = []
  let failure: CannotOpen | undefined
  for (const { sealed, until } of current) {
    try {
      opened.push({ secret: await open(ctx, sealed, placeOf(workflow)), until })
    } catch (error) {
      if (!(error instanceof CannotOpen)) throw error
      failure ??= error
    }
  }
  if (opened.length === 0 && failure) throw unprocessable(`${failure.message} Here that is: ask for another secret.`)
  return opened
}

/**
 * Seals the secrets of workflows that have come with their workspace, and were sealed there, for here. One whose secret
 * cannot be opened gets a new one; returns the names of these.
 */
export async function bringSecrets(ctx: Bringing & { db: Connection }, origins: readonly Sealer[]): Promise<string[]> {
  const renewed: string[] = []
  for (const { id, name, secrets } of await listWorkflows<StoredWorkflow>(ctx.db, ctx.workspace, null)) {
    const brought: SealedSecret[] = []
    for (const { sealed, until } of secrets) {
      const again = await sealAgain(ctx, origins, sealed, placeOf(id))
      if (again) brought.push({ sealed: again, until })
    }
    const isOpen = brought.some(({ until }) => until === null)
    if (!isOpen) renewed.push(name)
    await setSecrets(ctx.db, ctx.workspace, id, isOpen ? brought : await withSecret(ctx, id, [], newSigningSecret()))
  }
  return renewed
}
