/** One message of a stream of server-sent events; without `event` it only says where the stream is. */
export type Message = { id: string | undefined; event: string | undefined; data: string }

/** Takes a stream of server-sent events apart. Comments are left out. */
export async function* messagesOf(chunks: AsyncIterable<string>): AsyncGenerator<Message, void, undefined> {
  let rest = ''
  for await (const chunk of chunks) {
    const parts = (rest + chunk).split('\n\n')
    rest = parts.pop() ?? ''
    for (const part of parts) yield messageOf(part)
  }
}

function messageOf(text: string): Message {
  const lines = text.split('\n').map((line) => /^(\w+): ?(.*)$/.exec(line) ?? [])
  const of = (wanted: string) => lines.find(([, name]) => name === wanted)?.[2]
  return { id: of('id'), event: of('event'), data: of('data') ?? 'null' }
}
