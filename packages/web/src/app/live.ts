import type { ObjectType } from '@openfield/schema'
import { objectTypes } from '@openfield/schema/objects/index'
import { AuthenticationError } from '@openfield/sdk'
import { useEffect } from 'react'
import { noticeSignOut, queryClient } from './queries.ts'
import { client } from './server.ts'

/** How long changes are gathered before what shows them is read again, in ms. */
const gatherMs = 250

/** Keeps everything on the screen current: what a colleague or a key changes is read again within a second. */
export function useLiveUpdates(isOn: boolean) {
  useEffect(() => {
    if (!isOn) return
    const controller = new AbortController()
    void follow(controller.signal)
    return () => controller.abort()
  }, [isOn])
}

async function follow(signal: AbortSignal) {
  const outdated = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const gather = (key: readonly string[]) => {
    outdated.add(JSON.stringify(key))
    timer ??= setTimeout(() => {
      timer = undefined
      for (const one of outdated) void queryClient.invalidateQueries({ queryKey: JSON.parse(one) })
      outdated.clear()
    }, gatherMs)
  }
  try {
    for await (const event of client.admin.events.listen({ signal })) {
      if (event.event === 'definitions') {
        gather(['objectTypes'])
        gather(['definitions'])
        continue
      }
      const { objectType, id, related } = event.data
      for (const kind of ['records', 'totals']) gather([kind, objectType])
      gather(['record', objectType, id])
      gather(['enrichment', id])
      gather(['recentChanges'])
      // What stands in the timelines of others is not linked to them anew whenever it changes.
      if (standsInTimelines(objectType)) gather(['timeline'])
      for (const one of [id, ...related]) for (const kind of ['timeline', 'name']) gather([kind, one])
    }
  } catch (error) {
    if (error instanceof AuthenticationError) noticeSignOut(error)
    else if (!signal.aborted) console.error(error)
  } finally {
    clearTimeout(timer)
  }
}

const standsInTimelines = (objectType: string) =>
  (objectTypes as Partial<Record<string, ObjectType>>)[objectType]?.happens !== undefined
