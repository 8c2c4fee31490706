import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node'

/**
 * Ends a test run with the names of the tests that failed, or did so at first, and the line `N passed, N failed`. A file or
 * hook that fails outside its tests counts as one.
 */
export default class Totals implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]) {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const withState = (state: string) => tests.filter((test) => test.result().state === state)
    const failed = withState('failed')
    const outside = modules.flatMap((module) =>
      [module, ...module.children.allSuites()].flatMap((part) => part.errors()),
    )
    for (const test of tests.filter((one) => one.diagnostic()?.flaky))
      console.log(`Passed when tried again: ${name(test)}`)
    for (const test of failed) console.log(`Failed: ${name(test)}`)
    for (const { message } of [...outside, ...unhandledErrors]) console.log(`Failed outside of a test: ${message}`)
    const passed = withState('passed').length
    console.log(`${passed} passed, ${failed.length + outside.length + unhandledErrors.length} failed`)
  }
}

const name = ({ module, fullName }: TestCase) => `${module.relativeModuleId} > ${fullName}`
