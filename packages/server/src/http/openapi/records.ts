import { type ObjectDefinition, type ObjectType, objectTypes, type Verb } from '@openfield/schema'
import {
  customObjectDefinition,
  filterParameters,
  type JsonSchema,
  objectSchemas,
  requiredKeys,
  schemaRef,
  systemDefinition,
} from '@openfield/schema/openapi'
import { pages } from '../docs/pages.ts'
import { customObjectPath, customObjects, recordOperations, recordRequirements } from '../routes/records.ts'
import { historyParameters, type Operation, pageParameters, statusParameter } from './operation.ts'

/** An object type as the document presents it. */
type Group = {
  definition: ObjectDefinition
  tag: { name: string; description: string }
  /** What its scopes, idempotency keys and operation ids go by. */
  names: { plural: string; name: string }
  pathOf: (verb: Verb) => string
  mergeId: string
}

const builtIn = Object.values<ObjectType>(objectTypes)
  .filter(({ verbs }) => verbs.length > 0)
  .map((objectType): Group => {
    const { name, plural } = objectType
    const tag = tagOf(name)
    return {
      definition: systemDefinition(name),
      tag: { name: tag, description: guideTo(name) },
      names: objectType,
      pathOf: (verb) => `/v1/${plural}${recordOperations[verb].path}`,
      mergeId: `merge.merge${tag}`,
    }
  })

/** Where an object type is described, if it has a page. */
function guideTo(objectType: string): string {
  const page = pages.find(({ path }) => path === `api/resources/${objectType}`)
  const what = `Records of the object type \`${objectType}\``
  return page ? `${what}: [fields, relationships and examples](${page.path}/).` : `${what}.`
}

const custom: Group = {
  definition: customObjectDefinition(),
  tag: {
    name: 'Custom objects',
    description: 'Records of the object types that a workspace defines; `entitySlug` names the object type.',
  },
  names: customObjects,
  pathOf: customObjectPath,
  mergeId: 'merge.mergeObjectValues',
}

const groups = [...builtIn, custom]

/** The operations on records of all object types. */
export const recordPaths = (): Operation[] =>
  groups.flatMap((group) => group.definition.verbs.map((verb) => operationOf(group, verb)))

/** Their schemas, by name. */
export const recordSchemas = (): Record<string, JsonSchema> =>
  Object.assign({}, ...groups.map(({ definition }) => objectSchemas(definition)))

/** How the reference groups them. */
export const recordTags = groups.map(({ tag }) => tag)
export const customObjectsTag = custom.tag.name

/** A record of any object type. */
export const anyRecord = () => ({ anyOf: groups.map(({ definition }) => schemaRef(definition.label)) })

/** The name of an object type's group, e.g. `Opportunities`. */
export function tagOf(objectType: string): string {
  const { plural } = systemDefinition(objectType)
  return plural.charAt(0).toUpperCase() + plural.slice(1)
}

function operationOf({ definition, tag, names, pathOf, mergeId }: Group, verb: Verb): Operation {
  const { method, summary } = recordOperations[verb]
  const { label } = definition
  const input = inputs[verb]?.(label)
  return {
    id: verb === 'merge' ? mergeId : `${names.name}.${verb}`,
    verb,
    method,
    path: pathOf(verb),
    tag: tag.name,
    summary: summary(definition.custom ? { label: 'custom object', plural: 'custom objects' } : definition),
    description: descriptions[verb](definition),
    requirements: recordRequirements(names, verb),
    parameters: parameters[verb]?.(definition) ?? [],
    ...(input && { body: { schema: schemaRef(input), required: verb !== 'update' } }),
    answer: answers[verb](label),
  }
}

/** The names of the schemas of bodies and answers; `label` is that of the object type. */
const inputs: Partial<Record<Verb, (label: string) => string>> = {
  create: (label) => `${label}Create`,
  update: (label) => `${label}Update`,
  merge: () => 'MergeInput',
}

const answers: Record<Verb, (label: string) => string> = {
  create: (label) => label,
  retrieve: (label) => label,
  update: (label) => label,
  delete: (label) => label,
  restore: (label) => label,
  list: (label) => `${label}List`,
  definitions: (label) => `${label}Definitions`,
  fieldHistory: () => 'FieldHistory',
  merge: (label) => `${label}Merge`,
}

const parameters: Partial<Record<Verb, (definition: ObjectDefinition) => readonly object[]>> = {
  list: (definition) => [
    ...pageParameters,
    ...(definition.verbs.includes('restore') ? [statusParameter] : []),
    ...filterParameters(definition),
  ],
  fieldHistory: () => historyParameters,
}

const paragraphs = (...parts: string[]) => parts.filter(Boolean).join('\n\n')

const descriptions: Record<Verb, (definition: ObjectDefinition) => string> = {
  create: (definition) => paragraphs(required(definition), readOnly(definition), findOrCreate(definition)),
  retrieve: () => 'The record with all its fields and relationships, as it is now.',
  update: (definition) =>
    paragraphs('What the body does not name stays as it is; null clears a field.', readOnly(definition)),
  list: ({ filterable, open }) => paragraphs('Newest first.', filterable ? filters(open) : ''),
  definitions: () => 'Every field and relationship, with the options of selects.',
  delete: () =>
    'The record disappears from lists and from the links of others. It keeps its id in the trash, from where it can be brought back. Deleting it again changes nothing.',
  restore: () => 'With the links it had. A record that is not in the trash stays as it is.',
  fieldHistory: () =>
    'Newest first; a value that was written again counts once. Relationships and texts that the system writes have no history.',
  merge: () =>
    'The primary record stays, with the values of both and the links of both; the duplicate is gone for good. This cannot be undone.',
}

function required({ fields, relationships }: ObjectDefinition): string {
  const keys = [...requiredKeys(fields), ...requiredKeys(relationships)]
  return keys.length === 0 ? 'No field is required.' : `Required: ${quoted(keys)}.`
}

function readOnly({ fields, relationships }: ObjectDefinition): string {
  const written = [...fields.values()].filter((field) => field.readOnly).map(({ key }) => key)
  const linked = [...relationships.values()].filter(({ write }) => write === 'never').map(({ key }) => key)
  return [
    written.length > 0 ? `Only the system writes ${quoted(written)}.` : '',
    linked.length > 0 ? `The relationships ${quoted(linked)} cannot be written here.` : '',
  ]
    .filter(Boolean)
    .join(' ')
}

const quoted = (keys: readonly string[]) => keys.map((key) => `\`${key}\``).join(', ')

const findOrCreate = ({ filterable }: ObjectDefinition) =>
  filterable
    ? 'To avoid duplicates, look for the record with a [filter](using-the-api/list-endpoints/#filtering) before creating it.'
    : ''

const filters = (open: boolean) =>
  [
    'Filters are written `key[operator]=value` and all of them must hold; `-` before the operator negates it; without an operator it is `equal`, or `contains` where there is no `equal`.',
    open
      ? 'Custom fields and relationships are filtered in the same way under their bare slug, with the operators of their value type, e.g. `renewal-date[greaterThan]=2026-01-01`.'
      : '',
    'See [filtering](using-the-api/list-endpoints/#filtering).',
  ]
    .filter(Boolean)
    .join(' ')
