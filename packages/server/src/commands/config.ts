import { readConfig, settings } from '../config.ts'

/** Prints the table of settings. Fails, naming all of them, when some are wrong. */
export function printConfig(environment: NodeJS.ProcessEnv, { json }: { json?: boolean }) {
  const table = Object.entries(settings).map(([name, setting]) => ({
    name,
    value: shown(environment[name] ?? '', 'secret' in setting),
    default: setting.default,
    meaning: setting.meaning,
  }))
  if (json) console.log(JSON.stringify(table))
  else for (const row of table) console.log(`${row.name}=${row.value || row.default}\n    ${row.meaning}\n`)
  readConfig(environment)
}

const shown = (value: string, isSecret: boolean) => (isSecret && value !== '' ? '(set)' : value)
