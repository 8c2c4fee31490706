import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { aContact, anAccount, anOpportunity } from '../../../test/factories.ts'
import { type Api, anotherWorkspace, headersOf, startApi } from '../../../test/harness.ts'
import { OpenApi } from '../../../test/openapi.ts'
import { type Request, send } from '../../../test/request.ts'
import { startSmtp } from '../../../test/smtp.ts'
import { operations as allOperations, openApiDocument } from '../openapi/document.ts'

/** The convention that these examples follow is written down in `docs/README.md`. */
const docs = new URL('../../../../../docs/', import.meta.url)
const pages = readdirSync(docs, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.md'))
// What the background does, it does at a time of its own.
const api = await startApi({
  OPENFIELD_WORKER: 'off',
  OPENFIELD_ENRICHMENT: 'on',
  OPENFIELD_ALLOWED_NETWORKS: '127.0.0.0/8',
})
const smtp = await startSmtp()
smtp.passwords.set('sales@acme.example', 'secret')
const document = new OpenApi(openApiDocument(api.url))

type Block = { line: number; language: string; mark: string; text: string }
/** The response is undefined where it has no body, and text where it is no JSON. */
type Example = { line: number; request: Block; response: unknown; status: number }

describe('the guides', () => {
  for (const page of pages) {
    const blocks = blocksOf(readFileSync(new URL(page, docs), 'utf8'))
    const examples = examplesOf(blocks)
    if (examples.length === 0) continue

    it(`docs/${page}: its ${examples.length} examples do what they show`, async () => {
      const workspace = await anotherWorkspace(api)
      const ids = await makeRecords(workspace)
      for (const example of examples) await run(workspace, ids, example, `docs/${page}:${example.line}`)
    })
  }

  it('show every operation there is', () => {
    const requests = pages
      .flatMap((page) => examplesOf(blocksOf(readFileSync(new URL(page, docs), 'utf8'))))
      .map(({ request }) => requestOf(request, api))
    const isShown = ({ method, path }: { method: string; path: string }) => {
      const pattern = new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}(\\?|$)`)
      return requests.some((request) => request.method === method && pattern.test(request.path))
    }
    const operations = allOperations()
    expect(operations.filter((operation) => !isShown(operation)).map(({ id }) => id)).toEqual([])
  })
})

/** Fenced blocks, with the number of their first line. */
function blocksOf(markdown: string): Block[] {
  return Array.from(markdown.matchAll(/^```(\w*) ?(.*)\n([^`]*?)^```$/gm), (match) => {
    const [, language = '', mark = '', text = ''] = match
    return { line: markdown.slice(0, match.index).split('\n').length, language, mark, text }
  })
}

/** A request and the response that follows it. Every request has one, or says itself which status an empty one has. */
function examplesOf(blocks: readonly Block[]): Example[] {
  return blocks.flatMap((request, index) => {
    const response = blocks[index + 1]
    const isRequest = request.language === 'http' || (request.language === 'sh' && /^curl\b/.test(request.text))
    if (!isRequest) return []
    if (request.mark) return [{ line: request.line, request, response: undefined, status: Number(request.mark) }]
    if (response?.language === 'plain') return [{ line: request.line, request, response: response.text, status: 200 }]
    if (response?.language !== 'json') throw new Error(`the request of line ${request.line} shows no response`)
    const { line, text, mark } = response
    return [{ line, request, response: JSON.parse(text), status: Number(mark || '200') }]
  })
}

type Ids = Map<string, string>

/** What the examples find in their workspace, by the placeholder that stands for its id. */
async function makeRecords(workspace: Api): Promise<Ids> {
  await workspace.post('/admin/v1/objects/opportunity/fields', {
    slug: 'renewal-date',
    label: 'Renewal date',
    valueType: 'DATETIME',
  })
  const contact = await aContact(workspace, {
    $name: { firstName: 'Ada', lastName: 'Byron' },
    $email: ['ada@northwind.example'],
  })
  const account = await anAccount(
    workspace,
    { $name: 'Northwind Traders', $website: ['northwind.example'] },
    { $contact: contact.id, $owner: workspace.memberId },
  )
  const opportunity = await anOpportunity(
    workspace,
    { $name: 'Northwind renewal', $stage: 'Proposal', $amount: 48_000, 'renewal-date': '2026-09-30T00:00:00Z' },
    { $account: account.id, $champion: contact.id },
  )
  await anOpportunity(workspace)
  await anOpportunity(workspace)
  return new Map([
    ['acc_…', account.id],
    ['con_…', contact.id],
    ['opp_…', opportunity.id],
    ['mem_…', workspace.memberId],
  ])
}

async function run(workspace: Api, ids: Ids, { request, response, status }: Example, where: string) {
  const { path, body, ...rest } = requestOf(request, workspace)
  const fill = (text: string) =>
    text.replace(/[a-z]+_…\w*/g, (placeholder) => ids.get(placeholder) ?? fail(placeholder))
  const fail = (placeholder: string) => {
    throw new Error(`${where}: nothing is known of ${placeholder}`)
  }
  const sent = { ...rest, path: fill(path), body: body && fill(onOurServer(String(body))) }
  const answer = await send(workspace.url, sent)
  expect(answer.status, `${where} answers ${answer.text.slice(0, 500)}`).toBe(status)
  noteUpload(answer.body, ids)
  noteLink(answer.body, ids)
  if (response === undefined) return expect(answer.text, where).toBe('')
  // A table, or something else that is no JSON.
  if (typeof response === 'string') {
    return expect(
      isLike(response.trimEnd(), answer.text.replaceAll('\r', '').replace('\ufeff', '').trimEnd(), ids),
      `${where} is ${answer.text}`,
    ).toBe(true)
  }
  expect(differences(response, answer.body, ids, ''), where).toEqual([])
  const operation = document.find(sent.method, sent.path)
  expect(operation && document.errors(operation, status, answer.body), where).toEqual([])
}

/** The mail server of the examples is one that the test has started. */
const onOurServer = (body: string) =>
  body.replace('"host": "smtp.acme.example"', `"host": "${smtp.host}", "port": ${smtp.port}, "security": "none"`)

/** `$UPLOAD_URL` in a command is the address that the last answer with an `uploadUrl` showed. */
const uploadAddress = 'upload_…url'

function noteUpload(body: unknown, ids: Ids) {
  const { uploadUrl } = (body ?? {}) as { uploadUrl?: string }
  if (uploadUrl !== undefined) ids.set(uploadAddress, uploadUrl.slice(api.url.length))
}

/** `token_…` in a request is the secret of the last `link` that an answer showed, `hook_…` that of a `hookUrl`. */
function noteLink(body: unknown, ids: Ids) {
  const { link, hookUrl } = (body ?? {}) as { link?: string; hookUrl?: string | null }
  if (link !== undefined) ids.set('token_…', link.slice(link.indexOf('#') + 1))
  if (hookUrl) ids.set('hook_…', hookUrl.slice(hookUrl.lastIndexOf('/') + 1))
}

const requestOf = ({ language, text }: Block, { key }: Api): Request =>
  language === 'http' ? requestOfHttp(text, key) : requestOfCurl(text, key)

function requestOfHttp(text: string, key: string): Request {
  const [head = '', ...rest] = text.split('\n\n')
  const [first = '', ...lines] = head.trim().split('\n')
  const [method = '', path = ''] = first.split(' ')
  const body = rest.join('\n\n').trim() || undefined
  const given = lines.map((line) => headerOf(line))
  return { method, path, headers: { ...headersOf(key, body !== undefined), ...Object.fromEntries(given) }, body }
}

function headerOf(line: string): [string, string] {
  const [name = '', value = ''] = line.split(/: (.*)/s)
  return [name.toLowerCase(), value]
}

/** Reads a curl command as a shell and curl would, as far as the guides go. Throws for anything else. */
function requestOfCurl(text: string, key: string): Request {
  const request: Request & { headers: Record<string, string> } = { method: 'GET', path: '', headers: {} }
  const words = wordsOf(text, { KEY: key, URL: '', UPLOAD_URL: uploadAddress }).slice(1)
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (!word.startsWith('-')) request.path = word
    else if (word === '-X') request.method = words.shift() ?? ''
    else if (word === '-H') Object.assign(request.headers, Object.fromEntries([headerOf(words.shift() ?? '')]))
    else if (word === '-d') request.body = words.shift()
    else throw new Error(`curl ${word} is not known here`)
  }
  return request
}

/** The words of a command: quoted or not, over several lines, with variables where a shell replaces them. */
function wordsOf(command: string, variables: Record<string, string>): string[] {
  const expand = (text: string) =>
    text.replace(/\$(\w+)/g, (_, name: string) => {
      const value = variables[name]
      if (value === undefined) throw new Error(`a shell would take $${name} for a variable`)
      return value
    })
  return Array.from(command.replaceAll('\\\n', ' ').matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g), (match) => {
    const [, single, double, bare = ''] = match
    return single ?? expand(double ?? bare)
  })
}

/** Where a value is not as an example shows it. Notes the ids that the example gives a name to. */
function differences(shown: unknown, value: unknown, ids: Ids, path: string): string[] {
  if (typeof shown === 'string') return isLike(shown, value, ids) ? [] : [`${path} is ${JSON.stringify(value)}`]
  if (Array.isArray(shown)) return differentElements(shown, value, ids, path)
  if (typeof shown !== 'object' || shown === null) return shown === value ? [] : [`${path} is ${JSON.stringify(value)}`]
  if (typeof value !== 'object' || value === null) return [`${path} is no object`]
  return Object.entries(shown).flatMap(([shownKey, one]) => {
    const key = ids.get(shownKey) ?? shownKey
    return Object.hasOwn(value, key)
      ? differences(one, (value as Record<string, unknown>)[key], ids, `${path}.${key}`)
      : [`${path} has no ${key}`]
  })
}

function differentElements(shown: readonly unknown[], value: unknown, ids: Ids, path: string): string[] {
  if (!Array.isArray(value)) return [`${path} is no array`]
  const isOpen = shown.at(-1) === '…'
  const fixed = isOpen ? shown.slice(0, -1) : shown
  if (isOpen ? value.length < fixed.length : value.length !== fixed.length)
    return [`${path} has ${value.length} elements`]
  return fixed.flatMap((one, index) => differences(one, value[index], ids, `${path}[${index}]`))
}

function isLike(shown: string, value: unknown, ids: Ids): boolean {
  if (shown === '…') return value !== undefined
  if (typeof value !== 'string') return false
  const isNamed = /^[a-z]+_…\w+$/.test(shown)
  if (isNamed && ids.has(shown)) return value === ids.get(shown)
  if (isNamed) ids.set(shown, value)
  const parts = shown
    .replace(/…\w*/g, '…')
    .split('…')
    .map((part) => part.replace(/[^\w\s]/g, '\\$&'))
  return new RegExp(`^${parts.join('.+')}$`, 's').test(value)
}
