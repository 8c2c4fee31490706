import { Openfield } from '@openfield/sdk'

/** Where the server is: two folders above the app's files, also behind a proxy that serves it below a path. */
export const base = new URL('../../', import.meta.url)

/** The path of the app, e.g. `/crm`. */
export const appPath = new URL('crm', base).pathname

/** The one client: it acts as whoever is signed in. Everything the app does goes through it. */
export const client = new Openfield({ session: true, baseURL: base.href })
