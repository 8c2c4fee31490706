import {
  badRequest,
  encodeId,
  fold,
  newUuid,
  type Option,
  type TypeConfiguration,
  unprocessable,
  type ValueType,
  type ValueTypeName,
  valueTypes,
} from '@openfield/schema'

/** An option as the admin API takes it: an `id` names one that exists, a new one has none. */
export type OptionInput = {
  id?: string | undefined
  /** The id of a new one that comes from elsewhere; the admin API takes none. */
  as?: string | undefined
  label: string
  description?: string | null | undefined
  retired?: boolean | undefined
}

export type ConfigurationInput = Partial<{
  options: OptionInput[]
  currency: string
  unique: boolean
  multipleValues: boolean
  handleService: NonNullable<TypeConfiguration['handleService']>
}>

export const optionsMax = 1000

/** The configuration of a new field. Throws for keys that mean nothing to its type, and for missing ones. */
export function newConfiguration(valueType: ValueTypeName, input: ConfigurationInput): TypeConfiguration {
  const type: ValueType & { manyByDefault?: boolean } = valueTypes[valueType]
  const stray = Object.keys(input).find((key) => !type.configurationKeys.includes(key as keyof TypeConfiguration))
  if (stray) {
    throw badRequest(
      'invalid_configuration',
      `'${stray}' means nothing to a ${valueType} field.`,
      `typeConfiguration.${stray}`,
    )
  }
  const has = (key: keyof TypeConfiguration) => type.configurationKeys.includes(key)
  return {
    ...(has('options') && { options: newOptions([], input.options ?? []) }),
    ...(has('currency') && { currency: currency(input.currency ?? 'USD') }),
    ...(has('unique') && { unique: input.unique ?? false }),
    ...(has('multipleValues') && { multipleValues: input.multipleValues ?? type.manyByDefault ?? false }),
    ...(has('handleService') && { handleService: handleService(input.handleService) }),
  }
}

/**
 * The options a select has after a change: those given, in their order. One that is left out is retired, not removed,
 * since records may hold it: it can be read and filtered, but no longer chosen.
 */
export function newOptions(current: readonly Option[], input: readonly OptionInput[]): Option[] {
  if (input.length > optionsMax) throw unprocessable(`A field has at most ${optionsMax} options.`, 'options')
  const options = input.map(({ id, as, label, description, retired }, index): Option => {
    const known = current.find((option) => option.id === id)
    if (id !== undefined && !known) {
      throw badRequest('referenced_resource_missing', `The field has no option '${id}'.`, `options.${index}.id`)
    }
    return {
      id: id ?? as ?? encodeId('opt', newUuid()),
      label: label.trim(),
      description: (description === undefined ? known?.description : description) ?? null,
      ...((retired ?? false) && { retired: true }),
    }
  })
  requireDistinct(options)
  const retired = current.filter((option) => !options.some((one) => one.id === option.id))
  return [...options, ...retired.map((option) => ({ ...option, retired: true }))]
}

function requireDistinct(options: readonly Option[]) {
  const labels = options.filter((option) => !option.retired).map((option) => fold(option.label).replaceAll(/\s+/g, ' '))
  const twice = labels.find((label, index) => labels.indexOf(label) !== index)
  if (twice !== undefined) throw unprocessable(`Two options have the label '${twice}'.`, 'options')
}

function currency(code: string): string {
  if (Intl.supportedValuesOf('currency').includes(code)) return code
  throw unprocessable(`'${code}' is not an ISO 4217 currency code such as USD.`, 'typeConfiguration.currency')
}

function handleService(service: TypeConfiguration['handleService']) {
  if (service) return service
  throw unprocessable('Say which service the handles are of.', 'typeConfiguration.handleService')
}
