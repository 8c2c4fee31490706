import { address } from './address.ts'
import { checkbox } from './checkbox.ts'
import { currency } from './currency.ts'
import { datetime } from './datetime.ts'
import { email } from './email.ts'
import { fullName } from './full-name.ts'
import { html } from './html.ts'
import { markdown } from './markdown.ts'
import { multiSelect } from './multi-select.ts'
import { number } from './number.ts'
import type { OneOrMany } from './one-or-many.ts'
import { singleSelect } from './single-select.ts'
import { socialHandle } from './social-handle.ts'
import { telephone } from './telephone.ts'
import { text } from './text.ts'
import type { TypeConfiguration, ValueType } from './type.ts'
import { url } from './url.ts'

/** Every value type by its name on the wire. A new one is a file in this folder and a line here. */
export const valueTypes = {
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
} as const satisfies Record<string, ValueType>

type ValueTypes = typeof valueTypes
export type ValueTypeName = keyof ValueTypes

/** As much of a field's definition as the types of its values depend on. */
export type Definition = {
  readonly valueType: ValueTypeName
  readonly multipleValues?: boolean
  readonly typeConfiguration?: Readonly<TypeConfiguration>
}

/** What a client may write to a field, apart from null. */
export type WriteOf<D extends Definition> = NonNullable<ValueTypes[D['valueType']]['write']>

/** What a client reads from a field, apart from null. */
export type ReadOf<D extends Definition> = D extends Definition ? ReadAs<D['valueType'], MultipleValues<D>> : never

type ReadAs<Name extends ValueTypeName, Many> = Name extends Name
  ? ValueTypes[Name] extends OneOrMany<infer ByDefault>
    ? ReadOneOrMany<Many, ByDefault>
    : ReturnType<ValueTypes[Name]['parse']>
  : never

type ReadOneOrMany<Many, ByDefault> = Many extends boolean
  ? Many extends true
    ? string[]
    : string
  : ReadOneOrMany<ByDefault, ByDefault>

/** The setting of a definition, wherever it stands; undefined when there is none. */
type MultipleValues<D> = 'multipleValues' extends keyof D
  ? D['multipleValues']
  : D extends { readonly typeConfiguration: infer Configuration }
    ? MultipleValues<Configuration>
    : undefined
