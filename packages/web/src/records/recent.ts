import { useRouterState } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useObjectTypes } from './object-types.ts'

/** A record that one has looked at or linked lately. */
export type Recent = { id: string; objectType: string }

const kept = 'openfield.recent'
const most = 30

/** Newest first. */
export function recentRecords(objectType?: string): readonly Recent[] {
  const all: Recent[] = JSON.parse(localStorage.getItem(kept) ?? '[]')
  return objectType === undefined ? all : all.filter((one) => one.objectType === objectType)
}

export function noteRecent({ id, objectType }: Recent) {
  const others = recentRecords().filter((one) => one.id !== id)
  localStorage.setItem(kept, JSON.stringify([{ id, objectType }, ...others].slice(0, most)))
}

/** Remembers every record that one goes to. */
export function useNoteVisits() {
  const path = useRouterState({ select: ({ location }) => location.pathname })
  const types = useObjectTypes()
  useEffect(() => {
    const [plural, id] = path.split('/').filter(Boolean).slice(-2)
    const type = types.find((one) => one.plural === plural)
    if (type && id) noteRecent({ id, objectType: type.name })
  }, [path, types])
}
