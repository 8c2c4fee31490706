import { expect, it } from 'vitest'
import { currentEnvExample, envExample } from './env-example.ts'

it('.env.example tells of every setting; if not, write it anew: node scripts/env-example.ts', () => {
  expect(currentEnvExample()).toBe(envExample())
})
