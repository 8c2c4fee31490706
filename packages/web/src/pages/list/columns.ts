import type { ShownType } from '../../records/object-types.ts'
import type { Definitions } from '../../records/record.ts'
import { type Subject, subjectsOf } from './subjects.ts'

/** One column of a list: what it shows, and how wide it is where somebody has changed that. */
export type Column = { key: string; width?: number }

/** The field that names records of a type; its column is the first, always. */
export const titleKey = ({ title: [key] }: ShownType): string => key ?? 'createdAt'

const fieldsMax = 4

/** The columns of a list that nobody has changed: title, what it belongs to, its first fields, who is responsible. */
export function defaultColumns(type: ShownType, definitions: Definitions): readonly Column[] {
  const title = titleKey(type)
  const links = definitions.relationships.filter(({ readOnly }) => !readOnly)
  const single = links.filter(({ cardinality }) => cardinality === 'HAS_ONE')
  const parents = single.filter(({ objectType }) => objectType !== 'member')
  const members = single.filter(({ objectType }) => objectType === 'member')
  const fields = definitions.fields.filter(({ key, valueType }) => key !== title && isShort(valueType))
  const chosen = [
    title,
    ...((parents[0] ?? links[0]) ? [(parents[0] ?? links[0])?.key ?? ''] : []),
    ...fields.slice(0, fieldsMax).map(({ key }) => key),
    ...members.slice(0, 1).map(({ key }) => key),
    'createdAt',
  ]
  return [...new Set(chosen)].map((key) => ({ key }))
}

const isShort = (valueType: string) => valueType !== 'MARKDOWN' && valueType !== 'HTML'

/** Columns as an address has them: `$name:320,$stage`. */
export const writeColumns = (columns: readonly Column[]) =>
  columns.map(({ key, width }) => (width === undefined ? key : `${key}:${width}`)).join(',')

export const readColumns = (text: string): readonly Column[] =>
  text
    .split(',')
    .filter(Boolean)
    .map((one) => {
      const [, key = one, width] = /^(.+):(\d+)$/.exec(one) ?? []
      return width === undefined ? { key } : { key, width: clampWidth(Number(width)) }
    })

export const widthMin = 72
export const widthMax = 960
export const clampWidth = (width: number) => Math.round(Math.min(widthMax, Math.max(widthMin, width)))

export type ShownColumn = Column & { subject: Subject }

/** The columns that can be shown, the title first; those of fields that are gone are left out. */
export function shownColumns(
  type: ShownType,
  definitions: Definitions,
  columns: readonly Column[],
): readonly ShownColumn[] {
  const subjects = new Map(subjectsOf(definitions).map((subject) => [subject.key, subject]))
  const title = titleKey(type)
  const widths = new Map(columns.map((column) => [column.key, column]))
  const all = [widths.get(title) ?? { key: title }, ...[...widths.values()].filter(({ key }) => key !== title)]
  return all.flatMap((column) => {
    const subject = subjects.get(column.key)
    return subject ? [{ ...column, subject }] : []
  })
}
