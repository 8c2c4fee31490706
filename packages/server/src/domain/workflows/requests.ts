import { Webhook } from 'standardwebhooks'
import type { SealedSecret } from '../../storage/workflows.ts'
import type { Context } from '../context.ts'
import { OutboundFailure } from '../outbound/failure.ts'
import { webhookIdOf } from './ids.ts'
import { openSecrets } from './secrets.ts'
import { fill, fillAsText, fillUrl, type Scope } from './templates.ts'
import type { HttpStep } from './types.ts'

const timeoutMs = 15_000
const bytesMax = 64 * 1024
/** How much of an answer is kept in the log. */
const shownMax = 2048

/** What a request came to; `problem`: why no answer came, with `hopeless` when none ever will. */
export type Answer = {
  status: number | null
  retryAfterMs: number | null
  durationMs: number
  text: string
  body: unknown
  problem: string | null
  hopeless: boolean
  /** As the log keeps it. */
  shown: object
}

type Sender = { id: string; secrets: readonly SealedSecret[] }
type Sending = { step: HttpStep; scope: Scope; event: string; attempt: number; stopping: AbortSignal }

/** Sends the request of a step, signed by Standard Webhooks: its `webhook-id` is the same at each attempt. */
export async function sendRequest(
  ctx: Context,
  workflow: Sender,
  { step, scope, event, attempt, stopping }: Sending,
): Promise<Answer> {
  const url = fillUrl(step.url, scope)
  const body = step.body === undefined ? undefined : JSON.stringify(fill(step.body, scope))
  const began = performance.now()
  const finish = (answer: Omit<Answer, 'durationMs' | 'shown'>): Answer => {
    const durationMs = Math.round(performance.now() - began)
    const text = answer.text === '' ? null : answer.text.slice(0, shownMax)
    return {
      ...answer,
      durationMs,
      shown: { method: step.method, url, attempt, status: answer.status, durationMs, body: text },
    }
  }
  const nothing = { status: null, retryAfterMs: null, text: '', body: null }
  try {
    const response = await ctx.outbound.request({
      url,
      method: step.method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        'user-agent': 'Openfield-Workflows',
        ...Object.fromEntries(
          Object.entries(step.headers ?? {}).map(([name, value]) => [name.toLowerCase(), fillAsText(value, scope)]),
        ),
        ...(await signature(ctx, workflow, webhookIdOf(workflow.id, event, step.key), body ?? '')),
      },
      ...(body !== undefined && { body }),
      timeoutMs,
      maxBytes: bytesMax,
      cut: true,
      redirects: 0,
      signal: stopping,
    })
    const text = response.body.toString('utf8').toWellFormed().replaceAll('\0', '\uFFFD')
    return finish({
      status: response.status,
      retryAfterMs: readRetryAfter(response.headers['retry-after'], ctx.now()),
      text,
      body: response.isCut ? text : parsed(text),
      problem: null,
      hopeless: false,
    })
  } catch (error) {
    if (!(error instanceof OutboundFailure)) throw error
    const hopeless = ['invalid_url', 'invalid_header', 'private_address'].includes(error.reason)
    return finish({ ...nothing, problem: error.message, hopeless })
  }
}

/** By all secrets that count, so that receivers may change over when they like. */
async function signature(ctx: Context, { id, secrets }: Sender, webhookId: string, body: string) {
  const at = ctx.now()
  const signed = (await openSecrets(ctx, id, secrets)).map(({ secret }) =>
    new Webhook(secret).sign(webhookId, at, body),
  )
  return {
    'webhook-id': webhookId,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': signed.join(' '),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** In seconds, or as a date. */
function readRetryAfter(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000
  const at = Date.parse(header)
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime())
}
