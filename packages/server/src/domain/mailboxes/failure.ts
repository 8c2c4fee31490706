import { OutboundFailure } from '../outbound/failure.ts'

/** Where the way to a mail server ended. */
export type Phase = 'dns' | 'private_address' | 'connection' | 'tls' | 'token' | 'sign_in' | 'protocol'

/** A mail server, or one that gives out tokens, that could not be used. The message is for the person. */
export class MailServerFailure extends Error {
  readonly phase: Phase
  /** It may work in a moment, with the same credentials. */
  readonly isPassing: boolean

  constructor(phase: Phase, message: string, isPassing: boolean, cause?: unknown) {
    super(message, { cause })
    this.phase = phase
    this.isPassing = isPassing
  }
}

type MailError = Error & {
  code?: string
  responseCode?: number
  response?: unknown
  responseText?: string
  serverResponseCode?: string
  authenticationFailed?: boolean
}

const phases: Record<string, Phase> = {
  EDNS: 'dns',
  ETLS: 'tls',
  EREQUIRETLS: 'tls',
  EAUTH: 'sign_in',
  ENOAUTH: 'sign_in',
  EOAUTH2: 'sign_in',
  ECONNECTION: 'connection',
  ETIMEDOUT: 'connection',
  ECONNREFUSED: 'connection',
  ECONNRESET: 'connection',
  EPIPE: 'connection',
  EHOSTUNREACH: 'connection',
  ENETUNREACH: 'connection',
  NoConnection: 'connection',
  EConnectionClosed: 'connection',
  ClosedAfterConnectText: 'connection',
  ClosedAfterConnectTLS: 'tls',
  UPGRADE_TIMEOUT: 'tls',
  CONNECT_TIMEOUT: 'connection',
  GREETING_TIMEOUT: 'connection',
  ETIMEOUT: 'connection',
}

const ofCertificates = /^(ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|CRL_|HOSTNAME_MISMATCH|INVALID_)/

/** What IMAP servers answer to a sign-in that is right, when they cannot or will not at the moment. */
const passingCodes = new Set(['UNAVAILABLE', 'INUSE', 'LIMIT', 'SERVERBUG', 'THROTTLED', 'OVERQUOTA', 'CONTACTADMIN'])

/** What an error of the SMTP or IMAP library means; `server` names the server as people know it. */
export function mailFailure(error: unknown, server: string): MailServerFailure {
  if (error instanceof MailServerFailure) return error
  if (error instanceof OutboundFailure) {
    const phase = error.reason === 'dns' || error.reason === 'invalid_url' ? 'dns' : 'private_address'
    return new MailServerFailure(phase, error.message, error.reason === 'dns', error)
  }
  const { code = '', responseCode = 0, authenticationFailed, serverResponseCode = '' } = error as MailError
  const phase = authenticationFailed ? 'sign_in' : phaseOf(code, error as MailError)
  const isPassing =
    phase === 'sign_in'
      ? (responseCode >= 400 && responseCode < 500) || passingCodes.has(serverResponseCode)
      : phase !== 'tls'
  return new MailServerFailure(phase, `${server}: ${sentences[phase]}${saying(error as MailError)}`, isPassing, error)
}

function phaseOf(code: string, error: MailError): Phase {
  const inner = (error.cause as MailError | undefined)?.code ?? ''
  if (ofCertificates.test(code) || ofCertificates.test(inner) || /certificate|self.signed/i.test(error.message)) {
    return 'tls'
  }
  if (code === 'ESOCKET') return /ssl|tls/i.test(error.message) ? 'tls' : 'connection'
  return phases[code] ?? 'protocol'
}

const sentences: Record<Phase, string> = {
  dns: 'there is no such name, or it could not be looked up.',
  private_address: 'it is not at a public address.',
  connection: 'no connection could be made, or it ended early. Check host, port and security.',
  tls: 'the connection could not be made secure: the certificate is not trusted, or the server does not speak TLS here.',
  token: 'no new access token could be had.',
  sign_in: 'the server refused to sign in. Check user name and password, or connect again.',
  protocol: 'the server did not answer as a mail server does.',
}

/** What the server said, as far as it is one short line; never what was sent to it. */
function saying({ response, responseText }: MailError): string {
  const said = responseText ?? (typeof response === 'string' ? response : '')
  const line =
    said
      .split(/[\r\n]/)[0]
      ?.slice(0, 200)
      .toWellFormed() ?? ''
  return line === '' ? '' : ` It said: ${line}`
}
