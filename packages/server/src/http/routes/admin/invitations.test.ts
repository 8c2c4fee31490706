import { describe, expect, it } from 'vitest'
import { aBrowser, adminPassword, type SessionBody } from '../../../../test/browser.ts'
import { aKey, aMember, successOf } from '../../../../test/factories.ts'
import { type Api, anotherWorkspace, outcome, startApi } from '../../../../test/harness.ts'
import { startMailServer } from '../../../../test/mail-server.ts'

const { url: smtpUrl, mails } = await startMailServer()
const mailing = { OPENFIELD_SMTP_URL: smtpUrl, OPENFIELD_MAIL_FROM: 'Openfield <crm@acme.example>' }
const api = await startApi({ ...mailing, OPENFIELD_ADMIN_PASSWORD: adminPassword })
const mailless = await startApi({}, api)
const unreachable = await startApi({ ...mailing, OPENFIELD_SMTP_URL: 'smtp://127.0.0.1:1' }, api)

type Invited = { member: SessionBody['member']; link: string; expiresAt: string; sent: boolean }
type Pending = { data: { id: string; expiresAt: string }[]; totalCount: number }

let invited = 0
const invite = async (on: Api = api, input: object = {}) => {
  invited += 1
  const body = { email: `invited${invited}@team.example`, role: 'member', ...input }
  const made = successOf(await on.post<Invited>('/admin/v1/invitations', body))
  return { ...made, token: made.link.split('#')[1] ?? '' }
}
const password = 'a password of mine'
const accept = (token: string, more: object = {}) =>
  aBrowser(api).post<SessionBody>('/admin/v1/welcome/accept', { token, password, ...more })
const mailTo = async (address: string) => {
  await expect.poll(() => mails.some(({ to }) => to === address)).toBe(true)
  return mails.findLast(({ to }) => to === address)?.text ?? ''
}
const pass = (days: number) => api.sql(`update sign_in_link set expires_at = expires_at - interval '${days} days'`)

describe('POST /admin/v1/invitations', () => {
  it('200: makes a member, mails the link and returns it', async () => {
    const made = await invite(api, { email: 'Ada@Team.example', firstName: 'Ada', lastName: 'Byron' })
    expect(made.member).toMatchObject({
      email: 'Ada@team.example',
      firstName: 'Ada',
      lastName: 'Byron',
      role: 'member',
    })
    expect(made.link).toBe(`${api.url}/crm/welcome#${made.token}`)
    expect(made.sent).toBe(true)
    const days = (Date.parse(made.expiresAt) - Date.now()) / 86_400_000
    expect([days > 6.9, days <= 7]).toEqual([true, true])
    const mail = await mailTo('Ada@team.example')
    expect(mail).toContain(made.link)
    expect(mail).toMatch(/^From: Openfield <crm@acme.example>\r$/m)
    expect(mail).toMatch(/^Subject: You are invited to Openfield\r$/m)
    expect(mail).toContain('admin@example.com invites you')
  })

  it('200: without a mail server, or with one that fails, the link is there to be handed over', async () => {
    for (const one of [mailless, unreachable]) {
      const { token, sent } = await invite(one)
      expect(sent).toBe(false)
      expect((await accept(token)).status).toBe(200)
    }
  })

  it('200: invites a member again who has no password: the role is the new one, the old link is worth nothing', async () => {
    const { id } = await aMember(api, { email: 'again@team.example', role: 'member' })
    const first = await invite(api, { email: 'again@team.example' })
    const second = await invite(api, { email: 'AGAIN@team.example', role: 'admin', firstName: 'Again' })
    expect(second.member).toMatchObject({ id, role: 'admin', firstName: 'Again' })
    expect(outcome(await accept(first.token))).toBe('404')
    expect((await accept(second.token)).status).toBe(200)
  })

  it('422: not for a member who has a password', async () => {
    const response = await api.post('/admin/v1/invitations', { email: 'admin@example.com', role: 'member' })
    expect(outcome(response)).toBe('422 email')
  })

  it('stores no link', async () => {
    const { token } = await invite()
    const stored = JSON.stringify(await api.sql('select * from sign_in_link'))
    expect(stored).not.toContain(token)
    expect(stored).not.toContain(Buffer.from(token).toString('hex'))
  })

  it.each([
    ['400 parameter_missing email', { role: 'member' }],
    ['400 parameter_missing role', { email: 'a@team.example' }],
    ['422 role', { email: 'a@team.example', role: 'owner' }],
    ['422 fields.$email', { email: 'nobody', role: 'member' }],
  ])('%s', async (answer, body) => {
    expect(outcome(await api.post('/admin/v1/invitations', body))).toBe(answer)
  })
})

