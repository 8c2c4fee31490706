/** A plain text as HTML that shows it as it is. */
export const htmlOf = (text: string) =>
  `<div style="white-space: pre-wrap">${text.replace(/[&<>"]/g, (letter) => entities[letter] ?? '')}</div>`

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
