import { Link } from '@tanstack/react-router'
import { useName } from './names.ts'
import { recordPath, useObjectTypes } from './object-types.ts'
import styles from './record-link.module.css'

type Props = {
  id: string
  objectType: string
  /** What the record is called, where an answer has said so. */
  name?: string | undefined
}

/** A linked record, which leads to it. */
export function RecordLink({ id, objectType, name: known }: Props) {
  const name = useName(id, known)
  const type = useObjectTypes().find((one) => one.name === objectType)
  if (name === null) return <span className="muted">Not there for you</span>
  const text = <span className={styles['name']}>{name ?? '…'}</span>
  return type?.verbs.includes('retrieve') ? (
    <Link to={recordPath(type, id)} className={styles['chip'] ?? ''}>
      {text}
    </Link>
  ) : (
    <span className={styles['chip']}>{text}</span>
  )
}
