import { readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeId, type IdPrefix } from '@openfield/schema'
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { aContact, aField, aMember, anAccount, anOpportunity, successOf } from '../../test/factories.ts'
import { createDatabase, dropDatabase, type ListBody, settled, startApi } from '../../test/harness.ts'
import { newDataFolder, runProgram } from '../../test/program.ts'
import { aFile } from '../../test/uploads.ts'
import type { Finding } from '../domain/doctor/findings.ts'
import { seal } from '../domain/encryption.ts'
import { openEmbeddedDatabase } from '../embedded/postgres.ts'
import { openStorage } from '../storage/open.ts'
import { limits } from '../storage/tallies.ts'
import { doctor } from './doctor.ts'

// A PostgreSQL as people have it: that of the other tests is not safe from crashes, which is a finding.
const dataDir = newDataFolder()
const embedded = await openEmbeddedDatabase({ dataDir, role: 'tool' })
afterAll(() => embedded.close())
const { host, port, user, database } = embedded.connection
const url = `postgresql:///${database}?${new URLSearchParams({ host, port: String(port), user })}`
const api = await startApi({ DATABASE_URL: url, OPENFIELD_DATA_DIR: dataDir })

const { counted } = limits

type Diagnosis = {
  code: number
  healthy: boolean
  findings: Finding[]
  records: number
  entries: number
  files: number
}

/** Runs the command in this process, which starts faster. */
async function diagnose(options: { repair?: boolean } = {}): Promise<Diagnosis> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  try {
    await doctor(api.config, { json: true, ...options })
    return { code: Number(process.exitCode), ...JSON.parse(log.mock.calls.flat().join('\n')) }
  } finally {
    process.exitCode = 0
    log.mockRestore()
  }
}

const said = ({ findings }: Diagnosis) => findings.map(({ what }) => what)

/** Breaks something, sees it named with its ids and nothing else said, sees it repaired, and nothing said any more. */
async function breakAndMend(damage: () => Promise<unknown>, what: RegExp | RegExp[], ids?: string[]) {
  await settled(api)
  await damage()
  const ill = await diagnose()
  const expected = [what].flat().map((one) => expect.stringMatching(one))
  expect(said(ill)).toEqual(expected)
  expect(ill).toMatchObject({ code: 1, healthy: false })
  if (ids)
    for (const finding of ill.findings) expect(finding).toMatchObject({ ids, count: ids.length, repairable: true })
  const repaired = await diagnose({ repair: true })
  expect(said(repaired)).toEqual(expected)
  expect(repaired).toMatchObject({ code: 0, healthy: true })
  await settled(api)
  expect(await diagnose()).toMatchObject({ code: 0, healthy: true, findings: [] })
}

/** Breaks something that only a person can put right, sees it named, and puts it right. */
async function breakAndUndo(damage: string, undo: string, what: RegExp, ids: string[]) {
  await settled(api)
  await api.sql(damage)
  const ill = await diagnose({ repair: true })
  expect(said(ill)).toEqual([expect.stringMatching(what)])
  expect(ill).toMatchObject({ code: 1, findings: [{ ids, count: ids.length, repairable: false, repaired: 0 }] })
  await api.sql(undo)
  expect(said(await diagnose())).toEqual([])
}

describe('a sound installation', () => {
  it('is called so, with what was looked at, while the server runs', async () => {
    const account = await anAccount(api, { $name: 'Sound', $website: ['https://sound.example'] })
    await anOpportunity(api, {}, { $account: account.id })
    await settled(api)
    expect(await diagnose()).toMatchObject({ code: 0, healthy: true, findings: [], records: 4, files: 0 })
  })

  it('is called so while others write, again and again', async () => {
    let writing = true
    const writer = async () => {
      while (writing) {
        const account = await anAccount(api, { $website: ['https://busy.example'] })
        await api.post(`/v1/accounts/${account.id}`, { fields: { $name: 'Busy' } })
        await anOpportunity(api, {}, { $account: account.id })
        await api.delete(`/v1/accounts/${account.id}`)
        await api.post(`/v1/accounts/${account.id}/restore`)
      }
    }
    const writers = [writer(), writer(), writer()]
    try {
      for (let round = 0; round < 8; round += 1) expect(said(await diagnose({ repair: round % 2 === 1 }))).toEqual([])
    } finally {
      writing = false
      await Promise.all(writers)
    }
    expect(await diagnose()).toMatchObject({ findings: [] })
  })
})

