import type { ErrorObject } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { official, requireConforming } from './conformance.ts'
import { deviations } from './deviations.ts'
import { anAccount, anOpportunity } from './factories.ts'
import { startApi } from './harness.ts'
import { OpenApi } from './openapi.ts'
import type { Response } from './request.ts'

const api = await startApi({ OPENFIELD_WORKER: 'off' })
const { body: document } = await api.raw({ method: 'GET', path: '/openapi.json' })
const ours = new OpenApi(document as object)

const good: Omit<Response, 'body' | 'text'> = {
  status: 200,
  headers: {
    'content-type': 'application/json; charset=utf-8',
    'x-request-id': 'req_01a2003586857659b218851f3b050318',
    'x-content-type-options': 'nosniff',
  },
}
const check = (method: string, path: string, response: Partial<Response>) => () =>
  requireConforming(
    { method, path },
    { ...good, text: JSON.stringify(response.body), body: undefined, ...response },
    ours,
  )
const error = (status: number, error: object) => ({ status, body: { error } })
const problem = { type: 'bad_request', code: 'invalid_type', message: 'M' }

describe('the harness passes what conforms', () => {
  it('a record, a list, an error', async () => {
    const account = await anAccount(api)
    expect(check('GET', `/v1/accounts/${account.id}`, { body: account })).not.toThrow()
    expect(check('GET', '/v1/accounts', { body: { object: 'list', data: [account], totalCount: 1 } })).not.toThrow()
    expect(check('GET', '/v1/accounts', error(400, problem))).not.toThrow()
    const missing = { type: 'not_found', message: 'M' }
    expect(check('GET', '/v1/nothing', error(404, missing))).not.toThrow()
  })
})

describe('the harness fails a test', () => {
  it.each<[name: string, response: Partial<Response>]>([
    ['an error without its wrapper', { status: 400, body: problem }],
    ['an error with something beside it', { status: 400, body: { error: problem, requestId: 'x' } }],
    ['a type that is not one of the status', error(400, { ...problem, type: 'unprocessable_content' })],
    ['an unknown type', error(400, { ...problem, type: 'wrong' })],
    ['a 400 without a code', error(400, { type: 'bad_request', message: 'M' })],
    ['an unknown code', error(400, { ...problem, code: 'wrong' })],
    ['a param that is no text', error(400, { ...problem, param: 5 })],
    ['an error without a message', error(400, { ...problem, message: '' })],
    ['an error that shows code', error(400, { ...problem, message: 'at parse (/srv/node_modules/x.js)' })],
    ['an error in HTML', { ...error(400, problem), headers: { ...good.headers, 'content-type': 'text/html' } }],
    ['no request id', { ...error(400, problem), headers: { ...good.headers, 'x-request-id': undefined } }],
    ['no nosniff', { ...error(400, problem), headers: { ...good.headers, 'x-content-type-options': undefined } }],
    ['a name of the server', { ...error(400, problem), headers: { ...good.headers, server: 'x' } }],
    ['a cookie for scripts', { ...error(400, problem), headers: { ...good.headers, 'set-cookie': ['a=b'] } }],
    ['a page without a policy', { text: '<p>', headers: { ...good.headers, 'content-type': 'text/html' } }],
    ['a failure of the server', error(500, { type: 'internal_server_error', message: 'M' })],
    ['a status that no operation has', error(418, problem)],
    ['success that is not 200', { status: 201, body: {} }],
    ['no body', { status: 200, text: '' }],
    ['another body', { body: { object: 'list', data: [] } }],
    ['a record with a key too many', { body: { object: 'list', data: [{ id: 'acc_1', extra: 1 }], totalCount: 1 } }],
  ])('for %s', (_name, response) => {
    expect(check('GET', '/v1/accounts', response)).toThrow('does not conform')
  })

  it('for records that differ from one of the documents alone', async () => {
    const deal = await anOpportunity(api)
    const path = `/v1/opportunities/${deal.id}`
    expect(check('GET', path, { body: deal })).not.toThrow()
    expect(check('GET', path, { body: { ...deal, extra: 1 } })).toThrow('must NOT have additional properties')
    const { fields, ...rest } = deal
    expect(check('GET', path, { body: rest })).toThrow("must have required property 'fields'")
    const wrong = { ...fields, $amount: { value: '5', valueType: 'CURRENCY' } }
    expect(check('GET', path, { body: { ...rest, fields: wrong } })).toThrow(
      /^The response does not conform:\n {2}ours: /,
    )
    expect(check('GET', '/v1/unheard-of', { body: {} })).toThrow('our document does not have the operation')
  })

  it.skipIf(!official)('for what only the official document refuses', () => {
    const unwrapped = { type: 'forbidden', message: 'M' }
    const operation = official?.find('GET', '/v1/accounts')
    expect(operation?.template).toBe('/v1/accounts')
    expect(operation && official?.errors(operation, 403, unwrapped)).toEqual([])
    expect(operation && official?.errors(operation, 403, { error: unwrapped })).not.toEqual([])
  })

  it.skipIf(!official)('and prefers literal segments of a path to parameters', () => {
    expect(official?.find('GET', '/v1/accounts/definitions?x=1')?.template).toBe('/v1/accounts/definitions')
    expect(official?.find('GET', '/v1/accounts/acc_1')?.template).toBe('/v1/accounts/{id}')
    expect(official?.find('GET', '/v1/accounts/acc_1/more')).toBeUndefined()
  })
})

describe('deviations', () => {
  const operation = { method: 'POST', template: '/v1/accounts', statuses: [] }
  const wrong = { keyword: 'type', instancePath: '/fields', schemaPath: '#', params: {} } as ErrorObject

  it('each have a reason, and excuse nothing but what they are about', () => {
    expect(new Set(deviations.map(({ reason }) => reason)).size).toBe(deviations.length)
    for (const { reason, excuses } of deviations) {
      expect(reason).toMatch(/^[A-Z].{20,}\.$/)
      expect(excuses(operation, 200, wrong)).toBe(false)
      expect(excuses(operation, 500, undefined)).toBe(false)
    }
  })
})
