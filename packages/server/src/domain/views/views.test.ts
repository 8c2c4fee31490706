import { describe, expect, it } from 'vitest'
import { aKey, aMember, anObjectType, successOf } from '../../../test/factories.ts'
import { type Api, anotherWorkspace, outcome, rekeyed, startApi } from '../../../test/harness.ts'

const api = await startApi()

type ViewBody = { id: string; name: string; ownerId: string | null; shared: boolean; position: number }
type Views = { data: ViewBody[]; totalCount: number }

const asMember = async (input: Record<string, unknown> = {}, scopes: string[] = []) => {
  const member = await aMember(api, input)
  return { memberId: member.id, ...rekeyedBy((await aKey(api, { memberId: member.id, scopes })).key) }
}
const rekeyedBy = (key: string) => ({ as: rekeyed(api, key) })
const admin = rekeyedBy((await aKey(api, { memberId: api.memberId })).key).as
const [ada, ben] = [await asMember(), await asMember()]

const aView = async (as: Api, input: object = {}) =>
  successOf(await as.post<ViewBody>('/admin/v1/views', { objectType: 'opportunity', name: 'Mine', ...input }))
const namesOf = async (as: Api, query = '') =>
  successOf(await as.get<Views>(`/admin/v1/views${query}`)).data.map(({ name }) => name)

describe('a view', () => {
  it('is saved as its member’s own, and shown as it was saved', async () => {
    const input = {
      name: 'Big ones',
      layout: 'board',
      query: '$amount[greaterThan]=1000&sort=-$amount',
      columns: [{ key: '$name', width: 240 }, { key: '$amount' }],
    }
    const view = await aView(ada.as, input)
    expect(view).toMatchObject({ ...input, objectType: 'opportunity', shared: false, ownerId: ada.memberId })
    expect(view.id).toMatch(/^view_/)
    const { data } = successOf(await ada.as.get<Views>('/admin/v1/views?objectType=opportunity'))
    expect(data).toContainEqual(view)
  })

  it('is a plain table at the end of the list when nothing else is said', async () => {
    const first = await aView(ada.as, { objectType: 'task', name: 'First' })
    const second = await aView(ada.as, { objectType: 'task', name: 'Second' })
    expect(second).toMatchObject({ layout: 'table', query: '', columns: [], shared: false })
    expect(second.position).toBeGreaterThan(first.position)
    await ada.as.patch(`/admin/v1/views/${second.id}`, { position: first.position - 0.5 })
    expect(await namesOf(ada.as, '?objectType=task')).toEqual(['Second', 'First'])
  })

  it('is seen by others once it is shared, and changed by its owner and admins only', async () => {
    const view = await aView(ada.as, { name: 'Pipeline' })
    const path = `/admin/v1/views/${view.id}`
    expect(await namesOf(ben.as)).not.toContain('Pipeline')
    expect(outcome(await ben.as.patch(path, { name: 'Taken' }))).toBe('404')
    expect(outcome(await admin.patch(path, { name: 'Taken' }))).toBe('404')

    successOf(await ada.as.patch(path, { shared: true }))
    expect(await namesOf(ben.as)).toContain('Pipeline')
    expect(outcome(await ben.as.patch(path, { name: 'Taken' }))).toBe('403')
    expect(outcome(await ben.as.delete(path))).toBe('403')
    const changed = successOf(await admin.patch<ViewBody>(path, { name: 'Our pipeline' }))
    expect(changed).toMatchObject({ name: 'Our pipeline', ownerId: ada.memberId, shared: true })
    expect(successOf(await ada.as.delete<ViewBody>(path)).name).toBe('Our pipeline')
    expect(await namesOf(ben.as)).not.toContain('Our pipeline')
    expect(outcome(await ada.as.delete(path))).toBe('404')
  })

  it('that is shared outlives its owner', async () => {
    const leaving = await asMember()
    const view = await aView(leaving.as, { name: 'Legacy', shared: true })
    successOf(await api.delete(`/admin/v1/members/${leaving.memberId}`))
    const { data } = successOf(await admin.get<Views>('/admin/v1/views'))
    expect(data.find(({ id }) => id === view.id)?.ownerId).toBe(null)
    expect(outcome(await ben.as.patch(`/admin/v1/views/${view.id}`, { name: 'Mine now' }))).toBe('403')
    expect(successOf(await admin.patch<ViewBody>(`/admin/v1/views/${view.id}`, { name: 'Kept' })).name).toBe('Kept')
  })

  it('needs somebody whose it is: 403 for keys of the workspace', async () => {
    const nobody = rekeyed(api, (await aKey(api)).key)
    expect(outcome(await nobody.get('/admin/v1/views'))).toBe('403')
    expect(outcome(await nobody.post('/admin/v1/views', { objectType: 'task', name: 'A' }))).toBe('403')
    expect((await nobody.get('/admin/v1/preferences')).text).toContain('sign in')
  })

  it('is of an object type that the key may read', async () => {
    const limited = await asMember({}, ['tasks:read'])
    await aView(ada.as, { name: 'Everybody’s', shared: true })
    await aView(ada.as, { objectType: 'task', name: 'Chores', shared: true })
    expect(await namesOf(limited.as)).toEqual(['Chores'])
    expect(outcome(await limited.as.get('/admin/v1/views?objectType=opportunity'))).toBe('403')
    expect(outcome(await limited.as.post('/admin/v1/views', { objectType: 'account', name: 'A' }))).toBe('403')
    const custom = await anObjectType(api)
    expect(await aView(ada.as, { objectType: custom })).toMatchObject({ objectType: custom })
    expect(outcome(await ada.as.post('/admin/v1/views', { objectType: 'none', name: 'A' }))).toBe('404')
  })

  it('is refused when it makes no sense', async () => {
    const post = async (input: object) => outcome(await ada.as.post('/admin/v1/views', input))
    const view = { objectType: 'task', name: 'A' }
    expect(await post({ name: 'A' })).toBe('400 parameter_missing objectType')
    expect(await post({ ...view, name: '' })).toBe('422 name')
    expect(await post({ ...view, layout: 'list' })).toBe('422 layout')
    expect(await post({ ...view, columns: ['$name'] })).toBe('400 invalid_type columns.0')
    expect(await post({ ...view, query: 'a'.repeat(8001) })).toBe('422 query')
    expect(await post({ ...view, columns: [{ key: '$name', note: 'a\0' }] })).toBe('422 columns')
    expect(await post({ ...view, owner: ben.memberId })).toBe('400 unknown_field owner')
  })

  it('is in its workspace only', async () => {
    const neighbour = await anotherWorkspace(api)
    const key = await aKey(neighbour, { memberId: neighbour.memberId })
    const view = await aView(ada.as, { name: 'Ours', shared: true })
    const theirs = rekeyed(neighbour, key.key)
    expect(await namesOf(theirs)).toEqual([])
    expect(outcome(await theirs.patch(`/admin/v1/views/${view.id}`, { name: 'Theirs' }))).toBe('404')
    expect(outcome(await theirs.delete(`/admin/v1/views/${view.id}`))).toBe('404')
  })
})

