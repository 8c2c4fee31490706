import { afterAll } from 'vitest'
import type { Api } from './harness.ts'

export type Message = { id?: string; event?: string; data?: unknown; comment?: string }
export type Change = {
  objectType: string
  id: string
  kind: string
  at: string
  actor: { type: string; id: string; name: string | null; member?: { id: string; name: string | null } | null } | null
  keys: string[]
  related: string[]
}

const patienceMs = 5000

/** Listens to the events of the workspace, as any client of server-sent events would. */
export async function listenTo(
  api: Api,
  { key = api.key, after, lastEventId }: { key?: string; after?: string; lastEventId?: string } = {},
) {
  const leaving = new AbortController()
  afterAll(() => leaving.abort())
  const response = await fetch(`${api.url}/admin/v1/events${after === undefined ? '' : `?after=${after}`}`, {
    headers: { authorization: `Bearer ${key}`, ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) },
    signal: leaving.signal,
  })
  const messages: Message[] = []
  let arrived = () => {}
  let isOver = false
  const reading = read(response, (message) => {
    messages.push(message)
    arrived()
  })
  reading
    .catch(() => {})
    .finally(() => {
      isOver = true
      arrived()
    })

  /** The next message; undefined at the end of the stream. */
  const next = async (): Promise<Message | undefined> => {
    const deadline = setTimeout(() => {
      isOver = true
      arrived()
    }, patienceMs)
    while (messages.length === 0 && !isOver) await new Promise<void>((resolve) => (arrived = resolve))
    clearTimeout(deadline)
    return messages.shift()
  }
  return {
    response,
    next,
    /** The changes up to one of a record. */
    async changesUntil(id: string): Promise<Change[]> {
      const changes: Change[] = []
      for (let message = await next(); message; message = await next()) {
        if (message.event !== 'change') continue
        changes.push(message.data as Change)
        if (changes.at(-1)?.id === id) return changes
      }
      throw new Error(`no change of ${id} came, only ${JSON.stringify(changes)}`)
    },
    /** Resolves when the server has ended the stream. */
    ended: reading,
    leave: () => leaving.abort(),
  }
}

async function read(response: Response, tell: (message: Message) => void) {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of response.body ?? []) {
    const parts = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n\n')
    rest = parts.pop() ?? ''
    for (const part of parts) tell(messageOf(part))
  }
}

function messageOf(text: string): Message {
  const message: Message = {}
  for (const line of text.split('\n')) {
    const [, name = '', value = ''] = /^(\w*): ?(.*)$/.exec(line) ?? []
    if (name === '') message.comment = value
    if (name === 'data') message.data = JSON.parse(value)
    if (name === 'id' || name === 'event') message[name] = value
  }
  return message
}
