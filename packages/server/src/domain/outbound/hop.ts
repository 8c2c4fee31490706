import { type IncomingMessage, request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { Host } from './hosts.ts'

export type Hop = {
  url: URL
  host: Host
  method: string
  headers: Record<string, string>
  body: Buffer | undefined
  signal: AbortSignal
  /** Certificates that are trusted beside those of the machine. */
  ca: string | undefined
}

const headBytesMax = 32 * 1024

/** Sends one request, to the addresses that its host was found at and no others, and returns once the head has come. */
export const sendHop = ({ url, host, method, headers, body, signal, ca }: Hop): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? overHttps : overHttp
    const request = send(url, {
      method,
      headers: { ...headers, host: url.host, ...(body && { 'content-length': String(body.length) }) },
      // A connection of its own: one that is kept may lead to where the name led before.
      agent: false,
      lookup: pinnedTo(host),
      maxHeaderSize: headBytesMax,
      signal,
      ...(url.protocol === 'https:' && {
        servername: isIP(host.name) ? '' : host.name,
        ...(ca !== undefined && { ca }),
      }),
    })
    request.on('response', resolve)
    request.on('error', reject)
    request.end(body)
  })

const pinnedTo =
  ({ addresses }: Host): LookupFunction =>
  (_name, { all }, done) => {
    const found = addresses.map((address) => ({ address, family: isIP(address) }))
    if (all) done(null, found)
    else done(null, addresses[0], isIP(addresses[0]))
  }
