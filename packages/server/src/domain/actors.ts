import { type Definitions, decodeId, encodeId } from '@openfield/schema'
import { namesOfKeys, valuesOfMembers } from '../storage/actors.ts'
import type { Database } from '../storage/database.ts'
import { titleIn } from './records/names.ts'

/** Who made a change: a member who was signed in, or an API key and the member as whom it acts. */
export type Actor =
  | { type: 'member'; id: string; name: string | null }
  | { type: 'key'; id: string; name: string | null; member: { id: string; name: string | null } | null }

/** Says who made a change, by what the change has as its actor; null: the system itself. */
export type ActorOf = (stored: string | null) => Actor | null

/** Reads who some actors are. They are stored as public ids; those of API keys were stored as UUIDs once. */
export async function readActors(
  db: Database,
  workspace: number,
  types: Definitions,
  stored: readonly (string | null)[],
): Promise<ActorOf> {
  const all = [...new Set(stored)].flatMap((one) => (one === null ? [] : [one]))
  const memberIds = all.flatMap((one) => decodeId('mem', one) ?? [])
  const keyIds = all.filter((one) => !one.startsWith('mem_')).map(uuidOfKey)
  const keys = keyIds.length === 0 ? [] : await namesOfKeys(db, workspace, keyIds)
  const wanted = [...memberIds, ...keys.flatMap(({ memberId }) => memberId ?? [])]
  const member = types.get('member')
  const members =
    member && wanted.length > 0 ? await valuesOfMembers(db, workspace, member.number, wanted, member.title) : []
  const nameOf = (uuid: string) => {
    const found = members.find(({ id }) => id === uuid)
    return found && member ? titleIn(member, found.values) : null
  }
  return (one) => {
    if (one === null) return null
    const uuid = decodeId('mem', one)
    if (uuid) return { type: 'member', id: one, name: nameOf(uuid) }
    const key = keys.find(({ id }) => id === uuidOfKey(one))
    const { memberId = null } = key ?? {}
    return {
      type: 'key',
      id: encodeId('key', uuidOfKey(one)),
      name: key?.name ?? null,
      member: memberId === null ? null : { id: encodeId('mem', memberId), name: nameOf(memberId) },
    }
  }
}

const uuidOfKey = (stored: string) => decodeId('key', stored) ?? stored

/** An actor as those see it who may not read members: without the names. */
export const nameless = (actor: Actor | null): Actor | null =>
  actor && {
    ...actor,
    name: null,
    ...(actor.type === 'key' && { member: actor.member && { ...actor.member, name: null } }),
  }
