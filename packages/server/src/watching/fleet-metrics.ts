import cluster, { type Worker as Process } from 'node:cluster'
import type { MetricFigures, Metrics } from './metrics.ts'

/** What the process that started the others asks them, and what they answer. */
type Question = { metricsAsked: number }
type Answer = { metricsAnswered: number; figures: MetricFigures[] }

const isQuestion = (said: unknown): said is Question =>
  typeof said === 'object' && said !== null && 'metricsAsked' in said
const isAnswer = (said: unknown): said is Answer =>
  typeof said === 'object' && said !== null && 'metricsAnswered' in said

/** Processes that are starting, or busy for longer than that, are left out. */
const patienceMs = 1500

/** Has this process tell its figures to the one that started it, which serves those of all. */
export function answerForAll({ figures }: Pick<Metrics, 'figures'>) {
  process.on('message', async (said: unknown) => {
    if (!isQuestion(said)) return
    const told = await figures().catch(() => [])
    if (process.connected) process.send?.({ metricsAnswered: said.metricsAsked, figures: told } satisfies Answer)
  })
}

/** The metrics of all processes that this one has started, added up. */
export async function metricsOfAll(): Promise<Pick<Metrics, 'text' | 'contentType'>> {
  const { AggregatorRegistry, Registry } = (await import('prom-client')).default
  let asked = 0
  return {
    contentType: Registry.PROMETHEUS_CONTENT_TYPE,
    async text() {
      asked += 1
      const question: Question = { metricsAsked: asked }
      const workers = Object.values(cluster.workers ?? {}).filter((one) => one?.isConnected()) as Process[]
      const found = await Promise.all(workers.map((one) => ask(one, question)))
      return AggregatorRegistry.aggregate(found.filter((figures) => figures.length > 0)).metrics()
    },
  }
}

const ask = (worker: Process, question: Question) =>
  new Promise<MetricFigures[]>((resolve) => {
    const end = (figures: MetricFigures[]) => {
      clearTimeout(timer)
      worker.off('message', listen)
      resolve(figures)
    }
    const listen = (said: unknown) => {
      if (isAnswer(said) && said.metricsAnswered === question.metricsAsked) end(said.figures)
    }
    const timer = setTimeout(end, patienceMs, [])
    worker.on('message', listen)
    worker.send(question)
  })
