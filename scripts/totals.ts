import type { Reporter, TestModule } from 'vitest/node'

/** Ends a test run with the line `N passed, N failed`. A file or hook that fails outside its tests counts as one. */
export default class Totals implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]) {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: string) => tests.filter((test) => test.result().state === state).length
    const outside = modules.flatMap((module) =>
      [module, ...module.children.allSuites()].flatMap((part) => part.errors()),
    )
    console.log(`${count('passed')} passed, ${count('failed') + outside.length + unhandledErrors.length} failed`)
  }
}
