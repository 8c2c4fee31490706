import type { Edit } from '../app/saves.ts'
import { viewOf } from '../values/index.ts'
import { useDefinitions, useType } from './object-types.ts'
import { RecordLink } from './record-link.tsx'

type Props = { edit: Pick<Edit, 'objectType' | 'part' | 'key'>; value: unknown }

/** A value of the field or relationship that an edit is about, as it is shown elsewhere. Suspends. */
export function EditValue({ edit: { objectType, part, key }, value }: Props) {
  const { fields, relationships } = useDefinitions(useType(objectType))
  if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) {
    return <span className="muted">empty</span>
  }
  if (part === 'relationships') {
    const objectTypeOfLinks = relationships.find((one) => one.key === key)?.objectType ?? ''
    return (value as string[]).map((id) => <RecordLink key={id} id={id} objectType={objectTypeOfLinks} />)
  }
  const field = fields.find((one) => one.key === key)
  if (!field) return <span className="muted">a value of a field that is no more</span>
  const { Whole, Line } = viewOf(field.valueType)
  const Shown = Whole ?? Line
  return <Shown value={value} configuration={field.typeConfiguration} />
}
