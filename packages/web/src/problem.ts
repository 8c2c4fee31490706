import {
  APIConnectionError,
  APIError,
  AuthenticationError,
  NotFoundError,
  OpenfieldError,
  PermissionDeniedError,
  RateLimitError,
} from '@openfield/sdk'
import { element } from './element.ts'
import type { ShownType } from './record.ts'

/** What went wrong, in words that say what to do. Another key would help, or there is nothing to show. */
export type Problem = { message: string; isKey: boolean } | DeadEnd

/** `again`: the same may help later. */
export type DeadEnd = { title: string; message: string; again: boolean }

/** The problem that an error stands for. */
export function problemOf(error: unknown, type: ShownType | undefined): Problem {
  if (error instanceof NotFoundError) return noRecord(type)
  if (error instanceof APIConnectionError) {
    return later('The server cannot be reached. Check the connection, then try again.')
  }
  if (error instanceof RateLimitError) {
    return later('This workspace is getting too many requests. Wait a moment, then try again.')
  }
  if (error instanceof PermissionDeniedError) return denied(type)
  // A key that no request can carry is thrown before any is made.
  if (error instanceof AuthenticationError || (error instanceof OpenfieldError && !(error instanceof APIError))) {
    return invalidKey
  }
  const id = error instanceof APIError ? error.requestId : undefined
  return later(`Something went wrong${id === undefined ? '' : ` (request ${id})`}. Try again in a moment.`)
}

const invalidKey: Problem = {
  message:
    'This key is not valid. Keys start with sk_of_, and they can expire or be revoked. A new one is made by: npx openfield keys create --name NAME',
  isKey: false,
}

/** Only the types that a workspace has added have to be asked for; without the scope for that, the type is not known. */
function denied(type: ShownType | undefined): Problem {
  const { plural, scope } = type ?? { plural: 'custom objects', scope: 'custom_objects:read' }
  return {
    message: `This key may not read ${plural}. Use one that has the scope ${scope}, or full access.`,
    isKey: true,
  }
}

const later = (message: string): DeadEnd => ({ title: 'The record could not be read', message, again: true })

/** For an address that names nothing: no such record, or no such type. */
export const noRecord = (type: ShownType | undefined): DeadEnd => ({
  title: type ? `No such ${type.name}` : 'No such record',
  message: type
    ? `The workspace of this key has no ${type.name} with the id of this address. It may have been deleted, or belong to another workspace.`
    : 'The address of a record looks like /crm/opportunities/opp_… Check it against the link you followed.',
  again: false,
})

/** Says what went wrong, on a page of its own. */
export function deadEndView({ title, message, again }: DeadEnd, retry: () => void): Node {
  const button = element('button', { type: 'button', class: 'again' }, 'Try again')
  button.addEventListener('click', retry)
  return element(
    'section',
    { class: 'sheet narrow' },
    element('h1', { tabindex: '-1' }, title),
    element('p', {}, message),
    ...(again ? [button] : []),
  )
}
