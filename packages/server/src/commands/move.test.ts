import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeId, encodeId, idPrefixes, newUuid } from '@openfield/schema'
import pg from 'pg'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { remade } from '../../test/archives.ts'
import { faultsOf } from '../../test/consistency.ts'
import { everythingOf, fillWithEverything } from '../../test/everything.ts'
import { anAccount, successOf } from '../../test/factories.ts'
import {
  type Api,
  anotherWorkspace,
  createDatabase,
  dropDatabase,
  rekeyed,
  settled,
  startApi,
} from '../../test/harness.ts'
import { newDataFolder, runProgram } from '../../test/program.ts'
import { aWebhook, eventually, runsOf, type WebhookBody } from '../../test/workflows.ts'
import { readConfig } from '../config.ts'
import { openCredentials, sealCredentials } from '../domain/mailboxes/credentials.ts'
import { openEmbeddedDatabase } from '../embedded/postgres.ts'
import { findMailbox, insertMailbox, type Mailbox } from '../storage/mailboxes.ts'
import { backup, restoreCommand } from './backup.ts'
import { exportCommand, importCommand } from './move.ts'
import { withSystem } from './system.ts'

const api = await startApi()
/** Other installations, one of which somebody uses. */
const other = await startApi({ OPENFIELD_ENCRYPTION_KEY: Buffer.alloc(32, 9).toString('base64') })
const target = await startApi()
let made: Awaited<ReturnType<typeof fillWithEverything>>
let webhook: WebhookBody
beforeAll(async () => {
  made = await fillWithEverything(api)
  webhook = await aWebhook(api, 'https://hooks.openfield.example/x', { enabled: false, name: 'To the shop' })
  await insertAMailbox()
  await anAccount(other, { $name: 'Of somebody else' })
  await settled(other)
})

const mailbox: Mailbox = {
  ...{ id: newUuid(), member: '', address: 'ada@lodz.example', provider: 'imap', credentials: '', revision: 1 },
  settings: {
    authentication: 'password',
    smtp: server(),
    imap: server(),
    certificate: null,
    tokenUrl: null,
    revocationUrl: null,
  },
  ...{ privacy: 'FULL', state: 'connected', problem: null },
  ...{ connectedAt: new Date(), createdAt: new Date(), updatedAt: new Date() },
}

function server() {
  return { host: 'mail.lodz.example', port: 993, security: 'tls', username: 'ada' } as const
}

/** One that nobody has to be reached for. */
const insertAMailbox = () =>
  withSystem(api.config, async (system) => {
    const ctx = { ...system, workspace: 1, caller: undefined }
    const member = decodeId(idPrefixes.member, api.memberId) ?? ''
    const credentials = await sealCredentials(ctx, mailbox.id, { imapPassword: 'sesame' })
    await insertMailbox(system.db, 1, { ...mailbox, member, credentials })
  })

const settingsOf = ({ config }: Pick<Api, 'config'>): Record<string, string> => ({
  DATABASE_URL: config.DATABASE_URL ?? '',
  OPENFIELD_DATA_DIR: config.OPENFIELD_DATA_DIR,
  ...(config.OPENFIELD_ENCRYPTION_KEY && {
    OPENFIELD_ENCRYPTION_KEY: config.OPENFIELD_ENCRYPTION_KEY.toString('base64'),
  }),
})

async function emptyDatabase(): Promise<string> {
  const url = await createDatabase()
  onTestFinished(() => dropDatabase(url))
  return url
}

const newPath = async (name: string) => {
  const folder = newDataFolder()
  await mkdir(folder)
  return join(folder, name)
}

type Flags = { workspace?: string; withKey?: boolean; as?: string }

/** Runs a command in this process, which starts faster; returns what it says. */
async function run(
  command: 'export' | 'import' | 'backup' | 'restore',
  file: string,
  where: object,
  flags: Flags = {},
) {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  const config = readConfig({ ...where })
  const commands = { export: exportCommand, import: importCommand, backup, restore: restoreCommand }
  try {
    await commands[command](config, file, { ...flags, json: true })
    return JSON.parse(log.mock.calls.flat().join('\n'))
  } catch (error) {
    return (error as Error).message
  } finally {
    log.mockRestore()
  }
}

async function anExport(flags: Flags = {}): Promise<string> {
  const path = await newPath('workspace.tar.zst')
  expect(await run('export', path, settingsOf(api), flags)).toMatchObject({ workspaceId: 'wsp_1', files: 2 })
  return path
}

/** All that the database of a server has, except who used a key when. */
const workspacesOf = (of: Api) =>
  of.sql<{ id: string; name: string }>('select id::text, name from workspace order by 1')

