import { lazy, Suspense } from 'react'
import styles from './values.module.css'
import type { ValueView } from './view.ts'

/** Markdown as it is meant to be read. Safe: HTML in it is text, and links lead to the web or to mail. */
const MarkdownText = lazy(() => import('./markdown-text.tsx').then(({ MarkdownText }) => ({ default: MarkdownText })))
const MarkdownInput = lazy(() =>
  import('./markdown-input.tsx').then(({ MarkdownInput }) => ({ default: MarkdownInput })),
)

/** Text with headings, lists, links and emphasis. */
export const markdown: ValueView<string> = {
  Line: ({ value }) => <span className={styles['line']}>{plain(value)}</span>,
  Whole: ({ value }) => (
    <Suspense fallback={<div className={styles['kept']}>{value}</div>}>
      <MarkdownText>{value}</MarkdownText>
    </Suspense>
  ),
  Input: (props) => (
    <Suspense>
      <MarkdownInput {...props} />
    </Suspense>
  ),
  text: plain,
  write: (value) => (value.trim() === '' ? null : value),
  width: 240,
  multiline: true,
  roomy: () => true,
}

const longest = 300

/** The beginning without its marks: what there is room for in a line. */
function plain(value: string): string {
  return value
    .slice(0, longest)
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s*(#{1,6}|>|[-*+]|\d+\.|```\w*)\s+/gm, '')
    .replace(/(\*\*|__|~~|`)/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}
