import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { atEnd } from '../test/at-end.ts'
import { aBrowser, adminPassword } from '../test/browser.ts'
import { aContact, aField, aKey, aMember, anAccount, successOf } from '../test/factories.ts'
import { createDatabase, dropDatabase, type ListBody, outcome, startApi } from '../test/harness.ts'
import { listenTo } from '../test/listener.ts'
import { send } from '../test/request.ts'
import { aWorkflow, eventually, runsOf } from '../test/workflows.ts'
import { startServer } from './server.ts'

const one = await startApi({ OPENFIELD_ADMIN_PASSWORD: adminPassword })
const other = await startApi({}, one)

/** Cuts all connections to the database but that of the tests, so that whatever was to be told over them is lost. */
async function cutConnections() {
  await one.sql(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity
     where datname = current_database() and application_name = 'openfield'`,
  )
  await wait(100)
}

/** Within a second, whatever the machine is busy with meanwhile. */
const aSecond = () => wait(1000)

describe.each([
  ['as usual', async () => {}],
  ['while the connections to the database are cut', async () => void (await cutConnections())],
])('what one server does is so for another within a second, %s:', (_how, disturb) => {
  it('a key that is revoked, a member who is removed, a session that is ended', async () => {
    const [key, member] = [await aKey(one), await aMember(one)]
    const theirs = await aKey(one, { memberId: member.id })
    const browser = aBrowser(one)
    successOf(await browser.signIn())
    const cookie = browser.cookie
    const elsewhere = () => aBrowser(other).get('/admin/v1/session', { cookie })
    const validate = async (key: string) => outcome(await other.get('/v1/auth/validate', { key }))
    const known = async () => [await validate(key.key), await validate(theirs.key), outcome(await elsewhere())]
    expect(await known()).toEqual(['200', '200', '200'])

    successOf(await one.delete(`/admin/v1/api-keys/${key.id}`))
    successOf(await one.delete(`/admin/v1/members/${member.id}`))
    successOf(await browser.delete('/admin/v1/session'))
    await disturb()
    await aSecond()
    expect(await known()).toEqual(['401', '401', '401'])
  })

  it('a field that is new or removed, at once', async () => {
    await anAccount(other)
    const { slug } = await aField(one, 'account', { valueType: 'TEXT' })
    await disturb()
    const account = await anAccount(other, { [slug]: 'There' })
    expect(account.fields[slug]?.value).toBe('There')
    successOf(await one.delete(`/admin/v1/objects/account/fields/${slug}`))
    await disturb()
    expect(Object.keys(successOf(await other.get(`/v1/accounts/${account.id}`)).fields)).not.toContain(slug)
    const late = await other.post('/v1/accounts', { fields: { $name: 'Late', [slug]: 'x' } })
    expect(outcome(late)).toBe(`400 unknown_field fields.${slug}`)
  })

  it('an event, for those who listen', async () => {
    const listener = await listenTo(other)
    await listener.next()
    await disturb()
    const account = await anAccount(one)
    const begun = performance.now()
    expect((await listener.changesUntil(account.id)).map(({ id }) => id)).toEqual([account.id])
    // Far from it, when the machine is quiet.
    expect(performance.now() - begun).toBeLessThan(4000)
  })
})

it('a listener whose key is revoked elsewhere is told nothing that happens a second later', async () => {
  const { id, key } = await aKey(one)
  const listener = await listenTo(other, { key })
  await listener.next()
  successOf(await one.delete(`/admin/v1/api-keys/${id}`))
  await aSecond()
  await anAccount(one)
  expect(await listener.next()).toBeUndefined()
})

it('work is done once, however many processes look for it and lose their connections meanwhile', async () => {
  const trigger = { type: 'record', objectTypes: ['contact'], events: ['created'] }
  const fields = { $title: 'Of {{trigger.record.id}}', $content: 'x' }
  const workflow = await aWorkflow(one, trigger, [{ key: 'note', type: 'create', objectType: 'note', fields }])
  const contacts = await Promise.all(Array.from({ length: 40 }, (_, turn) => aContact(turn % 2 === 0 ? one : other)))
  for (let time = 0; time < 3; time += 1) await cutConnections()
  await eventually(async () => {
    const runs = await runsOf(one, workflow)
    expect(runs.map(({ status }) => status)).toEqual(contacts.map(() => 'completed'))
  })
  const notes = await one.get<ListBody>('/admin/v1/records/note?limit=100')
  const titles = successOf(notes).data.map((note) => note.fields.$title?.value)
  expect(titles.toSorted()).toEqual(contacts.map(({ id }) => `Of ${id}`).toSorted())
})

it('servers that start at once on an empty database migrate it once, and make one workspace', async () => {
  const database = await createDatabase()
  atEnd(() => dropDatabase(database))
  const start = () => startServer({ ...one.config, DATABASE_URL: database, OPENFIELD_WORKER: 'off' })
  const servers = await Promise.all([start(), start(), start(), start()])
  expect(servers.filter(({ first }) => first !== undefined)).toHaveLength(1)
  for (const { url } of servers) expect((await send(url, { method: 'GET', path: '/health' })).status).toBe(200)
  await Promise.all(servers.map((server) => server.close()))
})
