import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

/** An operation of an OpenAPI document, by its method and path template. */
export type Operation = { method: string; template: string; statuses: readonly string[] }

type Document = { paths: Record<string, Record<string, { responses?: Record<string, unknown> }>> }

/** An OpenAPI document that can say whether a response is one of its own. */
export class OpenApi {
  readonly #document: object
  readonly #operations: (Operation & { pattern: RegExp })[]
  readonly #ajv: Ajv.default
  readonly #checks = new Map<string, ValidateFunction>()

  constructor(document: object) {
    const { paths } = document as Document
    this.#document = document
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

  /** The media type of what the operation answers with the status. */
  contentType(operation: Operation, status: number): string | undefined {
    const { content = {} } = this.#at(this.#answer(operation, status)) as { content?: object }
    return Object.keys(content)[0]
  }

  /** Every way in which a body differs from what the operation answers with the status; what is no JSON is not looked at. */
  errors(operation: Operation, status: number, body: unknown): ErrorObject[] {
    if (this.contentType(operation, status) !== 'application/json') return []
    const place = this.#answer(operation, status)
    const pointer = [...place, 'content', 'application/json', 'schema'].map(escaped).join('/')
    const check = this.#checks.get(pointer) ?? this.#ajv.compile({ $ref: `document#/${pointer}` })
    this.#checks.set(pointer, check)
    return check(body) ? [] : [...(check.errors ?? [])]
  }

  #answer = ({ method, template }: Operation, status: number) =>
    this.#follow(['paths', template, method.toLowerCase(), 'responses', String(status)])

  #at = (place: readonly string[]) =>
    place.reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], this.#document)

  /** Where something stands in the document, itself rather than a reference to it. */
  #follow(place: string[]): string[] {
    const { $ref } = this.#at(place) as { $ref?: string }
    return $ref === undefined ? place : this.#follow($ref.split('/').slice(1).map(unescaped))
  }
}

const escaped = (key: string) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))
const unescaped = (key: string) => decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~')
