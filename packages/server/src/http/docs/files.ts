import { readFile } from 'node:fs/promises'

/** The repository's `docs` folder. The one place that knows where it lies. */
const folder = new URL('../../../../../docs/', import.meta.url)

/** A file of the `docs` folder, e.g. `using-the-api/scopes.md`. */
export const readDoc = (path: string): Promise<string> => readFile(new URL(path, folder), 'utf8')
