/** Programs that use the server, and go on using it while it is broken. Each knows what it was told, and what it asked. */
import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Random } from './random.ts'
import { key } from './server.ts'

type Type = 'account' | 'contact' | 'opportunity' | 'note'
const plurals: Record<Type, string> = {
  account: 'accounts',
  contact: 'contacts',
  opportunity: 'opportunities',
  note: 'notes',
}

/** What is to be seen of a record. Links of a contact to accounts only: nobody else changes them. */
export type Shape = {
  name: string
  score: number | null
  accounts: readonly string[]
  state: 'live' | 'trashed' | 'merged'
}

/** A record, as the client that made it knows it. */
export type Known = {
  type: Type
  id: string
  /** The first word of its name, which no other record has. */
  marker: string
  shape: Shape
  /** What it is when the write counts of which the answer was not waited for. */
  maybe?: Shape
  /** How often its score was changed, and the answer said so. */
  updates: number
}

/** A create of which nobody waited for the answer: it is there as it was asked for, or not at all. */
export type Unknown = { type: Type; marker: string; shape: Shape }
export type KeptAnswer = { path: string; body: string; key: string; text: string }
export type KnownFile = { id: string; md5: string }
/** Rows that were brought in together, by a table or, without an id, by one request. */
export type KnownImport = { id?: string; marker: string; rows: number }

type Request = { method: string; path: string; body?: unknown; key?: string }
type Answer = { status: number; text: string; retried: boolean }

/** How long an answer may take, whatever is broken. */
const answerMs = 45_000
/** Nothing stays broken for so long. */
const patienceMs = 180_000

export type Surroundings = {
  url: string
  random: Random
  complain(problem: string): void
  /** The id of the account that opportunities of all clients are in. */
  shared: string
}

export class Client {
  readonly records: Known[] = []
  readonly unknown: Unknown[] = []
  readonly answers: KeptAnswer[] = []
  readonly files: KnownFile[] = []
  readonly imports: KnownImport[] = []
  /** Answers by their status; 0: the connection broke. */
  readonly statuses = new Map<number, number>()
  #count = 0
  readonly #name: string
  readonly #around: Surroundings

  constructor(name: string, around: Surroundings) {
    this.#name = name
    this.#around = around
  }

  /** Does one thing after the other until it is told to stop, and then ends what it is at. */
  async work(stopping: AbortSignal): Promise<void> {
    const { random, complain } = this.#around
    while (!stopping.aborted) {
      const action = random.weighted(actions)
      try {
        await action?.act(this, random)
      } catch (error) {
        complain(`${this.#name}, ${action?.act.name}: ${(error as Error).stack}`)
      }
    }
  }

  /** A word that nothing else is called. */
  mark(): string {
    this.#count += 1
    return `${this.#name}n${this.#count}`
  }

  get shared() {
    return this.#around.shared
  }

  /** Sends a request until it is answered, whatever happens meanwhile; undefined: given up after a failure. */
  async insist({ method, path, body, key: once }: Request, givesUp = 0): Promise<Answer | undefined> {
    const { url, random, complain } = this.#around
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    const headers = {
      authorization: `Bearer ${key}`,
      'lightfield-version': '2026-03-01',
      ...(text !== undefined && { 'content-type': typeof body === 'string' ? ndjson : 'application/json' }),
      ...(once !== undefined && { 'idempotency-key': once }),
    }
    const until = Date.now() + patienceMs
    for (let retried = false; ; retried = true) {
      const answer = await this.send(url + path, { method, headers, ...(text !== undefined && { body: text }) })
      const isOver = answer !== undefined && answer.status < 500 && !isConflict(answer) && !brokeOff(answer)
      if (isOver) {
        if (once !== undefined && answer.status === 200 && typeof body !== 'string') {
          this.answers.push({ path, body: text ?? '', key: once, text: answer.text })
        }
        return { ...answer, retried }
      }
      if (random.chance(givesUp)) return undefined
      if (Date.now() > until) {
        complain(
          `${method} ${path} was not answered for ${patienceMs / 1000} s; last ${answer?.status} ${answer?.text}`,
        )
        return undefined
      }
      await wait(random.between(10, 120))
    }
  }

