import { several } from './several.tsx'

/** E-mail addresses. */
export const email = several({
  manyByDefault: false,
  width: 220,
  placeholder: 'jane@acme.com',
  inputMode: 'email',
  href: (one) => `mailto:${encodeURI(one)}`,
})
