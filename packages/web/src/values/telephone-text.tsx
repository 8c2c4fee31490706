import { readableTelephone } from '@openfield/schema/values/telephone'

/** The viewer's country, which numbers within it leave out. The API takes numbers without one for American ones. */
const country = new Intl.Locale(navigator.language).region ?? 'US'

export default function TelephoneText({ number }: { number: string }) {
  return readableTelephone(number, country)
}
