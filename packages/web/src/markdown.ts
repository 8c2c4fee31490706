/** A piece of a line: plain, or of one kind. Pieces do not nest. */
export type Span = { text: string; kind?: 'strong' | 'em' | 'code' } | { text: string; href: string }

export type Block = { kind: 'p' | 'h3' | 'ul' | 'ol'; lines: Span[][] }

/**
 * The little of Markdown that summaries and notes use: headings, flat lists, paragraphs with their line breaks, strong,
 * emphasis, code, links, escapes. Everything else is text, as it was written. Addresses of links are not checked here.
 */
export function parseMarkdown(text: string): Block[] {
  const blocks: Block[] = []
  let open: Block | undefined
  for (const line of text.split(/\r?\n/)) {
    const next = lineOf(line)
    if (!next) open = undefined
    else if (open?.kind === next.kind && next.kind !== 'h3') open.lines.push(parseSpans(next.text))
    else {
      open = { kind: next.kind, lines: [parseSpans(next.text)] }
      blocks.push(open)
    }
  }
  return blocks
}

const kinds: readonly [Block['kind'], RegExp][] = [
  ['h3', /^#{1,6}\s+(.*)$/],
  ['ul', /^\s*[-*+]\s+(.*)$/],
  ['ol', /^\s*\d{1,9}[.)]\s+(.*)$/],
  ['p', /^\s*(\S.*)$/],
]

function lineOf(line: string): { kind: Block['kind']; text: string } | undefined {
  for (const [kind, pattern] of kinds) {
    const [, text] = pattern.exec(line) ?? []
    if (text !== undefined) return { kind, text }
  }
  return undefined
}

// The lengths are bounded so that a line made to be slow, such as a million brackets, is not.
const spans = new RegExp(
  [
    String.raw`\\(?<escaped>[!-\/:-@[-\x60{-~])`,
    String.raw`\*\*(?=\S)(?<strong>(?:\\.|[^*\\]){1,300})(?<=\S)\*\*`,
    String.raw`\*(?=[^\s*])(?<em>(?:\\.|[^*\\]){1,300})(?<=\S)\*`,
    String.raw`\x60(?<code>[^\x60]{1,300})\x60`,
    String.raw`\[(?<text>(?:\\.|[^\]\\]){1,300})\]\((?<href>[^()\s]{1,300})\)`,
  ].join('|'),
  'g',
)

function parseSpans(line: string): Span[] {
  const found: Span[] = []
  let end = 0
  for (const match of line.matchAll(spans)) {
    addText(found, line.slice(end, match.index))
    addMatch(found, match.groups ?? {})
    end = match.index + match[0].length
  }
  addText(found, line.slice(end))
  return found
}

function addMatch(found: Span[], { escaped, strong, em, code, text, href }: Record<string, string | undefined>) {
  if (escaped !== undefined) addText(found, escaped)
  else if (strong !== undefined) found.push({ text: withoutEscapes(strong), kind: 'strong' })
  else if (em !== undefined) found.push({ text: withoutEscapes(em), kind: 'em' })
  else if (code !== undefined) found.push({ text: code, kind: 'code' })
  else if (text !== undefined && href !== undefined) found.push({ text: withoutEscapes(text), href })
}

/** Adds plain text, to the plain text before it where there is some. */
function addText(found: Span[], text: string) {
  if (text === '') return
  const last = found.at(-1)
  if (last && !('href' in last) && last.kind === undefined) last.text += text
  else found.push({ text })
}

const withoutEscapes = (text: string) => text.replace(/\\([!-/:-@[-`{-~])/g, '$1')
