import { afterAll, onTestFinished, TestRunner } from 'vitest'

/**
 * Does this when the test that calls it has ended or, outside of tests, after the last one. Not a hook of the module that
 * makes what has to go: files share modules, and it would run for the first of them only.
 */
export const atEnd = (work: () => Promise<void>) => (TestRunner.getCurrentTest() ? onTestFinished : afterAll)(work)
