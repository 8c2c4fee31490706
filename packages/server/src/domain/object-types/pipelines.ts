import {
  encodeId,
  type Field,
  idPrefixes,
  newUuid,
  type ObjectDefinition,
  type Option,
  presentField,
  unprocessable,
} from '@openfield/schema'
import type { Connection } from '../../storage/database.ts'
import {
  assignPipeline,
  clearPipeline,
  insertField,
  type NewField,
  removeFieldRow,
  replaceField,
} from '../../storage/definitions-writes.ts'
import type { Context } from '../context.ts'
import { newOptions } from './configuration.ts'
import { change, requireOpen } from './fields.ts'

/** An `id` names what is there; `as` is that of something new which comes from elsewhere, and which the admin API takes none of. */
type Named = { id?: string | undefined; as?: string | undefined }

export type PipelineInput = Named & {
  name: string
  stages: (Named & { label: string })[]
}

/**
 * Gives an object type pipelines, each with stages of its own; the first is the default. What is left out is retired. Stages
 * that exist already, and records in them, go to the pipeline that names them. `uuids` are those of the two fields, when they
 * come from elsewhere.
 */
export const setPipelines = (
  ctx: Context,
  objectType: string,
  input: readonly PipelineInput[],
  uuids: { pipeline?: string | undefined; stage?: string | undefined } = {},
) =>
  change(ctx, async (tx, read) => {
    const definition = requireOpen(await read(), objectType)
    const [pipeline, stage] = [definition.fields.get('$pipeline'), definition.fields.get('$stage')]
    const pipelines = mergePipelines(pipeline?.configuration.options ?? [], input)
    const stages = input.flatMap((one, index) =>
      one.stages.map((each) => ({ ...each, pipeline: pipelines[index]?.id ?? '' })),
    )
    requireDistinctStages(input)
    const options = stageOptions(stage?.configuration.options ?? [], stages)
    await writeSelect(tx, ctx, definition, pipeline, '$pipeline', 'Pipeline', { options: pipelines }, uuids.pipeline)
    await writeSelect(
      tx,
      ctx,
      definition,
      stage,
      '$stage',
      'Stage',
      { options, parentFieldKey: '$pipeline' },
      uuids.stage,
    )
    const written = pipelineFields(requireOpen(await read(), objectType))
    const fields = { objectType: definition.number, pipeline: written.pipeline.id, stage: written.stage.id }
    for (const one of pipelines) {
      const ids = options.filter(({ parentId }) => parentId === one.id).map(({ id }) => id)
      await assignPipeline(tx, ctx.workspace, fields, one.id, ids)
    }
    return present(written)
  })

/** Takes the pipelines of an object type away; its stages stay. */
export const removePipelines = (ctx: Context, objectType: string) =>
  change(ctx, async (tx, read) => {
    const definition = requireOpen(await read(), objectType)
    const { pipeline, stage } = pipelineFields(definition)
    const options = (stage.configuration.options ?? []).map(({ parentId: _, ...option }) => option)
    await writeSelect(tx, ctx, definition, stage, '$stage', stage.label, { options })
    await clearPipeline(tx, ctx.workspace, definition.number, pipeline.id)
    await removeFieldRow(tx, ctx.workspace, pipeline.id)
    return present({ pipeline, stage: { ...stage, configuration: { options } } })
  })

function pipelineFields({ name, fields }: ObjectDefinition): { pipeline: Field; stage: Field } {
  const [pipeline, stage] = [fields.get('$pipeline'), fields.get('$stage')]
  if (pipeline && stage) return { pipeline, stage }
  throw unprocessable(`'${name}' has no pipelines.`, 'objectType')
}

const present = ({ pipeline, stage }: { pipeline: Field; stage: Field }) => ({
  pipeline: presentField(pipeline),
  stage: presentField(stage),
})

function mergePipelines(current: readonly Option[], input: readonly PipelineInput[]): Option[] {
  const options = newOptions(
    current,
    input.map(({ id, as, name }) => ({ id, as, label: name })),
  )
  // A pipeline's id says what it is.
  return options.map((option) => ({ ...option, id: option.id.replace(/^opt_/, `${idPrefixes.pipeline}_`) }))
}

/** The stages of all pipelines; those of different ones may have the same label. */
function stageOptions(
  current: readonly Option[],
  stages: readonly (Named & { label: string; pipeline: string })[],
): Option[] {
  const options = stages.map(({ id, as, label, pipeline }): Option => {
    const known = current.find((option) => option.id === id)
    if (id !== undefined && !known) throw unprocessable(`There is no stage '${id}'.`, 'pipelines')
    return {
      id: id ?? as ?? encodeId(idPrefixes.option, newUuid()),
      label: label.trim(),
      description: known?.description ?? null,
      parentId: pipeline,
    }
  })
  const left = current.filter((option) => !options.some(({ id }) => id === option.id))
  return [...options, ...left.map((option) => ({ ...option, retired: true }))]
}

function requireDistinctStages(input: readonly PipelineInput[]) {
  for (const { name, stages } of input) {
    const labels = stages.map(({ label }) => label.trim().toLowerCase())
    if (stages.length === 0) throw unprocessable(`The pipeline '${name}' needs a stage.`, 'pipelines')
    if (new Set(labels).size < labels.length)
      throw unprocessable(`Two stages of '${name}' have one label.`, 'pipelines')
  }
}

async function writeSelect(
  tx: Connection,
  { workspace }: Context,
  { name }: ObjectDefinition,
  field: Field | undefined,
  slug: string,
  label: string,
  configuration: Field['configuration'],
  uuid = newUuid(),
) {
  const row: NewField = {
    uuid,
    objectType: name,
    slug,
    label: field?.label ?? label,
    description: field?.description ?? null,
    valueType: 'SINGLE_SELECT',
    configuration,
  }
  if (field) await replaceField(tx, workspace, { ...row, id: field.id })
  else await insertField(tx, workspace, row)
}
