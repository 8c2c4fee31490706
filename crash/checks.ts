/** What must hold once everything runs again and nobody is writing. */
import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { decodeId, encodeId, type IdPrefix, idPrefixes, objectTypes } from '@openfield/schema'
import { type Client, type Known, pathOf, type Shape } from './client.ts'
import { look } from './database.ts'
import type { World } from './world.ts'

type Row = Record<string, string | number | null>
type Complain = (problem: string) => void

const ask = (world: World, text: string, values: unknown[] = []) =>
  look(world.database, async (client) => (await client.query<Row>(text, values)).rows)

/** However busy the machine is, something is done meanwhile. */
const standstillMs = 60_000

/** Waits until all background work is done. What waits for its next attempt need not wait for long. */
export async function settle(world: World, complain: Complain): Promise<void> {
  for (let until = Date.now() + standstillMs, before = ''; ; await wait(50)) {
    const [left] = await ask(
      world,
      `with hurried as (update workflow_run set due_at = now() where due_at > now() returning 1),
         sooner as (update outbox set due_at = now() where due_at > now() returning 1)
       select (select count(*) from outbox)::int as work, (select count(*) from workflow_run where due_at is not null)::int as runs,
         (select count(*) from workflow_cursor c join change n on n.workspace_id = c.workspace_id
           and (n.transaction, n.id) > (c.transaction, c.id))::int as changes,
         (select string_agg(distinct kind || ' ' || attempts, ', ') from outbox) as kinds`,
    )
    if (left && !left['work'] && !left['runs'] && !left['changes']) return
    const now = JSON.stringify(left)
    if (now !== before) until = Date.now() + standstillMs
    before = now
    if (Date.now() > until) return complain(`Background work is left, and nobody does it: ${now}`)
  }
}

export async function check(world: World, clients: readonly Client[], complain: Complain): Promise<void> {
  await Promise.all(
    clients.map(async (client) => {
      for (const record of client.records) await checkRecord(client, record, complain)
      await checkAnswers(client, complain)
      await checkFiles(client, complain)
      await checkImports(world, client, complain)
    }),
  )
  await checkMarkers(world, clients, complain)
  await checkUpdates(world, clients, complain)
  await checkEffects(world, complain)
  await checkSummaries(world, complain)
  await checkDoctor(world, complain)
}

/** As the answers said it is, or as the one write that was not waited for would have it. */
async function checkRecord(client: Client, record: Known, complain: Complain): Promise<void> {
  const found = await shapeOf(client, record)
  if (!record.maybe) {
    if (!isSame(found, record.shape)) complain(told(record, found, [record.shape]))
    return
  }
  const was = record.shape
  const isEither = [was, record.maybe].find((shape) => isSame(found, shape))
  if (!isEither) complain(told(record, found, [was, record.maybe]))
  else if (isEither !== was && isEither.score !== was.score) record.updates += 1
  record.shape = isEither ?? was
  delete record.maybe
}

const told = ({ id }: { id: string }, found: unknown, wanted: unknown[]) =>
  `${id} is ${JSON.stringify(found)} and not ${wanted.map((one) => JSON.stringify(one)).join(' or ')}`

type Body = {
  fields: Record<string, { value: unknown }>
  relationships: Record<string, { values: string[] }>
}

/** What can be seen of a record; gone records look the same whatever they were. */
async function shapeOf(client: Client, record: Pick<Known, 'type' | 'id'>): Promise<Shape | 'gone' | undefined> {
  const answer = await client.insist({ method: 'GET', path: pathOf(record) })
  if (answer?.status === 404) return 'gone'
  if (answer?.status !== 200) return undefined
  const { fields, relationships } = JSON.parse(answer.text) as Body
  const name = (fields['$name'] ?? fields['$title'])?.value
  return {
    name: record.type === 'contact' ? (name as { firstName: string }).firstName : String(name),
    score: record.type === 'account' ? (fields['score']?.value as number) : null,
    accounts: record.type === 'contact' ? (relationships['$account']?.values ?? []) : [],
    state: 'live',
  }
}