describe('index rows', () => {
  it('that are missing are named by field and record, and written', async () => {
    const account = await anAccount(api, { $name: 'Zebra', $website: ['https://zebra.example'], $headcount: '11-50' })
    for (const [table, field, what] of [
      ['index_text', 101, /not found by account\.\$name \(rows of index_text that are missing\)/],
      ['index_text', 0, /not found by search/],
      ['index_substring', 102, /not found by account\.\$website/],
    ] as const) {
      const text = `delete from ${table} where field = ${field} and value like '%zebra%'`
      await breakAndMend(() => api.sql(text), what, [account.id])
    }
    const found = await api.get<{ data: { id: string }[] }>('/v1/accounts?$name=Zebra')
    expect(successOf(found).data.map(({ id }) => id)).toEqual([account.id])
  })

  it('that are written count at once in totals of a server that kept them', async () => {
    limits.counted = 0
    onTestFinished(() => {
      limits.counted = counted
    })
    await anAccount(api, { $name: 'Counted' })
    const { id } = await anAccount(api, { $name: 'Counted' })
    const uuid = decodeId('acc', id)
    await api.sql("delete from index_text where field = 101 and value = 'counted' and id = $1", [uuid])
    const total = async () => successOf(await api.get<ListBody>('/v1/accounts?$name=Counted')).totalCount
    expect([await total(), await total()]).toEqual([1, 1])
    await diagnose({ repair: true })
    expect(await total()).toBe(2)
  })

  it('of numbers and of derived values too', async () => {
    const opportunity = await anOpportunity(api, { $amount: 4321 })
    await breakAndMend(
      () => api.sql('delete from index_number where value = 4321'),
      /not found by opportunity\.\$amount/,
      [opportunity.id],
    )
    const account = await anAccount(api)
    successOf(await api.post('/v1/notes', { fields: { $title: 'A' }, relationships: { $account: account.id } }))
    await settled(api)
    await breakAndMend(
      () => api.sql('delete from index_number where field = 113'),
      /not found by account\.\$lastInteractionAt/,
      [account.id],
    )
  })

  it('that no record has are named and removed, of records in the trash and of none as well', async () => {
    const [account, gone] = [await anAccount(api, { $name: 'Yak' }), await anAccount(api, { $name: 'Gone' })]
    successOf(await api.delete(`/v1/accounts/${gone.id}`))
    const add = (value: string, of: string) =>
      api.sql(`insert into index_text select 1, 101, $1, id from record where fields->'$name'->>'value' = $2`, [
        value,
        of,
      ])
    await breakAndMend(() => add('another', 'Yak'), /found by a account\.\$name that they do not have/, [account.id])
    await breakAndMend(() => add('gone', 'Gone'), /found by a account\.\$name that they do not have/, [gone.id])
    const nobody = '01900000-0000-7000-8000-000000000001'
    await breakAndMend(
      () => api.sql(`insert into index_number values (1, 303, 5, '${nobody}')`),
      /found by a opportunity\.\$amount/,
      [nobody],
    )
    await breakAndMend(
      () => api.sql(`insert into index_substring values (1, 4711, 'x', '${nobody}')`),
      /found by a field 4711, which is not defined/,
      [nobody],
    )
  })

  it('that are wrong for a value are replaced', async () => {
    const account = await anAccount(api, { $name: 'Xerus' })
    await breakAndMend(
      () => api.sql(`update index_text set value = 'xerox' where field = 101 and value = 'xerus'`),
      [/not found by account\.\$name/, /found by a account\.\$name/],
      [account.id],
    )
  })

  it('that hold a unique value are written again; two records with one value are left to a person', async () => {
    const member = await aMember(api, { email: 'only@team.example' })
    await breakAndMend(
      () => api.sql(`delete from unique_value where value = 'only@team.example'`),
      /not kept unique by member\.\$email/,
      [member.id],
    )
    const other = await aMember(api, { email: 'other@team.example' })
    const move = (to: string) =>
      api.sql(
        `update unique_value set id = (select id from record where fields->'$email'->>'value' = $1 limit 1)
        where value = 'only@team.example'`,
        [to],
      )
    await breakAndMend(() => move('other@team.example'), [/not kept unique/, /found by a member\.\$email/])

    const becomes = async (email: string) => {
      const set = `jsonb_set(fields, '{$email,value}', to_jsonb($2::text))`
      const uuid = decodeId('mem', other.id)
      await api.sql(`update record set fields = ${set} where id = $1`, [uuid, email])
      await api.sql(`update change set after = after || jsonb_build_object('$email', $2::text) where record_id = $1`, [
        uuid,
        email,
      ])
    }
    await becomes('only@team.example')
    const ill = await diagnose({ repair: true })
    expect(ill).toMatchObject({ code: 1 })
    expect(ill.findings).toContainEqual(
      expect.objectContaining({
        what: expect.stringMatching(/not kept unique/),
        ids: [other.id],
        count: 1,
        repaired: 0,
      }),
    )
    await becomes('other@team.example')
    await diagnose({ repair: true })
    expect(said(await diagnose())).toEqual([])
  })

  it('of words that search knows how to correct are written again', async () => {
    const account = await anAccount(api, { $name: 'Wolverine' })
    await breakAndMend(
      () => api.sql(`delete from search_word where word = 'wolverine'`),
      /not found when one of their words has a mistake/,
      [account.id],
    )
  })

  it('of custom fields are checked like those of the system', async () => {
    const { slug } = await aField(api, 'account', { valueType: 'TEXT' })
    const account = await anAccount(api, { [slug]: 'Vole' })
    await breakAndMend(
      () => api.sql(`delete from index_text where field >= 100000 and value = 'vole'`),
      new RegExp(`not found by account\\.${slug}`),
      [account.id],
    )
  })
})

