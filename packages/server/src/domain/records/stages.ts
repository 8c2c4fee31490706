import { ApiError, badRequest, type Field, fold, type ObjectDefinition, type Option } from '@openfield/schema'

/** Pipelines, where a workspace has them: `$pipeline` is a select, and every option of `$stage` belongs to one of its. */
type Stages = { pipelines: readonly Option[]; stages: readonly Option[]; byDefault: boolean }

function stagesOf(definition: ObjectDefinition): Stages | undefined {
  const active = (field: Field | undefined) => (field?.configuration.options ?? []).filter((option) => !option.retired)
  const [pipeline, stage] = [definition.fields.get('$pipeline'), definition.fields.get('$stage')]
  if (!pipeline || !stage) return undefined
  return { pipelines: active(pipeline), stages: active(stage), byDefault: definition.stagesByDefaultPipeline ?? false }
}

/**
 * The `fields` of a body with its stage resolved to one of one pipeline. `$pipeline` says where to look for a stage's label
 * and is no value of its own: it follows from the stage. Throws the documented 422s.
 */
export function resolveStage(definition: ObjectDefinition, input: Record<string, unknown>): Record<string, unknown> {
  const all = stagesOf(definition)
  const { $stage: stage, $pipeline: hint, ...others } = input
  if (!all || (stage === undefined && hint === undefined)) return input
  const pipeline = hint === undefined || hint === null ? undefined : pipelineOf(all, hint)
  if (stage === undefined || stage === null) {
    if (pipeline) throw unresolved(all, pipeline, 'Name a stage: a pipeline by itself is no value.')
    return stage === null ? { ...others, $stage: null, $pipeline: null } : others
  }
  if (typeof stage !== 'string') return { ...others, $stage: stage }
  const option = stageOf(all, stage, pipeline)
  return { ...others, $stage: option.id, $pipeline: option.parentId ?? null }
}

const isCalled = (text: string) => (option: Option) => comparable(option.label) === comparable(text)
const comparable = (text: string) => fold(text).replaceAll(/\s+/g, ' ').trim()

function pipelineOf({ pipelines }: Stages, hint: unknown): Option {
  const found = typeof hint === 'string' && (pipelines.find(({ id }) => id === hint) ?? pipelines.find(isCalled(hint)))
  if (found) return found
  throw new ApiError('unprocessable_content', 'unknown_pipeline', 'There is no such active pipeline.', {
    param: 'fields.$pipeline',
    members: { activePipelineIds: pipelines.map(({ id }) => id) },
  })
}

function stageOf(all: Stages, text: string, pipeline: Option | undefined): Option {
  const { stages, pipelines, byDefault } = all
  const byId = stages.find(({ id }) => id === text)
  if (byId && (!pipeline || byId.parentId === pipeline.id)) return byId
  const named = byId ? [] : stages.filter(isCalled(text))
  const where = pipeline ?? (byDefault && named.length !== 1 ? pipelines[0] : undefined)
  const [only, ...others] = named.filter(({ parentId }) => !where || parentId === where.id)
  if (only && others.length === 0 && (where || byDefault)) return only
  if (pipeline)
    throw unresolved(
      all,
      pipeline,
      `'${text.slice(0, 80).toWellFormed()}' is no stage of the pipeline '${pipeline.label}'.`,
    )
  throw new ApiError(
    'unprocessable_content',
    'ambiguous_stage_label',
    'Say which stage by its id, or name its pipeline.',
    {
      param: 'fields.$stage',
      members: candidatesOf(all, named),
    },
  )
}

const unresolved = (all: Stages, pipeline: Option, message: string) =>
  new ApiError('unprocessable_content', 'stage_unresolved_in_pipeline', message, {
    param: 'fields.$stage',
    members: {
      pipelineId: pipeline.id,
      ...candidatesOf(
        all,
        all.stages.filter(({ parentId }) => parentId === pipeline.id),
      ),
    },
  })

const candidatesMax = 25

const candidatesOf = ({ pipelines }: Stages, options: readonly Option[]) => ({
  candidates: options.slice(0, candidatesMax).map(({ id, label, parentId }) => ({
    stageOptionId: id,
    stageLabel: label,
    pipelineId: parentId ?? null,
    pipelineName: pipelines.find((pipeline) => pipeline.id === parentId)?.label ?? null,
  })),
  ...(options.length > candidatesMax && { truncated: true }),
})

type WrittenFilter = { key: string; text: string }

/**
 * The filters of a list with stage labels resolved to ids. Filters take pipelines by id only and never use the default one.
 * Throws the documented 400s.
 */
export function resolveStageFilters(
  definition: ObjectDefinition,
  filters: readonly WrittenFilter[],
): readonly WrittenFilter[] {
  const all = stagesOf(definition)
  if (!all) return filters
  const positive = filters.filter(({ key }) => key === '$pipeline' || key === '$pipeline[equal]')
  for (const { key, text } of filters.filter((filter) => /^\$pipeline(\[|$)/.test(filter.key)))
    requirePipeline(all, key, text)
  if (positive.length > 1) throw badRequest('invalid_configuration', 'A list takes one pipeline.', positive[1]?.key)
  return filters.map(({ key, text }) =>
    /^\$stage(\[|$)/.test(key) ? { key, text: stageFilter(all, key, text, positive[0]?.text) } : { key, text },
  )
}

function requirePipeline({ pipelines }: Stages, param: string, id: string) {
  if (pipelines.some((pipeline) => pipeline.id === id)) return
  throw new ApiError('bad_request', 'unknown_pipeline', 'A filter takes the id of an active pipeline.', {
    param,
    members: { activePipelineIds: pipelines.map((pipeline) => pipeline.id) },
  })
}

function stageFilter(all: Stages, param: string, text: string, pipeline: string | undefined): string {
  if (all.stages.some(({ id }) => id === text)) return text
  const named = all.stages.filter(isCalled(text))
  const [only, ...others] = named.filter(({ parentId }) => pipeline === undefined || parentId === pipeline)
  if (only && others.length === 0) return only.id
  if (/^opt_/.test(text)) return text
  throw new ApiError('bad_request', 'ambiguous_stage_label', 'Filter by the id of the stage, or by a pipeline too.', {
    param,
    members: candidatesOf(all, named),
  })
}
