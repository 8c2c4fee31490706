/** On a database of several nodes: `everywhere` is copied to each, beside the tenant tables that it is read with. */
type ControlTable = { why: string; on: 'everywhere' | 'coordinator' }

/**
 * Tables that belong to no workspace, each with why. All others are tenant tables: their keys start with workspace_id, and
 * every statement on one says in which workspace, so that the schema shards by it.
 */
export const controlTables: Readonly<Record<string, ControlTable>> = {
  workspace: { why: 'the list of workspaces itself', on: 'everywhere' },
  key_lookup: { why: 'leads from the hash of an API key to its workspace', on: 'everywhere' },
  session: { why: 'is found by the hash of a cookie, before a workspace is known', on: 'everywhere' },
  sign_in_link: { why: 'is found by the hash of a secret, before a workspace is known', on: 'everywhere' },
  workflow_hook: {
    why: 'is found by the hash of the secret in an address, before a workspace is known',
    on: 'everywhere',
  },
  secret: { why: 'what the installation signs with', on: 'coordinator' },
  rate_bucket: { why: 'budgets of requests, also of addresses and sessions', on: 'coordinator' },
  failed_attempt: { why: 'counts failures to sign in, before a workspace is known', on: 'coordinator' },
  migration: { why: 'which migrations have run', on: 'coordinator' },
}
