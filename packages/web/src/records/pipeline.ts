import { objectTypes } from '@openfield/schema/objects/index'
import type { FieldDefinition } from './record.ts'

/** The stages that end an opportunity. Their ids stay, whatever a workspace calls them. */
const { options } = objectTypes.opportunity.fields.$stage.typeConfiguration
const idOf = (label: string) => options.find((option) => option.label === label)?.id ?? ''
export const won = idOf('Won')
export const lost = idOf('Lost')

/** Filters that leave the opportunities that are neither won nor lost. */
export const openOnly = { '$stage[-equal]': [won, lost] } as const

export const openStages = ({ typeConfiguration }: FieldDefinition) =>
  (typeConfiguration.options ?? []).filter(({ id, retired }) => id !== won && id !== lost && !retired)

/** How likely an opportunity in a stage is to be won, by the place of the stage: of three, 25 %, 50 % and 75 %. */
export const likelihoodOf = (stage: FieldDefinition): ReadonlyMap<string, number> => {
  const stages = openStages(stage)
  return new Map(stages.map(({ id }, index) => [id, (index + 1) / (stages.length + 1)]))
}
