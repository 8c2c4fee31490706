import { describe, expect, it } from 'vitest'
import { aBrowser, adminPassword, type SessionBody } from '../../test/browser.ts'
import { type Api, anotherWorkspace, outcome, startApi } from '../../test/harness.ts'
import { runProgram } from '../../test/program.ts'

const api = await startApi({ OPENFIELD_ADMIN_PASSWORD: adminPassword })
const settings = { DATABASE_URL: api.database, OPENFIELD_PUBLIC_URL: api.url }

/** Runs a command beside the server, which goes on. */
async function command(...args: string[]) {
  const { code, output, errors } = await runProgram(args, settings).ended
  return { code, output, errors }
}

const tokenOf = (text: string) => /#([\w-]+)/.exec(text)?.[1] ?? ''
const accept = (on: Api, page: 'welcome' | 'password-resets', text: string) => {
  const browser = aBrowser(on)
  return browser.post<SessionBody>(`/admin/v1/${page}/accept`, { token: tokenOf(text), password: 'a password of mine' })
}

describe('openfield members invite', () => {
  it('prints a link by which the new member chooses a password', async () => {
    const { code, output } = await command('members', 'invite', '--email', 'ada@team.example', '--first-name', 'Ada')
    expect(code).toBe(0)
    expect(output).toContain(`${api.url}/crm/welcome#`)
    const { body } = await accept(api, 'welcome', output)
    expect(body.member).toMatchObject({ email: 'ada@team.example', firstName: 'Ada', role: 'member' })
  })

  it('prints JSON, and makes admins', async () => {
    const { output } = await command('members', 'invite', '--email', 'eve@team.example', '--role', 'admin', '--json')
    expect(JSON.parse(output)).toMatchObject({ member: { email: 'eve@team.example', role: 'admin' }, sent: false })
  })

  it('fails for roles that there are not, and for members who have a password', async () => {
    const owner = await command('members', 'invite', '--email', 'x@team.example', '--role', 'owner')
    expect([owner.code, owner.errors]).toEqual([1, expect.stringContaining('Allowed choices are admin, member')])
    const again = await command('members', 'invite', '--email', 'admin@example.com')
    expect([again.code, again.errors]).toEqual([1, expect.stringContaining('has a password')])
  })
})

describe('openfield password reset', () => {
  it('prints a link by which a member chooses a new password', async () => {
    const { output } = await command('password', 'reset', '--email', 'Admin@Example.com')
    expect(output).toContain(`${api.url}/crm/reset#`)
    expect((await accept(api, 'password-resets', output)).status).toBe(200)
    expect(outcome(await aBrowser(api).signIn({ password: adminPassword }))).toBe('401')
    expect((await aBrowser(api).signIn({ password: 'a password of mine' })).status).toBe(200)
  })

  it('prints one for each workspace, as JSON too; and fails for addresses that nobody has', async () => {
    const other = await anotherWorkspace(api)
    await other.patch(`/admin/v1/members/${other.memberId}`, { email: 'admin@example.com' })
    const { output } = await command('password', 'reset', '--email', 'admin@example.com', '--json')
    const links = JSON.parse(output) as { memberId: string; workspaceId: string; link: string }[]
    expect(links.map(({ memberId }) => memberId)).toEqual([api.memberId, other.memberId])
    const { body } = await accept(api, 'password-resets', links[1]?.link ?? '')
    expect(body.workspace).toEqual({ id: links[1]?.workspaceId, name: 'Another' })
    const nobody = await command('password', 'reset', '--email', 'nobody@example.com')
    expect([nobody.code, nobody.errors]).toEqual([1, expect.stringContaining('No member has the address')])
  })
})
