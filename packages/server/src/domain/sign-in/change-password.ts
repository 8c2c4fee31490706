import { unprocessable } from '@openfield/schema'
import { findPassword } from '../../storage/passwords.ts'
import { deleteSessionsOf } from '../../storage/sessions.ts'
import type { Context } from '../context.ts'
import { matchPassword, setPassword } from './passwords.ts'
import { requireAccount } from './sessions.ts'

/** Gives the caller another password, and signs them out everywhere else. */
export async function changePassword(ctx: Context, { current, password }: { current: string; password: string }) {
  const member = requireAccount(ctx)
  const hash = await findPassword(ctx.db, ctx.workspace, member)
  if (hash === undefined) throw unprocessable('You have no password yet: ask for a link to choose one.', 'current')
  const [isRight] = await matchPassword(current, [hash])
  if (!isRight) throw unprocessable('This is not your current password.', 'current')
  await setPassword(ctx, member, password)
  await deleteSessionsOf(ctx.db, ctx.workspace, member, ctx.caller?.session)
}