describe('GET and DELETE /admin/v1/invitations', () => {
  it('200: lists those of the workspace that nobody has accepted, and takes one back', async () => {
    const other = await anotherWorkspace(api)
    const [one, two] = [await invite(other), await invite(other)]
    const list = async () => (await other.get<Pending>('/admin/v1/invitations')).body
    expect((await list()).data.map(({ id }) => id)).toEqual([two.member.id, one.member.id])
    await accept(one.token)
    expect((await list()).data.map(({ id }) => id)).toEqual([two.member.id])
    expect(outcome(await api.delete(`/admin/v1/invitations/${two.member.id}`))).toBe('404')
    expect((await other.delete(`/admin/v1/invitations/${two.member.id}`)).body).toEqual({
      id: two.member.id,
      cancelled: true,
    })
    expect((await list()).totalCount).toBe(0)
    expect(outcome(await accept(two.token))).toBe('404')
    expect(outcome(await other.delete(`/admin/v1/invitations/${two.member.id}`))).toBe('404')
    expect((await other.get(`/v1/members/${two.member.id}`)).status).toBe(200)
  })
})

describe('POST /admin/v1/welcome', () => {
  it('200: says whom a link is for, as often as it is asked', async () => {
    const { token, member, expiresAt } = await invite()
    for (let time = 0; time < 2; time += 1) {
      const { body } = await aBrowser(api).post('/admin/v1/welcome', { token })
      expect(body).toEqual({ member, workspace: { id: 'wsp_1', name: 'Openfield' }, expiresAt })
    }
  })

  it('404: for an unknown link, one that is too old, and one of a member who is gone', async () => {
    const read = (token: string) => aBrowser(api).post('/admin/v1/welcome', { token })
    expect(outcome(await read('unknown'))).toBe('404')
    const [old, gone] = [await invite(), await invite()]
    await api.delete(`/admin/v1/members/${gone.member.id}`)
    expect(outcome(await read(gone.token))).toBe('404')
    await api.post(`/admin/v1/trash/${gone.member.id}/restore`)
    expect(outcome(await read(gone.token))).toBe('404')
    await pass(8)
    for (const ask of [read, accept]) expect(outcome(await ask(old.token))).toBe('404')
  })
})

describe('POST /admin/v1/welcome/accept', () => {
  it('200: signs the member in, with the password and the name they chose', async () => {
    const { token, member } = await invite(api, { firstName: 'Grace' })
    const browser = aBrowser(api)
    const { body } = await browser.post<SessionBody>('/admin/v1/welcome/accept', {
      token,
      password,
      lastName: 'Hopper',
    })
    expect(body.member).toEqual({ ...member, firstName: 'Grace', lastName: 'Hopper' })
    expect((await browser.get('/v1/accounts')).status).toBe(200)
    expect((await aBrowser(api).signIn({ email: member.email, password })).status).toBe(200)
  })

  it('404: works once, also when it is used twice at the same moment', async () => {
    const { token } = await invite()
    const answers = (await Promise.all([accept(token), accept(token), accept(token)])).map(outcome)
    expect(answers.toSorted()).toEqual(['200', '404', '404'])
  })

  it('422: a password that is too short leaves the link as it is', async () => {
    const { token } = await invite()
    expect(outcome(await accept(token, { password: 'short' }))).toBe('422 password')
    expect((await accept(token)).status).toBe(200)
  })

  it('404: a link for a new password is none for an invitation, and the other way round', async () => {
    const { token, member } = await invite()
    const reset = (secret: string) =>
      aBrowser(api).post('/admin/v1/password-resets/accept', { token: secret, password })
    expect(outcome(await reset(token))).toBe('404')
    await aBrowser(api).post('/admin/v1/password-resets', { email: member.email })
    await expect.poll(() => mails.filter(({ to }) => to === member.email).length).toBe(2)
    const resetToken = /#(\S+)/.exec(await mailTo(member.email))?.[1] ?? ''
    expect(outcome(await accept(resetToken))).toBe('404')
    expect((await reset(resetToken)).status).toBe(200)
    expect(outcome(await accept(token))).toBe('404')
  })
})

