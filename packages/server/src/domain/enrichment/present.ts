import { encodeId, idPrefixes, type ObjectDefinition } from '@openfield/schema'
import type { Run, Value } from '../../storage/enrichment.ts'
import type { Actor } from '../actors.ts'
import { type FieldOutcome, fieldOutcomes, type RunOutcome, runOutcomes } from './outcomes.ts'
import type { Target } from './targets.ts'

/** A run as the public API sends it. */
export const presentRun = (definition: ObjectDefinition, run: Run) => ({
  id: encodeId(idPrefixes.enrichmentRun, run.id),
  entityType: run.objectType,
  entityId: encodeId(definition.prefix, run.recordId),
  status: run.status,
  targetFields: run.targetFields,
  trigger: run.trigger,
  createdAt: run.createdAt.toISOString(),
  startedAt: run.startedAt?.toISOString() ?? null,
  completedAt: run.completedAt?.toISOString() ?? null,
  updatedAt: run.updatedAt.toISOString(),
})

/** A run with what came of it, for people. */
export const presentDetail = (
  definition: ObjectDefinition,
  targets: ReadonlyMap<string, Target>,
  run: Run,
  { title, actor, values }: { title: string | null; actor: Actor | null; values: readonly Value[] },
) => ({
  ...presentRun(definition, run),
  entityTitle: title,
  actor,
  outcome: run.outcome,
  reason: run.outcome === null ? null : (runOutcomes[run.outcome as RunOutcome] ?? null),
  page: run.page,
  fields: values.map((value) => presentValue(definition, targets.get(value.field)?.key ?? value.field, value)),
})

/** What a run found for a field, in the forms that records have, and in words. */
export function presentValue(definition: ObjectDefinition, key: string, value: Value) {
  const field = definition.fields.get(key)
  const words = (one: Value['value']) => (field && one !== null ? field.type.display(one, field.configuration) : null)
  const label = (field ?? definition.relationships.get(key))?.label ?? value.field
  return {
    name: value.field,
    key,
    label,
    before: value.before,
    value: value.value,
    beforeText: words(value.before),
    valueText: words(value.value),
    source: value.source,
    foundAt: value.foundAt?.toISOString() ?? null,
    outcome: value.outcome,
    reason: fieldOutcomes[value.outcome as FieldOutcome] ?? null,
  }
}
