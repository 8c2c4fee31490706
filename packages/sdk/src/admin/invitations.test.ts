import { expect, it } from 'vitest'
import { startApi } from '../../../server/test/harness.ts'
import { fetchWithCookies } from '../../test/cookies.ts'
import { NotFoundError, Openfield } from '../index.ts'

const api = await startApi()
const client = new Openfield({ apiKey: api.key, baseURL: api.url })
const aBrowser = () => new Openfield({ session: true, baseURL: api.url, fetch: fetchWithCookies() })
const tokenOf = (link: string) => link.slice(link.indexOf('#') + 1)

it('invites somebody, who chooses a password and is signed in', async () => {
  const { member, link, sent } = await client.admin.invitations.create({ email: 'ada@team.example', role: 'member' })
  expect(sent).toBe(false)
  expect((await client.admin.invitations.list()).data.map(({ id }) => id)).toEqual([member.id])
  const browser = aBrowser()
  const token = tokenOf(link)
  expect((await browser.admin.welcome.read(token)).member).toEqual(member)
  const session = await browser.admin.welcome.accept({ token, password: 'a password of mine', firstName: 'Ada' })
  expect(session.member).toEqual({ ...member, firstName: 'Ada' })
  expect(await browser.admin.session.get()).toMatchObject({ member: session.member })
  expect((await browser.admin.session.update({ lastName: 'Byron' })).member.lastName).toBe('Byron')
  expect((await client.admin.invitations.list()).totalCount).toBe(0)
})

it('takes an invitation back', async () => {
  const { member, link } = await client.admin.invitations.create({ email: 'bob@team.example', role: 'member' })
  await client.admin.invitations.cancel(member.id)
  await expect(aBrowser().admin.welcome.read(tokenOf(link))).rejects.toThrow(NotFoundError)
})

it('asks for a new password, which takes a link that works', async () => {
  expect(await aBrowser().admin.passwordResets.request('ada@team.example')).toEqual({ sent: 'if-known', mail: false })
  const refused = aBrowser().admin.passwordResets.accept({ token: 'none', password: 'a password of mine' })
  await expect(refused).rejects.toThrow(NotFoundError)
})

it('adds, changes and removes members', async () => {
  const member = await client.admin.members.create({ email: 'eve@team.example', role: 'admin' })
  const changed = await client.admin.members.update(member.id, { role: 'member', firstName: 'Eve' })
  expect([changed.fields.$role.value, changed.fields.$name.value?.firstName]).toEqual(['member', 'Eve'])
  expect((await client.admin.members.remove(member.id)).id).toBe(member.id)
  await expect(client.member.retrieve(member.id)).rejects.toThrow(NotFoundError)
})
