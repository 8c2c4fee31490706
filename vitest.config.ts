import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** Two kinds of tests: those that need only Node, beside what they test, and those that drive a real browser. */
export default defineConfig({
  test: {
    // Tests wait for PostgreSQL more than they compute: two workers even where there is one core to spare.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 20_000,
    hookTimeout: 60_000,
    reporters: ['default', './scripts/totals.ts'],
    projects: [
      { extends: true, test: { name: 'node', include: ['packages/**/*.test.ts', 'scripts/*.test.ts'] } },
      { extends: true, test: { name: 'web', include: ['packages/web/**/*.browser.ts'] } },
    ],
  },
})
