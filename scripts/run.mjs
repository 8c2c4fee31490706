/**
 * What stands behind the npm scripts: `node scripts/run.mjs start|test|check|test:clients|test:mail|test:web|fuzz|bench|crash [arguments]`.
 * Gets the clone ready, then runs the command. Runs on Node 20 as well, which knows nothing of TypeScript.
 */
import { command, openfield } from './command.mjs'

const vitest = 'node_modules/vitest/vitest.mjs'

const commands = {
  start: (args) => openfield(['serve', ...args]),
  test: (args) => command({ file: vitest, args: ['run', '--project', '!web', '--project', '!mail', ...args] }),
  check: (args) => command({ file: 'scripts/check.ts', args }),
  'test:clients': (args) => command({ file: 'clients/run.ts', args }),
  'test:mail': (args) => command({ file: vitest, args: ['run', '--project', 'mail', ...args] }),
  'test:web': (args) => command({ file: vitest, args: ['run', '--project', 'web', ...args] }),
  fuzz: (args) => command({ file: 'fuzz/run.ts', args }),
  bench: (args) => command({ file: 'bench/run.ts', args, built: true }),
  crash: (args) => command({ file: 'crash/run.ts', args, built: true }),
}

const [name = '', ...args] = process.argv.slice(2)
if (Object.hasOwn(commands, name)) await commands[name](args)
else {
  console.error(`There is no command '${name}'. There are: ${Object.keys(commands).join(', ')}.`)
  process.exitCode = 1
}
