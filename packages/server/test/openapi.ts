import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

/** An operation of an OpenAPI document, by its method and path template. */
export type Operation = { method: string; template: string; statuses: readonly string[] }

type Document = { paths: Record<string, Record<string, { responses?: Record<string, unknown> }>> }

/** An OpenAPI document that can say whether a response is one of its own. */
export class OpenApi {
  readonly #operations: (Operation & { pattern: RegExp })[]
  readonly #ajv: Ajv.default
  readonly #checks = new Map<string, ValidateFunction>()

  constructor(document: object) {
    const { paths } = document as Document
    this.#ajv = addFormats.default(
      new Ajv.default({ strict: false, allErrors: true, validateSchema: false, logger: false }),
    )
    this.#ajv.addSchema(document, 'document')
    this.#operations = Object.entries(paths)
      .flatMap(([template, methods]) =>
        Object.entries(methods).map(([method, { responses = {} }]) => ({
          method: method.toUpperCase(),
          template,
          statuses: Object.keys(responses),
          pattern: new RegExp(`^${template.replaceAll(/\{[^}]+\}/g, '[^/]+').replaceAll('.', '\\.')}$`),
        })),
      )
      // Literal segments win over parameters.
      .sort((left, right) => Number(left.template.includes('{')) - Number(right.template.includes('{')))
  }

  find(method: string, path: string): Operation | undefined {
    const [bare = ''] = path.split('?')
    return this.#operations.find((one) => one.method === method && one.pattern.test(bare))
  }

  /** Every way in which a body differs from what the operation answers with the status. */
  errors({ method, template }: Operation, status: number, body: unknown): ErrorObject[] {
    const path = ['paths', template, method.toLowerCase(), 'responses', String(status)]
    const media = [...path, 'content', 'application/json', 'schema']
    const pointer = media.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')
    const check = this.#checks.get(pointer) ?? this.#ajv.compile({ $ref: `document#/${pointer}` })
    this.#checks.set(pointer, check)
    return check(body) ? [] : [...(check.errors ?? [])]
  }
}
