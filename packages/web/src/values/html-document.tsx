import { parseDocument } from 'htmlparser2'
import { createElement, Fragment, type ReactNode } from 'react'
import { webLink } from './links.ts'
import styles from './values.module.css'

/** Nodes of a parsed document, as far as they are read. */
type Parsed = {
  type: string
  data?: string
  name?: string
  attribs?: Readonly<Record<string, string>>
  children?: readonly Parsed[]
}

/**
 * A document in HTML, made anew of elements of the app: nothing in it runs or is fetched, and it looks like the rest. Not
 * parsed by the browser, which complains about everything in it that the page's policy forbids.
 */
export const HtmlDocument = ({ source }: { source: string }) => (
  <div className={styles['document']}>{several(parseDocument(source).children as readonly Parsed[], 0)}</div>
)

/** The elements that are made anew, without any attribute, and what of: headings would stand among those of the page. */
const kept: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['p', 'div', 'br', 'hr', 'ul', 'ol', 'li', 'b', 'strong', 'i', 'em', 'u', 's', 'code', 'pre', 'blockquote'].map(
      (name) => [name, name],
    ),
  ),
  ...Object.fromEntries(['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((name) => [name, 'strong'])),
  // What is laid out by tables is read line by line.
  tr: 'div',
}
const withoutContent = ['br', 'hr']
const unread = ['head', 'title', 'template', 'noscript', 'select', 'textarea', 'object', 'svg', 'math']

/** Documents are as deep as whoever wrote them likes. */
const depthMax = 300

const several = (nodes: readonly Parsed[], depth: number): ReactNode =>
  nodes.map((node, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a document does not change
    <Fragment key={index}>{one(node, depth)}</Fragment>
  ))

function one({ type, data, name = '', attribs = {}, children = [] }: Parsed, depth: number): ReactNode {
  if (type === 'text') return data
  if (type !== 'tag' || unread.includes(name) || depth > depthMax) return null
  // Pictures would be fetched from whoever sent them, who would know.
  if (name === 'img') return attribs['alt'] || null
  const as = kept[name]
  if (as !== undefined && withoutContent.includes(as)) return createElement(as)
  const content = several(children, depth + 1)
  const address = name === 'a' ? linkOf(attribs['href'] ?? '') : undefined
  if (address !== undefined) {
    return (
      <a href={address} target="_blank" rel="noopener noreferrer" title={address}>
        {content}
      </a>
    )
  }
  return as === undefined ? <>{content} </> : createElement(as, null, content)
}

const linkOf = (address: string) => webLink(address) ?? (/^mailto:[^\s?]+$/i.test(address) ? address : undefined)
