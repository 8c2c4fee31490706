import type { MailboxSettings } from '../../storage/mailboxes.ts'
import type { Context } from '../context.ts'
import { OutboundFailure } from '../outbound/failure.ts'
import { MailServerFailure } from './failure.ts'

/** Tokens of a provider, and what they are renewed with. */
export type OAuth = {
  clientId: string
  clientSecret: string | null
  refreshToken: string
  accessToken: string | null
  /** When the access token ends; null: not known. */
  expiresAt: string | null
}

const limits = { timeoutMs: 15_000, maxBytes: 65_536, redirects: 0 }

type Answer = { access_token?: unknown; refresh_token?: unknown; expires_in?: unknown; error?: unknown }

/** Asks the provider for another access token. Throws MailServerFailure with the phase `token`. */
export async function renewed(ctx: Context, oauth: OAuth, { tokenUrl }: MailboxSettings): Promise<OAuth> {
  const { status, answer } = await ask(ctx, tokenUrl ?? '', {
    grant_type: 'refresh_token',
    refresh_token: oauth.refreshToken,
    client_id: oauth.clientId,
    ...(oauth.clientSecret !== null && { client_secret: oauth.clientSecret }),
  })
  if (status !== 200 || typeof answer.access_token !== 'string') throw refusal(status, answer)
  const seconds = Number(answer.expires_in)
  return {
    ...oauth,
    accessToken: answer.access_token,
    expiresAt: seconds > 0 ? new Date(ctx.now().getTime() + seconds * 1000).toISOString() : null,
    // Some providers give another one each time.
    ...(typeof answer.refresh_token === 'string' && { refreshToken: answer.refresh_token }),
  }
}

/** Has the provider forget the tokens, where it can. A failure changes nothing: they are forgotten here anyway. */
export async function revoke(ctx: Context, { refreshToken }: OAuth, { revocationUrl }: MailboxSettings) {
  if (revocationUrl === null) return
  await ask(ctx, revocationUrl, { token: refreshToken }).catch(() => {})
}

async function ask(ctx: Context, url: string, form: Record<string, string>) {
  try {
    const { status, body } = await ctx.outbound.request({
      ...limits,
      url,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams(form).toString(),
    })
    return { status, answer: parsed(body) }
  } catch (error) {
    if (!(error instanceof OutboundFailure)) throw error
    throw new MailServerFailure('token', `The provider of tokens cannot be reached. ${error.message}`, true, error)
  }
}

function parsed(body: Buffer): Answer {
  try {
    return (JSON.parse(body.toString()) ?? {}) as Answer
  } catch {
    return {}
  }
}

/** What providers answer that no other try will change, in words. */
const final: Record<string, string> = {
  invalid_grant: 'The provider no longer accepts the refresh token: it has ended or access was withdrawn.',
  invalid_client: 'The provider does not know the client, or its secret is not right.',
  unauthorized_client: 'The provider does not let this client have such tokens.',
}

function refusal(status: number, { error }: Answer): MailServerFailure {
  const sentence = typeof error === 'string' ? final[error] : undefined
  if (sentence) return new MailServerFailure('token', `${sentence} Connect the mailbox again.`, false)
  const isPassing = status >= 500 || status === 429
  return new MailServerFailure('token', `The provider of tokens answered ${status} and gave no token.`, isPassing)
}
