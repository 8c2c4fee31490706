import type { ReadOf, TypeConfiguration, ValueTypeName } from '@openfield/schema'
import { address } from './address.tsx'
import { checkbox } from './checkbox.tsx'
import { currency } from './currency.tsx'
import { datetime } from './datetime.tsx'
import { email } from './email.tsx'
import { fullName } from './full-name.tsx'
import { html } from './html.tsx'
import { markdown } from './markdown.tsx'
import { multiSelect } from './multi-select.tsx'
import { number } from './number.tsx'
import { singleSelect } from './single-select.tsx'
import { socialHandle } from './social-handle.tsx'
import { telephone } from './telephone.tsx'
import { text } from './text.tsx'
import { url } from './url.tsx'
import type { ValueView } from './view.ts'

/** How each value type is shown and typed. A new one is a file in this folder and a line here. */
const views: { [Name in ValueTypeName]: ValueView<ReadOf<{ valueType: Name; multipleValues: boolean }>> } = {
  ADDRESS: address,
  CHECKBOX: checkbox,
  CURRENCY: currency,
  DATETIME: datetime,
  EMAIL: email,
  FULL_NAME: fullName,
  HTML: html,
  MARKDOWN: markdown,
  MULTI_SELECT: multiSelect,
  NUMBER: number,
  SINGLE_SELECT: singleSelect,
  SOCIAL_HANDLE: socialHandle,
  TELEPHONE: telephone,
  TEXT: text,
  URL: url,
}

/** How the values of a type are shown and typed. */
export const viewOf = (valueType: ValueTypeName) => views[valueType] as ValueView

type Field = { valueType: ValueTypeName; typeConfiguration: TypeConfiguration }

/** A value of a field as text; empty for none. */
export const textOf = (value: unknown, { valueType, typeConfiguration }: Field): string =>
  value === null || value === undefined ? '' : viewOf(valueType).text(value, typeConfiguration)

/** What is sent of what was typed into a field's input; null for nothing. */
export function written(value: unknown, { valueType, typeConfiguration }: Field): unknown {
  const { write } = viewOf(valueType)
  return value === null || value === undefined || !write ? (value ?? null) : write(value, typeConfiguration)
}