describe('a workspace that is moved', () => {
  it('gives the same answers beside others as where it comes from, byte for byte, and leaves those alone', {
    timeout: 60_000,
  }, async () => {
    const before = await everythingOf(api)
    const others = await everythingOf(other)
    const moved = await run('import', await anExport(), settingsOf(other))
    expect(moved).toMatchObject({ workspaceId: 'wsp_2', name: 'Openfield', files: 2 })
    const there = rekeyed(other, api.key)
    const after = await everythingOf(there)
    // Without the key, the mailbox and the webhook start anew.
    const isSame = (path: string) => !/workflows/.test(path)
    expect(Object.entries(after).filter(([path]) => isSame(path))).toEqual(
      Object.entries(before).filter(([path]) => isSame(path)),
    )
    expect(await everythingOf(other)).toEqual(others)
    expect(await faultsOf(other)).toEqual({})
    expect(moved.closed).toEqual({
      mailboxes: ['ada@lodz.example'],
      workflows: expect.arrayContaining(['To the shop']),
    })
    const { secret } = successOf(await there.get<WebhookBody>(`/admin/v1/webhooks/${webhook.id}/secret`))
    expect(secret).toMatch(/^whsec_/)
    expect(secret).not.toBe(successOf(await api.get<WebhookBody>(`/admin/v1/webhooks/${webhook.id}/secret`)).secret)
    const box = `/admin/v1/mailboxes/${encodeId(idPrefixes.mailbox, mailbox.id)}`
    expect(successOf(await there.get<object>(box))).toMatchObject({
      state: 'needs_reconnect',
      problem: expect.stringContaining('connect it again'),
    })

    // Life goes on: what happens now starts its workflow, what happened before does not.
    const { workflow, opportunity } = made
    expect(await runsOf(there, workflow)).toHaveLength(1)
    successOf(await there.post(`/v1/opportunities/${opportunity.id}`, { fields: { $stage: 'Lost' } }))
    await eventually(async () => expect(await runsOf(there, workflow)).toHaveLength(2))
    expect((await other.get(`/v1/opportunities/${opportunity.id}`)).status).toBe(404)
    await settled(other)
    expect(await faultsOf(other)).toEqual({})

    const noted = successOf(
      await there.get<{ data: { action: string }[] }>('/admin/v1/audit?action=command.importWorkspace'),
    )
    expect(noted.data).toHaveLength(1)

    // A second time it is refused, there and where it comes from.
    for (const where of [other, api]) {
      expect(await run('import', await anExport(), settingsOf(where))).toMatch(/is here already: wsp_\d \(Openfield\)/)
    }
    expect(await workspacesOf(other)).toEqual([
      { id: '1', name: 'Openfield' },
      { id: '2', name: 'Openfield' },
    ])
  })

  it('goes from an external database into the embedded one of a new folder, with its key, and back', {
    timeout: 60_000,
  }, async () => {
    const before = await everythingOf(api)
    const where = { OPENFIELD_DATA_DIR: newDataFolder() }
    const path = await anExport({ withKey: true })
    expect(await run('import', path, where, { as: 'Moved' })).toMatchObject({
      ...{ workspaceId: 'wsp_1', name: 'Moved', closed: { mailboxes: [], workflows: [] } },
    })
    const { connection, close } = await openEmbeddedDatabase({ dataDir: where.OPENFIELD_DATA_DIR, role: 'tool' })
    onTestFinished(close)
    const { host, port, user, database } = connection
    const url = `postgresql:///${database}?${new URLSearchParams({ host, port: String(port), user })}`
    const moved = await startApi({ ...where, DATABASE_URL: url }, { ...api, database: '' })
    expect(await everythingOf(moved)).toEqual(before)
    expect(await faultsOf(moved)).toEqual({})
    expect(await workspacesOf(moved)).toEqual([{ id: '1', name: 'Moved' }])
    const credentials = await withSystem(moved.config, async (system) => {
      const box = await findMailbox(system.db, 1, mailbox.id)
      return box && openCredentials({ ...system, workspace: 1, caller: undefined }, box)
    })
    expect(credentials).toEqual({ imapPassword: 'sesame' })

    // Of several, one has to be named; of none, none can be.
    expect(
      await run('export', `${path}.2`, { OPENFIELD_DATA_DIR: newDataFolder(), DATABASE_URL: await emptyDatabase() }),
    ).toMatch(/There is no workspace/)
    await anotherWorkspace(moved)
    expect(await run('export', `${path}.2`, settingsOf(moved))).toMatch(/Say which workspace/)
    expect(await run('export', `${path}.2`, settingsOf(moved), { workspace: 'wsp_2' })).toMatchObject({ files: 0 })
  })

  it('is refused when its file is cut, changed, of a newer version or something else, and leaves nothing', {
    timeout: 60_000,
  }, async () => {
    await settled(target)
    const there = await everythingOf(target)
    const path = await anExport()
    const whole = readFileSync(path)
    const broken = `${path}.broken`
    const attempt = async (bytes: Buffer) => {
      writeFileSync(broken, bytes)
      return run('import', broken, settingsOf(target))
    }
    for (const part of [0.1, 0.5, 0.99]) {
      expect(await attempt(whole.subarray(0, Math.floor(whole.length * part)))).toMatch(/cannot be used: it (ends|is)/)
    }
    const changed = await remade(path, (entries) => entries.delete('tables/record/000001'))
    expect(await run('import', changed, settingsOf(target))).toMatch(/the table record has 0 rows in it, and not \d+/)
    const newer = await remade(path, (entries) => {
      const about = JSON.parse(entries.get('openfield-workspace.json')?.toString() ?? '')
      about.migrations.push({ version: 9999, name: '9999-from-the-future.sql', checksum: 'x' })
      entries.set('openfield-workspace.json', Buffer.from(JSON.stringify(about)))
    })
    expect(await run('import', newer, settingsOf(target))).toMatch(/comes from a newer Openfield/)
    // Rows for tables that are nobody's.
    const sly = await remade(path, (entries) => {
      const about = JSON.parse(entries.get('openfield-workspace.json')?.toString() ?? '')
      about.tables.push({ name: 'session', columns: ['sha256'] })
      entries.set('openfield-workspace.json', Buffer.from(JSON.stringify(about)))
      const manifest = entries.get('manifest.json') ?? Buffer.from('')
      entries.delete('manifest.json')
      entries.set('tables/session/000001', Buffer.from('\\\\x00\n'))
      entries.set('manifest.json', manifest)
    })
    expect(await run('import', sly, settingsOf(target))).toMatch(/Nothing can be imported into session/)
    const all = await newPath('backup')
    await run('backup', all, settingsOf(api))
    expect(await run('import', all, settingsOf(target))).toMatch(/is a backup of everything: npx openfield restore/)
    const fresh = { OPENFIELD_DATA_DIR: newDataFolder(), DATABASE_URL: await emptyDatabase() }
    expect(await run('restore', path, fresh)).toMatch(/is of one workspace: npx openfield import/)

    // Killed where it is as good as there.
    const holder = new pg.Client({ connectionString: target.database })
    await holder.connect()
    await holder.query('begin; lock table workflow_version')
    const killed = runProgram(['import', path], settingsOf(target))
    await vi.waitFor(
      async () =>
        expect(
          await target.sql("select 1 from pg_locks where not granted and relation = 'workflow_version'::regclass"),
        ).toHaveLength(1),
      { timeout: 40_000, interval: 50 },
    )
    killed.child.kill('SIGKILL')
    await killed.ended
    await holder.query('rollback')
    await holder.end()

    expect(await workspacesOf(target)).toHaveLength(1)
    expect(await everythingOf(target)).toEqual(there)
    expect(await faultsOf(target)).toEqual({})
  })

  it('comes in from an older version through the migrations', { timeout: 60_000 }, async () => {
    const folder = new URL('../storage/migrations/', import.meta.url)
    const isNew = (name: string) => Number.parseInt(name, 10) > 15
    const texts = readdirSync(folder)
      .filter(isNew)
      .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    const newTables = new Set(
      texts.flatMap((text) => [...text.matchAll(/^create table (\w+)/gm)].map(([, name]) => name)),
    )
    const path = await remade(await anExport(), (entries) => {
      const about = JSON.parse(entries.get('openfield-workspace.json')?.toString() ?? '')
      about.migrations = about.migrations.filter(({ name }: { name: string }) => !isNew(name))
      about.tables = about.tables.filter(({ name }: { name: string }) => !newTables.has(name))
      entries.set('openfield-workspace.json', Buffer.from(JSON.stringify(about)))
      const manifest = JSON.parse(entries.get('manifest.json')?.toString() ?? '')
      for (const name of entries.keys()) if (newTables.has(name.split('/')[1] ?? '')) entries.delete(name)
      for (const name of newTables) delete manifest.rows[name ?? '']
      entries.set('manifest.json', Buffer.from(JSON.stringify(manifest)))
    })
    expect(await run('import', path, settingsOf(target))).toMatchObject({ workspaceId: expect.stringMatching(/^wsp_/) })
    const before = await everythingOf(api)
    const after = await everythingOf(rekeyed(target, api.key))
    const isSame = (path: string) => !/workflows/.test(path)
    expect(Object.entries(after).filter(([path]) => isSame(path))).toEqual(
      Object.entries(before).filter(([path]) => isSame(path)),
    )
    expect(await faultsOf(target)).toEqual({})
    const left = await target.sql("select 1 from pg_namespace where nspname = 'openfield_arriving'")
    expect(left).toEqual([])
  })
})