describe('links', () => {
  const twoLinked = async () => {
    const account = await anAccount(api)
    const contact = await aContact(api, {}, { $account: account.id })
    return [account.id, contact.id] as const
  }
  const uuid = (id: string) => {
    const [prefix] = id.split('_')
    return decodeId(prefix as IdPrefix, id) ?? ''
  }

  it('of which an end is not there are named and removed', async () => {
    const [account] = await twoLinked()
    const nobody = '01900000-0000-7000-8000-000000000002'
    await breakAndMend(
      () => api.sql(`insert into edge values (1, 2, $1, '${nobody}', false, false)`, [uuid(account)]),
      /^Links of which one end is not there/,
      [account],
    )
  })

  it('of records in the trash are put aside, and are there again when those come back', async () => {
    const [account, contact] = await twoLinked()
    successOf(await api.delete(`/v1/contacts/${contact}`))
    await breakAndMend(
      () =>
        api.sql(
          `with t as (delete from trashed_edge where trashed_id = $1 returning *)
          insert into edge select workspace_id, relationship, from_id, to_id, from_one, to_one from t`,
          [uuid(contact)],
        ),
      /^Links of records in the trash/,
      [contact],
    )
    successOf(await api.post(`/v1/contacts/${contact}/restore`))
    expect(successOf(await api.get(`/v1/contacts/${contact}`)).relationships.$account?.values).toEqual([account])
  })

  it('put aside for a record that lives are made again', async () => {
    const [account, contact] = await twoLinked()
    await breakAndMend(
      () =>
        api.sql(
          `with e as (delete from edge where $1 in (from_id, to_id) and relationship = 2 returning *)
          insert into trashed_edge select workspace_id, $1, relationship, from_id, to_id, from_one, to_one from e`,
          [uuid(contact)],
        ),
      /^Links put aside for a record that is not in the trash/,
      [contact],
    )
    expect(successOf(await api.get(`/v1/contacts/${contact}`)).relationships.$account?.values).toEqual([account])
  })

  it('that are said to be of another kind than they are are put right', async () => {
    const opportunity = await anOpportunity(api)
    await breakAndMend(
      () => api.sql('update edge set from_one = false where relationship = 6 and from_id = $1', [uuid(opportunity.id)]),
      /^Links that do not say as their relationship does/,
      [opportunity.id],
    )
  })

  it('of which there are two where there may be one are left to a person', async () => {
    const opportunity = await anOpportunity(api)
    const other = await anAccount(api)
    const [from, to] = [uuid(opportunity.id), uuid(other.id)]
    await api.sql('update edge set from_one = false where relationship = 6 and from_id = $1', [from])
    await api.sql('insert into edge values (1, 6, $1, $2, false, false)', [from, to])
    const ill = await diagnose({ repair: true })
    expect(said(ill)).toEqual([
      expect.stringMatching(/^Links that do not say/),
      expect.stringMatching(/^Records with several links of a relationship that may have one \(its from end\)/),
    ])
    expect(ill).toMatchObject({ code: 1, findings: [{ repaired: 0 }, { ids: [opportunity.id], repairable: false }] })
    await api.sql('delete from edge where from_id = $1 and to_id = $2', [from, to])
    expect(await diagnose({ repair: true })).toMatchObject({ code: 0 })
    expect(said(await diagnose())).toEqual([])
  })

  it('of no relationship, or between records that it does not join, are named', async () => {
    const [account, contact] = await twoLinked()
    const [from, to] = [uuid(account), uuid(contact)]
    await breakAndUndo(
      `insert into edge values (1, 4711, '${from}', '${to}', false, false)`,
      'delete from edge where relationship = 4711',
      /^Links of a relationship that is not defined/,
      [account],
    )
    await breakAndUndo(
      `insert into edge values (1, 6, '${to}', '${from}', true, false)`,
      `delete from edge where relationship = 6 and from_id = '${to}'`,
      /^Links between records of types that their relationship does not join/,
      [contact],
    )
  })
})

