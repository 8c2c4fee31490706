import { messageOf } from '../../app/problem.tsx'
import { queryClient } from '../../app/queries.ts'
import { client } from '../../app/server.ts'
import type { ShownType } from '../../records/object-types.ts'
import type { AnyRecord } from '../../records/record.ts'
import { titleText } from '../../records/titles.ts'

/** What one change to many records has come to. */
export type Done = {
  done: readonly AnyRecord[]
  /** Those that were refused, by name, and why. */
  failed: readonly { id: string; title: string; message: string }[]
}

type Result = { id: string; outcome: string; error?: { message: string } | undefined }
type Send = (records: readonly AnyRecord[]) => Promise<{ results: readonly Result[] }>

/** Small enough that progress shows; the API takes up to a thousand. */
const batch = 250

/** Sends something about many records, some at a time. Tells how many are through. */
async function each(
  type: ShownType,
  records: readonly AnyRecord[],
  send: Send,
  onProgress: (through: number) => void,
): Promise<Done> {
  const done: AnyRecord[] = []
  const failed: { id: string; title: string; message: string }[] = []
  for (let from = 0; from < records.length; from += batch) {
    const some = records.slice(from, from + batch)
    const results = await send(some).then(
      (answer) => answer.results,
      (error) => some.map(({ id }): Result => ({ id, outcome: 'refused', error: { message: messageOf(error) } })),
    )
    for (const [index, record] of some.entries()) {
      const { outcome = 'refused', error } = results[index] ?? {}
      if (outcome === 'refused' || outcome === 'conflict') {
        const message = error?.message ?? 'Somebody else has changed it meanwhile.'
        failed.push({ id: record.id, title: titleText(type, record), message })
      } else done.push(record)
    }
    onProgress(from + some.length)
  }
  void queryClient.invalidateQueries({ queryKey: ['records', type.name] })
  void queryClient.invalidateQueries({ queryKey: ['record', type.name] })
  return { done, failed }
}

export type Change = { part: 'fields' | 'relationships'; key: string; value: unknown }

const written = ({ part, key }: Change, value: unknown) => ({
  [part]: { [key]: part === 'fields' ? value : { replace: value } },
})

const valueIn = ({ part, key }: Change, record: AnyRecord): unknown =>
  part === 'fields' ? (record.fields[key]?.value ?? null) : (record.relationships?.[key]?.values ?? [])

/** Sets one field or relationship of many records. */
export const setAll = (type: ShownType, records: readonly AnyRecord[], change: Change, onProgress: Progress) =>
  each(
    type,
    records,
    (some) =>
      client.admin.records.update(
        type.name,
        some.map(({ id }) => ({ id, ...written(change, change.value) })),
      ),
    onProgress,
  )

/** Takes that back, except where somebody has changed it again since. */
export const unsetAll = (type: ShownType, records: readonly AnyRecord[], change: Change, onProgress: Progress) =>
  each(
    type,
    records,
    (some) =>
      client.admin.records.update(
        type.name,
        some.map((record) => ({
          id: record.id,
          ...written(change, valueIn(change, record)),
          expected: { [change.part]: { [change.key]: change.value } },
        })),
      ),
    onProgress,
  )

export const deleteAll = (type: ShownType, records: readonly AnyRecord[], onProgress: Progress) =>
  each(type, records, (some) => client.admin.records.delete(type.name, idsOf(some)), onProgress)

export const restoreAll = (type: ShownType, records: readonly AnyRecord[], onProgress: Progress) =>
  each(type, records, (some) => client.admin.records.restore(type.name, idsOf(some)), onProgress)

const idsOf = (records: readonly AnyRecord[]) => records.map(({ id }) => id)

type Progress = (through: number) => void
