import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import S3rver from 's3rver'
import { afterAll } from 'vitest'

const bucket = 'openfield-files'

/**
 * A real S3 server for a test file, behind a door of ours that can be told to answer 500 instead of it. It does not check
 * signatures.
 */
export async function startS3() {
  const directory = await mkdtemp(join(tmpdir(), 'openfield-s3-'))
  const s3 = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: bucket, configs: [] }],
  })
  const { port } = await s3.run()
  let fails: (request: IncomingMessage) => boolean = () => false
  const door = createServer((incoming, answer) => {
    if (fails(incoming)) {
      incoming.resume()
      answer.writeHead(500, { 'content-type': 'application/xml' })
      return answer.end('<?xml version="1.0"?><Error><Code>InternalError</Code><Message>Out of order</Message></Error>')
    }
    const { method, url, headers } = incoming
    const passed = request({ host: '127.0.0.1', port, method, path: url, headers }, (result) => {
      answer.writeHead(result.statusCode ?? 500, result.headers)
      result.pipe(answer)
    })
    passed.on('error', () => answer.destroy())
    incoming.pipe(passed)
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  afterAll(async () => {
    door.closeAllConnections()
    door.close()
    await s3.close()
    await rm(directory, { recursive: true, force: true })
  })

  const endpoint = `http://127.0.0.1:${(door.address() as AddressInfo).port}`
  return {
    /** The settings with which a server keeps its files here. */
    settings: {
      OPENFIELD_S3_BUCKET: bucket,
      OPENFIELD_S3_ENDPOINT: endpoint,
      OPENFIELD_S3_ACCESS_KEY_ID: 'S3RVER',
      OPENFIELD_S3_SECRET_ACCESS_KEY: 'S3RVER',
    },
    /** Answers 500 to the requests that the condition holds for. */
    fail(condition: typeof fails) {
      fails = condition
    },
    /** The keys of the objects that the bucket holds. */
    async keys(): Promise<string[]> {
      const names = await readdir(join(directory, bucket)).catch(() => [])
      return names.flatMap((name) => /^(.+)\._S3rver_object$/.exec(name)?.[1] ?? [])
    },
  }
}