describe('POST /admin/v1/password-resets', () => {
  const ask = (email: string, on: Api = api) => aBrowser(on).post('/admin/v1/password-resets', { email })
  const aSignedInMember = async () => {
    const { token, member } = await invite()
    const browser = aBrowser(api)
    await browser.post('/admin/v1/welcome/accept', { token, password })
    return { browser, email: member.email }
  }

  it('200: mails a link that signs in with a new password, and ends what was signed in before', async () => {
    const { browser, email } = await aSignedInMember()
    expect((await ask(email.toUpperCase())).body).toEqual({ sent: 'if-known', mail: true })
    await expect.poll(() => mails.filter(({ to }) => to === email).length).toBe(2)
    const link = /\S+\/crm\/reset#(\S+)/.exec(await mailTo(email))
    expect(link?.[0]).toBe(`${api.url}/crm/reset#${link?.[1]}`)
    const reset = { token: link?.[1], password: 'quite another one' }
    const fresh = aBrowser(api)
    expect((await fresh.post<SessionBody>('/admin/v1/password-resets/accept', reset)).body.member.email).toBe(email)
    expect((await fresh.get('/v1/accounts')).status).toBe(200)
    expect(outcome(await browser.get('/v1/accounts'))).toBe('401')
    expect(outcome(await aBrowser(api).signIn({ email, password }))).toBe('401')
    expect(outcome(await fresh.post('/admin/v1/password-resets/accept', reset))).toBe('404')
  })

  it('404: a link works for an hour', async () => {
    const { email } = await aSignedInMember()
    await ask(email)
    await expect.poll(() => mails.filter(({ to }) => to === email).length).toBe(2)
    const token = /#(\S+)/.exec(await mailTo(email))?.[1]
    await api.sql("update sign_in_link set expires_at = expires_at - interval '61 minutes' where purpose = 'reset'")
    const late = await aBrowser(api).post('/admin/v1/password-resets/accept', { token, password })
    expect(outcome(late)).toBe('404')
  })

  it('200: answers the same for an address that nobody has, and mails nothing', async () => {
    const before = mails.length
    expect((await ask('nobody@team.example')).body).toEqual({ sent: 'if-known', mail: true })
    await ask('admin@example.com')
    await mailTo('admin@example.com')
    expect(mails.slice(before).map(({ to }) => to)).toEqual(['admin@example.com'])
  })

  it('200: says where no mails are sent', async () => {
    expect((await ask('admin@example.com', mailless)).body).toEqual({ sent: 'if-known', mail: false })
  })

  it('429: does not mail one address over and over', async () => {
    const { email } = await aSignedInMember()
    const answers = []
    for (let time = 0; time < 7; time += 1) answers.push(outcome(await ask(email)))
    expect(answers).toEqual(['200', '200', '200', '200', '200', '429', '429'])
  })
})

describe('PATCH /admin/v1/session', () => {
  it('200: changes the own name and nothing else', async () => {
    const { token, member } = await invite(api, { firstName: 'Grace', lastName: 'Hopper' })
    const browser = aBrowser(api)
    await browser.post('/admin/v1/welcome/accept', { token, password })
    const { body } = await browser.patch<SessionBody>('/admin/v1/session', { firstName: 'Amazing' })
    expect(body.member).toEqual({ ...member, firstName: 'Amazing', lastName: 'Hopper' })
    expect(outcome(await browser.patch('/admin/v1/session', { role: 'admin' }))).toBe('400 unknown_field role')
    const { key } = await aKey(api, { memberId: member.id, scopes: ['notes:read'] })
    expect(outcome(await api.patch('/admin/v1/session', { firstName: 'A' }, { key }))).toBe('403')
  })
})
