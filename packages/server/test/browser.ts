import type { Api, Response } from './harness.ts'

export const adminPassword = 'correct horse battery'

type Who = { email?: string; password?: string; workspaceId?: string }

/** Somebody's browser: it keeps the cookies it is given, and calls as our pages do. */
export function aBrowser(api: Api) {
  const cookies = new Map<string, string>()
  const cookieHeader = () => (cookies.size > 0 ? Array.from(cookies, (pair) => pair.join('=')).join('; ') : undefined)
  const request =
    (method: string) =>
    async <Body = unknown>(path: string, body?: unknown, headers: Record<string, string | undefined> = {}) => {
      const response = await api.raw({
        method,
        path,
        headers: {
          'x-openfield-session': 'current',
          'lightfield-version': '2026-03-01',
          'content-type': body === undefined ? undefined : 'application/json',
          cookie: cookieHeader(),
          ...headers,
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      })
      for (const cookie of response.headers['set-cookie'] ?? []) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
        if (cookie.includes('Max-Age=0')) cookies.delete(name)
        else cookies.set(name, value)
      }
      return response as Response<Body>
    }
  const post = request('POST')
  return {
    get: <Body = unknown>(path: string, headers?: Record<string, string | undefined>) =>
      request('GET')<Body>(path, undefined, headers),
    post,
    patch: request('PATCH'),
    delete: <Body = unknown>(path: string) => request('DELETE')<Body>(path),
    /** Signs in, as the first admin unless it says otherwise. */
    signIn: (who: Who = {}) =>
      post<SessionBody>('/admin/v1/session', { email: 'admin@example.com', password: adminPassword, ...who }),
    get cookie() {
      return cookieHeader()
    },
  }
}

export type SessionBody = {
  member: { id: string; email: string; firstName: string | null; lastName: string | null; role: string }
  workspace: { id: string; name: string }
  expiresAt: string | null
}
