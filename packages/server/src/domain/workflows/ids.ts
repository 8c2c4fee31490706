import { createHash } from 'node:crypto'
import { decodeId, encodeId, firstUuidAt, idPrefixes, noResource } from '@openfield/schema'

export const workflowId = (uuid: string) => encodeId(idPrefixes.workflow, uuid)
export const runId = (uuid: string) => encodeId(idPrefixes.workflowRun, uuid)

/** The stored id of a workflow. Throws a 404 for what is none. */
export function readWorkflowId(id: string): string {
  const uuid = decodeId(idPrefixes.workflow, id)
  if (uuid) return uuid
  throw noResource('workflows')
}

/** The stored id of a run. Throws a 404 for what is none. */
export function readRunId(id: string): string {
  const uuid = decodeId(idPrefixes.workflowRun, id)
  if (uuid) return uuid
  throw noResource('workflow runs')
}

const digestOf = (parts: readonly string[]) => createHash('sha256').update(parts.join('\n')).digest()

/** A UUIDv7 of a moment that follows from some texts: whoever asks again gets the same. */
export function derivedUuid(at: Date, ...parts: string[]): string {
  const hex = digestOf(parts).toString('hex')
  const variant = ((Number.parseInt(hex.slice(3, 4), 16) & 3) | 8).toString(16)
  return `${firstUuidAt(at.getTime()).slice(0, 14)}7${hex.slice(0, 3)}-${variant}${hex.slice(4, 7)}-${hex.slice(7, 19)}`
}

/** What receivers know a request by, however often it is sent: it follows from what happened and the step. */
export const webhookIdOf = (workflow: string, event: string, step: string) =>
  `msg_${digestOf(['request', workflow, event, step]).toString('hex').slice(0, 32)}`

/** What changes made by a run have as their actor. */
export const actorOfRun = (workflow: string, run: string) => `${workflowId(workflow)}.${runId(run)}`

/** The workflow and the run that an actor is; undefined for people and keys. */
export function runOfActor(actor: string | null): { workflow: string; run: string } | undefined {
  const [first = '', second = ''] = actor?.split('.') ?? []
  const [workflow, run] = [decodeId(idPrefixes.workflow, first), decodeId(idPrefixes.workflowRun, second)]
  return workflow && run ? { workflow, run } : undefined
}