const isSame = (found: Shape | 'gone' | undefined, shape: Shape) =>
  found === 'gone' || found === undefined
    ? found === 'gone' && shape.state !== 'live'
    : shape.state === 'live' && JSON.stringify(sorted(found)) === JSON.stringify(sorted(shape))

const sorted = ({ name, score, accounts }: Shape) => ({ name, score, accounts: accounts.toSorted() })

/** The same key gives the same bytes, and does nothing. */
async function checkAnswers(client: Client, complain: Complain): Promise<void> {
  for (const { path, body, key, text } of client.answers.splice(0)) {
    const again = await client.insist({ method: 'POST', path, body: body ? JSON.parse(body) : undefined, key })
    if (again?.text !== text) complain(`POST ${path} under ${key} was answered\n${text}\nand then\n${again?.text}`)
  }
  client.answers.length = 0
}

async function checkFiles(client: Client, complain: Complain): Promise<void> {
  for (const { id, md5 } of client.files.splice(0)) {
    const answer = await client.insist({ method: 'GET', path: `/v1/files/${id}/url` })
    const { url } = JSON.parse(answer?.text ?? '{}') as { url?: string }
    const bytes = url === undefined ? undefined : Buffer.from(await (await fetch(url)).arrayBuffer())
    const found = bytes && createHash('md5').update(bytes).digest('hex')
    if (found !== md5) complain(`${id} has ${bytes?.length} bytes with the MD5 ${found}, not ${md5}: ${answer?.text}`)
  }
}

async function checkImports(world: World, client: Client, complain: Complain): Promise<void> {
  for (const { id, marker, rows } of client.imports.splice(0)) {
    const path = `/admin/v1/imports/${id}`
    const answer = id === undefined ? undefined : await client.insist({ method: 'GET', path })
    const { state, counts } = JSON.parse(answer?.text ?? '{}') as { state?: string; counts?: Record<string, number> }
    const [found] = await ask(
      world,
      `select count(*)::int as rows, count(distinct fields->'$name'->>'value')::int as names from record
       where fields->'$name'->>'value' like $1`,
      [`${marker}-%`],
    )
    const isDone = id === undefined || (state === 'done' && counts?.['created'] === rows)
    const isRight = isDone && found?.['rows'] === rows && found['names'] === rows
    if (!isRight)
      complain(`The import ${id ?? marker} of ${rows} rows: ${answer?.text}, and there are ${JSON.stringify(found)}`)
  }
}

/** The first word of a record's name, whatever its type. */
const markerOf = `split_part(coalesce(fields->'$name'->'value'->>'firstName', fields->'$name'->>'value', fields->'$title'->>'value'), ' ', 1)`

/** Each write is there once; one that nobody waited for once or not at all; and nothing that nobody asked for. */
async function checkMarkers(world: World, clients: readonly Client[], complain: Complain): Promise<void> {
  const rows = await ask(
    world,
    `select marker, count(*)::int as count, min(id::text) as id from
       (select id, ${markerOf} as marker from record) r where marker like $1 group by marker`,
    [`${world.tag}%`],
  )
  const found = new Map(rows.map(({ marker, count }) => [String(marker), Number(count)]))
  for (const [marker, count] of found) if (count !== 1) complain(`${marker} is there ${count} times`)
  for (const client of clients) {
    for (const { marker, id } of client.records) if (!found.has(marker)) complain(`${id}, ${marker}, is not there`)
    for (const one of client.unknown.splice(0)) {
      const id = rows.find(({ marker }) => marker === one.marker)?.['id']
      if (id) await checkWhole(client, one, String(id), complain)
    }
  }
}

/** A create of which nobody knew: what it was asked for has to be there with it. */
async function checkWhole(
  client: Client,
  { type, marker, shape }: { type: Known['type']; marker: string; shape: Shape },
  uuid: string,
  complain: Complain,
): Promise<void> {
  const id = encodeId(idPrefixes[type], uuid)
  const found = await shapeOf(client, { type, id })
  if (!isSame(found, shape)) complain(told({ id }, found, [shape]))
  // From now on it is a record like the others.
  client.records.push({ type, id, marker, shape, updates: 0 })
}

