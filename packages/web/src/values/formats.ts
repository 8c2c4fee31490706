/** Formats are dear to make and cheap to use. */
function remembered<Format>(make: (key: string) => Format): (key?: string) => Format {
  const made = new Map<string, Format>()
  return (key = '') => {
    let format = made.get(key)
    if (format === undefined) {
      format = make(key)
      made.set(key, format)
    }
    return format
  }
}

/** Numbers as in the viewer's country. */
export const numberFormat = remembered(() => new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 }))

/** Amounts of a currency, with its sign where it has one; plain numbers for what is no currency. */
export const currencyFormat = remembered((currency) => {
  try {
    return new Intl.NumberFormat(undefined, { style: 'currency', currency, trailingZeroDisplay: 'stripIfInteger' })
  } catch {
    return numberFormat()
  }
})

/** Names of countries by ISO 3166-1 code. */
export const countryNames = remembered(() => new Intl.DisplayNames('en', { type: 'region' }))

/** What separates thousands and decimals in the viewer's country. */
export const separators = remembered(() => {
  const parts = numberFormat().formatToParts(-12345678.9)
  const thousandSeparator = parts.find(({ type }) => type === 'group')?.value ?? true
  const decimalSeparator = parts.find(({ type }) => type === 'decimal')?.value ?? '.'
  return { thousandSeparator, decimalSeparator }
})
