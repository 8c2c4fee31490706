import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { startApi } from '../../server/test/harness.ts'

const api = await startApi()

const folder = fileURLToPath(new URL('..', import.meta.url))

/** A program that uses the library, as one script for browsers; and the files it is made of. */
async function bundle(program: string) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `globalThis.done = (async () => {${program}\n})()`, resolveDir: folder, loader: 'ts' },
    bundle: true,
    platform: 'browser',
    format: 'iife',
    write: false,
    metafile: true,
    absWorkingDir: folder,
  })
  return { script: outputFiles[0]?.text ?? '', files: Object.keys(metafile.inputs) }
}

/** A page that has as little as possible; `sent` are its requests. */
function newPage(more: object = {}) {
  const { URL, Headers, AbortController, setTimeout, clearTimeout, crypto } = globalThis
  const sent: RequestInit[] = []
  const page = createContext({
    ...{ URL, Headers, AbortController, setTimeout, clearTimeout, crypto },
    fetch(this: unknown, url: string, init: RequestInit) {
      if (this !== undefined && this !== page) throw new TypeError('Illegal invocation')
      sent.push(init)
      return fetch(url, init)
    },
    ...more,
  })
  return { page, sent }
}

test('a page in a browser needs nothing but what browsers have', async () => {
  const { script, files } = await bundle(`
    const { Openfield, UnprocessableEntityError } = await import('@openfield/sdk')
    const client = new Openfield({ apiKey: '${api.key}', baseURL: '${api.url}' })
    const { id } = await client.account.create({ fields: { $name: 'Acme' } })
    const names = []
    for await (const { fields } of client.account.list({ filter: { $name: 'Acme' } })) names.push(fields.$name.value)
    const error = await client.account.update(id, { fields: { $website: ['x y'] } }).catch((reason) => reason)
    return [...names, error instanceof UnprocessableEntityError, error.param]
  `)
  expect(files.filter((file) => !/^(src\/([a-z]+\/)?[a-z-]+\.ts|<stdin>)$/.test(file))).toEqual([])
  const { page, sent } = newPage()
  runInContext(script, page)
  expect(await page.done).toEqual(['Acme', true, 'fields.$website'])
  expect(sent.some(({ headers }) => new Headers(headers).has('user-agent'))).toBe(false)
})

test('the example of the README runs as it is written', async () => {
  const readme = await readFile(`${folder}/README.md`, 'utf8')
  const [, example = ''] = /```ts\n(.*?)```/s.exec(readme) ?? []
  const program = example
    .replace(/import (\{.*?\}) from '(.*?)'/s, "const $1 = await import('$2')")
    .replace('sk_of_…', api.key)
    .replace('http://127.0.0.1:3000', api.url)
  const printed: unknown[] = []
  const { script } = await bundle(program)
  const { page } = newPage({ console: { log: (...values: unknown[]) => printed.push(...values) } })
  runInContext(script, page)
  await page.done
  expect(printed).toEqual(expect.arrayContaining([expect.stringMatching(/\/crm\/opportunities\/opp_/)]))
})
