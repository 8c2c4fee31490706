/** Writes `.env.example` from the table of settings: `node scripts/env-example.ts`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { settings } from '../packages/server/src/config.ts'

const file = new URL('../.env.example', import.meta.url)

/** The whole text: every setting with its meaning, switched off at its default. */
export function envExample(): string {
  const entries = Object.entries(settings).map(
    ([name, { default: fallback, meaning }]) => `\n# ${meaning}\n# ${name}=${fallback}\n`,
  )
  return `# Copy this file to .env; npm start and npx openfield read it. What the environment says goes first.\n${entries.join('')}`
}

/** What the repository holds at present. */
export const currentEnvExample = (): string => readFileSync(file, 'utf8')

if (import.meta.main) writeFileSync(file, envExample())
