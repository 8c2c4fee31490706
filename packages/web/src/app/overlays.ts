import { makeStore } from './store.ts'

/** What the palette offers while it is open: everything, or only what can be created. */
export const palette = makeStore<'everything' | 'create' | undefined>(undefined)

/** Whether the help about the keyboard is open. */
export const help = makeStore(false)
