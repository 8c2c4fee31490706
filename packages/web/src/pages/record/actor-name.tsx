import { Link } from '@tanstack/react-router'
import { useSession } from '../../app/session.tsx'
import { type Actor, nameOfActor } from './use-timeline.ts'

/** Who did something; what a workflow did leads admins to the run that did it. */
export function ActorName({ actor }: { actor: Actor | null }) {
  const { member } = useSession()
  const name = nameOfActor(actor)
  if (actor?.type !== 'workflow' || member.role !== 'admin') return name
  const place = { section: 'workflows', item: actor.id }
  return (
    <Link to="/settings/$section/$item" params={place} search={{ run: actor.run }}>
      {name}
    </Link>
  )
}
