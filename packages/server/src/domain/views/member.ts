import { decodeId, forbidden } from '@openfield/schema'
import type { Context } from '../context.ts'

/** The stored id of the member who calls. Throws a 403 for keys of the workspace, which are nobody. */
export function memberOf({ caller }: Context): string {
  const member = caller?.subjectType === 'user' ? decodeId('mem', caller.memberId ?? '') : undefined
  if (member) return member
  throw forbidden('This belongs to a member: sign in, or use an API key that acts as a member.')
}
