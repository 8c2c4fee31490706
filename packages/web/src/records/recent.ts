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
