import Markdown, { type Components } from 'react-markdown'
import remarkGfm from 'remark-gfm'
import styles from './values.module.css'

const components: Components = {
  a: ({ href, children }) =>
    href ? (
      <a href={href} target="_blank" rel="noopener noreferrer" className={styles['link']}>
        {children}
      </a>
    ) : (
      children
    ),
  // Nothing is fetched from elsewhere because a note says so.
  img: ({ src, alt }) =>
    typeof src === 'string' && src !== '' ? (
      <a href={src} target="_blank" rel="noopener noreferrer" className={styles['link']}>
        {alt || src}
      </a>
    ) : (
      alt
    ),
  input: ({ checked }) => <input type="checkbox" checked={checked ?? false} readOnly disabled aria-label="Done" />,
}

const allowed = /^(https?:|mailto:|tel:)/i

export const MarkdownText = ({ children }: { children: string }) => (
  <div className={styles['markdown']}>
    <Markdown
      remarkPlugins={[remarkGfm]}
      components={components}
      urlTransform={(address) => (allowed.test(address) ? address : '')}
    >
      {children}
    </Markdown>
  </div>
)
