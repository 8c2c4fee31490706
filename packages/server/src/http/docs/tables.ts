import {
  type ErrorCode,
  type ErrorType,
  errorCodes,
  errorTypes,
  type Field,
  type FilePurposeRules,
  filePurposes,
  fileSizeMax,
  objectTypes,
  type Relationship,
  type Scope,
  scopes,
  type TypeConfiguration,
  type ValueType,
  valueTypes,
} from '@openfield/schema'
import { type JsonSchema, operatorsOf, systemDefinition } from '@openfield/schema/openapi'
import { fieldOutcomes, runOutcomes } from '../../domain/enrichment/outcomes.ts'
import { enrichable, type Target } from '../../domain/enrichment/targets.ts'
import type { Requirements } from '../guard.ts'
import { adminTag } from '../openapi/admin.ts'
import { operations as allOperations, authTag } from '../openapi/document.ts'
import { enrichmentTag } from '../openapi/enrichment.ts'
import { errorCodeStatuses, errorMeanings } from '../openapi/errors.ts'
import type { Operation } from '../openapi/operation.ts'
import { customObjectsTag, tagOf } from '../openapi/records.ts'
import { workflowRunTag } from '../openapi/related.ts'
import { anchorOf } from './pages.ts'

/**
 * Writes the tables of a page anew from the tables of the code. A page says where: between `<!-- table: NAME -->` and
 * `<!-- end of table -->`. Throws for a name that there is no table of.
 */
export const fillTables = (markdown: string): string =>
  markdown.replace(
    /(<!-- table: ([^\n]+) -->\n).*?(<!-- end of table -->)/gs,
    (_, start: string, name: string, end: string) => `${start}\n${tableOf(name)}\n\n${end}`,
  )

function tableOf(name: string): string {
  const [first = '', what = ''] = name.split(' ')
  const table = tables[name]?.() ?? (Object.hasOwn(objectTypes, first) ? tablesOfObjects[what]?.(first) : undefined)
  if (table === undefined) throw new Error(`there is no table '${name}'`)
  return table
}

const operations = allOperations()
const taggedWith = (tag: string) => operations.filter((operation) => operation.tag === tag)
const code = (text: string) => `\`${text}\``
const codes = (texts: readonly string[]) => texts.map(code).join(', ')
const sentence = (...parts: (string | false | null | undefined)[]) => parts.filter(Boolean).join(' ')

