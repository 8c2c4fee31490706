import { expect, it } from 'vitest'
import { foldersRead } from './folders.ts'

const folder = (path: string, specialUse?: string, ...flags: string[]) => ({
  path,
  delimiter: '/',
  flags: new Set(flags),
  ...(specialUse && { specialUse }),
})

it('reads all folders but drafts, junk and trash and what is below them', () => {
  const folders = [
    folder('INBOX', '\\Inbox'),
    folder('Sent', '\\Sent'),
    folder('Papierkorb', '\\Trash'),
    folder('Papierkorb/2025'),
    folder('Papierkorb 2'),
    folder('Drafts', '\\Drafts'),
    folder('Spam', '\\Junk'),
    folder('Clients', undefined, '\\Noselect'),
    folder('Clients/Acme'),
    folder('Archive', '\\Archive'),
    folder('Starred', '\\Flagged'),
  ]
  expect(foldersRead(folders)).toEqual(['INBOX', 'Sent', 'Papierkorb 2', 'Clients/Acme', 'Archive'])
})

it('reads of Gmail the one folder that has everything', () => {
  const folders = [
    folder('INBOX', '\\Inbox'),
    folder('[Gmail]', undefined, '\\Noselect'),
    folder('[Gmail]/All Mail', '\\All'),
    folder('[Gmail]/Trash', '\\Trash'),
    folder('Clients'),
  ]
  expect(foldersRead(folders)).toEqual(['[Gmail]/All Mail'])
})

it('does not take a view of everything elsewhere for a folder', () => {
  expect(foldersRead([folder('INBOX'), folder('Virtual/All', '\\All')])).toEqual(['INBOX'])
})
