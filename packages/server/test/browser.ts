import type { Api, Response } from './harness.ts'

export const adminPassword = 'correct horse battery'

type Who = { email?: string; password?: string; workspaceId?: string }

/** Somebody's browser: it keeps the cookie it is given, and calls as our pages do. */
export function aBrowser(api: Api) {
  let cookie: string | undefined
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
          cookie,
          ...headers,
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      })
      const [set] = response.headers['set-cookie'] ?? []
      if (set) cookie = set.includes('Max-Age=0') ? undefined : set.slice(0, set.indexOf(';'))
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
      return cookie
    },
  }
}

export type SessionBody = {
  member: { id: string; email: string; firstName: string | null; lastName: string | null; role: string }
  workspace: { id: string; name: string }
  expiresAt: string | null
}