describe('preferences', () => {
  const read = async (as: Api) => successOf(await as.get<object>('/admin/v1/preferences'))
  const write = (as: Api, changes: object) => as.patch<object>('/admin/v1/preferences', changes)

  it('are a member’s own, changed one by one, and forgotten by null', async () => {
    expect(await read(ada.as)).toEqual({})
    await write(ada.as, { theme: 'dark', recent: ['acc_1'] })
    expect(successOf(await write(ada.as, { theme: null, favourites: [{ id: 'acc_2' }] }))).toEqual({
      recent: ['acc_1'],
      favourites: [{ id: 'acc_2' }],
    })
    expect(await read(ada.as)).toEqual({ recent: ['acc_1'], favourites: [{ id: 'acc_2' }] })
    expect(await read(ben.as)).toEqual({})
  })

  it('keep what two windows change at once', async () => {
    await Promise.all(Array.from({ length: 10 }, (_, n) => write(ben.as, { [`k${n}`]: n })))
    expect(Object.keys(await read(ben.as)).length).toBe(10)
  })

  it('have room for 16 KiB: 413', async () => {
    const { as } = await asMember()
    successOf(await write(as, { big: 'a'.repeat(10_000) }))
    expect(outcome(await write(as, { bigger: 'a'.repeat(10_000) }))).toBe('413')
    expect(outcome(await write(as, { big: 'a'.repeat(17_000) }))).toBe('413')
    expect(outcome(await write(as, { big: 'a\0' }))).toBe('422')
    expect(Object.keys(await read(as))).toEqual(['big'])
  })
})