function tableFrom(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Tables of an object type, by the second word of their name. */
const tablesOfObjects: Record<string, (objectType: string) => string> = {
  operations: (objectType) => operationsTable(taggedWith(tagOf(objectType))),
  fields: (objectType) =>
    tableFrom(
      ['Field', 'Value type', 'Writing', 'What it is'],
      Array.from(systemDefinition(objectType).fields.values(), fieldRow),
    ),
  relationships: (objectType) => {
    const { relationships, filterable } = systemDefinition(objectType)
    return tableFrom(
      ['Relationship', 'Leads to', 'Writing', ...(filterable ? ['Filter'] : []), 'What it is'],
      Array.from(relationships.values(), (one) => relationshipRow(one, filterable)),
    )
  },
}

/** All other tables, by name. */
const tables: Record<string, () => string> = {
  'object operations': () => operationsTable(taggedWith(customObjectsTag)),
  'merge operations': () =>
    operationsTable(
      operations
        .map((operation) => ({ ...operation, verb: operation.id.replace(/^merge\./, '') }))
        .filter(({ id, verb }) => id !== verb),
    ),
  'file purposes': () =>
    tableFrom(
      ['`purpose`', 'Largest size', 'Types', 'Who may upload'],
      Object.entries<FilePurposeRules>(filePurposes).map(([purpose, { sizeMax = fileSizeMax, mimeTypes, caller }]) => [
        code(purpose),
        `${sizeMax / 2 ** 20} MiB`,
        mimeTypes ? codes(mimeTypes) : 'any',
        callers[caller ?? 'any'],
      ]),
    ),
  'enrichment operations': () => operationsTable(taggedWith(enrichmentTag.name)),
  'run outcomes': () => tableFrom(['Outcome', 'What it means'], outcomeRows(runOutcomes)),
  'field outcomes': () => tableFrom(['Outcome', 'What it means'], outcomeRows(fieldOutcomes)),
  'enriched fields': () => tableFrom(['Name', 'Record', 'Where it is found'], enrichedRows()),
  'workflow-run operations': () => operationsTable(taggedWith(workflowRunTag.name)),
  'auth operations': () => operationsTable(taggedWith(authTag.name)),
  'admin operations': () => operationsTable(taggedWith(adminTag.name)),
  scopes: () => {
    const [used, unused] = [true, false].map((are) => scopes.filter((scope) => idsOf(scope).length > 0 === are))
    return tableFrom(
      ['Scope', 'Operations'],
      [...(used ?? []).map((scope) => [code(scope), codes(idsOf(scope))]), [codes(unused ?? []), 'none yet']],
    )
  },
  'rate limit categories': () =>
    tableFrom(
      ['Category', 'Operations'],
      (['Write', 'Read', 'Search'] as const).map((one) => [one, codes(idsWith(({ category }) => category === one))]),
    ),
  'error types': () =>
    tableFrom(
      ['Status', '`type`', 'When'],
      (Object.keys(errorTypes) as ErrorType[]).map((type) => [
        String(errorTypes[type]),
        code(type),
        errorMeanings[type],
      ]),
    ),
  'error codes': () =>
    tableFrom(
      ['`code`', 'Status', 'When'],
      (Object.keys(errorCodes) as ErrorCode[]).map((one) => [
        code(one),
        errorCodeStatuses[one].join(' or '),
        errorCodes[one],
      ]),
    ),
  'filter operators': () =>
    tableFrom(
      ['Value types', 'Operators'],
      Array.from(
        Map.groupBy(Object.values<ValueType>(valueTypes), (type) => codes(operatorsOf(type)) || 'cannot be filtered'),
        ([operators, types]) => [codes(types.map(({ name }) => name)), operators],
      ),
    ),
  'value types': () =>
    tableFrom(
      ['Value type', 'Written as', 'Read as', 'What is written'],
      Object.values<ValueType>(valueTypes).map(typeRow),
    ),
}

const callers = {
  any: 'any key',
  user: 'a key that acts as a member or was made by one',
  admin: 'a key with the role `admin`',
}

const idsWith = (has: (requirements: Requirements) => boolean) =>
  operations.filter(({ requirements }) => has(requirements)).map(({ id }) => id)

const idsOf = (scope: Scope) => idsWith(({ scopes }) => scopes.includes(scope))

const operationsTable = (some: readonly Operation[]) =>
  tableFrom(
    ['Operation', 'Request', 'Scope', 'Rate limit'],
    some.map(({ id, verb, tag, method, path, alsoAnswers, requirements }) => [
      tag === adminTag.name ? code(id) : `[${verb}](#${anchorOf(verb)})`,
      code(`${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`),
      needs(requirements, alsoAnswers),
      requirements.category,
    ]),
  )

function needs({ admin, anyone, scopes }: Requirements, alsoAnswers: readonly number[] = []): string {
  if (admin) return 'full access'
  if (anyone) return 'no key'
  return codes(scopes) || (alsoAnswers.includes(403) ? 'that of the type' : 'none')
}

const fieldRow = ({ key, label, description, valueType, configuration, required, readOnly, write }: Field) => [
  code(key),
  code(valueType),
  readOnly
    ? 'read-only'
    : [required && 'required', write === 'create' && 'on create only'].filter(Boolean).join(', ') || 'optional',
  sentence(`${label}.`, description, configured(configuration)),
]

function configured({ multipleValues, unique, currency, options }: TypeConfiguration) {
  return sentence(
    multipleValues && 'A list.',
    unique && 'Unique.',
    currency && `In ${currency}.`,
    options && `Options at first: ${options.map(({ label }) => label).join(', ')}.`,
  )
}

const writing = { always: 'optional', create: 'on create only', never: 'read-only' }

const relationshipRow = (
  { key, label, description, objectType, one, write, required, slug, ids }: Relationship,
  filterable: boolean,
) => [
  code(key),
  `${one ? 'one' : 'many'} ${code(objectType)}`,
  required ? 'required' : writing[write],
  ...(filterable ? [code(ids.length === 1 ? `$${slug}` : key)] : []),
  sentence(`${label}.`, description),
]

function typeRow(type: ValueType) {
  const [one, many] = [{ multipleValues: false }, { multipleValues: true }]
  const input = type.writeSchema(one) as JsonSchema
  const read = [...new Set([one, many].map((form) => inWords(type.readSchema(form) as JsonSchema)))].join(' or ')
  const [{ description = '' } = input] = (input.anyOf as JsonSchema[] | undefined) ?? [input]
  return [code(type.name), inWords(input), read === inWords(input) ? 'the same' : read, String(description)]
}

/** The JSON types of a schema, as a person would say them: `string or array of strings`. */
function inWords({ type, anyOf, items, properties }: JsonSchema): string {
  if (anyOf) return (anyOf as JsonSchema[]).map(inWords).join(' or ')
  if (items) return `array of ${inWords(items as JsonSchema)}s`
  return properties ? `object of ${codes(Object.keys(properties))}` : String(type)
}

const outcomeRows = (outcomes: Record<string, string>) =>
  Object.entries(outcomes).map(([name, meaning]) => [code(name), meaning])

const enrichedRows = () =>
  Object.values(enrichable).flatMap(({ objectType, targets }) =>
    Object.entries<Target>(targets).flatMap(([name, { key, site, address, namedOnly }]) => {
      const where = site ? 'on the site' : address ? 'by the e-mail address' : 'nowhere: it can be named, to no effect'
      return [[code(name), `${objectType} ${code(key)}`, sentence(where, namedOnly && '(when it is named)')]]
    }),
  )
