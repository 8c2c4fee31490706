import type { Option, TypeConfiguration } from '@openfield/schema'
import styles from './values.module.css'

const colours = 8

/** The dot of an option, whose colour follows from its position in the field. */
export const Dot = ({ position }: { position: number }) => (
  <span className={styles['dot']} data-position={position < 0 ? 0 : position % colours} aria-hidden />
)

/** The option that has an id, as it looks everywhere. */
export const OptionChip = ({ id, configuration }: { id: string; configuration: TypeConfiguration }) => (
  <span className={styles['chip']}>
    <Dot position={positionOf(id, configuration)} />
    <span>{labelOf(id, configuration)}</span>
  </span>
)

export const positionOf = (id: string, { options }: TypeConfiguration) =>
  options?.findIndex((option) => option.id === id) ?? -1

export const labelOf = (id: string, { options }: TypeConfiguration) =>
  options?.find((option) => option.id === id)?.label ?? id

/** What can be chosen for a select that holds these ids: all that is not retired, and what it has. */
export function choicesOf({ options = [] }: TypeConfiguration, chosen: readonly string[]) {
  const gone = chosen.filter((id) => !options.some((option) => option.id === id))
  return [
    ...options.filter(({ id, retired }) => !retired || chosen.includes(id)).map(choiceOf),
    ...gone.map((id) => ({ value: id, label: id })),
  ]
}

const choiceOf = ({ id, label }: Option) => ({ value: id, label })

/** A choice in the list of a select. */
export const renderChoice =
  (configuration: TypeConfiguration) =>
  ({ option }: { option: { value: string; label: string } }) => (
    <>
      <Dot position={positionOf(option.value, configuration)} />
      {option.label}
    </>
  )

/** A field's configuration for a record that has these values: of options that belong to another field's, only those that fit. */
export function configurationFor(configuration: TypeConfiguration, read: (key: string) => unknown): TypeConfiguration {
  const { parentFieldKey, options } = configuration
  const parent = parentFieldKey && read(parentFieldKey)
  if (!parent || !options) return configuration
  return {
    ...configuration,
    options: options.map((one) => (one.parentId === parent ? one : { ...one, retired: true })),
  }
}