describe('the log of changes', () => {
  it('that says something else than the record is named, and never changed', async () => {
    const account = await anAccount(api, { $name: 'Urial' })
    await breakAndUndo(
      `update change set after = jsonb_set(after, '{$name}', '"Uakari"') where after->>'$name' = 'Urial'`,
      `update change set after = jsonb_set(after, '{$name}', '"Urial"') where after->>'$name' = 'Uakari'`,
      /^Records whose account\.\$name is not what their log of changes says/,
      [account.id],
    )
    expect(successOf(await api.get(`/v1/accounts/${account.id}`)).fields.$name?.value).toBe('Urial')
  })

  it('that lacks a record’s beginning, or says it is in the trash, or is of no record, is named', async () => {
    const account = await anAccount(api, { $name: 'Tapir' })
    const of = `record_id = (select id from record where fields->'$name'->>'value' = 'Tapir')`
    await breakAndUndo(
      `update change set kind = 'updated' where ${of}`,
      `update change set kind = 'created' where ${of}`,
      /^Records whose log of changes does not begin with their creation/,
      [account.id],
    )
    const change = `'01990000-0000-7000-8000-000000000003', now(), null`
    await breakAndUndo(
      `insert into change select 1, id, ${change}, 'trashed', '{}', '{}', '{}' from record where fields->'$name'->>'value' = 'Tapir'`,
      `delete from change where ${of} and kind = 'trashed'`,
      /^Records that their log of changes says are in the trash/,
      [account.id],
    )
    const nobody = '01900000-0000-7000-8000-000000000003'
    await breakAndUndo(
      `insert into change values (1, '${nobody}', ${change}, 'updated', '{}', '{}', '{}')`,
      `delete from change where record_id = '${nobody}'`,
      /^Changes of records that are not there/,
      [nobody],
    )
  })

  it('of a field that was removed says nothing against another of the same name', async () => {
    const { slug } = await aField(api, 'account', { valueType: 'TEXT' })
    await anAccount(api, { [slug]: 'Serval' })
    successOf(await api.delete(`/admin/v1/objects/account/fields/${slug}`))
    expect(said(await diagnose())).toEqual([])
    await settled(api)
    successOf(await api.post('/admin/v1/objects/account/fields', { slug, label: slug, valueType: 'TEXT' }))
    await settled(api)
    expect(said(await diagnose())).toEqual([])
  })
})

