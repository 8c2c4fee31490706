import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { faultsOf } from '../../test/consistency.ts'
import { fillWithEverything } from '../../test/everything.ts'
import {
  aContact,
  aField,
  aKey,
  aList,
  aMeeting,
  aMember,
  anAccount,
  anEmail,
  anOpportunity,
  aRelationship,
  meetingFields,
  successOf,
} from '../../test/factories.ts'
import {
  type Api,
  asWritten,
  headersOf,
  type ListBody,
  type RecordBody,
  settled,
  startApi,
} from '../../test/harness.ts'
import { foreignId, startLightfield } from '../../test/lightfield.ts'
import { runProgram } from '../../test/program.ts'
import { aFile, contentsOfFile, type FileBody } from '../../test/uploads.ts'
import { readConfig } from '../config.ts'
import type { CopyReport } from '../domain/lightfield/copy.ts'
import { importLightfield } from './lightfield.ts'

const source = await startApi()
/** Somebody else's name, so that the members of both are different people. */
const target = await startApi({ OPENFIELD_ADMIN_EMAIL: 'boss@target.example' })
const lightfield = await startLightfield(source)
let child: RecordBody
/** A field of accounts whose values only one may have. */
let code: string
let silver: { id: string; tier: string }
let shut: { id: string }

beforeAll(async () => {
  await fillWithEverything(source)
  code = (await aField(source, 'account', { valueType: 'EMAIL', typeConfiguration: { unique: true } })).slug
  const { slug: parent } = await aRelationship(source, 'account', { to: 'account', cardinality: 'HAS_ONE' })
  const { slug: tier } = await aField(source, 'opportunity', {
    valueType: 'SINGLE_SELECT',
    typeConfiguration: { options: [{ label: 'Gold', description: 'The best' }, { label: 'Silver' }] },
  })
  const stages = [{ label: 'Verbal' }, { label: 'Signed' }, { label: 'Lead' }]
  const { typeConfiguration } = successOf(
    await source.get<{
      fieldDefinitions: Record<string, { typeConfiguration: { options: { id: string; label: string }[] } }>
    }>('/v1/opportunities/definitions'),
  ).fieldDefinitions['$stage'] ?? { typeConfiguration: { options: [] } }
  const options = stages.map(({ label }) => typeConfiguration.options.find((one) => one.label === label) ?? { label })
  successOf(await source.patch('/admin/v1/objects/opportunity/fields/$stage', { options }))
  // Made before what it is linked to.
  child = await anAccount(source, { $name: 'Child' })
  const accounts = await Promise.all(Array.from({ length: 40 }, () => anAccount(source)))
  const [holding] = accounts
  successOf(await source.post(`/v1/accounts/${child.id}`, { relationships: { [parent]: { add: holding?.id } } }))
  const member = await aMember(source)
  const twice = { label: 'New' }
  const pipelines = [
    { name: 'Partners', stages: [twice, { label: 'Signed' }] },
    { name: 'Press', stages: [twice] },
  ]
  const { stage } = successOf(await source.post<Pipelines>('/admin/v1/objects/contact/pipelines', { pipelines }))
  const [, , press] = stage.typeConfiguration.options
  const contact = await aContact(
    source,
    { $email: ['ada@client.example'], $stage: press?.id },
    { $account: child.id, $owner: member.id },
  )
  await anOpportunity(source, { $stage: 'Verbal', [tier]: 'Gold' }, { $account: child.id, $champion: contact.id })
  const old = await anOpportunity(source, { [tier]: 'Silver' }, { $account: child.id })
  // Some have an option that can no longer be chosen.
  successOf(await source.patch(`/admin/v1/objects/opportunity/fields/${tier}`, { options: [{ label: 'Bronze' }] }))
  silver = { id: old.id, tier }
  const list = await aList(source, {}, { $accounts: accounts.slice(0, 25).map(({ id }) => id) })
  successOf(
    await source.post(`/v1/lists/${list.id}`, {
      relationships: { $accounts: { add: accounts.slice(25).map(({ id }) => id) } },
    }),
  )
  const transcript = await aFile(source, 'Ada: hello', { filename: 'call.txt', purpose: 'meeting_transcript' })
  const attendees = { ...meetingFields(), $attendeeEmails: ['ada@client.example'] }
  await aMeeting(source, attendees, { relationships: { $transcript: transcript.id } })
  const attachment = await aFile(source, 'An offer', { filename: 'offer.txt' })
  await anEmail(source, { from: ['ada@client.example'], html: '<p>Hello</p>', attachmentIds: [attachment.id] })
  shut = await anEmail(source, {
    from: ['ada@client.example'],
    privacySetting: 'METADATA',
    holderId: member.id,
    text: 'Secret',
  })
  await settled(source)
}, 30_000)