  /** Sends one request; undefined when there is no answer. */
  async send(url: string, init: RequestInit): Promise<{ status: number; text: string } | undefined> {
    const { complain } = this.#around
    const note = (status: number) => this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1)
    const began = Date.now()
    try {
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(answerMs) })
      const text = await response.text()
      note(response.status)
      if (response.status >= 400) checkError(response, text, complain)
      return { status: response.status, text }
    } catch (error) {
      note(0)
      if ((error as Error).name === 'TimeoutError') {
        complain(`${init.method} ${url} had no answer after ${(Date.now() - began) / 1000} s`)
      }
      return undefined
    }
  }

  /** Makes a record, and knows it afterwards. */
  async create(type: Type, fields: object, relationships: object, shape: Omit<Shape, 'state'>, givesUp = 0.15) {
    const marker = shape.name.split(' ')[0] ?? ''
    const whole: Shape = { ...shape, state: 'live' }
    const request = { method: 'POST', path: `/v1/${plurals[type]}`, body: { fields, relationships }, key: marker }
    const answer = await this.insist(request, givesUp)
    if (!answer) return void this.unknown.push({ type, marker, shape: whole })
    const { id } = JSON.parse(requireSuccess(answer, request)) as { id: string }
    this.records.push({ type, id, marker, shape: whole, updates: 0 })
  }

  /** Changes a record; until it is known whether that counts the record is left alone. */
  async change(record: Known, after: Shape, request: Request, givesUp = 0.15): Promise<boolean> {
    const answer = await this.insist(request, givesUp)
    if (answer) {
      requireSuccess(answer, request)
      record.shape = after
      return true
    }
    record.maybe = after
    return false
  }

  /** A record of which everything is known. */
  pick(type: Type, state: Shape['state'] = 'live', except?: Known): Known | undefined {
    const fit = (one: Known) => one.type === type && one.shape.state === state && !one.maybe && one !== except
    return this.#around.random.pick(this.records.filter(fit))
  }
}

export const pathOf = ({ type, id }: Pick<Known, 'type' | 'id'>) => `/v1/${plurals[type]}/${id}`

/** Another request with the key is at it. */
const isConflict = ({ status, text }: { status: number; text: string }) =>
  status === 409 && text.includes('idempotency_conflict')

const ndjson = 'application/x-ndjson'

/** The last line of an import in one request says that it could go no further. */
const brokeOff = ({ text }: { text: string }) => text.trimEnd().split('\n').at(-1)?.startsWith('{"done":false') === true

function requireSuccess({ status, text }: Answer, { method, path }: Request): string {
  if (status === 200) return text
  throw new Error(`${method} ${path} was answered ${status} ${text}`)
}

/** Whatever goes wrong, the answer is in the documented envelope, and says under which id it is logged. */
function checkError(response: Response, text: string, complain: (problem: string) => void) {
  const { status, url } = response
  const told = `${status} of ${new URL(url).pathname.replaceAll(/_[0-9a-z]{20,}/g, '_…')}: ${text}`
  const { error } = (text.startsWith('{') ? JSON.parse(text) : {}) as { error?: { type?: string; message?: string } }
  if (!error?.type || !error.message || !response.headers.get('x-request-id'))
    complain(`Not a documented error: ${told}`)
  if (status === 500) complain(told)
}

type Action = { weight: number; act: (client: Client, random: Random) => Promise<unknown> }

let scores = 0
const nextScore = () => {
  scores += 1
  return scores
}

