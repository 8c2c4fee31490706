import { webLink } from './links.ts'
import { several } from './several.tsx'

/** Web addresses, read without what all of them have. */
export const url = several({
  manyByDefault: false,
  width: 180,
  placeholder: 'acme.com',
  inputMode: 'url',
  href: webLink,
  elsewhere: true,
  Text: ({ one }) => one.replace(/^https?:\/\/(www\.)?/, '').replace(/\/$/, ''),
})
