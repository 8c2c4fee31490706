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
  removeFieldRow,
  replaceField,
} from '../../storage/definitions-writes.ts'
import type { Context } from '../context.ts'
import { findType } from '../records/definitions.ts'
import { newOptions } from './configuration.ts'
import { change, openType } from './fields.ts'

export type PipelineInput = {
  id?: string | undefined
  name: string
  stages: { id?: string | undefined; label: string }[]
}

/**
 * Gives an object type pipelines, each with stages of its own; the first is the default. What is left out is retired. Stages
 * that exist already, and records in them, go to the pipeline that names them.
 */
export async function setPipelines(ctx: Context, objectType: string, input: readonly PipelineInput[]) {
  const definition = await openType(ctx, objectType)
  const [pipeline, stage] = [definition.fields.get('$pipeline'), definition.fields.get('$stage')]
  const pipelines = mergePipelines(pipeline?.configuration.options ?? [], input)
  const stages = input.flatMap((one, index) =>
    one.stages.map((each) => ({ ...each, pipeline: pipelines[index]?.id ?? '' })),
  )
  requireDistinctStages(input)
  const options = stageOptions(stage?.configuration.options ?? [], stages)
  await change(ctx, async (tx) => {
    await writeSelect(tx, ctx, definition, pipeline, '$pipeline', 'Pipeline', { options: pipelines })
    await writeSelect(tx, ctx, definition, stage, '$stage', 'Stage', { options, parentFieldKey: '$pipeline' })
  })
  const { fields } = findType(await ctx.definitions.get(ctx), objectType)
  const [newPipeline, newStage] = [fields.get('$pipeline'), fields.get('$stage')]
  if (!newPipeline || !newStage) throw new Error('pipelines were not written')
  const assign = { objectType: definition.number, pipeline: newPipeline.id, stage: newStage.id }
  for (const one of pipelines) {
    const ids = options.filter(({ parentId }) => parentId === one.id).map(({ id }) => id)
    await assignPipeline(ctx.db, ctx.workspace, assign, one.id, ids)
  }
  return { pipeline: presentField(newPipeline), stage: presentField(newStage) }
}

/** Takes the pipelines of an object type away; its stages stay. */
export async function removePipelines(ctx: Context, objectType: string) {
  const definition = await openType(ctx, objectType)
  const [pipeline, stage] = [definition.fields.get('$pipeline'), definition.fields.get('$stage')]
  if (!pipeline || !stage) throw unprocessable(`'${objectType}' has no pipelines.`, 'objectType')
  const options = (stage.configuration.options ?? []).map(({ parentId: _, ...option }) => option)
  await change(ctx, async (tx) => {
    await writeSelect(tx, ctx, definition, stage, '$stage', stage.label, { options })
    await clearPipeline(tx, ctx.workspace, definition.number, pipeline.id)
    await removeFieldRow(tx, ctx.workspace, pipeline.id)
  })
  return { pipeline: presentField(pipeline), stage: presentField({ ...stage, configuration: { options } }) }
}

function mergePipelines(current: readonly Option[], input: readonly PipelineInput[]): Option[] {
  const options = newOptions(
    current,
    input.map(({ id, name }) => ({ id, label: name })),
  )
  // A pipeline's id says what it is.
  return options.map((option) => ({ ...option, id: option.id.replace(/^opt_/, `${idPrefixes.pipeline}_`) }))
}

/** The stages of all pipelines; those of different ones may have the same label. */
function stageOptions(
  current: readonly Option[],
  stages: readonly { id?: string | undefined; label: string; pipeline: string }[],
): Option[] {
  const options = stages.map(({ id, label, pipeline }): Option => {
    const known = current.find((option) => option.id === id)
    if (id !== undefined && !known) throw unprocessable(`There is no stage '${id}'.`, 'pipelines')
    return {
      id: id ?? encodeId(idPrefixes.option, newUuid()),
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
) {
  const row = {
    uuid: newUuid(),
    objectType: name,
    slug,
    label: field?.label ?? label,
    description: field?.description ?? null,
    valueType: 'SINGLE_SELECT' as const,
    configuration,
  }
  if (field) await replaceField(tx, workspace, { ...row, id: field.id })
  else await insertField(tx, workspace, row)
}
