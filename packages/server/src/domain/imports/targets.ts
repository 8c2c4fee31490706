import type { Field, ObjectDefinition, Relationship } from '@openfield/schema'

/** Where the text of a column can go: a field or a part of it, a relationship, or what tells the record itself. */
export type Target = { to: string; label: string } & (
  | { kind: 'field'; field: Field; part: string | undefined }
  | { kind: 'relationship'; relationship: Relationship }
  | { kind: 'id' | 'externalId' }
)

/** Everything that a table can say about records of a type, by the key that a mapping names. */
export function targetsOf(definition: ObjectDefinition): Map<string, Target> {
  const fields = [...definition.fields.values()].filter((field) => !field.readOnly).flatMap(fieldTargets)
  const relationships = [...definition.relationships.values()]
    .filter(({ write }) => write !== 'never')
    .map((relationship): Target => {
      return { to: relationship.key, label: relationship.label, kind: 'relationship', relationship }
    })
  const own: Target[] = [
    { to: 'id', label: 'ID', kind: 'id' },
    ...(definition.omits?.includes('externalId')
      ? []
      : [{ to: 'externalId', label: 'External ID', kind: 'externalId' } as const]),
  ]
  return new Map([...fields, ...relationships, ...own].map((target) => [target.to, target]))
}

/** A field as a whole, and the parts of it that may stand in columns of their own. */
export const fieldTargets = (field: Field): Target[] => [
  { to: field.key, label: field.label, kind: 'field', field, part: undefined },
  ...Object.entries(field.type.parts ?? {}).map(([part, label]): Target => {
    return { to: `${field.key}.${part}`, label: `${field.label}: ${label}`, kind: 'field', field, part }
  }),
]

/** Whether several columns may go to one target: their texts are united. */
export const takesSeveral = (target: Target) =>
  (target.kind === 'relationship' && !target.relationship.one) ||
  (target.kind === 'field' && target.part === undefined && target.field.configuration.multipleValues === true)

/** The fields by which people tell records of a type apart, most telling first. */
export const tellingFields = (definition: ObjectDefinition): Field[] =>
  ['$email', '$website', '$name', '$title'].flatMap((key) => definition.fields.get(key) ?? [])

/** Whether records can be found by exactly a value of the field. */
export const isFindable = ({ type, readOnly }: Field) =>
  !readOnly && ('equal' in type.operators || 'contains' in type.operators)