describe('what the background does', () => {
  it('is asked for again where it was forgotten, and struck off where nobody can do it', async () => {
    const opportunity = await anOpportunity(api)
    await settled(api)
    await breakAndMend(
      () => api.sql(`delete from generated_fields where id = (select id from record order by id desc limit 1)`),
      /^Records whose generated text nobody has written, and nobody is asked for \(summary\)/,
      [opportunity.id],
    )
    const { fields } = successOf(await api.get(`/v1/opportunities/${opportunity.id}`))
    expect(fields.$opportunityStatus?.value).toMatch(/Lead/)
    const nobody = '01900000-0000-7000-8000-000000000004'
    await breakAndMend(
      () =>
        api.sql(
          `insert into outbox (workspace_id, kind, record_id, due_at) values (1, 'dance', '${nobody}', now() + '1 day')`,
        ),
      /^Work that nobody knows how to do/,
      [nobody],
    )
    await breakAndMend(
      () => api.sql(`insert into generated_fields values (1, '${nobody}', '{}', '{}')`),
      /^Generated text and derived values of records that are not there/,
      [nobody],
    )
  })

  it('is named when it fails again and again', async () => {
    const nobody = '01900000-0000-7000-8000-000000000005'
    await breakAndUndo(
      `insert into outbox (workspace_id, kind, record_id, due_at, attempts) values (1, 'summary', '${nobody}', now() + '1 day', 9)`,
      `delete from outbox where record_id = '${nobody}'`,
      /^Work that has failed again and again/,
      [nobody],
    )
  })

  it('takes a merge up again that stands still, and one that has left links behind', async () => {
    const [primary, duplicate] = [await anAccount(api), await anAccount(api)]
    const contact = await aContact(api, {}, { $account: duplicate.id })
    successOf(await api.post('/v1/accounts/merge', { primaryId: primary.id, duplicateId: duplicate.id }))
    await breakAndMend(
      () => api.sql(`update merge set status = 'cleanup_pending'`),
      /^Merges whose links nobody is moving/,
    )
    await breakAndMend(
      () =>
        api.sql(
          'update edge set from_id = (select duplicate_id from merge) where from_id = (select primary_id from merge) and relationship = 2',
        ),
      /^Links that a finished merge has left/,
      [duplicate.id],
    )
    expect(successOf(await api.get(`/v1/contacts/${contact.id}`)).relationships.$account?.values).toEqual([primary.id])
    await breakAndUndo(
      'update record set merged_into = null where id = (select duplicate_id from merge)',
      'update record set merged_into = (select primary_id from merge) where id = (select duplicate_id from merge)',
      /^Merges whose duplicate is not merged into anything/,
      [duplicate.id],
    )
  })
})

describe('files', () => {
  const folder = join(api.config.OPENFIELD_DATA_DIR, 'files')

  it('whose bytes are missing or too few are named, and bytes that are nobody’s, which stay', async () => {
    const file = await aFile(api)
    expect(await diagnose()).toMatchObject({ files: 1, healthy: true })
    const [name = ''] = await readdir(folder)
    await rename(join(folder, name), join(folder, 'elsewhere'))
    expect(await diagnose({ repair: true })).toMatchObject({
      code: 1,
      findings: [{ what: 'Files whose bytes are missing', ids: [file.id], repaired: 0 }],
    })
    await writeFile(join(folder, name), 'hell')
    expect(said(await diagnose())).toEqual([expect.stringMatching(/^Files of which there are not as many bytes/)])
    await rm(join(folder, name))
    await rename(join(folder, 'elsewhere'), join(folder, name))
    const stray = `${'01900000-0000-7000-8000-000000000006'}.${'01900000-0000-7000-8000-000000000007'}`
    await writeFile(join(folder, stray), 'hello')
    const ill = await diagnose({ repair: true })
    expect(ill.findings).toMatchObject([{ what: expect.stringMatching(/^Bytes that belong to no file/), ids: [stray] }])
    expect(await readdir(folder)).toContain(stray)
    await rm(join(folder, stray))
    expect(said(await diagnose())).toEqual([])
  })
})

describe('keys and numbers', () => {
  it('a key whose hash is not looked up opens again, and a number that is taken is not given', async () => {
    await breakAndMend(() => api.sql('delete from key_lookup'), /^API keys that open nothing/)
    expect((await api.get('/v1/accounts')).status).toBe(200)
    await breakAndMend(
      () => api.sql(`select setval(pg_get_serial_sequence('workspace', 'id'), 1, false)`),
      /^The database would give workspace\.id a number that is taken/,
    )
  })

  it('rows of a workspace or a member who is not there are named, whatever table they are in', async () => {
    const nobody = '01900000-0000-7000-8000-000000000008'
    await breakAndUndo(
      `insert into password values (1, '${nobody}', 'x', now())`,
      `delete from password where member_id = '${nobody}'`,
      /^Rows of password that name a member who has never been there/,
      [nobody],
    )
    await api.sql(`insert into preference values (77, '${nobody}', '{}')`)
    expect(said(await diagnose())).toEqual(['Rows of preference that belong to workspace 77, which is not there'])
    await api.sql('delete from preference where workspace_id = 77')
  })
})

