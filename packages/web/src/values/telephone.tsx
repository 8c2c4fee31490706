import { lazy, Suspense } from 'react'
import { several } from './several.tsx'

// What is known of the world's telephone numbers is as large as the rest of the page.
const Readable = lazy(() => import('./telephone-text.tsx'))

/** Telephone numbers. */
export const telephone = several({
  manyByDefault: true,
  width: 160,
  placeholder: '+1 415 555 0100',
  inputMode: 'tel',
  href: (one) => `tel:${one}`,
  Text: ({ one }) => (
    <Suspense fallback={one}>
      <Readable number={one} />
    </Suspense>
  ),
})
