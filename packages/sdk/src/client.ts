import type { Scope } from '@openfield/schema'
import { Admin } from './admin/index.ts'
import { Emails } from './emails.ts'
import { EnrichmentRuns } from './enrichment-runs.ts'
import { OpenfieldError } from './errors.ts'
import { Files } from './files.ts'
import { Lists, type MemberLists } from './lists.ts'
import { Merges } from './merges.ts'
import { CustomObjects } from './objects.ts'
import { connect, environment, type RequestOptions, type Send, type Settings } from './request.ts'
import { type Operations, Resource } from './resource.ts'
import { WorkflowRuns } from './workflow-runs.ts'

/** `session` instead of a key: for pages that the server itself serves, as whoever is signed in there. */
export type ClientOptions = Partial<Omit<Settings, 'apiKey'>> &
  ({ apiKey: string; session?: never } | { session: true; apiKey?: never })

/** Whose key or session it is and what it may do; no scopes mean full access. */
export type KeyInformation = {
  active: true
  tokenType: 'api_key' | 'session'
  subjectType: 'user' | 'workspace'
  scopes: Scope[]
}

/**
 * A client of one workspace. Create it once and share it: it holds no connection and no state.
 *
 * `baseURL` is the address of the server, by default OPENFIELD_BASE_URL or LIGHTFIELD_BASE_URL of the environment, else
 * that of a server on this machine. `timeout` is in milliseconds for each attempt (60,000); `maxRetries` (2) says how
 * often a request is sent again after connection errors, 408, 409, 429 and 5xx. `fetch` replaces the global one;
 * `defaultHeaders` go with every request.
 *
 * @example
 * import { Openfield } from '@openfield/sdk'
 *
 * const client = new Openfield({ apiKey: 'sk_of_…', baseURL: 'http://127.0.0.1:3000' })
 * const account = await client.account.create({ fields: { $name: 'Acme' } })
 * const opportunity = await client.opportunity.create({
 *   fields: { $name: 'Acme renewal', $stage: 'Lead', $amount: 4800 },
 *   relationships: { $account: account.id },
 * })
 * console.log(opportunity.httpLink)
 */
export class Openfield {
  readonly account: Operations<'account'>
  readonly contact: Operations<'contact'>
  readonly opportunity: Operations<'opportunity'>
  readonly task: Operations<'task'>
  readonly note: Operations<'note'>
  readonly meeting: Operations<'meeting'>
  readonly list: Operations<'list'> & MemberLists
  readonly member: Operations<'member'>
  readonly channel: Operations<'channel'>
  readonly message: Operations<'message'>
  readonly email: Operations<'email'> & Pick<Emails, 'send' | 'draft'>
  readonly object: CustomObjects
  readonly file: Files
  readonly merge: Merges
  readonly workflowRun: WorkflowRuns
  readonly enrichmentRun: EnrichmentRuns
  readonly auth: Auth
  /** What runs a workspace: an addition of Openfield to the API. */
  readonly admin: Admin

  constructor(options: ClientOptions) {
    const { send, sendLines, put, stream } = connect(settingsOf(options))
    this.account = new Resource<'account'>(send, ['accounts'])
    this.contact = new Resource<'contact'>(send, ['contacts'])
    this.opportunity = new Resource<'opportunity'>(send, ['opportunities'])
    this.task = new Resource<'task'>(send, ['tasks'])
    this.note = new Resource<'note'>(send, ['notes'])
    this.meeting = new Resource<'meeting'>(send, ['meetings'])
    this.list = new Lists(send)
    this.member = new Resource<'member'>(send, ['members'])
    this.channel = new Resource<'channel'>(send, ['channels'])
    this.message = new Resource<'message'>(send, ['messages'])
    this.email = new Emails(send)
    this.object = new CustomObjects(send)
    this.file = new Files(send, put)
    this.merge = new Merges(send)
    this.workflowRun = new WorkflowRuns(send)
    this.enrichmentRun = new EnrichmentRuns(send)
    this.auth = new Auth(send)
    this.admin = new Admin(send, sendLines, stream)
  }
}

class Auth {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  /** What the API key, or the session, is. Throws AuthenticationError when it is none. */
  validate(options?: RequestOptions): Promise<KeyInformation> {
    return this.#send({ method: 'GET', path: ['auth', 'validate'] }, options)
  }
}

const serverOnThisMachine = 'http://127.0.0.1:3000'

function settingsOf(options: ClientOptions): Settings {
  const apiKey = options.apiKey?.trim()
  if (!options.session && !/^[\x21-\x7e]+$/.test(apiKey ?? '')) {
    throw new OpenfieldError('An apiKey is needed: sk_of_…, without spaces.')
  }
  return {
    apiKey,
    baseURL:
      options.baseURL || environment?.OPENFIELD_BASE_URL || environment?.LIGHTFIELD_BASE_URL || serverOnThisMachine,
    timeout: options.timeout ?? 60_000,
    maxRetries: options.maxRetries ?? 2,
    fetch: options.fetch ?? fetch,
    defaultHeaders: options.defaultHeaders ?? {},
  }
}
