import { newUuid, notFound, unauthorized, unprocessable } from '@openfield/schema'
import { Webhook } from 'standardwebhooks'
import type { StoredEvent } from '../../storage/workflow-runs.ts'
import { findHook, findWorkflow } from '../../storage/workflows.ts'
import type { Context, System } from '../context.ts'
import { hashOfSecret } from '../sign-in/secrets.ts'
import { derivedUuid, runId, workflowId } from './ids.ts'
import { begin } from './runs.ts'
import { openSecrets } from './secrets.ts'
import type { Workflow } from './workflows.ts'

/** A request to a workflow's own address: its body as it came and as JSON, and its headers. */
export type HookRequest = { token: string; raw: string; body: unknown; headers: Record<string, string> }

/**
 * Starts the workflow that has an address. A request with the `webhook-id` of an earlier one starts nothing, and is answered
 * like that. Throws a 404 for an address that none has, and a 401 where a signature is needed.
 */
export async function startByHook(system: System, { token, raw, body, headers }: HookRequest) {
  const found = await findHook(system.db, hashOfSecret(token))
  const workflow = found && (await findWorkflow<Workflow>(system.db, found.workspace, found.id))
  if (!found || workflow?.trigger.type !== 'hook') throw notFound('No workflow waits for requests at this address.')
  const ctx: Context = { ...system, workspace: found.workspace, caller: undefined }
  if (workflow.trigger.signed) await requireSignature(ctx, workflow, raw, headers)
  if (!workflow.enabled) throw unprocessable('The workflow is disabled.')
  const at = ctx.now()
  const given = headers['webhook-id']
  const event: StoredEvent = {
    id: given ? derivedUuid(new Date(0), 'hook', workflow.id, given) : newUuid(),
    ...{ name: 'hook', at, actor: null, objectType: null, recordId: null },
    data: { body: body ?? null },
  }
  const run = await begin(ctx, workflow, event)
  return { id: workflowId(workflow.id), runId: runId(run.id), status: run.status }
}

async function requireSignature(ctx: Context, { id, secrets }: Workflow, raw: string, headers: Record<string, string>) {
  for (const { secret } of await openSecrets(ctx, id, secrets)) {
    try {
      new Webhook(secret).verify(raw, headers, { jsonParse: false })
      return
    } catch {
      // Another secret may count as well.
    }
  }
  throw unauthorized(
    'Sign the request by Standard Webhooks with the secret of the workflow, less than five minutes ago.',
  )
}
