/** The OpenAPI documents to fuzz by, as schemathesis can hold answers against them. */
import { existsSync, readFileSync } from 'node:fs'

const officialPath = new URL('../../shared/reference/lightfield-openapi-2026-07.yml', import.meta.url)

type Response = { content?: Record<string, { schema: unknown }> }
type Operation = { responses: Record<string, Response>; operationId?: string }
type Document = { paths: Record<string, Record<string, Operation>> }

/** Ours, and the official one where it lies beside the repository; `excluded`: operations that are not called, by id. */
export async function documents({
  url,
}: {
  url: string
}): Promise<{ name: string; document: object; phases: string; excluded: string[] }[]> {
  const ours = (await (await fetch(`${url}/openapi.json`)).json()) as Document
  const official = existsSync(officialPath) ? wrapped(JSON.parse(readFileSync(officialPath, 'utf8'))) : undefined
  return [
    // A stream does not end; a key that is revoked cannot go on.
    {
      name: 'ours',
      document: ours,
      phases: 'examples,coverage,fuzzing',
      excluded: ['admin.event.listen', 'admin.apiKey.revoke'],
    },
    // Its own examples break its own rules.
    ...(official ? [{ name: 'official', document: official, phases: 'coverage,fuzzing', excluded: [] }] : []),
  ]
}

/**
 * The official document, with its schemas of errors inside our wrapper, and with what differs on purpose
 * (packages/server/test/deviations.ts).
 */
function wrapped(document: Document): Document {
  for (const operation of Object.values(document.paths).flatMap((methods) => Object.values(methods))) {
    for (const [status, { content = {} }] of Object.entries(operation.responses)) {
      for (const media of Object.values(content)) {
        if (Number(status) < 400) continue
        const inside = status === '409' ? {} : media.schema
        media.schema = {
          type: 'object',
          properties: { error: inside },
          required: ['error'],
          additionalProperties: false,
        }
      }
    }
    operation.responses['413'] = { content: { 'application/json': { schema: {} } } }
  }
  return document
}
