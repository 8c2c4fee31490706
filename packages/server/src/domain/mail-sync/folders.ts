import type { ListResponse } from 'imapflow'

type Folder = Pick<ListResponse, 'path' | 'delimiter' | 'flags' | 'specialUse'>

/** What is not correspondence, or shows what stands in other folders. */
const left = new Set(['\\Drafts', '\\Junk', '\\Trash', '\\All', '\\Flagged', '\\Important'])
const closed = ['\\Noselect', '\\NonExistent']

/**
 * The folders of a mailbox that are read: all but drafts, junk and trash and what is below them. Where Gmail keeps
 * everything in one, it is that alone.
 */
export function foldersRead(folders: readonly Folder[]): string[] {
  const open = folders.filter(({ flags }) => !closed.some((flag) => flags.has(flag)))
  const all = open.find(({ path, specialUse }) => specialUse === '\\All' && /^\[(gmail|google mail)\]/i.test(path))
  if (all) return [all.path]
  const excluded = folders.filter(({ specialUse }) => specialUse !== undefined && left.has(specialUse))
  return open
    .map(({ path }) => path)
    .filter((path) => !excluded.some((one) => path === one.path || path.startsWith(one.path + one.delimiter)))
}
