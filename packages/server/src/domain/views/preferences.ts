import { ApiError } from '@openfield/schema'
import { changePreferences, readPreferences, type Settings } from '../../storage/views.ts'
import type { Context } from '../context.ts'
import { memberOf } from './member.ts'

const bytesMax = 16 * 1024

/** What the web app remembers of the member who calls. */
export const retrievePreferences = async (ctx: Context) => readPreferences(ctx.db, ctx.workspace, memberOf(ctx))

/** Changes some of it; null forgets. Returns all of it. Throws a 413 when it would be more than there is room for. */
export async function updatePreferences(ctx: Context, changes: Settings): Promise<Settings> {
  const settings = await changePreferences(ctx.db, ctx.workspace, memberOf(ctx), changes, bytesMax)
  if (settings) return settings
  throw new ApiError('payload_too_large', undefined, 'There is room for 16 KiB of preferences; forget some first.', {
    retry: false,
  })
}
