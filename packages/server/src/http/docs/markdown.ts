import type { MarkdownIt, Token } from 'markdown-it'
import { addressOf, type Page, pages } from './pages.ts'

/** The HTML of a page's Markdown: headings can be linked to, links between files become links between pages. */
export async function renderMarkdown(page: Page, markdown: string): Promise<string> {
  // Loaded when the first page is read: most servers never show one.
  const { default: createMarkdownIt } = await import('markdown-it')
  const md: MarkdownIt = createMarkdownIt({ html: false })
  addRules(md)
  const tokens = md.parse(withoutMarkers(markdown), {})
  tokens.forEach((token, index) => {
    if (token.type === 'heading_open') token.attrSet('id', slugOf(tokens[index + 1]?.content ?? ''))
    if (token.type === 'th_open') token.attrSet('scope', 'col')
    for (const link of token.children ?? []) {
      if (link.type === 'link_open') link.attrSet('href', addressFrom(page, String(link.attrGet('href'))))
    }
  })
  return md.renderer.render(tokens, md.options, {})
}

/** The id of a heading, as code hosts make it. */
export const slugOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-')

/** The lines that tell the generator of tables where to write. */
const withoutMarkers = (markdown: string) => markdown.replace(/^<!--.*-->\n/gm, '')

/** Where a link leads from a page: `scopes.md#x` is a page beside it, anything else is left as it is. */
function addressFrom(page: Page, href: string): string {
  if (!/^[^/#:][^#:]*\.md(#|$)/.test(href)) return href
  const { pathname, hash } = new URL(href, `file:///${page.path}.md`)
  const target = pages.find(({ path }) => pathname === `/${path}.md`)
  return target ? addressOf(target) + hash : href
}

function addRules(md: MarkdownIt) {
  const { rules } = md.renderer
  rules.heading_close = (tokens, index) => {
    const id = tokens[index - 2]?.attrGet('id')
    const { tag } = tokens[index] as Token
    if (tag === 'h1') return '</h1>\n'
    return ` <a class="anchor" href="#${id}" aria-label="Link to this section">#</a></${tag}>\n`
  }
  // What may be wider than the screen scrolls by itself, also by keyboard.
  rules.table_open = () => '<div class="wide" role="group" aria-label="Table" tabindex="0"><table>\n'
  rules.table_close = () => '</table></div>\n'
  rules.fence = (tokens, index) => {
    const { info, content } = tokens[index] as Token
    const [language = '', status = '200'] = info.trim().split(/\s+/)
    const captions: Record<string, string> = { http: 'Request', sh: 'Request', json: `Response, status ${status}` }
    const caption = captions[language] ? `<figcaption>${captions[language]}</figcaption>` : ''
    return `<figure>${caption}<pre tabindex="0"><code>${md.utils.escapeHtml(content)}</code></pre></figure>\n`
  }
}
