import { createConfig, lintFromString } from '@redocly/openapi-core'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { buildApp } from '../../app.ts'
import { openApiDocument } from './document.ts'

const publicUrl = 'https://crm.acme.test'
const document = openApiDocument(publicUrl)
const app = await buildApp({ publicUrl } as never, { rateLimit: 0, isAlone: true, corsOrigins: [], log: 'error' })

describe('the OpenAPI document', () => {
  it('has no problem that a linter finds, errors or warnings', async () => {
    const config = await createConfig({ extends: ['recommended'], rules: switchedOff })
    const problems = await lintFromString({ source: JSON.stringify(document), config })
    expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([])
  })

  it('has schemas that a validator of JSON Schema 2020-12 compiles, in strict mode', () => {
    const ajv = newValidator()
    for (const name of Object.keys(document.components.schemas)) {
      expect(() => ajv.compile({ $ref: `document#/components/schemas/${name}` })).not.toThrow()
    }
  })

  it('has exactly the operations that the server has', () => {
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, ':')}`),
    )
    expect(documented.sort()).toEqual(routes().filter(isOperation).sort())
  })

  it('documents everything that is not a page for people, nor the bytes of files', () => {
    const pages =
      /^PUT \/files\/|^GET \/(admin\/v1\/sign-in\/sso|files\/|downloads$|docs|using-the-api|api\/resources|crm|openapi\.json|$)/
    expect(routes().filter((route) => !isOperation(route) && !pages.test(route))).toEqual([])
  })

  it('gives every operation an id of its own and one of the tags', () => {
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods))
    const tags = document.tags.map(({ name }) => name)
    const ids = operations.map(({ operationId }) => operationId)
    expect(new Set(ids).size).toBe(ids.length)
    expect(operations.filter((operation) => !operation.tags.every((tag: string) => tags.includes(tag)))).toEqual([])
  })

  it('is small enough to be read', () => {
    expect(JSON.stringify(document).length).toBeLessThan(600_000)
  })
})

describe('its filters', () => {
  const names = parameterNames('/v1/opportunities')

  it('have every operator of a system field, each with its negation', () => {
    expect(names).toEqual(expect.arrayContaining(['$name[equal]', '$name[-equal]', '$name[startsWith]']))
    expect(names).toEqual(
      expect.arrayContaining(['$amount[greaterThanOrEqual]', '$amount[-lessThan]', '$stage[equal]']),
    )
  })

  it('name relationships by the slug of their definition', () => {
    expect(names).toEqual(expect.arrayContaining(['$opportunity-account[contains]', '$task-opportunity[-contains]']))
    expect(parameterNames('/v1/accounts')).toContain('$account-contact[contains]')
    expect(parameterNames('/v1/contacts')).toContain('$account-contact[contains]')
  })

  it('leave out fields that cannot be filtered', () => {
    expect(names.filter((name) => name.startsWith('$opportunityStatus'))).toEqual([])
  })
})

describe('its bodies', () => {
  const isOpportunity = newValidator().compile({ $ref: 'document#/components/schemas/OpportunityCreate' })
  const relationships = { $account: 'acc_1' }

  it('need what a record needs', () => {
    expect(isOpportunity({ fields: { $name: 'A', $stage: 'Lead' }, relationships })).toBe(true)
    expect(isOpportunity({ fields: { $name: 'A' }, relationships })).toBe(false)
    expect(isOpportunity({ fields: { $name: 'A', $stage: 'Lead' } })).toBe(false)
  })

  it('take custom fields in the forms that value types have, and no others', () => {
    const fields = { $name: 'A', $stage: 'Lead' }
    expect(isOpportunity({ fields: { ...fields, tier: ['gold'], office: { city: 'Oslo' } }, relationships })).toBe(true)
    expect(isOpportunity({ fields: { ...fields, tier: { value: 'gold' } }, relationships })).toBe(false)
  })

  it('take one account, not two', () => {
    const fields = { $name: 'A', $stage: 'Lead' }
    expect(isOpportunity({ fields, relationships: { $account: ['acc_1'] } })).toBe(true)
    expect(isOpportunity({ fields, relationships: { $account: ['acc_1', 'acc_2'] } })).toBe(false)
  })
})

describe('GET /openapi.json', () => {
  it('sends the document, with the address by which the server is known', async () => {
    const { statusCode, headers, body } = await app.inject('/openapi.json')
    expect(statusCode).toBe(200)
    expect(headers['content-type']).toBe('application/json; charset=utf-8')
    expect(JSON.parse(body)).toEqual(JSON.parse(JSON.stringify(document)))
  })
})

/** Rules of the recommended set that mean nothing here. */
const switchedOff = {
  // `/accounts/definitions` beside `/accounts/{id}` is the public API's shape: literal segments win.
  'no-ambiguous-paths': 'off',
  // The check of the server's health, which takes nothing, has nothing to refuse.
  'operation-4xx-response': 'off',
} as const

function newValidator() {
  const ajv = addFormats.default(new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true }))
  ajv.addVocabulary(['openapi', 'info', 'servers', 'security', 'tags', 'paths', 'components'])
  return ajv.addSchema(JSON.parse(JSON.stringify(document)), 'document')
}

function parameterNames(path: string): string[] {
  const methods = new Map(Object.entries(document.paths)).get(path) ?? {}
  const { parameters = [] } = ('get' in methods ? methods.get : {}) as { parameters?: object[] }
  return parameters.flatMap((parameter) => ('name' in parameter ? [String(parameter.name)] : []))
}

/** The way to single sign-on and back is for browsers. */
const isOperation = (route: string) =>
  /^\w+ \/(v1|admin|hooks|health)(\/|$)/.test(route) && !route.startsWith('GET /admin/v1/sign-in/sso')

/**
 * The routes of the server, read from the router's own drawing of its tree, without the names of parameters; not those that
 * end in `*`, which are pages.
 */
function routes(): string[] {
  const path: string[] = []
  return app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const [, indent = '', segment = '', methods = ''] = /^([│├└─ ]*)([^ ]+)? ?(?:\((.+)\))?$/.exec(line) ?? []
      path.splice(indent.length / 4 - 1, Number.POSITIVE_INFINITY, segment)
      return methods && segment !== '*'
        ? methods.split(', ').map((method) => `${method} ${path.join('').replaceAll(/:[\w|:]+/g, ':')}`)
        : []
    })
}