type Pipelines = { stage: { typeConfiguration: { options: { id: string }[] } } }
type Report = CopyReport & { workspaceId: string }
const codes: unknown[] = []
afterEach(() => {
  process.exitCode = undefined
})

/** Runs the command in this process, which starts faster; returns its report, or what it fails with. */
async function copy(into: Api, from: { url: string; key?: string }, more: object = {}): Promise<Report> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  try {
    const options = { apiKey: from.key ?? source.key, baseUrl: from.url, json: true, ...more }
    await importLightfield(readConfig(settingsOf(into)), options)
    return JSON.parse(log.mock.calls.flat().join('\n'))
  } finally {
    codes.push(process.exitCode)
    log.mockRestore()
  }
}

const settingsOf = ({ config }: Api): Record<string, string> => ({
  DATABASE_URL: config.DATABASE_URL ?? '',
  OPENFIELD_DATA_DIR: config.OPENFIELD_DATA_DIR,
  OPENFIELD_ENRICHMENT: 'off',
})

const of = ({ types }: Report, type: string) => types.find((one) => one.type === type)

const plurals = [
  'members',
  'accounts',
  'contacts',
  'opportunities',
  'tasks',
  'notes',
  'meetings',
  'lists',
  'channels',
  'messages',
  'emails',
]

/** With pipelines they have what newer clients know and the official document does not: it is not held against that. */
const definitionsOf = async (api: Api, plural: string) =>
  (await fetch(`${api.url}/v1/${plural}/definitions`, { headers: headersOf(api.key, false) })).text()

/** What the public API says of every record, by path: all but what each server writes by itself. */
async function answersOf(api: Api, foreign = false): Promise<Record<string, unknown>> {
  const said: Record<string, unknown> = {}
  const known = (text: string) => {
    const plain = text.replaceAll(api.url, 'http://crm.example')
    return JSON.parse(foreign ? foreignId(plain) : plain)
  }
  const custom = successOf(await api.get<{ data: { objectType: string }[] }>('/v1/objects')).data
  said['/v1/objects'] = custom
  for (const { objectType } of custom)
    plurals.includes(`objects/${objectType}`) || plurals.push(`objects/${objectType}`)
  for (const plural of plurals) {
    if (/accounts|contacts|opportunities|objects/.test(plural))
      said[`${plural} defined`] = known(await definitionsOf(api, plural))
    for (let offset = 0, total = 1; offset < total; offset += 25) {
      const page = successOf(await api.get<ListBody>(`/v1/${plural}?limit=25&offset=${offset}`))
      total = page.totalCount
      for (const { id } of page.data) {
        const path = `/v1/${plural}${plural.startsWith('objects/') ? '/values' : ''}/${id}`
        said[path] = asWritten(known((await api.get(path)).text))
        if (plural === 'lists')
          said[`${path} has`] = known((await api.get(`/v1/lists/${id}/accounts`)).text).data.map(
            ({ id: one }: { id: string }) => one,
          )
      }
    }
  }
  const files = successOf(await api.get<{ data: FileBody[] }>('/v1/files')).data
  for (const file of files) said[`/v1/files/${file.id}`] = [file, (await contentsOfFile(api, file)).toString('base64')]
  return said
}

/** What is in the source, as the target answers it, and what the source itself does; each without what is named. */
async function bothAnswers() {
  const [there, here] = [await answersOf(source), await answersOf(target)]
  return [Object.fromEntries(Object.keys(there).map((path) => [path, here[path]])), there]
}

