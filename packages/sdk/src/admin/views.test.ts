import { expect, it } from 'vitest'
import { aKey } from '../../../server/test/factories.ts'
import { startApi } from '../../../server/test/harness.ts'
import { Openfield } from '../index.ts'

const api = await startApi()
const { key } = await aKey(api, { memberId: api.memberId })
const { views, preferences } = new Openfield({ apiKey: key, baseURL: api.url }).admin

it('saves views, lists, changes and removes them', async () => {
  const view = await views.create({ objectType: 'task', name: 'Due', columns: [{ key: '$title', width: 200 }] })
  expect((await views.list({ objectType: 'task' })).data).toEqual([view])
  expect((await views.list({ objectType: 'account' })).data).toEqual([])
  expect(await views.update(view.id, { shared: true })).toMatchObject({ name: 'Due', shared: true })
  await views.remove(view.id)
  expect((await views.list()).totalCount).toBe(0)
})

it('remembers settings', async () => {
  expect(await preferences.update({ theme: 'dark', size: 2 })).toEqual({ theme: 'dark', size: 2 })
  await preferences.update({ size: null })
  expect(await preferences.retrieve()).toEqual({ theme: 'dark' })
})
