/** A client library for Openfield and for servers that speak the same API, for Node and browsers. */
export type { ApiKey, NewApiKey } from './admin/api-keys.ts'
export type { AuditFilter, AuditLine, AuditQuery } from './admin/audit.ts'
export type { BulkResult, BulkRow, ImportLink } from './admin/bulk.ts'
export type {
  EnrichedField,
  EnrichedRecord,
  EnrichedValue,
  EnrichmentMode,
  EnrichmentRevert,
  EnrichmentRunDetail,
  EnrichmentSettings,
  EnrichmentSettingsChange,
} from './admin/enrichment.ts'
export type { Erasure, NewErasure } from './admin/erasures.ts'
export type { Actor, ChangeEvent, Event, ListenOptions, RecentChange } from './admin/events.ts'
export type { DownloadLink, ExportQuery } from './admin/exports.ts'
export type {
  Import,
  ImportChange,
  ImportMapping,
  ImportSettings,
  ImportState,
  ImportSummary,
  NewImport,
  PreviewedRow,
} from './admin/imports.ts'
export type { Invitation, NewInvitation } from './admin/invitations.ts'
export type { Limit } from './admin/limits.ts'
export type {
  Mailbox,
  MailboxChange,
  MailboxCheck,
  MailboxLedger,
  MailboxMessage,
  MailboxMessageQuery,
  MailboxSignIn,
  MailboxSync,
  MailboxWishes,
  MailServer,
  MailServerCheck,
  MailServerInput,
  NewMailbox,
  OAuthInput,
  SkipReason,
} from './admin/mailboxes.ts'
export type { NewMember } from './admin/members.ts'
export type {
  FieldChange,
  FullDefinitions,
  FullField,
  FullRelationship,
  NewField,
  NewRelationship,
  ObjectTypeLabels,
  ObjectTypeSummary,
  OptionInput,
  PipelineInput,
  Pipelines,
} from './admin/objects.ts'
export type { AttachedFile } from './admin/record-files.ts'
export type {
  ChangesQuery,
  CurrentValues,
  DeleteResult,
  Name,
  RecordPage,
  RecordQuery,
  RecordUpdate,
  Refusal,
  RestoreResult,
  Totals,
  TotalsQuery,
  UpdateResult,
} from './admin/records.ts'
export type { Search, SearchQuery, SearchResult } from './admin/search.ts'
export {
  type Session,
  type SessionEntry,
  type SignedInMember,
  type SignInOptions,
  workspacesOf,
} from './admin/session.ts'
export type {
  ChangedField,
  ChangedLink,
  ChangedLinks,
  TimelineEntry,
  TimelinePage,
  TimelineQuery,
} from './admin/timeline.ts'
export type { AnyRecord, GoneRecord, TrashEntry } from './admin/trash.ts'
export type { NewView, Settings, View, ViewChange, ViewColumn } from './admin/views.ts'
export type {
  Delivery,
  DeliveryAttempt,
  DeliveryPage,
  DeliveryQuery,
  NewWebhook,
  Webhook,
  WebhookSettings,
} from './admin/webhooks.ts'
export type {
  CreatedWorkflow,
  NewWorkflow,
  RecordEvent,
  SigningSecret,
  Workflow,
  WorkflowChange,
  WorkflowDefinition,
  WorkflowLogEntry,
  WorkflowRun,
  WorkflowRunPage,
  WorkflowRunQuery,
  WorkflowRunWithLog,
  WorkflowStep,
  WorkflowTrigger,
  WorkflowVersion,
} from './admin/workflows.ts'
export { type ClientOptions, type KeyInformation, Openfield } from './client.ts'
export type { NewDraft, NewEmail } from './emails.ts'
export type { EnrichmentInput, EnrichmentRun, EnrichmentStart, EnrichmentStatus } from './enrichment-runs.ts'
export {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  InternalServerError,
  NotFoundError,
  OpenfieldError,
  PermissionDeniedError,
  RateLimitError,
  UnprocessableEntityError,
} from './errors.ts'
export type { FileUpload, NewFile, StoredFile, UploadSession } from './files.ts'
export { type FiltersOf, filterOperators } from './filters.ts'
export type { HistoryKey, HistoryOf, HistoryPage, HistoryPromise, HistoryQuery } from './history.ts'
export type { Merge, MergeAnswer, MergeInput, MergeStatus } from './merges.ts'
export type { CustomObjectType } from './objects.ts'
export type { Page, PagePromise, PageQuery } from './page.ts'
export type {
  Account,
  ChangesOf,
  Channel,
  Contact,
  CustomRecord,
  DefinitionsOf,
  Email,
  FieldDefinition,
  List,
  Meeting,
  Member,
  Message,
  NewRecordOf,
  Note,
  Opportunity,
  RecordOf,
  RelationshipDefinition,
  Task,
} from './records.ts'
export type { RequestOptions } from './request.ts'
export type { ListQueryOf, Operations } from './resource.ts'
export type { WorkflowRunStatus } from './workflow-runs.ts'
