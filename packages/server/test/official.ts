import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The official document, which lies beside the repository where the project is built. It is JSON, whatever its name. */
export const officialPath = fileURLToPath(
  new URL('../../../../shared/reference/lightfield-openapi-2026-07.yml', import.meta.url),
)

export const hasOfficial = existsSync(officialPath)
