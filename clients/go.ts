/** The checks in Go, with the official Go client. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { execute, type Language, type Line } from './check.ts'

const folder = fileURLToPath(new URL('go', import.meta.url))

/** A line of `go test -json`. */
type TestEvent = { Action: string; Test?: string; Output?: string }

export const go: Language = {
  name: 'go',
  missing: () =>
    spawnSync('go', ['version']).status === 0
      ? []
      : ['Go is missing: the command `go` (1.22 or newer) has to be in PATH.'],
  // -mod=mod: the first machine that can fetch the client writes its checksums to go.sum.
  prepare: () => execute('go', ['vet', '-mod=mod', './...'], folder),
  command: () => ({ file: 'go', args: ['test', '-mod=mod', '-count=1', '-json', './...'], cwd: folder }),
  parse,
}

function parse(line: string): Line | undefined {
  if (!line.startsWith('{')) return { text: line }
  const { Action, Test = '', Output = '' } = JSON.parse(line) as TestEvent
  if (Action === 'output') return /^\s*(=== |--- )/.test(Output) ? undefined : { text: Output.trim() }
  const [, group, check] = Test.split('/')
  const result = results[Action]
  return group === undefined || check === undefined || result === undefined
    ? undefined
    : { result, name: `${group}/${check}` }
}

const results: Record<string, 'ok' | 'FAIL' | 'skip'> = { pass: 'ok', fail: 'FAIL', skip: 'skip' }
