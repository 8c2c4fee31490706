/** Why nothing came back from an address outside, and what that means in words. */
export const outboundReasons = {
  invalid_url: 'It is not an http or https address without a user name and password.',
  invalid_header: 'A header of the request has a name or value that HTTP does not allow.',
  private_address:
    'It leads to an address that is not public; whoever runs the server may allow its network with OPENFIELD_ALLOWED_NETWORKS.',
  dns: 'There is no such name in the domain name system, or it could not be asked.',
  refused: 'No connection could be made.',
  tls: 'The connection could not be made secure: the certificate or the protocol is not right.',
  timeout: 'It took too long.',
  broken: 'The connection ended early, or what came is not HTTP.',
  too_large: 'The answer is larger than is read.',
  bad_encoding: 'The answer is compressed in a way that cannot be read.',
  too_many_redirects: 'It leads on and on to other addresses.',
  unsafe_redirect: 'It leads on from https to http, where what goes with the request would be sent in the open.',
} as const

export type OutboundReason = keyof typeof outboundReasons

/** A request to the outside that came to nothing; `reason` is for programs, the message for people. */
export class OutboundFailure extends Error {
  readonly reason: OutboundReason

  constructor(reason: OutboundReason, target: string, cause?: unknown) {
    super(`${target}: ${outboundReasons[reason]}`, { cause })
    this.reason = reason
  }
}

const byCode: Record<string, OutboundReason> = {
  HPE_HEADER_OVERFLOW: 'too_large',
  ERR_INVALID_CHAR: 'invalid_header',
  ERR_INVALID_HTTP_TOKEN: 'invalid_header',
  ERR_HTTP_INVALID_HEADER_VALUE: 'invalid_header',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  EADDRNOTAVAIL: 'refused',
  EACCES: 'refused',
  EPERM: 'refused',
  ETIMEDOUT: 'timeout',
  EPROTO: 'tls',
}

const ofCertificates = /^(ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|CRL_|HOSTNAME_MISMATCH|INVALID_)/

/** What an error of Node's HTTP client means. Any other is thrown as it is. */
export function failureOf(error: unknown, target: string): OutboundFailure {
  if (error instanceof OutboundFailure) return error
  const code = codeOf(error)
  // What whoever asked throws on the way is theirs, and mistakes of ours are no failures of the outside.
  if (code === '') throw error
  return new OutboundFailure(byCode[code] ?? (ofCertificates.test(code) ? 'tls' : 'broken'), target, error)
}

/** Several attempts to connect fail as one error that holds theirs. */
function codeOf(error: unknown): string {
  const { code, errors } = error as { code?: unknown; errors?: unknown[] }
  if (typeof code === 'string') return code
  return errors?.[0] === undefined ? '' : codeOf(errors[0])
}