describe('a workspace of Lightfield', () => {
  it('is only looked at in a dry run', async () => {
    const report = await copy(target, lightfield, { dryRun: true })
    expect(of(report, 'account')).toMatchObject({ there: 44, copied: 0 })
    expect(report.made).toEqual(
      expect.arrayContaining([expect.stringMatching(/^the object type /), 'the options of opportunity.$stage']),
    )
    expect(successOf(await target.get<ListBody>('/v1/accounts')).totalCount).toBe(1)
    expect(successOf(await target.get<{ data: object[] }>('/v1/objects')).data).toEqual([])
  })

  it('is copied with everything that its API says, whatever fails underway and whenever the copy is killed', {
    timeout: 120_000,
  }, async () => {
    // Killed when some of the accounts are here, and the next page is on its way.
    const reached = Promise.withResolvers<void>()
    let pages = 0
    lightfield.hook.before = async (path) => {
      if (!path.startsWith('/v1/contacts?limit=25')) return
      pages += 1
      if (pages === 1) reached.resolve()
      await new Promise(() => {})
    }
    const args = ['import', 'lightfield', '--api-key', source.key, '--base-url', lightfield.url]
    const killed = runProgram(args, settingsOf(target))
    await Promise.race([reached.promise, killed.ended.then(({ errors }) => Promise.reject(new Error(errors)))])
    killed.child.kill('SIGKILL')
    await killed.ended
    lightfield.hook.before = async () => {}
    expect(successOf(await target.get<ListBody>('/v1/accounts')).totalCount).toBe(45)

    lightfield.faults.on = true
    const report = await copy(target, lightfield)
    lightfield.faults.on = false
    expect(codes.at(-1)).toBeUndefined()
    expect(of(report, 'account')).toMatchObject({ there: 44, before: 44, copied: 0, missing: [] })
    expect(of(report, 'contact')).toMatchObject({ there: 2, copied: 2, missing: [], different: [] })
    expect(of(report, 'email')).toMatchObject({ there: 2, copied: 2, redacted: 1 })
    expect(report.types.flatMap(({ missing }) => missing)).toEqual([])
    expect(report.types.flatMap(({ different }) => different)).toEqual([])

    await settled(target)
    const [here, there] = await bothAnswers()
    // Of a shut e-mail only the envelope came.
    const opened = (answers: Record<string, unknown> | undefined) => ({ ...answers, [`/v1/emails/${shut.id}`]: null })
    expect(opened(here)).toEqual(opened(there))
    expect(await faultsOf(target)).toEqual({})

    const history = await target.get<{ data: { displayValue: string }[] }>(
      `/v1/opportunities/${silver.id}/fields/${silver.tier}/history`,
    )
    expect(successOf(history).data[0]?.displayValue).toBe('Silver')

    // Once more, and what has changed there comes.
    successOf(await source.post(`/v1/accounts/${child.id}`, { fields: { $name: 'Grown up' } }))
    const later = await anAccount(source, { $name: 'Later' })
    const again = await copy(target, lightfield)
    expect(of(again, 'account')).toMatchObject({ there: 45, before: 44, copied: 1, different: [], missing: [] })
    const names = [child.id, later.id].map(
      async (id) => (await target.get(`/v1/accounts/${id}`)).body.fields['$name']?.value,
    )
    expect(await Promise.all(names)).toEqual(['Grown up', 'Later'])
  })

  it('with ids of another form has them as external ids, knows its members by their addresses, and says what is missing', {
    timeout: 60_000,
  }, async () => {
    const other = await startApi()
    const foreign = await startLightfield(source, { foreignIds: true })
    // Between two pages one leaves the list, so that what follows it moves forward; and one that is new is not shown yet.
    const newest = (await anAccount(source, { $name: 'Newest' })).id
    foreign.hide(newest)
    let isGone = false
    foreign.hook.before = async (path) => {
      if (path.startsWith('/v1/contacts?limit=25')) foreign.hide()
      if (isGone || !/accounts\?limit=25&offset=2/.test(path)) return
      isGone = true
      const [, , gone] = successOf(await source.get<ListBody>('/v1/accounts?limit=3')).data
      successOf(await source.delete(`/v1/accounts/${gone?.id}`))
    }
    const report = await copy(other, foreign)
    expect(of(report, 'account')).toMatchObject({ there: 45, copied: 46, before: 0, missing: [] })
    expect(report.types.flatMap(({ missing }) => missing)).toEqual([])
    const { id: there } = successOf(await source.get<ListBody>('/v1/accounts?$name=Later')).data[0] ?? { id: '' }
    const [here] = successOf(await other.get<ListBody>('/v1/accounts?$name=Later')).data
    const [wanted] = successOf(await source.get<ListBody>('/v1/accounts?$name=Later')).data
    expect(here).toMatchObject({ externalId: foreignId(there), createdAt: wanted?.createdAt, fields: wanted?.fields })
    // Admin of both.
    expect(of(report, 'member')).toMatchObject({ there: 3, copied: 2, before: 1 })
    const [won] = successOf(await other.get<ListBody>('/v1/opportunities?limit=1')).data
    expect(won?.relationships['$createdBy']?.values).toEqual([other.memberId])
    expect(await faultsOf(other)).toEqual({})

    // Of a record only what stands in the way is left out, and that is told.
    await anAccount(other, { [code]: 'taken@code.example' })
    const twin = await anAccount(source, { $name: 'Twin', [code]: 'taken@code.example' })
    const why = expect.stringMatching(new RegExp(`^${code} was left out: .*acc_`))
    expect(of(await copy(other, foreign), 'account')).toMatchObject({
      ...{ copied: 1, before: 45, missing: [] },
      different: [{ id: foreignId(twin.id), why }],
    })

    const { key } = await aKey(source, { scopes: ['accounts:read', 'custom_objects:read', 'members:read'] })
    const partly = await copy(other, { url: foreign.url, key })
    expect(of(partly, 'contact')).toMatchObject({ there: 'forbidden' })
    expect(codes.at(-1)).toBe(1)
    await expect(copy(other, { url: foreign.url, key: 'sk_lf_0_unknown' })).rejects.toThrow(
      /does not know this API key/,
    )
  })
})
