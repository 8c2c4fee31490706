import type { Relationship } from '@openfield/schema'
import { linkedTo } from '../../storage/lookups.ts'
import type { Context } from '../context.ts'
import { findType } from './definitions.ts'
import type { LinkChange } from './relationships.ts'

/** Links for a new record through one of its relationships; none to nothing. */
export const linksTo = (relationship: Relationship | undefined, added: readonly string[]): LinkChange[] =>
  relationship && added.length > 0 ? [{ relationship, added: [...new Set(added)], removed: [] }] : []

/** The records that any of some records of a type is linked to through a relationship. */
export async function linkedThrough(
  ctx: Context,
  objectType: string,
  key: string,
  ids: readonly string[],
): Promise<string[]> {
  const relationship = findType(await ctx.definitions.get(ctx), objectType).relationships.get(key)
  return relationship && ids.length > 0 ? linkedTo(ctx.db, ctx.workspace, relationship, ids) : []
}
