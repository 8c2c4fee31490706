/** Makes an element. Text becomes text, whatever it says: nothing on this page is ever parsed as HTML. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children)
  return made
}

/** Several things as one. */
export function fragment(...children: (Node | string)[]): DocumentFragment {
  const made = document.createDocumentFragment()
  made.append(...children)
  return made
}

const protocols = new Set(['http:', 'https:', 'mailto:', 'tel:'])

/** A link to a site, a mailbox or a telephone; plain text for an address of any other kind. */
export function safeLink(address: string, text: string): Node {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (!url || !protocols.has(url.protocol)) return document.createTextNode(text)
  return element('a', { href: url.href, rel: 'noopener noreferrer' }, text)
}
