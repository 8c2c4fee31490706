import { decodeId, encodeId, forbidden, newUuid, noResource, unprocessable } from '@openfield/schema'
import { deleteView, findView, listViews, placeForView, type View, writeView } from '../../storage/views.ts'
import { type Context, withDefinitions } from '../context.ts'
import { hasScope, requireScope } from '../records/access.ts'
import { findType } from '../records/definitions.ts'
import { memberOf } from './member.ts'

export type ViewChange = Partial<Pick<View, 'name' | 'shared' | 'position' | 'layout' | 'query' | 'columns'>>
export type NewView = ViewChange & Pick<View, 'objectType' | 'name'>

/** A member who makes ever more views has a program that does so. */
export const viewsMax = 500

/** The caller's own views and the shared ones, in their order, of one object type or of all that the caller may read. */
export const listMyViews = (ctx: Context, objectType: string | undefined) =>
  withDefinitions(ctx, async (definitions) => {
    const member = memberOf(ctx)
    if (objectType !== undefined) requireScope(ctx, findType(definitions, objectType), 'read')
    const views = await listViews(ctx.db, ctx.workspace, member, objectType)
    const data = views.flatMap((view) => {
      const definition = definitions.types.get(view.objectType)
      return definition && hasScope(ctx, definition, 'read') ? [presentView(view)] : []
    })
    return { object: 'list', data, totalCount: data.length }
  })

/** Saves a view as the caller's own. Throws a 404 for an object type that is none. */
export const createView = (ctx: Context, input: NewView) =>
  withDefinitions(ctx, async (definitions) => {
    const member = memberOf(ctx)
    requireScope(ctx, findType(definitions, input.objectType), 'read')
    const { count, position } = await placeForView(ctx.db, ctx.workspace, member, input.objectType)
    if (count >= viewsMax) throw unprocessable(`You have ${viewsMax} views: delete one first.`)
    const at = ctx.now()
    const unsaid = { shared: false, position, layout: 'table', query: '', columns: [] } as const
    const view = {
      ...unsaid,
      ...input,
      columns: input.columns ?? [],
      id: newUuid(),
      owner: member,
      createdAt: at,
      updatedAt: at,
    }
    await writeView(ctx.db, ctx.workspace, member, view)
    return presentView(view)
  })

/** Changes a view; what the input does not name stays. */
export async function updateView(ctx: Context, id: string, input: ViewChange) {
  const view = await requireView(ctx, id)
  const changed = { ...view, ...input, updatedAt: ctx.now() }
  await writeView(ctx.db, ctx.workspace, view.owner ?? memberOf(ctx), changed)
  return presentView(changed)
}

/** Removes a view for good. Returns it as it was. */
export async function removeView(ctx: Context, id: string) {
  const view = await requireView(ctx, id)
  await deleteView(ctx.db, ctx.workspace, view.id)
  return presentView(view)
}

/** A view that the caller may change: their own, or, as an admin, any that is shared. */
async function requireView(ctx: Context, id: string): Promise<View> {
  const member = memberOf(ctx)
  const uuid = decodeId('view', id)
  const view = uuid && (await findView(ctx.db, ctx.workspace, member, uuid))
  if (!view) throw noResource('views')
  if (view.owner === member || ctx.caller?.role === 'admin') return view
  throw forbidden('Only its owner and admins may change a shared view. Save one of your own instead.')
}

const presentView = ({ id, owner, createdAt, updatedAt, ...view }: View) => ({
  id: encodeId('view', id),
  ...view,
  ownerId: owner === null ? null : encodeId('mem', owner),
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
})
