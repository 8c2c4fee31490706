import { addressOf, type Page, pages, sections } from './pages.ts'

/** A page of the guides as HTML. Everything it needs comes from this server; nothing is inline. Links begin at the root. */
export const layout = (page: Page, content: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${page.title} · Openfield</title>
<link rel="canonical" href="${addressOf(page)}">
<link rel="icon" href="/docs/site/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/docs/site/style.css">
</head>
<body>
<a class="skip" href="#content">Skip to the text</a>
<header><a class="home" href="/docs">Openfield</a> <a href="/docs">API reference</a> <a href="/openapi.json">OpenAPI</a></header>
<div class="columns">
<nav aria-label="Guides">
${sections.map(({ title, pages }) => `<p>${title}</p>\n<ul>\n${pages.map((one) => entry(one, page)).join('\n')}\n</ul>`).join('\n')}
</nav>
<main id="content">
${content}${neighbours(page)}</main>
</div>
</body>
</html>
`

const link = (page: Page, more = '') => `<a href="${addressOf(page)}"${more}>${page.title}</a>`

const entry = (one: Page, current: Page) => `<li>${link(one, one === current ? ' aria-current="page"' : '')}</li>`

/** Links to the pages before and after this one. */
function neighbours(page: Page): string {
  const index = pages.indexOf(page)
  const [before, after] = [pages[index - 1], pages[index + 1]]
  return `<nav class="neighbours" aria-label="Neighbouring pages">${before ? link(before, ' rel="prev"') : ''} ${after ? link(after, ' rel="next"') : ''}</nav>\n`
}

/** The page of the interactive reference, which its program fills. */
export const referencePage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Openfield API reference</title>
<link rel="icon" href="/docs/site/icon.svg" type="image/svg+xml">
</head>
<body>
<noscript><p>The interactive reference needs JavaScript. Without it: <a href="${addressOf(pages[0] as Page)}">the guides</a>, <a href="/openapi.json">the OpenAPI document</a>.</p></noscript>
<div id="reference"></div>
<script src="/docs/site/scalar.js"></script>
<script src="/docs/site/reference.js"></script>
</body>
</html>
`
