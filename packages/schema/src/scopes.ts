/** Every scope a key can carry. A key without scopes has full access. Facts: the public scope table. */
const recordScopes = ['create', 'read', 'update', 'delete', 'restore'] as const
const recordGroups = [
  'accounts',
  'contacts',
  'opportunities',
  'tasks',
  'notes',
  'meetings',
  'lists',
  'custom_objects',
] as const

export type Scope =
  | `${(typeof recordGroups)[number]}:${(typeof recordScopes)[number]}`
  | 'files:create'
  | 'files:read'
  | 'emails:create'
  | 'emails:read'
  | 'members:read'
  | 'channels:read'
  | 'messages:read'

export const scopes: readonly Scope[] = [
  ...recordGroups.flatMap((group) => recordScopes.map((verb) => `${group}:${verb}` as const)),
  'files:create',
  'files:read',
  'emails:create',
  'emails:read',
  'members:read',
  'channels:read',
  'messages:read',
]