describe('as a program', () => {
  const settings = { DATABASE_URL: api.database, OPENFIELD_DATA_DIR: api.config.OPENFIELD_DATA_DIR }

  it('says in sentences what it found and what to do, and ends with 1, or with 0 when all is well', async () => {
    await settled(api)
    const account = await anAccount(api, { $name: 'Rhea' })
    await settled(api)
    await api.sql(`delete from index_text where value = 'rhea'`)
    const ill = await runProgram(['doctor'], settings).ended
    expect(ill).toMatchObject({ code: 1, errors: '' })
    expect(ill.output).toMatch(/^Looked at [\d,]+ records, [\d,]+ index rows and \d+ files of 1 workspace/)
    expect(ill.output).toMatch(
      `wsp_1: Records that are not found by account.$name (rows of index_text that are missing): 1 (--repair mends it)\n    ${account.id}`,
    )
    expect(ill.output).toMatch('openfield doctor --repair mends')
    const repaired = await runProgram(['doctor', '--repair'], settings).ended
    expect(repaired).toMatchObject({ code: 0, output: expect.stringMatching(/All of it is repaired\.$/m) })
    const well = await runProgram(['doctor', '--json'], settings).ended
    expect(well.code).toBe(0)
    expect(JSON.parse(well.output)).toMatchObject({ healthy: true, findings: [] })
  })

  it('ends with 2 when it cannot look: no database, or one whose migrations are pending', async () => {
    const nowhere = { ...settings, DATABASE_URL: 'postgresql://x@127.0.0.1:1/x' }
    expect(await runProgram(['doctor'], nowhere).ended).toMatchObject({ code: 2, output: '' })
    const empty = await createDatabase()
    afterAll(() => dropDatabase(empty))
    const pending = await runProgram(['doctor', '--json'], { ...settings, DATABASE_URL: empty }).ended
    expect(pending).toMatchObject({
      code: 2,
      output: '',
      errors: expect.stringMatching(/lacks \d+ of this version's migrations/),
    })
  })

  it('names what is sealed with a key that is not here', async () => {
    const nobody = '01900000-0000-7000-8000-000000000010'
    const sealed = await seal({ workspace: 1, encryptionKey: async () => Buffer.alloc(32, 1) }, 'secret', 'mailbox x')
    await api.sql(
      `insert into mailbox (workspace_id, id, member_id, address, provider, settings, credentials, privacy, state,
         connected_at, created_at, updated_at)
       select 1, $1, id, 'a@b.example', 'imap', '{}', $2, 'FULL', 'connected', now(), now(), now()
       from record where object_type = 8 limit 1`,
      [nobody, sealed],
    )
    expect((await diagnose()).findings).toMatchObject([
      { what: expect.stringMatching(/^Credentials of a mailbox that/), ids: [nobody] },
    ])
    await api.sql('delete from mailbox where id = $1', [nobody])
  })

  it('says what of the database is not safe', async () => {
    await api.sql('alter system set fsync = off')
    await api.sql('select pg_reload_conf()')
    await vi.waitFor(async () =>
      expect(said(await diagnose())).toEqual([expect.stringMatching(/^PostgreSQL runs with fsync = off/)]),
    )
    await api.sql('alter system reset fsync')
    await api.sql('select pg_reload_conf()')
  })

  it('says when the sources of a migration are not those that were applied', async () => {
    await api.sql(`update migration set checksum = 'x' where version = 1`)
    const { findings } = await diagnose()
    expect(findings.map(({ what }) => what)).toEqual([
      expect.stringMatching(/^The migration 0001-records\.sql was another/),
    ])
    const storage = await openStorage({ databaseUrl: api.database, dataDir: '', role: 'tool' })
    await storage.close()
  })
})
