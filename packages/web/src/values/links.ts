/** The address, when it may be a link: what a record says must not run in the page. */
export function webLink(address: string): string | undefined {
  const url = URL.parse(address)
  return url && /^https?:$/.test(url.protocol) ? url.href : undefined
}
