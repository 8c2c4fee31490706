import { APIConnectionError, APIError, AuthenticationError } from '@openfield/sdk'
import { useSyncExternalStore } from 'react'
import type { AnyRecord, Links } from '../records/record.ts'
import { messageOf } from './problem.tsx'
import { queryClient } from './queries.ts'
import { client } from './server.ts'

/**
 * Every edit of a record goes through here. It shows at once, is kept in the browser until the server has it, is sent
 * again when the connection comes back, and is never written over what somebody else wrote meanwhile: that is a conflict,
 * and whoever edits chooses.
 */
export type Edit = {
  objectType: string
  recordId: string
  /** What the record is called, and the field or relationship: for messages. */
  title: string
  label: string
  part: 'fields' | 'relationships'
  key: string
  /** As it was when editing began, and as it is to be: the bare value, or ids. */
  before: unknown
  value: unknown
  state: 'saving' | 'waiting' | 'conflict' | 'refused'
  /** What the server has instead, in a conflict; why it said no, when refused. */
  current?: unknown
  message?: string
}

const kept = 'openfield.edits'
const listeners = new Set<() => void>()
let edits: readonly Edit[] = read()
let retryTimer: ReturnType<typeof setTimeout> | undefined

/** The edits that the server does not have yet. */
export const useEdits = () => useSyncExternalStore(subscribe, () => edits)

/** A record with the edits that are on their way, as whoever made them sees it. */
export function useEdited<R extends AnyRecord>(record: R): R {
  const all = useEdits()
  return editedBy(all, record)
}

export function editedBy<R extends AnyRecord>(all: readonly Edit[], record: R): R {
  const own = all.filter(({ recordId, state }) => recordId === record.id && state !== 'refused')
  if (own.length === 0) return record
  const fields = { ...record.fields }
  const relationships = { ...record.relationships }
  for (const { part, key, value } of own) {
    const [field, links] = [fields[key], relationships[key]]
    if (part === 'fields' && field) fields[key] = { ...field, value }
    if (part === 'relationships' && links) relationships[key] = { ...links, values: value as string[] } satisfies Links
  }
  return { ...record, fields, relationships }
}

/** Saves one field or relationship. Resolves when the server has it, or has refused it; edits that wait go on waiting. */
export function save(edit: Omit<Edit, 'state' | 'current' | 'message'>): Promise<void> {
  const earlier = edits.find((one) => isSame(one, edit))
  const next: Edit = { ...edit, before: earlier ? earlier.before : edit.before, state: 'saving' }
  change([...edits.filter((one) => one !== earlier), next])
  return send(next)
}

/** Writes what was typed over what somebody else wrote, or lets theirs stand. */
export function resolve(edit: Edit, choice: 'mine' | 'theirs'): Promise<void> {
  if (choice === 'theirs') {
    drop(edit)
    return refresh(edit.objectType, edit.recordId)
  }
  const again: Edit = { ...edit, before: edit.current, state: 'saving' }
  swap(edit, again)
  return send(again)
}

/** Forgets an edit that was refused. */
export const drop = (edit: Edit) => change(edits.filter((one) => one !== edit))

/** Sends what waits, e.g. when the connection is back or somebody has signed in again. */
export function sendWaiting() {
  clearTimeout(retryTimer)
  for (const edit of edits.filter(({ state }) => state === 'waiting')) {
    const again: Edit = { ...edit, state: 'saving' }
    swap(edit, again)
    void send(again)
  }
}

async function send(edit: Edit): Promise<void> {
  const { objectType, recordId, part, key, before, value } = edit
  try {
    const changes = part === 'fields' ? { [key]: value } : { [key]: { replace: value } }
    const { results } = await client.admin.records.update(
      objectType,
      { records: [{ id: recordId, [part]: changes, expected: { [part]: { [key]: before } } }] },
      { maxRetries: 0 },
    )
    settle(edit, results[0])
  } catch (error) {
    if (error instanceof APIConnectionError || error instanceof AuthenticationError || isPassing(error)) wait(edit)
    else swap(edit, { ...edit, state: 'refused', message: messageOf(error) })
  }
}

const isPassing = (error: unknown) => error instanceof APIError && ((error.status ?? 0) >= 500 || error.status === 429)

type Outcome = {
  outcome: 'updated' | 'conflict' | 'refused'
  record?: AnyRecord
  current?: { fields?: Record<string, unknown>; relationships?: Record<string, unknown> }
  error?: { message: string }
}

function settle(edit: Edit, result: Outcome | undefined) {
  if (result?.outcome === 'updated') {
    if (result.record) keepRecord(edit.objectType, result.record)
    drop(edit)
  } else if (result?.outcome === 'conflict') {
    swap(edit, { ...edit, state: 'conflict', current: result.current?.[edit.part]?.[edit.key] })
  } else {
    swap(edit, { ...edit, state: 'refused', message: result?.error?.message ?? 'The server refused it.' })
  }
}

/** Puts a record that the server has sent wherever it is shown. */
export function keepRecord(objectType: string, record: AnyRecord) {
  queryClient.setQueryData(['record', objectType, record.id], record)
  queryClient.setQueriesData<{ data: readonly AnyRecord[] }>({ queryKey: ['records', objectType] }, (page) =>
    page?.data.some(({ id }) => id === record.id)
      ? { ...page, data: page.data.map((one) => (one.id === record.id ? { ...one, ...record } : one)) }
      : page,
  )
}

async function refresh(objectType: string, id: string) {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: ['record', objectType, id] }),
    queryClient.invalidateQueries({ queryKey: ['records', objectType] }),
  ])
}

const retryMs = 3_000

function wait(edit: Edit) {
  swap(edit, { ...edit, state: 'waiting' })
  clearTimeout(retryTimer)
  retryTimer = setTimeout(sendWaiting, retryMs)
}

/** Replaces an edit, unless a newer one of the same field has taken its place. */
function swap(edit: Edit, next: Edit) {
  if (edits.includes(edit)) change(edits.map((one) => (one === edit ? next : one)))
}

const isSame = (one: Edit, other: Pick<Edit, 'recordId' | 'part' | 'key'>) =>
  one.recordId === other.recordId && one.part === other.part && one.key === other.key

function change(next: readonly Edit[]) {
  edits = next
  if (next.length > 0) localStorage.setItem(kept, JSON.stringify(next))
  else localStorage.removeItem(kept)
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Edits of a tab that was closed before they were sent wait for the server again. */
function read(): readonly Edit[] {
  const text = localStorage.getItem(kept)
  if (text === null) return []
  const all: Edit[] = JSON.parse(text)
  return all.map((edit) => (edit.state === 'saving' ? { ...edit, state: 'waiting' } : edit))
}

addEventListener('online', sendWaiting)
