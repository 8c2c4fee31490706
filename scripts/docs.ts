/** Writes the tables of the guides anew: `node scripts/docs.ts`. A test fails when they are not what this writes. */
import { readFile, writeFile } from 'node:fs/promises'
import { pages } from '../packages/server/src/http/docs/pages.ts'
import { fillTables } from '../packages/server/src/http/docs/tables.ts'

for (const { path } of pages) {
  const file = new URL(`../docs/${path}.md`, import.meta.url)
  const text = await readFile(file, 'utf8')
  const filled = fillTables(text)
  if (filled === text) continue
  await writeFile(file, filled)
  console.log(`docs/${path}.md`)
}
