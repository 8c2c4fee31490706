import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { successOf } from '../../../test/factories.ts'
import { headersOf, type ListBody, outcome, startApi } from '../../../test/harness.ts'
import { runProgram } from '../../../test/program.ts'
import { send } from '../../../test/request.ts'
import { startSmtp } from '../../../test/smtp.ts'

const settings = { OPENFIELD_ALLOWED_NETWORKS: '127.0.0.0/8', OPENFIELD_WORKER: 'off' }
// What is asked again is asked of this server; the one that is killed stands beside it.
const api = await startApi(settings)
const smtp = await startSmtp()
smtp.passwords.set('sales@acme.example', 'secret')
successOf(
  await api.post('/admin/v1/mailboxes', {
    email: 'sales@acme.example',
    password: 'secret',
    smtp: { host: smtp.host, port: smtp.port, security: smtp.security },
  }),
)

const body = {
  from: 'sales@acme.example',
  to: ['ada@northwind.example'],
  subject: 'Three seats',
  messageBody: { content: 'Hello' },
}
const headers = (key: string) => ({ 'idempotency-key': key })
const again = (key: string) => api.post<{ sentAt: string }>('/v1/emails/send', body, { headers: headers(key) })
const count = async () => successOf(await api.get<ListBody>('/v1/emails?limit=1')).totalCount

/** Sends through a server that is killed when the mail server gets to a phase, or when `moment` has come. */
async function sendAndKill(key: string, phase: string, moment?: () => Promise<unknown>) {
  const { OPENFIELD_DATA_DIR, DATABASE_URL = '' } = api.config
  const shared = { PORT: '0', HOST: '127.0.0.1', DATABASE_URL, OPENFIELD_DATA_DIR, OPENFIELD_FILES_SHARED: 'on' }
  const { child, serving } = runProgram([], { ...settings, ...shared })
  const url = await serving()
  const reached = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  smtp.state.on = async (one) => {
    if (one !== phase) return
    reached.resolve()
    await released.promise
  }
  const sent = send(url, {
    method: 'POST',
    path: '/v1/emails/send',
    headers: { ...headersOf(api.key, true), ...headers(key) },
    body: JSON.stringify(body),
  }).catch(() => undefined)
  if (moment) await moment()
  else await reached.promise
  child.kill('SIGKILL')
  await once(child, 'exit')
  smtp.state.on = async () => {}
  released.resolve()
  await sent
  // As if so much time had passed that nobody waits for it any more.
  await api.sql('update sending set lease_until = now() where key = $1', [key])
}

describe('a server that is killed while it sends', { timeout: 60_000 }, () => {
  it.each(['connect', 'sign in', 'sender', 'recipient'])(
    'at %s has sent nothing: a retry sends it, once',
    async (phase) => {
      const before = await count()
      smtp.mails.length = 0
      await sendAndKill(`killed at ${phase}`, phase)
      expect(smtp.mails).toEqual([])
      const { sentAt } = successOf(await again(`killed at ${phase}`))
      expect(successOf(await again(`killed at ${phase}`))).toEqual({ sentAt })
      expect([smtp.mails.length, (await count()) - before]).toEqual([1, 1])
    },
  )

  it.each(['data', 'taken'])('at %s may have sent it: a retry says so and does not send it again', async (phase) => {
    const before = await count()
    smtp.mails.length = 0
    await sendAndKill(`killed at ${phase}`, phase)
    for (let tries = 0; tries < 2; tries += 1) {
      const answer = await again(`killed at ${phase}`)
      expect([outcome(answer), answer.headers['x-should-retry']]).toEqual(['409 conflict', 'false'])
    }
    // The mail server has got all of it, and what it does with that is its own affair.
    expect(smtp.mails.length).toBeLessThanOrEqual(1)
    expect(await count()).toBe(before)
  })

  it('before it could keep the record has sent it: a retry keeps it and answers when it was sent', async () => {
    const before = await count()
    smtp.mails.length = 0
    const key = 'killed before the record'
    // Holds off the record, and not what is noted about sending.
    const holding = await api.begin()
    await holding.query('lock table record in share mode')
    const noted = async () =>
      (await api.sql('select 1 from sending where key = $1 and sent_at is not null', [key])).length
    await sendAndKill(key, 'nothing', () => expect.poll(noted, { timeout: 20_000, interval: 20 }).toBe(1))
    await holding.query('rollback')
    holding.release()
    const [claim] = await api.sql<{ sent_at: Date }>('select sent_at from sending where key = $1', [key])
    const answer = successOf(await again(key))
    expect(answer).toEqual({ sentAt: claim?.sent_at.toISOString() })
    expect(successOf(await again(key))).toEqual(answer)
    expect([smtp.mails.length, (await count()) - before]).toEqual([1, 1])
    expect(await api.sql('select 1 from sending where key = $1', [key])).toEqual([])
  })
})