const actions: readonly Action[] = [
  {
    weight: 4,
    async act(client) {
      const [name, score] = [client.mark(), nextScore()]
      await client.create('account', { $name: name, score }, {}, { name, score, accounts: [] })
    },
  },
  {
    weight: 4,
    async act(client) {
      const name = client.mark()
      const account = client.pick('account')
      const accounts = account ? [account.id] : []
      const fields = { $name: { firstName: name, lastName: 'Crash' }, $email: [`${name}@crash.example`] }
      await client.create('contact', fields, { $account: accounts }, { name, score: null, accounts })
    },
  },
  {
    weight: 3,
    async act(client, random) {
      const name = client.mark()
      const account = (random.chance(0.5) && client.pick('account')?.id) || client.shared
      const fields = { $name: name, $stage: 'Lead' }
      await client.create('opportunity', fields, { $account: account }, { name, score: null, accounts: [] })
    },
  },
  {
    weight: 1,
    async act(client) {
      const name = client.mark()
      const relationships = { $account: [client.shared] }
      const fields = { $title: name, $content: `# ${name}\n\nwas written while things broke.` }
      await client.create('note', fields, relationships, { name, score: null, accounts: [] })
    },
  },
  {
    weight: 5,
    async act(client) {
      const account = client.pick('account')
      if (!account) return
      const score = nextScore()
      const after = { ...account.shape, score, name: `${account.marker} ${score}` }
      const body = { fields: { score, $name: after.name } }
      const isDone = await client.change(account, after, {
        method: 'POST',
        path: pathOf(account),
        body,
        key: client.mark(),
      })
      if (isDone) account.updates += 1
    },
  },
  {
    weight: 3,
    async act(client, random) {
      const [contact, account] = [client.pick('contact'), client.pick('account')]
      if (!contact || !account) return
      const isLinked = contact.shape.accounts.includes(account.id)
      const others = contact.shape.accounts.filter((id) => id !== account.id)
      const adds = !isLinked || random.chance(0.2)
      const after = { ...contact.shape, accounts: adds ? [...others, account.id] : others }
      const body = { relationships: { $account: { [adds ? 'add' : 'remove']: account.id } } }
      await client.change(contact, after, { method: 'POST', path: pathOf(contact), body, key: client.mark() })
    },
  },
  {
    weight: 1,
    async act(client) {
      const primary = client.pick('account')
      const duplicate = client.pick('account', 'live', primary)
      if (!primary || !duplicate) return
      const body = { primaryId: primary.id, duplicateId: duplicate.id }
      const request = { method: 'POST', path: '/v1/accounts/merge', body, key: client.mark() }
      const merged: Shape = { ...duplicate.shape, state: 'merged' }
      if (!(await client.change(duplicate, merged, request, 0))) return
      const moved = (shape: Shape): Shape => ({
        ...shape,
        accounts: [...new Set(shape.accounts.map((id) => (id === duplicate.id ? primary.id : id)))],
      })
      for (const record of client.records) {
        record.shape = moved(record.shape)
        if (record.maybe) record.maybe = moved(record.maybe)
      }
      for (const one of client.unknown) one.shape = moved(one.shape)
    },
  },
  {
    weight: 2,
    async act(client) {
      const contact = client.pick('contact')
      if (!contact) return
      await client.change(contact, { ...contact.shape, state: 'trashed' }, { method: 'DELETE', path: pathOf(contact) })
    },
  },
  {
    weight: 2,
    async act(client) {
      const contact = client.pick('contact', 'trashed')
      if (!contact) return
      const request = { method: 'POST', path: `${pathOf(contact)}/restore` }
      await client.change(contact, { ...contact.shape, state: 'live' }, request)
    },
  },
  { weight: 2, act: (client, random) => upload(client, randomBytes(1 + random.whole(400_000)), 'crash.bin') },
  { weight: 0.4, act: (client, random) => importLines(client, 10 + random.whole(60)) },
  { weight: 0.4, act: (client, random) => importTable(client, 10 + random.whole(60)) },
  {
    weight: 4,
    async act(client) {
      const record = client.pick('account')
      if (!record) return
      const answer = await client.insist({ method: 'GET', path: pathOf(record) })
      const { fields } = JSON.parse(answer?.text ?? '{}') as { fields?: { $name: { value: string } } }
      if (fields?.$name.value !== record.shape.name) {
        throw new Error(
          `${record.id} is to be called ${record.shape.name}, and reads ${answer?.status} ${answer?.text}`,
        )
      }
    },
  },
]

