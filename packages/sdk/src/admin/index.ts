import type { Send, SendLines, Stream } from '../request.ts'
import { ApiKeys } from './api-keys.ts'
import { Audit } from './audit.ts'
import { importWith } from './bulk.ts'
import { Enrichment } from './enrichment.ts'
import { Erasures } from './erasures.ts'
import { Events } from './events.ts'
import { Exports } from './exports.ts'
import { Imports } from './imports.ts'
import { Invitations, PasswordResets, Welcome } from './invitations.ts'
import { Limits } from './limits.ts'
import { Emails, Mailboxes } from './mailboxes.ts'
import { Members } from './members.ts'
import { Objects } from './objects.ts'
import { RecordFiles } from './record-files.ts'
import { Records } from './records.ts'
import { type Search, searchWith } from './search.ts'
import { Sessions } from './session.ts'
import { Timeline } from './timeline.ts'
import { Trash } from './trash.ts'
import { Preferences, Views } from './views.ts'
import { Webhooks } from './webhooks.ts'
import { Workflows } from './workflows.ts'

/** The admin API by topic. */
export class Admin {
  readonly apiKeys: ApiKeys
  readonly audit: Audit
  readonly enrichment: Enrichment
  readonly erasures: Erasures
  readonly events: Events
  readonly invitations: Invitations
  readonly emails: Emails
  readonly mailboxes: Mailboxes
  readonly limits: Limits
  readonly members: Members
  readonly exports: Exports
  readonly import: ReturnType<typeof importWith>
  readonly imports: Imports
  readonly objects: Objects
  readonly passwordResets: PasswordResets
  readonly records: Records
  readonly recordFiles: RecordFiles
  readonly session: Sessions
  readonly preferences: Preferences
  readonly search: Search
  readonly timeline: Timeline
  readonly trash: Trash
  readonly views: Views
  readonly webhooks: Webhooks
  readonly welcome: Welcome
  readonly workflows: Workflows

  constructor(send: Send, sendLines: SendLines, stream: Stream) {
    this.apiKeys = new ApiKeys(send)
    this.audit = new Audit(send)
    this.enrichment = new Enrichment(send)
    this.erasures = new Erasures(send)
    this.events = new Events(stream, send)
    this.invitations = new Invitations(send)
    this.emails = new Emails(send)
    this.mailboxes = new Mailboxes(send)
    this.limits = new Limits(send)
    this.members = new Members(send)
    this.exports = new Exports(send)
    this.import = importWith(sendLines)
    this.imports = new Imports(send)
    this.objects = new Objects(send)
    this.passwordResets = new PasswordResets(send)
    this.records = new Records(send)
    this.recordFiles = new RecordFiles(send)
    this.session = new Sessions(send)
    this.preferences = new Preferences(send)
    this.search = searchWith(send)
    this.timeline = new Timeline(send)
    this.trash = new Trash(send)
    this.views = new Views(send)
    this.webhooks = new Webhooks(send)
    this.welcome = new Welcome(send)
    this.workflows = new Workflows(send)
  }
}
