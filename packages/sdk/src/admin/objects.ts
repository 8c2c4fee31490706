import type {
  presentFullField,
  presentFullRelationship,
  presentObjectType,
  TypeConfiguration,
  ValueTypeName,
} from '@openfield/schema'
import type { FieldDefinition, RelationshipDefinition } from '../records.ts'
import type { RequestOptions, Send } from '../request.ts'

/** An object type, built in or custom. */
export type ObjectTypeSummary = ReturnType<typeof presentObjectType> & {
  /** How many live records there are; null where not everybody sees all of them. */
  recordCount: number | null
}

/** All that is defined of an object type, with the options that are retired too. */
export type FullDefinitions = ReturnType<typeof presentObjectType> & {
  fieldDefinitions: Record<string, FullField>
  relationshipDefinitions: Record<string, FullRelationship>
}

export type FullField = Omit<ReturnType<typeof presentFullField>, 'typeConfiguration'> & {
  typeConfiguration: TypeConfiguration
}
export type FullRelationship = ReturnType<typeof presentFullRelationship>

/** A custom object type, as its changes answer it. */
export type ObjectTypeLabels = { objectType: string; label: string; pluralLabel: string | null }

/** An option of a select: the `id` of one that there is, none for a new one. */
export type OptionInput = { id?: string; label: string; description?: string | null; retired?: boolean }

export type NewField = {
  slug: string
  label: string
  valueType: ValueTypeName
  description?: string | null
  typeConfiguration?: Omit<TypeConfiguration, 'options' | 'parentFieldKey'> & { options?: readonly OptionInput[] }
}

/** `options` are all that there are to be, in their order; one that is left out is retired. */
export type FieldChange = { label?: string; description?: string | null; options?: readonly OptionInput[] }

type Cardinality = RelationshipDefinition['cardinality']

export type NewRelationship = {
  slug: string
  label: string
  /** The object type at the other end. */
  to: string
  cardinality: Cardinality
  inverse: { slug: string; label: string; cardinality: Cardinality }
}

export type PipelineInput = { id?: string; name: string; stages: readonly { id?: string; label: string }[] }

export type Pipelines = { pipeline: FieldDefinition; stage: FieldDefinition }

/** What is defined in a workspace. Every operation throws APIError when it fails. */
export class Objects {
  readonly #send: Send
  readonly fields: Fields
  readonly relationships: RelationshipsOfType
  readonly pipelines: PipelinesOfType

  constructor(send: Send) {
    this.#send = send
    this.fields = new Fields(send)
    this.relationships = new RelationshipsOfType(send)
    this.pipelines = new PipelinesOfType(send)
  }

  /** Every object type that the caller may read, those of the product first. */
  list(options?: RequestOptions): Promise<{ data: ObjectTypeSummary[]; totalCount: number }> {
    return this.#send({ method: 'GET', api: 'admin', path: ['objects'] }, options)
  }

  /** All that is defined of an object type. */
  retrieve(objectType: string, options?: RequestOptions): Promise<FullDefinitions> {
    return this.#send({ method: 'GET', api: 'admin', path: ['objects', objectType] }, options)
  }

  create(
    type: { slug: string; label: string; pluralLabel?: string },
    options?: RequestOptions,
  ): Promise<ObjectTypeLabels> {
    return this.#send({ method: 'POST', api: 'admin', path: ['objects'], body: type }, options)
  }

  /** Changes what a custom object type is called. */
  update(
    objectType: string,
    labels: { label?: string; pluralLabel?: string | null },
    options?: RequestOptions,
  ): Promise<ObjectTypeLabels> {
    return this.#send({ method: 'PATCH', api: 'admin', path: ['objects', objectType], body: labels }, options)
  }

  /** Removes a custom object type without live records, and what the trash holds of it. */
  remove(objectType: string, options?: RequestOptions): Promise<ObjectTypeLabels> {
    return this.#send({ method: 'DELETE', api: 'admin', path: ['objects', objectType] }, options)
  }
}

class Fields {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  create(objectType: string, field: NewField, options?: RequestOptions): Promise<FieldDefinition> {
    return this.#send({ method: 'POST', api: 'admin', path: ['objects', objectType, 'fields'], body: field }, options)
  }

  /** Changes what a field is called, or the options of a select. */
  update(objectType: string, slug: string, change: FieldChange, options?: RequestOptions): Promise<FieldDefinition> {
    const path = ['objects', objectType, 'fields', slug]
    return this.#send({ method: 'PATCH', api: 'admin', path, body: change }, options)
  }

  /** Removes a custom field, at once; its values follow in the background. */
  remove(objectType: string, slug: string, options?: RequestOptions): Promise<FieldDefinition> {
    return this.#send({ method: 'DELETE', api: 'admin', path: ['objects', objectType, 'fields', slug] }, options)
  }
}

class RelationshipsOfType {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  create(objectType: string, relationship: NewRelationship, options?: RequestOptions): Promise<RelationshipDefinition> {
    const path = ['objects', objectType, 'relationships']
    return this.#send({ method: 'POST', api: 'admin', path, body: relationship }, options)
  }

  /** Changes what a custom relationship is called at this end. */
  update(
    objectType: string,
    slug: string,
    change: { label: string },
    options?: RequestOptions,
  ): Promise<RelationshipDefinition> {
    const path = ['objects', objectType, 'relationships', slug]
    return this.#send({ method: 'PATCH', api: 'admin', path, body: change }, options)
  }

  /** Removes a custom relationship from both ends, at once; its links follow in the background. */
  remove(objectType: string, slug: string, options?: RequestOptions): Promise<RelationshipDefinition> {
    return this.#send({ method: 'DELETE', api: 'admin', path: ['objects', objectType, 'relationships', slug] }, options)
  }
}

class PipelinesOfType {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  /** Gives an object type these pipelines; the first is the default, what is left out is retired. */
  set(objectType: string, pipelines: readonly PipelineInput[], options?: RequestOptions): Promise<Pipelines> {
    const path = ['objects', objectType, 'pipelines']
    return this.#send({ method: 'POST', api: 'admin', path, body: { pipelines } }, options)
  }

  /** Takes the pipelines of an object type away; its stages stay. */
  remove(objectType: string, options?: RequestOptions): Promise<Pipelines> {
    return this.#send({ method: 'DELETE', api: 'admin', path: ['objects', objectType, 'pipelines'] }, options)
  }
}
