import { Agent, request } from 'node:http'

/** What came of requests that were sent all the time: how many were answered with 200, and what became of all others. */
export type Answers = { good: number; bad: string[] }

/**
 * Sends requests without a pause over connections that stay open, and no request twice, whatever becomes of it; returns
 * what ends that.
 */
export function keepAsking(
  url: string,
  { connections, ask }: { connections: number; ask: (turn: number) => Asked },
): () => Promise<Answers> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const answers: Answers = { good: 0, bad: [] }
  let turn = 0
  let isOver = false
  const lane = async () => {
    while (!isOver) {
      const status = await statusOf(agent, url, ask(turn++)).catch((error) => `${error.code ?? error}`)
      if (status === 200) answers.good += 1
      else answers.bad.push(`${status}`)
    }
  }
  const lanes = Array.from({ length: connections }, lane)
  return async () => {
    isOver = true
    await Promise.all(lanes)
    agent.destroy()
    return answers
  }
}

type Asked = { method: string; path: string; headers?: Record<string, string | undefined>; body?: string }

const statusOf = (agent: Agent, url: string, { body, path, ...asked }: Asked) =>
  new Promise<number | undefined>((resolve, reject) => {
    const sent = request(new URL(path, url), { agent, ...asked }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode))
      response.once('error', reject)
    })
    sent.once('error', reject)
    sent.end(body)
  })
