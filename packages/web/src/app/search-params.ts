/** The query string of an address, as the API writes it: `$stage[equal]=Won`, keys possibly several times. */
export type SearchParams = Readonly<Record<string, string | readonly string[]>>

/** Reads a query string; a key that comes several times has a list of texts. */
export function parseSearchParams(search: string): SearchParams {
  const params = new URLSearchParams(search)
  return Object.fromEntries(
    [...new Set(params.keys())].map((key) => {
      const all = params.getAll(key)
      return [key, all.length === 1 ? (all[0] ?? '') : all]
    }),
  )
}

/** Writes a query string in which `$`, `[`, `]` and `,` stay readable. */
export function writeSearchParams(search: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(search).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((one) => one !== undefined && one !== null)
      .map((one) => `${readable(key)}=${readable(String(one))}`),
  )
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

const readable = (text: string) =>
  encodeURIComponent(text).replace(/%(24|5B|5D|2C|3A|40)/g, (code) => decodeURIComponent(code))
