import { APIConnectionError, APIError, AuthenticationError, type UpdateResult } from '@openfield/sdk'
import { useSyncExternalStore } from 'react'
import type { LinkChange } from '../records/object-types.ts'
import type { AnyRecord, Links } from '../records/record.ts'
import { messageOf } from './problem.tsx'
import { noticeSignOut, queryClient } from './queries.ts'
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
  /** The relationship has many: what is not mentioned stays linked. */
  many?: boolean
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

/** The edit of one field or relationship that the server does not have yet. */
export const useEdit = (recordId: string, part: Edit['part'], key: string) =>
  useSyncExternalStore(subscribe, () => edits.find((one) => isSame(one, { recordId, part, key })))

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

/** The places on the screen that show by themselves that an edit was refused. */
const claims = new Map<string, number>()

export const isClaimed = (edit: Edit) => claims.has(nameOf(edit))

/** A place says that it shows what becomes of edits of a field, until it calls what it gets. */
export function claim(field: Place): () => void {
  const name = nameOf(field)
  claims.set(name, (claims.get(name) ?? 0) + 1)
  return () => {
    const others = (claims.get(name) ?? 1) - 1
    if (others > 0) claims.set(name, others)
    else claims.delete(name)
    if (edits.some((edit) => edit.state === 'refused' && isSame(edit, field))) change([...edits])
  }
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

/** What is being sent, by field: what the server has there once it has answered. */
const sending = new Map<string, Promise<unknown>>()

/** Sends an edit once those of the same field that were sent before are answered: it rests on what they left there. */
async function send(edit: Edit): Promise<void> {
  const name = nameOf(edit)
  const earlier = sending.get(name)
  const answer = earlier ? earlier.then((before) => sendAfter(edit, before)) : transmit(edit)
  sending.set(name, answer)
  await answer
  if (sending.get(name) === answer) sending.delete(name)
}

function sendAfter(edit: Edit, before: unknown): Promise<unknown> {
  if (!edits.includes(edit)) return Promise.resolve(before)
  const next: Edit = { ...edit, before }
  swap(edit, next)
  return transmit(next)
}

/** Gives what the server has in the field afterwards, as far as is known. */
async function transmit(edit: Edit): Promise<unknown> {
  const { objectType, recordId, part, key, before } = edit
  const change = part === 'fields' ? edit.value : linkChange(edit)
  if (change === undefined) {
    drop(edit)
    return before
  }
  try {
    // Links are added and removed one by one, which takes nothing away from what others do.
    const expected = edit.many ? {} : { expected: { [part]: { [key]: before } } }
    const update = { id: recordId, [part]: { [key]: change }, ...expected }
    const { results } = await client.admin.records.update(objectType, [update], { maxRetries: 0 })
    const [result] = results as UpdateResult<AnyRecord>[]
    settle(edit, result)
    if (result?.outcome !== 'updated') return before
    return part === 'fields' ? result.record.fields[key]?.value : result.record.relationships?.[key]?.values
  } catch (error) {
    noticeSignOut(error)
    if (error instanceof APIConnectionError || error instanceof AuthenticationError || isPassing(error)) wait(edit)
    else swap(edit, { ...edit, state: 'refused', message: messageOf(error) })
    return before
  }
}

/** What is to be sent of an edit of links; undefined for nothing. */
function linkChange({ many, before, value }: Edit): LinkChange | undefined {
  const [old, next] = [before as string[], value as string[]]
  if (!many) return { replace: next }
  const add = next.filter((id) => !old.includes(id))
  const remove = old.filter((id) => !next.includes(id))
  if (add.length === 0 && remove.length === 0) return undefined
  return { ...(add.length > 0 && { add }), ...(remove.length > 0 && { remove }) }
}

const isPassing = (error: unknown) => error instanceof APIError && ((error.status ?? 0) >= 500 || error.status === 429)

function settle(edit: Edit, result: UpdateResult<AnyRecord> | undefined) {
  if (result?.outcome === 'updated') {
    keepRecord(edit.objectType, result.record)
    drop(edit)
  } else if (result?.outcome === 'conflict') {
    const { fields, relationships } = result.current
    const current = edit.part === 'fields' ? fields[edit.key]?.value : relationships[edit.key]?.values
    swap(edit, { ...edit, state: 'conflict', current })
  } else {
    swap(edit, { ...edit, state: 'refused', message: result?.error?.message ?? 'The server refused it.' })
  }
}

/** Puts a record that the server has sent wherever it is shown. */
function keepRecord(objectType: string, record: AnyRecord) {
  queryClient.setQueryData(['record', objectType, record.id], record)
  queryClient.setQueriesData<{ data: readonly AnyRecord[] }>({ queryKey: ['records', objectType] }, (page) =>
    page?.data.some(({ id }) => id === record.id)
      ? { ...page, data: page.data.map((one) => (one.id === record.id ? { ...one, ...record } : one)) }
      : page,
  )
  const renew = (entry: TimelinePage['data'][number]) =>
    entry.id === record.id ? { ...entry, record: { ...entry.record, ...record } } : entry
  queryClient.setQueriesData<{ pages: readonly TimelinePage[] }>(
    { queryKey: ['timeline'] },
    (timeline) =>
      timeline && { ...timeline, pages: timeline.pages.map((page) => ({ ...page, data: page.data.map(renew) })) },
  )
}

type TimelinePage = { data: readonly { id: string; record?: object }[] }

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

type Place = Pick<Edit, 'recordId' | 'part' | 'key'>

const nameOf = ({ recordId, part, key }: Place) => `${recordId} ${part} ${key}`

const isSame = (one: Place, other: Place) =>
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
