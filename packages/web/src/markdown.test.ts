import { describe, expect, it } from 'vitest'
import { parseMarkdown } from './markdown.ts'

/** The spans of a text of one line. */
const spansOf = (text: string) => parseMarkdown(text)[0]?.lines[0]

describe('blocks', () => {
  it('are paragraphs with their line breaks, flat lists and headings', () => {
    const text = '# Plan\nfirst\nsecond\n\n- a\n* b\n1. c\n2) d\n\n\nlast'
    expect(parseMarkdown(text)).toEqual([
      { kind: 'h3', lines: [[{ text: 'Plan' }]] },
      { kind: 'p', lines: [[{ text: 'first' }], [{ text: 'second' }]] },
      { kind: 'ul', lines: [[{ text: 'a' }], [{ text: 'b' }]] },
      { kind: 'ol', lines: [[{ text: 'c' }], [{ text: 'd' }]] },
      { kind: 'p', lines: [[{ text: 'last' }]] },
    ])
  })

  it('are none in a text of white space', () => {
    expect(parseMarkdown(' \n\t\n')).toEqual([])
  })
})

describe('spans', () => {
  it('are strong, emphasis, code and links, with plain text between them', () => {
    expect(spansOf('a **b c** *d* `e*` [f](https://g.example/h)!')).toEqual([
      { text: 'a ' },
      { text: 'b c', kind: 'strong' },
      { text: ' ' },
      { text: 'd', kind: 'em' },
      { text: ' ' },
      { text: 'e*', kind: 'code' },
      { text: ' ' },
      { text: 'f', href: 'https://g.example/h' },
      { text: '!' },
    ])
  })

  it.each([
    ['\\*not\\* \\[this\\]\\(x\\) \\\\', '*not* [this](x) \\'],
    ['2 * 3 * 4 and snake_case_names', '2 * 3 * 4 and snake_case_names'],
    ['**open and [a](b c)', '**open and [a](b c)'],
    ['<b onclick="x">&amp;</b>', '<b onclick="x">&amp;</b>'],
    ['a \\ b', 'a \\ b'],
  ])('are plain text in %j', (written, read) => {
    expect(spansOf(written)).toEqual([{ text: read }])
  })

  it('have no backslashes where they escape', () => {
    expect(spansOf('**a\\_b \\* c**')).toEqual([{ text: 'a_b * c', kind: 'strong' }])
    expect(spansOf('[a\\]b](https://c.example)')).toEqual([{ text: 'a]b', href: 'https://c.example' }])
  })

  it.each(['[', '*', '**', '`', '\\', '[a](', '*a'])('keep a text of a hundred thousand %j whole', (part) => {
    const text = part.repeat(100_000)
    const read = parseMarkdown(`x${text}`).flatMap(({ lines }) =>
      lines.flatMap((line) => line.map((span) => span.text)),
    )
    expect(read.join('').replaceAll(/[\\*`]/g, '')).toBe(`x${text.replaceAll(/[\\*`]/g, '')}`)
  })
})
