import { comparable } from './comparisons.ts'
import type { Option, TypeConfiguration } from './type.ts'

const labelsMax = 20

/** The options that can be chosen: all but the retired ones. */
export const activeOptions = (configuration: TypeConfiguration) =>
  (configuration.options ?? []).filter((option) => !option.retired)

/** The option that a text means: by its id, else by its label, whatever the case and white space. */
export function findOption(text: string, options: readonly Option[]): Option | undefined {
  return (
    options.find((option) => option.id === text) ??
    options.find((option) => option.label === text) ??
    findByLabel(comparable(text), options)
  )
}

const findByLabel = (label: string, options: readonly Option[]) =>
  options.find((option) => comparable(option.label) === label)

/** Completes "must be" and "expected" with the labels to choose from. */
export function oneOf(configuration: TypeConfiguration): string {
  const labels = activeOptions(configuration).map((option) => option.label)
  const shown = labels.slice(0, labelsMax).join(', ')
  return `one of: ${shown}${labels.length > labelsMax ? ', …' : ''}`
}

/** The label of an option that a record holds, retired or not; the id of one that is gone. */
export const labelOf = (id: string, configuration: TypeConfiguration) =>
  configuration.options?.find((option) => option.id === id)?.label ?? id

/** Those of some labels that no option has which can be chosen. */
export const unknownLabels = (labels: readonly string[], configuration: TypeConfiguration) =>
  labels.filter((label) => !findOption(label, activeOptions(configuration)))
