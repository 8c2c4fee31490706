import { describe, expect, test } from 'vitest'
import { startApi } from '../../server/test/harness.ts'
import { json, startMisbehaving, text } from '../test/misbehaving.ts'
import {
  APIError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  InternalServerError,
  NotFoundError,
  Openfield,
  OpenfieldError,
  PermissionDeniedError,
  RateLimitError,
  UnprocessableEntityError,
} from './index.ts'

const api = await startApi()
const apiKey = api.key
const client = new Openfield({ apiKey, baseURL: api.url, maxRetries: 0 })
const { accountId } = api
const strict = await startApi({ OPENFIELD_RATE_LIMIT: '1' })

/** What a call throws. */
async function thrownBy(call: Promise<unknown>): Promise<APIError> {
  const error = await call.then(
    () => undefined,
    (reason) => reason,
  )
  expect(error).toBeInstanceOf(APIError)
  return error
}

const relationships = () => ({ $account: accountId })

describe('the server’s errors', () => {
  test('400: an unknown field; the error says which, and how the server’s log knows the request', async () => {
    const error = await thrownBy(
      // @ts-expect-error no system field has this key
      client.opportunity.create({ fields: { $name: 'A', $stage: 'Lead', $bogus: 1 }, relationships: relationships() }),
    )
    expect(error).toBeInstanceOf(BadRequestError)
    expect(error).toBeInstanceOf(OpenfieldError)
    expect(error).toMatchObject({
      name: 'BadRequestError',
      status: 400,
      type: 'bad_request',
      code: 'unknown_field',
      param: 'fields.$bogus',
      requestId: expect.stringMatching(/^req_/),
      message: expect.stringMatching(/^400 Unrecognized field '\$bogus'/),
      body: { error: { code: 'unknown_field' } },
    })
    expect(error.headers?.get('content-type')).toContain('application/json')
  })

  test('400: a string for an amount', async () => {
    const fields = { $name: 'A', $stage: 'Lead', $amount: '5' }
    // @ts-expect-error an amount is a number
    const error = await thrownBy(client.opportunity.create({ fields, relationships: relationships() }))
    expect(error).toMatchObject({ status: 400, code: 'invalid_type', param: 'fields.$amount' })
  })

  test('400: a field that the system writes', async () => {
    const fields = { $name: 'A', $stage: 'Lead' }
    const error = await thrownBy(
      client.opportunity.create({
        // @ts-expect-error read-only
        fields: { ...fields, $opportunityStatus: 'Fine' },
        relationships: relationships(),
      }),
    )
    expect(error).toMatchObject({ status: 400, code: 'invalid_configuration', param: 'fields.$opportunityStatus' })
  })

  test('400: a relationship that is read-only at this end, or for ever', async () => {
    // @ts-expect-error changed from the task
    const error = await thrownBy(client.account.create({ fields: { $name: 'A' }, relationships: { $task: 'task_1' } }))
    expect(error).toMatchObject({ status: 400, param: 'relationships.$task' })
    // @ts-expect-error set once, at creation
    const other = client.opportunity.update('opp_1', { relationships: { $createdBy: { replace: 'mem_1' } } })
    expect(await thrownBy(other)).toBeInstanceOf(NotFoundError)
  })

  test('400: the form that creates links does not change them', async () => {
    const { id } = await client.contact.create({ fields: {} })
    // @ts-expect-error says not whether to add, remove or replace
    const error = await thrownBy(client.contact.update(id, { relationships: { $account: accountId } }))
    expect(error).toMatchObject({ status: 400, code: 'invalid_type', param: 'relationships.$account' })
    const both = client.contact.update(id, {
      // @ts-expect-error replace states the whole set
      relationships: { $account: { add: accountId, replace: accountId } },
    })
    expect(await thrownBy(both)).toMatchObject({ status: 400, code: 'invalid_configuration' })
  })

  test('400: filters that the field does not have', async () => {
    // @ts-expect-error texts have no order
    const order = await thrownBy(client.account.list({ filter: { '$name[greaterThan]': 'A' } }))
    expect(order).toMatchObject({ code: 'invalid_configuration', param: '$name[greaterThan]' })
    // @ts-expect-error Markdown cannot be filtered
    const markdown = await thrownBy(client.account.list({ filter: { $accountStatus: 'A' } }))
    expect(markdown).toMatchObject({ code: 'invalid_configuration', param: '$accountStatus' })
    // @ts-expect-error of another object type
    const unknown = await thrownBy(client.account.list({ filter: { $stage: 'Lead' } }))
    expect(unknown).toMatchObject({ code: 'unknown_field', param: '$stage' })
    // @ts-expect-error an amount is a number
    const text = await thrownBy(client.opportunity.list({ filter: { '$amount[equal]': 'five' } }))
    expect(text).toMatchObject({ code: 'invalid_type', param: '$amount[equal]' })
  })

  test('401: an unknown key', async () => {
    const stranger = new Openfield({ apiKey: 'sk_of_unknown', baseURL: api.url })
    const error = await thrownBy(stranger.auth.validate())
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error).toMatchObject({ status: 401, type: 'unauthorized', code: undefined, param: undefined })
  })

  test('403: a key without the scope', async () => {
    const newKey = { name: 'Reader', scopes: ['accounts:read'] }
    const { key } = (await api.post<{ key: string }>('/admin/v1/api-keys', newKey)).body
    const reader = new Openfield({ apiKey: key, baseURL: api.url })
    expect((await reader.auth.validate()).scopes).toEqual(['accounts:read'])
    const error = await thrownBy(reader.account.create({ fields: { $name: 'A' } }))
    expect(error).toBeInstanceOf(PermissionDeniedError)
    expect(error).toMatchObject({ status: 403, type: 'forbidden' })
  })

  test('404: an unknown id, also one full of reserved characters', async () => {
    for (const id of ['acc_unknown', '../../health', 'a/b?c=d#e', '%2e%2e', 'ü']) {
      const error = await thrownBy(client.account.retrieve(id))
      expect(error).toBeInstanceOf(NotFoundError)
      expect(error).toMatchObject({ status: 404, type: 'not_found', message: expect.stringContaining("'accounts'") })
    }
  })

  test('413 and 415 are plain APIErrors', async () => {
    const large = await thrownBy(client.account.create({ fields: { $name: 'A'.repeat(2 ** 20) } }))
    expect(large).toMatchObject({ name: 'APIError', status: 413, type: 'payload_too_large' })
    const headers = { 'content-type': 'text/plain' }
    const wrong = await thrownBy(client.account.create({ fields: { $name: 'A' } }, { headers }))
    expect(wrong).toMatchObject({ name: 'APIError', status: 415, type: 'unsupported_media_type' })
  })

  test('422: without a name, a stage or an account', async () => {
    const links = { relationships: relationships() }
    // @ts-expect-error $name is required
    const name = await thrownBy(client.opportunity.create({ fields: { $stage: 'Lead' }, ...links }))
    expect(name).toBeInstanceOf(UnprocessableEntityError)
    expect(name).toMatchObject({ status: 422, type: 'unprocessable_content', param: 'fields.$name' })
    // @ts-expect-error $stage is required
    const stage = await thrownBy(client.opportunity.create({ fields: { $name: 'A' }, ...links }))
    expect(stage).toMatchObject({ param: 'fields.$stage' })
    const fields = { $name: 'A', $stage: 'Lead' }
    // @ts-expect-error $account is required
    const account = await thrownBy(client.opportunity.create({ fields, relationships: {} }))
    expect(account).toMatchObject({ param: 'relationships.$account' })
    // @ts-expect-error so are relationships
    const missing = await thrownBy(client.opportunity.create({ fields }))
    expect(missing).toMatchObject({ status: 400, code: 'parameter_missing', param: 'relationships' })
    // @ts-expect-error a required field cannot be cleared
    const cleared = await thrownBy(client.account.update(accountId, { fields: { $name: null } }))
    expect(cleared).toMatchObject({ status: 422, param: 'fields.$name' })
  })
})

