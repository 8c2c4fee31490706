import { describe, expect, it } from 'vitest'
import {
  aChannel,
  aContact,
  aCustomRecord,
  aKey,
  anAccount,
  anObjectType,
  anOpportunity,
  aTask,
  successOf,
} from '../../../test/factories.ts'
import { anotherWorkspace, outcome, type RecordBody, rekeyed, startApi } from '../../../test/harness.ts'
import { aFile, aSession, type FileBody } from '../../../test/uploads.ts'

const api = await startApi()

type Files = { object: 'list'; data: (FileBody & { createdBy: string | null })[]; totalCount: number }

const filesPath = (objectType: string, id: string) => `/admin/v1/records/${objectType}/${id}/files`
const attach = (objectType: string, { id }: RecordBody, fileId: string) =>
  api.post<FileBody>(filesPath(objectType, id), { fileId })
const namesOf = async (objectType: string, { id }: RecordBody, query = '') =>
  successOf(await api.get<Files>(`${filesPath(objectType, id)}${query}`)).data.map(({ filename }) => filename)

describe('the files of a record', () => {
  it('200: are those that were attached, newest first, with who uploaded them, on records of many types', async () => {
    const account = await anAccount(api)
    for (const filename of ['first.txt', 'second.txt']) {
      const file = await aFile(api, 'hello', { filename })
      expect(successOf(await attach('account', account, file.id))).toEqual(file)
    }
    const { data, totalCount } = successOf(await api.get<Files>(filesPath('account', account.id)))
    expect([totalCount, data.map(({ filename }) => filename)]).toEqual([2, ['second.txt', 'first.txt']])
    expect(data[0]?.createdBy).toMatch(/^(key|mem)_/)
    expect(await namesOf('account', account, '?limit=1&offset=1')).toEqual(['first.txt'])

    const slug = await anObjectType(api)
    const others = { contact: await aContact(api), task: await aTask(api), [slug]: await aCustomRecord(api, slug) }
    for (const [objectType, record] of Object.entries(others)) {
      successOf(await attach(objectType, record, data[0]?.id ?? ''))
      expect(await namesOf(objectType, record)).toEqual(['second.txt'])
    }
  })

  it('leave the record as it is, and attaching twice is attaching once', async () => {
    const account = await anAccount(api)
    const file = await aFile(api)
    const [one, two] = await Promise.all([attach('account', account, file.id), attach('account', account, file.id)])
    expect([one.status, two.status]).toEqual([200, 200])
    expect(await namesOf('account', account)).toEqual(['notes.txt'])
    const { updatedAt, relationships } = successOf(await api.get(`/v1/accounts/${account.id}`))
    expect([updatedAt, relationships]).toEqual([account.updatedAt, account.relationships])
  })

  it('are taken off one record, and stay on others', async () => {
    const [one, two] = [await anAccount(api), await anAccount(api)]
    const file = await aFile(api)
    for (const record of [one, two]) successOf(await attach('account', record, file.id))
    const path = `${filesPath('account', one.id)}/${file.id}`
    expect(successOf(await api.delete<FileBody>(path))).toEqual(file)
    expect([await namesOf('account', one), await namesOf('account', two)]).toEqual([[], ['notes.txt']])
    expect(outcome(await api.delete(path))).toBe('404')
    expect(outcome(await api.get(`/v1/files/${file.id}`))).toBe('200')
  })

  it('move with a merge, and come back from the trash with the record', async () => {
    const [primary, duplicate] = [await anAccount(api), await anAccount(api)]
    successOf(await attach('account', primary, (await aFile(api, 'a', { filename: 'a.txt' })).id))
    successOf(await attach('account', duplicate, (await aFile(api, 'b', { filename: 'b.txt' })).id))
    successOf(await api.post('/v1/accounts/merge', { primaryId: primary.id, duplicateId: duplicate.id }))
    expect(await namesOf('account', primary)).toEqual(['b.txt', 'a.txt'])

    successOf(await api.delete(`/v1/accounts/${primary.id}`))
    expect(outcome(await api.get(filesPath('account', primary.id)))).toBe('404')
    successOf(await api.post(`/v1/accounts/${primary.id}/restore`))
    expect(await namesOf('account', primary)).toEqual(['b.txt', 'a.txt'])
  })

  it('stand in the log of changes', async () => {
    const account = await anAccount(api)
    const file = await aFile(api)
    successOf(await attach('account', account, file.id))
    successOf(await api.delete(`${filesPath('account', account.id)}/${file.id}`))
    const changes = await api.sql<{ links: Record<string, { added: string[]; removed: string[] }> }>(
      `select links from change where links ? '$file' order by id desc limit 2`,
    )
    const counts = changes.map(({ links }) => [links['$file']?.added.length, links['$file']?.removed.length])
    expect(counts).toEqual([
      [0, 1],
      [1, 0],
    ])
  })

  it('400, 404, 422: says what cannot be attached, and to what', async () => {
    const account = await anAccount(api)
    const file = await aFile(api)
    const pending = await aSession(api)
    const missing = file.id.replace(/.{4}$/, '0000')
    const gone = await anAccount(api)
    await api.delete(`/v1/accounts/${gone.id}`)
    const other = await anotherWorkspace(api)
    expect(outcome(await attach('account', account, account.id))).toBe('400 referenced_resource_missing fileId')
    expect(outcome(await attach('account', account, missing))).toBe('404')
    expect(outcome(await attach('account', account, pending.id))).toBe('422 fileId')
    expect(outcome(await attach('account', gone, file.id))).toBe('404')
    expect(outcome(await attach('contact', account, file.id))).toBe('404')
    expect(outcome(await attach('nothing', account, file.id))).toBe('404')
    expect(outcome(await attach('channel', await aChannel(api), file.id))).toBe('400 invalid_configuration')
    expect(outcome(await other.get(filesPath('account', account.id)))).toBe('404')
    expect(outcome(await other.post(filesPath('account', other.accountId), { fileId: file.id }))).toBe('404')
    expect(await namesOf('account', account)).toEqual([])
  })

  it('403: need the scope of the type', async () => {
    const { id } = await anOpportunity(api)
    const file = await aFile(api)
    const reader = rekeyed(api, (await aKey(api, { scopes: ['files:read', 'opportunities:read'] })).key)
    const other = rekeyed(api, (await aKey(api, { scopes: ['files:read', 'accounts:read'] })).key)
    const outside = rekeyed(api, (await aKey(api, { scopes: ['opportunities:read'] })).key)
    expect(outcome(await reader.get(filesPath('opportunity', id)))).toBe('200')
    expect(outcome(await reader.post(filesPath('opportunity', id), { fileId: file.id }))).toMatch(/^403/)
    expect(outcome(await other.get(filesPath('opportunity', id)))).toMatch(/^403/)
    expect(outcome(await outside.get(filesPath('opportunity', id)))).toMatch(/^403/)
  })
})
