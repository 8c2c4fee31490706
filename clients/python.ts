/** The checks in Python, with the official Python client in a virtual environment beside them. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execute, type Language, type Line } from './check.ts'

const folder = fileURLToPath(new URL('python', import.meta.url))
const venv = join(folder, '.venv')
const interpreter = process.platform === 'win32' ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python')
const stamp = join(venv, 'requirements.sha256')
const system = process.platform === 'win32' ? 'python' : 'python3'

export const python: Language = {
  name: 'python',
  missing() {
    const answers = (code: string) => spawnSync(system, ['-c', code]).status === 0
    if (!answers('')) return [`Python is missing: the command \`${system}\` (3.9 or newer) has to be in PATH.`]
    if (!answers('import sys; sys.exit(sys.version_info < (3, 9))')) return [`\`${system}\` is older than Python 3.9.`]
    return answers('import venv, ensurepip') ? [] : [`\`${system}\` lacks the module venv (package python3-venv).`]
  },
  prepare() {
    const requirements = createHash('sha256')
      .update(readFileSync(join(folder, 'requirements.txt')))
      .digest('hex')
    if (existsSync(interpreter) && existsSync(stamp) && readFileSync(stamp, 'utf8') === requirements) return
    execute(system, ['-m', 'venv', '--clear', venv], folder)
    execute(interpreter, ['-m', 'pip', 'install', '--require-hashes', '-r', 'requirements.txt'], folder)
    writeFileSync(stamp, requirements)
  },
  command: () => ({ file: interpreter, args: ['-B', '-m', 'checks'], cwd: folder }),
  parse(line): Line | undefined {
    const [, result, name] = /^(ok|FAIL|skip) (.+)$/.exec(line) ?? []
    return result === undefined || name === undefined
      ? { text: line }
      : { result: result as 'ok' | 'FAIL' | 'skip', name }
  },
}
