import place from '../../records/inline-edit.module.css'
import { EditableField, EditableLinks } from '../../records/inline-edit.tsx'
import type { Names } from '../../records/names.ts'
import type { ShownType } from '../../records/object-types.ts'
import type { AnyRecord, FieldDefinition } from '../../records/record.ts'
import link from '../../records/record-link.module.css'
import { viewOf } from '../../values/index.ts'
import { isMoment, type Subject } from './subjects.ts'

/** Whether the cells of a column can be typed into, as far as is known without the record. */
export const isEditable = ({ verbs }: ShownType, subject: Subject, { accessLevel }: AnyRecord) =>
  verbs.includes('update') && accessLevel !== 'METADATA' && isWritable(subject)

/** Whether records can be given another value once they are there. */
export const isWritable = (subject: Subject) => {
  const { readOnly, createOnly } = subject.kind === 'field' ? subject.field : subject.relationship
  return !readOnly && !createOnly
}

type CellProps = { type: ShownType; subject: Subject; record: AnyRecord; names: Names; tabIndex: number }

/** What a record has for a column, edited in its place. */
export function Cell({ type, subject, record, names, tabIndex }: CellProps) {
  const shared = { record, type, place: 'cell' as const, tabIndex }
  if (subject.kind === 'relationship') {
    return <EditableLinks {...shared} definition={subject.relationship} names={names} />
  }
  if (!isMoment(subject)) return <EditableField {...shared} definition={subject.field} />
  const { Line } = viewOf(subject.field.valueType)
  const value = momentOf(subject, record)
  return value && <Line value={value} configuration={{}} />
}

const momentOf = ({ key }: Subject, record: AnyRecord) => record[key as 'createdAt' | 'updatedAt']

/** The same to look at, for the many rows that nobody is at, which are drawn while one scrolls. */
export function StillCell({ type, subject, record, names }: Omit<CellProps, 'tabIndex'>) {
  if (isMoment(subject)) return <Cell type={type} subject={subject} record={record} names={names} tabIndex={-1} />
  const canEdit = isEditable(type, subject, record)
  return (
    <div
      className={`${place['place']} ${place['cell']}`}
      data-align={subject.kind === 'field' ? viewOf(subject.field.valueType).align : undefined}
      data-editable={canEdit || undefined}
    >
      {subject.kind === 'field' ? (
        <div className={place['shown']}>
          <StillValue field={subject.field} record={record} />
        </div>
      ) : (
        <div className={place['shown']} style={canEdit ? besideLinks : undefined}>
          <span className={place['links']}>
            {record.relationships?.[subject.key]?.values.map((id) => (
              <span key={id} className={link['chip']}>
                <span className={link['name']}>{names[id] ?? '…'}</span>
              </span>
            ))}
          </span>
        </div>
      )}
      {canEdit && <button type="button" className={place['open']} tabIndex={-1} aria-label={`Edit ${subject.label}`} />}
    </div>
  )
}

/** Where links take the clicks, a place beside them is left for those that mean to edit. */
const besideLinks = { maxWidth: 'calc(100% - 1.25rem)' }

function StillValue({ field, record }: { field: FieldDefinition; record: AnyRecord }) {
  const { Line } = viewOf(field.valueType)
  const value = record.fields[field.key]?.value
  return value === null || value === undefined ? null : <Line value={value} configuration={field.typeConfiguration} />
}

/** What a record has for a column, to be read only. */
export function CellText({ subject, record, names }: Omit<CellProps, 'tabIndex' | 'type'>) {
  if (subject.kind === 'relationship') {
    const ids = record.relationships?.[subject.key]?.values ?? []
    return ids.map((id) => names[id] ?? '…').join(', ')
  }
  const value = isMoment(subject) ? momentOf(subject, record) : record.fields[subject.key]?.value
  const { text } = viewOf(subject.field.valueType)
  return value === null || value === undefined ? '' : text(value, subject.field.typeConfiguration)
}