/** Each change stands in the history once. */
async function checkUpdates(world: World, clients: readonly Client[], complain: Complain): Promise<void> {
  const rows = await ask(
    world,
    `select record_id as id, count(*) filter (where kind = 'updated' and after ? 'score')::int as updates,
       count(*) filter (where kind = 'created')::int as creations, count(*) filter (where kind = 'updated')::int as changes
     from change group by 1`,
  )
  const found = new Map(rows.map((row) => [String(row['id']), row]))
  for (const { id, type, updates, shape } of clients.flatMap(({ records }) => records)) {
    const counts = found.get(uuidOf(id))
    if (counts?.['creations'] !== 1) complain(`${id} was created ${counts?.['creations']} times, by its history`)
    if (type !== 'account') continue
    if (counts?.['updates'] !== updates) {
      complain(`${id} was changed ${updates} times, and ${counts?.['updates']} times by its history`)
    }
    if (shape.state === 'merged') continue
    const told = { created: 1, updated: Number(counts?.['changes'] ?? 0) }
    for (const [event, count] of Object.entries(told)) {
      const ids = world.receiver.ids(id, `account.${event}`)
      if (ids.size !== count) complain(`The receiver was told ${ids.size} times of ${count} account.${event} of ${id}`)
    }
  }
}

const uuidOf = (id: string) => {
  const [prefix = ''] = id.split('_')
  return decodeId(prefix as IdPrefix, id) ?? ''
}

/** For each opportunity the workflow has made one task, whatever was killed in between. */
async function checkEffects(world: World, complain: Complain): Promise<void> {
  const opportunities = await ask(
    world,
    `select id from record where object_type = ${objectTypes.opportunity.number} and ${markerOf} like $1`,
    [`${world.tag}%`],
  )
  const tasks = await ask(
    world,
    `select fields->'$title'->>'value' as title, count(*)::int as count from record
     where object_type = ${objectTypes.task.number} group by 1`,
  )
  const made = new Map(tasks.map(({ title, count }) => [title, count]))
  for (const { id } of opportunities) {
    const name = encodeId(idPrefixes.opportunity, String(id))
    const count = made.get(`Of ${name}`)
    if (count !== 1) complain(`The workflow has made ${count ?? 0} tasks for ${name}`)
  }
  const others = await ask(
    world,
    "select status, problem, count(*)::int as count from workflow_run where status <> 'completed' group by 1, 2",
  )
  if (others.length > 0) complain(`Runs of workflows that did not complete: ${JSON.stringify(others)}`)
}

const generated = 'select id::text, fields::text from generated_fields order by id'

/** Generated text is what it would be if it were written now. */
async function checkSummaries(world: World, complain: Complain): Promise<void> {
  const before = await ask(world, generated)
  await ask(
    world,
    `select add_work(workspace_id, array[case object_type when ${objectTypes.account.number} then 'account-summary' else 'summary' end],
       array[id], now()) from record
     where deleted_at is null and object_type in (${objectTypes.account.number}, ${objectTypes.opportunity.number})`,
  )
  await settle(world, complain)
  const after = new Map((await ask(world, generated)).map(({ id, fields }) => [id, fields]))
  for (const { id, fields } of before) {
    if (after.get(id ?? '') !== fields)
      complain(`What is written beside ${id} was ${fields} and should be ${after.get(id ?? '')}`)
  }
}

type Report = { findings: { what: string; count: number; ids: string[] }[] }

async function checkDoctor(world: World, complain: Complain): Promise<void> {
  const { output, errors } = await world.server.command('doctor', '--json')
  if (!output.startsWith('{')) return complain(`The doctor could not look: ${errors}`)
  const { findings } = JSON.parse(output) as Report
  for (const { what, count, ids } of findings) {
    // Its disk is small.
    if (!/^Only \d+ MiB are free/.test(what)) complain(`The doctor: ${what}: ${count} (${ids.join(', ')})`)
  }
}
