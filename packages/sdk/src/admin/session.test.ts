import { expect, it } from 'vitest'
import { startApi } from '../../../server/test/harness.ts'
import { fetchWithCookies } from '../../test/cookies.ts'
import { AuthenticationError, Openfield, UnprocessableEntityError, workspacesOf } from '../index.ts'

const [email, password] = ['admin@example.com', 'correct horse battery']
const api = await startApi({ OPENFIELD_ADMIN_PASSWORD: password })
const aClient = () => new Openfield({ session: true, baseURL: api.url, fetch: fetchWithCookies() })

it('signs in, acts as the member, and signs out', async () => {
  const client = aClient()
  expect(await client.admin.session.options()).toMatchObject({ password: true, workspace: { name: 'Openfield' } })
  await expect(client.admin.session.get()).rejects.toThrow(AuthenticationError)
  const session = await client.admin.session.signIn({ email, password })
  expect(session.member).toMatchObject({ id: api.memberId, email, role: 'admin' })
  expect(await client.admin.session.get()).toEqual(session)
  expect(await client.auth.validate()).toMatchObject({ tokenType: 'session', subjectType: 'user' })
  expect((await client.account.create({ fields: { $name: 'Acme' } })).id).toMatch(/^acc_/)
  expect((await client.admin.session.list()).data).toEqual([expect.objectContaining({ current: true })])
  await client.admin.session.signOut()
  await expect(client.account.list()).rejects.toThrow(AuthenticationError)
})

it('signs out everywhere', async () => {
  const [one, two] = [aClient(), aClient()]
  for (const client of [one, two]) await client.admin.session.signIn({ email, password })
  await one.admin.session.signOutEverywhere()
  for (const client of [one, two]) await expect(client.admin.session.get()).rejects.toThrow(AuthenticationError)
})

it('changes the password, when the current one is right', async () => {
  const client = aClient()
  await client.admin.session.signIn({ email, password })
  const wrong = client.admin.session.changePassword({ current: 'not this', password: 'another password' })
  await expect(wrong).rejects.toThrow(UnprocessableEntityError)
  await client.admin.session.changePassword({ current: password, password: 'another password' })
  const refused = aClient().admin.session.signIn({ email, password })
  await expect(refused).rejects.toThrow(AuthenticationError)
  await aClient().admin.session.signIn({ email, password: 'another password' })
})

it('finds the workspaces to choose from in the error that asks for a choice', async () => {
  const workspaces = [{ id: 'wsp_1', name: 'One' }]
  const error = { type: 'conflict', message: 'Choose.', workspaces }
  const answer = async () =>
    new Response(JSON.stringify({ error }), { status: 409, headers: { 'x-should-retry': 'false' } })
  const client = new Openfield({ session: true, baseURL: api.url, fetch: answer })
  const refused = await client.admin.session.signIn({ email, password }).catch((reason: unknown) => reason)
  expect(workspacesOf(refused)).toEqual(workspaces)
  expect(workspacesOf(new Error('other'))).toEqual([])
})
