import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'
import { afterAll } from 'vitest'

/** What the provider says of somebody, by the name with which they sign in there. */
type Accounts = Record<string, { email?: string; email_verified?: boolean }>

/** A real provider of OpenID Connect for a server that is known as `publicUrl`. To be called where tests are defined. */
export async function startIdentityProvider(publicUrl: string, accounts: Accounts) {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const issuer = `http://127.0.0.1:${port}`
  const client = { client_id: 'openfield', client_secret: 'a-secret-between-the-two' }
  const provider = new Provider(issuer, {
    clients: [{ ...client, redirect_uris: [`${publicUrl}/admin/v1/sign-in/sso/callback`] }],
    pkce: { required: () => true },
    claims: { email: ['email', 'email_verified'] },
    findAccount: (_: unknown, name: string) => ({
      accountId: name,
      claims: () => ({ sub: name, ...accounts[name] }),
    }),
  })
  server.on('request', provider.callback())
  afterAll(() => new Promise((resolve) => server.close(resolve).closeAllConnections()))
  return {
    settings: {
      OPENFIELD_OIDC_ISSUER: issuer,
      OPENFIELD_OIDC_CLIENT_ID: client.client_id,
      OPENFIELD_OIDC_CLIENT_SECRET: client.client_secret,
      OPENFIELD_OIDC_LABEL: 'Acme account',
    },
    signIn: (address: string, name: string) => signIn(issuer, address, name),
  }
}

/** Goes through the provider's own pages as a person would, from the address they were sent to; returns where it ends. */
async function signIn(issuer: string, address: string, name: string): Promise<string> {
  const cookies = new Map<string, string>()
  let form: Record<string, string> | undefined
  for (let next = address; ; ) {
    if (!next.startsWith(issuer)) return next
    const response = await fetch(next, {
      redirect: 'manual',
      headers: { cookie: Array.from(cookies, (pair) => pair.join('=')).join('; ') },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [, key = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      cookies.set(key, value)
    }
    const location = response.headers.get('location')
    const page = await response.text()
    form = location === null ? formOf(page, name) : undefined
    next = new URL(location ?? /action="([^"]+)"/.exec(page)?.[1] ?? '', next).href
  }
}

/** What somebody fills into the page that asks who they are, or into that which asks whether they agree. */
const formOf = (page: string, login: string): Record<string, string> =>
  page.includes('name="login"') ? { prompt: 'login', login, password: 'any' } : { prompt: 'consent' }
