/** A client library for Openfield and for servers that speak the same API, for Node and browsers. */
export { type ClientOptions, type KeyInformation, Openfield } from './client.ts'
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
export type { FiltersOf } from './filters.ts'
export type { Page, PagePromise } from './page.ts'
export type {
  Account,
  ChangesOf,
  Contact,
  DefinitionsOf,
  FieldDefinition,
  Member,
  NewRecordOf,
  Opportunity,
  RecordOf,
  RelationshipDefinition,
} from './records.ts'
export type { RequestOptions } from './request.ts'
export type { ListQueryOf, Operations } from './resource.ts'
