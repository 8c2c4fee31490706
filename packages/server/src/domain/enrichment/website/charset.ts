/** Where a page may say how it is written, and how much of it is looked at for that. */
const declaredWithin = 4096
const declaration = /<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml[^>]+encoding\s*=\s*["']([\w.:-]+)/i

/**
 * The text of a page, by its byte order mark, what the server says, what the page says, or else what it looks like: UTF-8
 * if it can be, and what browsers in the West take anything else for.
 */
export function decodePage(body: Buffer, contentType: string): string {
  const [, named] = /charset\s*=\s*["']?\s*([\w.:-]+)/i.exec(contentType) ?? []
  const [, byMeta, byXml] = declaration.exec(body.subarray(0, declaredWithin).toString('latin1')) ?? []
  for (const label of [markOf(body), named, byMeta ?? byXml]) {
    const text = label === undefined ? undefined : decode(body, label)
    if (text !== undefined) return text
  }
  return decode(body, 'utf-8', true) ?? decode(body, 'windows-1252') ?? ''
}

function markOf(body: Buffer): string | undefined {
  const start = body.subarray(0, 3).toString('latin1')
  if (start === '\u00ef\u00bb\u00bf') return 'utf-8'
  if (start.startsWith('\u00ff\u00fe')) return 'utf-16le'
  return start.startsWith('\u00fe\u00ff') ? 'utf-16be' : undefined
}

/** Undefined for an encoding that nobody knows, and, when `fatal`, for what is not written in it. */
function decode(body: Buffer, label: string, fatal = false): string | undefined {
  try {
    const text = new TextDecoder(label, { fatal }).decode(body, { stream: fatal })
    return text
  } catch {
    return undefined
  }
}
