import { Textarea } from '@mantine/core'
import { lazy, Suspense } from 'react'
import styles from './values.module.css'
import { labelled, type ValueView } from './view.ts'

const HtmlDocument = lazy(() => import('./html-document.tsx').then(({ HtmlDocument }) => ({ default: HtmlDocument })))

/** A document in HTML, such as the body of an e-mail. */
export const html: ValueView<string> = {
  Line: ({ value }) => <span className={styles['line']}>{textIn(value)}</span>,
  Whole: ({ value }) => (
    <Suspense>
      <HtmlDocument source={value} />
    </Suspense>
  ),
  Input: ({ value, onChange, configuration: _, ...props }) => (
    <Textarea
      {...labelled(props)}
      value={value ?? ''}
      onChange={(event) => onChange(event.currentTarget.value)}
      autosize
      minRows={4}
      maxRows={20}
    />
  ),
  text: textIn,
  write: (value) => (value.trim() === '' ? null : value),
  width: 240,
  multiline: true,
  roomy: () => true,
}

/** What a person reads in a document. A parsed one is never shown: nothing in it runs or is fetched. */
function textIn(source: string): string {
  const { body } = new DOMParser().parseFromString(source, 'text/html')
  for (const hidden of body.querySelectorAll('script, style, template, noscript')) hidden.remove()
  for (const end of body.querySelectorAll('br, p, div, li, tr, h1, h2, h3, h4')) end.append('\n')
  for (const line of body.querySelectorAll('br')) line.replaceWith('\n')
  return (body.textContent ?? '')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n\s*\n\s*/g, '\n\n')
    .trim()
}
