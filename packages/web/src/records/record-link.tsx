import { Link } from '@tanstack/react-router'
import { lazy, type MouseEvent, Suspense, useEffect, useRef, useState } from 'react'
import { useName } from './names.ts'
import { recordPath, useObjectTypes } from './object-types.ts'
import styles from './record-link.module.css'

const RecordCard = lazy(() => import('./record-card.tsx').then(({ RecordCard }) => ({ default: RecordCard })))

type Props = {
  id: string
  objectType: string
  /** What the record is called, where an answer has said so. */
  name?: string | undefined
}

/** A linked record, which leads to it; what it is can be seen without going there. */
export function RecordLink({ id, objectType, name: known }: Props) {
  const name = useName(id, known)
  const type = useObjectTypes().find((one) => one.name === objectType)
  const { place, hover } = useHover()
  if (name === null) return <span className="muted">Not there for you</span>
  const text = <span className={styles['name']}>{name ?? '…'}</span>
  if (!type?.verbs.includes('retrieve')) return <span className={styles['chip']}>{text}</span>
  return (
    <>
      <Link to={recordPath(type, id)} className={styles['chip'] ?? ''} {...hover}>
        {text}
      </Link>
      {place && (
        <Suspense>
          <RecordCard type={type} id={id} name={name} place={place} hover={hover} />
        </Suspense>
      )}
    </>
  )
}

const openMs = 450
const closeMs = 150

/** Where on the screen something is that the mouse rests upon, or upon what was opened for it. */
function useHover() {
  const [place, setPlace] = useState<DOMRect>()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const hover = {
    onMouseEnter({ currentTarget }: MouseEvent) {
      clearTimeout(timer.current)
      if (!place) timer.current = setTimeout(() => setPlace(currentTarget.getBoundingClientRect()), openMs)
    },
    onMouseLeave() {
      clearTimeout(timer.current)
      timer.current = setTimeout(() => setPlace(undefined), closeMs)
    },
  }
  return { place, hover }
}
