/** A plain text as HTML that shows it as it is. */
export const htmlOf = (text: string) => `${start}${text.replace(/[&<>"]/g, (letter) => entities[letter] ?? '')}${end}`

const [start, end] = ['<div style="white-space: pre-wrap">', '</div>']
const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** The plain text of which HTML was made here; undefined for all other HTML. */
export function plainTextOf(html: string): string | undefined {
  const inner = html.startsWith(start) && html.endsWith(end) ? html.slice(start.length, -end.length) : '<'
  return inner.includes('<') ? undefined : unescaped(inner)
}

/** What a person reads of HTML, for mail programs that show none. */
export const textOf = (html: string) =>
  unescaped(
    html
      .replace(/<(style|script|head)\b[^<]*(?:<(?!\/\1)[^<]*)*<\/\1>/gi, '')
      .replace(/<(?:br|\/p|\/div|\/tr|\/li|\/h\d)\b[^<>]*>/gi, '\n')
      .replace(/<[^<>]*>/g, ''),
  )
    .replace(/\n{3,}/g, '\n\n')
    .trim()

const unescaped = (text: string) =>
  text.replace(/&(amp|lt|gt|quot|nbsp|#39);/g, (_, name: string) => characters[name] ?? '')

const characters: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ', '#39': "'" }

/** What the content of a request becomes as a body, by what it says it is. */
export const bodies = {
  HTML: (content: string) => content,
  TEXT: htmlOf,
}
