import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterAll } from 'vitest'
import { ownCertificate } from './certificate.ts'

export type ReceivedMail = { from: string; to: string[]; source: string; user: string }

type Phase = 'connect' | 'sign in' | 'sender' | 'recipient' | 'data' | 'taken'

/** An answer of an SMTP server that is no yes. */
export const refusal = (responseCode: number, message: string) => Object.assign(new Error(message), { responseCode })

/**
 * A real SMTP server that people sign in to, which a test can have refuse, wait or break off in each phase: `on` is asked
 * before it goes on, and may throw a refusal. `taken` is when a mail has been kept and the answer is still to come.
 */
export async function startSmtp({ security = 'none' as 'none' | 'starttls' | 'tls' } = {}) {
  const mails: ReceivedMail[] = []
  const passwords = new Map<string, string>()
  const tokens = new Set<string>()
  const state = { on: async (_phase: Phase, _what: string): Promise<void> => {} }
  type Done = (error?: Error | null) => void
  const asked = (phase: Phase, what: string, done: Done) => {
    state.on(phase, what).then(
      () => done(),
      (error) => done(error),
    )
  }
  const sockets = new Set<Socket>()
  const server = new SMTPServer({
    ...ownCertificate,
    secure: security === 'tls',
    disabledCommands: security === 'none' ? ['STARTTLS'] : [],
    allowInsecureAuth: security === 'none',
    authMethods: ['PLAIN', 'LOGIN', 'XOAUTH2'],
    // Closing does not wait for those who still talk.
    closeTimeout: 100,
    logger: false,
    onConnect: (_session, done) => asked('connect', '', done),
    onAuth({ username = '', password, accessToken }, _session, done) {
      const isKnown = accessToken ? tokens.has(accessToken) : passwords.get(username) === password
      asked('sign in', username, (error) =>
        error || !isKnown ? done(error ?? refusal(535, 'Wrong password')) : done(null, { user: username }),
      )
    },
    onMailFrom: ({ address }, _session, done) => asked('sender', address, done),
    onRcptTo: ({ address }, _session, done) => asked('recipient', address, done),
    onData(stream, { envelope, user }, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = envelope
        asked('data', '', (error) => {
          if (error) return done(error)
          mails.push({
            from: (mailFrom || { address: '' }).address,
            to: rcptTo.map(({ address }) => address),
            source: Buffer.concat(chunks).toString(),
            user: String(user),
          })
          asked('taken', '', done)
        })
      })
    },
  })
  server.on('error', () => {})
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  afterAll(() => new Promise<void>((resolve) => server.close(resolve)))
  /** Ends all connections, as they are. */
  const breakOff = () => {
    for (const socket of sockets) socket.destroy()
  }
  const { cert } = ownCertificate
  return { host: '127.0.0.1', port, security, mails, passwords, tokens, state, breakOff, certificate: cert }
}

/** A provider of tokens: says what was asked of it, and answers as the test says. */
export async function startTokenProvider() {
  const asked: { path: string; form: Record<string, string> }[] = []
  const state = { answer: (_form: Record<string, string>): [status: number, body: object] => [200, {}] }
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const form = Object.fromEntries(new URLSearchParams(text))
    asked.push({ path: request.url ?? '', form })
    const [status, body] = request.url === '/token' ? state.answer(form) : ([200, {}] as const)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  afterAll(() => new Promise((resolve) => server.close(resolve).closeAllConnections()))
  const url = `http://127.0.0.1:${port}`
  return { asked, state, tokenUrl: `${url}/token`, revocationUrl: `${url}/revoke` }
}
