import { fileURLToPath } from 'node:url'

/** The folder of the clone. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/** What keeps a command from running; the message says what to do. */
export class NotReady extends Error {}

/** How long ago that was, for people. */
export const seconds = (began) => `${((Date.now() - began) / 1000).toFixed(1)} s`
