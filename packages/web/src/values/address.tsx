import type { Address } from '@openfield/schema/values/address'
import { lazy, Suspense } from 'react'
import { countryNames } from './formats.ts'
import styles from './values.module.css'
import type { ValueView } from './view.ts'

const AddressInput = lazy(() => import('./address-input.tsx').then(({ AddressInput }) => ({ default: AddressInput })))

/** A postal address. */
export const address: ValueView<Address> = {
  Line: ({ value }) => <span className={styles['line']}>{linesOf(value).join(', ')}</span>,
  Whole: ({ value }) => <span className={styles['kept']}>{linesOf(value).join('\n')}</span>,
  Input: (props) => (
    <Suspense>
      <AddressInput {...props} />
    </Suspense>
  ),
  text: (value) => linesOf(value).join(', '),
  write(value) {
    const parts = Object.entries(value).map(([key, part]) => [
      key,
      typeof part === 'string' ? part.trim() || null : part,
    ])
    return parts.every(([, part]) => part === null) ? null : Object.fromEntries(parts)
  },
  width: 220,
  roomy: () => true,
}

function linesOf({ street, street2, city, state, postalCode, country }: Address): string[] {
  const region = [state, postalCode].filter(Boolean).join(' ')
  const place = [city, region].filter(Boolean).join(', ')
  return [street, street2, place, country && countryNames().of(country)].filter((line): line is string => !!line)
}
