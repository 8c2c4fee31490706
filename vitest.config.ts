import { availableParallelism } from 'node:os'
import { configDefaults, defineConfig } from 'vitest/config'

/**
 * The tests: those that need nothing, those that need a database, which is started once, and those that need an IMAP server
 * or a browser.
 */
export default defineConfig({
  test: {
    // Tests wait for PostgreSQL more than they compute: two workers even where there is one core to spare.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // A machine may be busy with other things; no test waits this long for anything else.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    // Where thousands of tests gate what lands, one that fails is tried once more; the last lines of the run name it.
    retry: process.env['CI'] ? 1 : 0,
    reporters: ['default', './scripts/totals.ts'],
    projects: [
      { extends: true, test: { name: 'pure', include: ['packages/schema/**/*.test.ts', 'scripts/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'server',
          include: ['packages/{server,sdk,web}/**/*.test.ts'],
          exclude: [...configDefaults.exclude, '**/*.imap.test.ts'],
          globalSetup: ['./packages/server/test/global-setup.ts'],
          // No file changes what another sees, and loading the server anew for each takes a third of the time.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'mail',
          // They wait for other programs to start, and for what these notice by themselves.
          testTimeout: 300_000,
          include: ['packages/server/**/*.imap.test.ts'],
          globalSetup: ['./packages/server/test/global-setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'web',
          include: ['packages/web/**/*.browser.ts'],
          globalSetup: ['./packages/server/test/global-setup.ts'],
          // The app is bundled, and the browser started, once for the files of a worker.
          isolate: false,
        },
      },
    ],
  },
})