test('429: too many requests; a client that retries gets through', async () => {
  const patient = new Openfield({ apiKey: strict.key, baseURL: strict.url })
  const calls = Array.from({ length: 10 }, () => patient.auth.validate({ maxRetries: 0 }))
  const refused = (await Promise.allSettled(calls)).find(({ status }) => status === 'rejected')
  const error = (refused as PromiseRejectedResult).reason
  expect(error).toBeInstanceOf(RateLimitError)
  expect(error).toMatchObject({ status: 429, type: 'too_many_requests' })
  expect(error.headers.get('retry-after')).toBe('1')
  expect(await patient.auth.validate()).toMatchObject({ active: true })
})

describe('errors of other servers', () => {
  const from = (url: string) => new Openfield({ apiKey, baseURL: url, maxRetries: 0 }).account.retrieve('acc_1')

  test('409, 500, 503 have their classes', async () => {
    using other = await startMisbehaving(
      json(409, { error: { type: 'idempotency_conflict', message: 'Wait.' } }),
      json(500, { error: { type: 'internal_server_error', message: 'Sorry.' } }),
      json(503, { error: { type: 'service_unavailable', message: 'Later.' } }),
    )
    const conflict = await thrownBy(from(other.url))
    expect(conflict).toBeInstanceOf(ConflictError)
    expect(conflict).toMatchObject({ type: 'idempotency_conflict', message: '409 Wait.' })
    expect(await thrownBy(from(other.url))).toBeInstanceOf(InternalServerError)
    expect(await thrownBy(from(other.url))).toMatchObject({ name: 'InternalServerError', status: 503 })
  })

  test('the error object counts without its wrapper too', async () => {
    using other = await startMisbehaving(json(400, { type: 'bad_request', code: 'invalid_type', message: 'No.' }))
    expect(await thrownBy(from(other.url))).toMatchObject({ code: 'invalid_type', message: '400 No.' })
  })

  test.each([
    ['<html>Bad Gateway</html>', '502 <html>Bad Gateway</html>'],
    ['', '502 The server gave no reason.'],
    ['null', '502 The server gave no reason.'],
    ['{"error":"down"}', '502 The server gave no reason.'],
    ['{"error":', '502 {"error":'],
    ['[1]', '502 The server gave no reason.'],
  ])('a body that is no error object does no harm: %s', async (body, message) => {
    using other = await startMisbehaving(text(502, body))
    const error = await thrownBy(from(other.url))
    expect(error).toMatchObject({ name: 'InternalServerError', message, type: undefined, requestId: undefined })
  })

  test('a success that is not JSON is an error', async () => {
    using other = await startMisbehaving(text(200, '<html>Welcome</html>'))
    const error = await thrownBy(from(other.url))
    expect(error).toMatchObject({ name: 'APIError', status: 200, body: '<html>Welcome</html>' })
    expect(error.message).toBe('200 The answer is not JSON; is the baseURL right?')
  })

  test('a redirect is an error, since it would make a read of a write', async () => {
    using other = await startMisbehaving(text(301, '', { location: 'https://crm.example.com/' }))
    const error = await thrownBy(from(other.url))
    expect(error.message).toBe('301 The server redirects to https://crm.example.com/; is the baseURL right?')
    expect(other.seen).toHaveLength(1)
  })
})
