import { forbidden } from '@openfield/schema'
import type { Context, System } from '../context.ts'
import { isEqual, signatureOf } from '../files/signed-urls.ts'
import { type Author, authorOf, callerOf } from '../imports/author.ts'

const goodForMs = 5 * 60 * 1000

/** An address from which a download can be had for a while by whoever has it, without a key: for browsers. */
export async function linkTo(ctx: Context, path: string) {
  const expiresAt = new Date(ctx.now().getTime() + goodForMs)
  const grant = { path, workspace: ctx.workspace, author: authorOf(ctx), expires: expiresAt.getTime() }
  const signed = `/downloads?grant=${Buffer.from(JSON.stringify(grant)).toString('base64url')}`
  const url = `${ctx.publicUrl}${signed}&signature=${signatureOf(await ctx.urlSecret(), 'GET', signed)}`
  return { url, expiresAt: expiresAt.toISOString() }
}

type Grant = { path: string; workspace: number; author: Author | null; expires: number }

/** What an address is good for, and in whose name. Throws a 403 when anything of it was changed or its time is over. */
export async function requireLink(system: System, address: string): Promise<{ ctx: Context; path: string }> {
  const [, signed = '', grant = '', signature = ''] = pattern.exec(address) ?? []
  if (!isEqual(signature, signatureOf(await system.urlSecret(), 'GET', signed))) {
    throw forbidden('This address is not as it was given. Ask for a new one.')
  }
  const { path, workspace, author, expires } = JSON.parse(Buffer.from(grant, 'base64url').toString()) as Grant
  if (expires <= system.now().getTime()) throw forbidden('The time of this address is over. Ask for a new one.')
  return { ctx: { ...system, workspace, caller: callerOf(author) }, path }
}

const pattern = /^(\/downloads\?grant=([\w-]+))&signature=([\w-]+)$/