/** Uploads a file in its three steps. Returns its id; undefined when that was given up. */
async function upload(client: Client, bytes: Buffer, filename: string): Promise<string | undefined> {
  const md5 = createHash('md5').update(bytes).digest('hex')
  const announced = { filename, mimeType: 'application/octet-stream', sizeBytes: bytes.length }
  const answer = await client.insist({ method: 'POST', path: '/v1/files', body: announced, key: client.mark() }, 0.15)
  if (!answer) return undefined
  const session = JSON.parse(requireSuccess(answer, { method: 'POST', path: '/v1/files' })) as {
    id: string
    uploadUrl: string
    uploadHeaders: Record<string, string>
  }
  for (;;) {
    const put = { method: 'PUT', headers: session.uploadHeaders, body: new Uint8Array(bytes) }
    const sent = await client.send(session.uploadUrl, put)
    if (sent?.status === 200) break
    if (sent && sent.status < 500) throw new Error(`PUT of ${session.id} was answered ${sent.status} ${sent.text}`)
    await wait(100)
  }
  const complete = { method: 'POST', path: `/v1/files/${session.id}/complete`, body: { md5 } }
  const completed = await client.insist(complete)
  if (!completed) return undefined
  requireSuccess(completed, complete)
  client.files.push({ id: session.id, md5 })
  return session.id
}

/** Brings in accounts by one request, which is sent again until it says that it is through. */
async function importLines(client: Client, rows: number): Promise<void> {
  const marker = client.mark()
  const names = Array.from({ length: rows }, (_, at) => `${marker}-${at}`)
  const lines = names.map(
    (name) => `${JSON.stringify({ objectType: 'account', fields: { $name: name, score: nextScore() } })}\n`,
  )
  const request = { method: 'POST', path: '/admin/v1/import', body: lines.join(''), key: marker }
  const answer = await client.insist(request)
  if (!answer) return
  const summary = requireSuccess(answer, request).trimEnd().split('\n').at(-1) ?? ''
  const { done, created, exists } = JSON.parse(summary) as { done: boolean; created: number; exists: number }
  if (!done || created + exists !== rows) throw new Error(`An import of ${rows} rows ended with ${summary}`)
  client.imports.push({ marker, rows })
}

/** Has a table of accounts imported, and does not wait for the end of it. */
async function importTable(client: Client, rows: number): Promise<void> {
  const marker = client.mark()
  const lines = Array.from({ length: rows }, (_, at) => `${marker}-${at},${nextScore()}`)
  const fileId = await upload(client, Buffer.from(`Name,Score\n${lines.join('\n')}\n`), 'crash.csv')
  if (fileId === undefined) return
  const path = '/admin/v1/imports'
  const made = { method: 'POST', path, body: { objectType: 'account', fileId } }
  const draft = await client.insist(made)
  if (!draft) return
  const { id } = JSON.parse(requireSuccess(draft, made)) as { id: string }
  const mapping = [
    { column: 0, to: '$name' },
    { column: 1, to: 'score' },
  ]
  const mapped = { method: 'PATCH', path: `${path}/${id}`, body: { mapping } }
  const answer = await client.insist(mapped)
  if (!answer) return
  requireSuccess(answer, mapped)
  const start = { method: 'POST', path: `${path}/${id}/start` }
  const started = await client.insist(start)
  if (!started) return
  // Started by one whose answer was lost.
  if (!started.retried || started.status !== 422) requireSuccess(started, start)
  client.imports.push({ id, marker, rows })
}
