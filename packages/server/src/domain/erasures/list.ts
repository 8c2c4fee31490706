import { listErasures } from '../../storage/erasures.ts'
import { type Context, withDefinitions } from '../context.ts'
import { prefixIn, presentErasure } from './erase.ts'

/** What was erased in the workspace, the newest first. */
export const readErasures = (ctx: Context) =>
  withDefinitions(ctx, async (definitions) => {
    const found = await listErasures(ctx.db, ctx.workspace)
    const data = found.map((one) => presentErasure(one, prefixIn(definitions)))
    return { object: 'list', data, totalCount: data.length }
  })
