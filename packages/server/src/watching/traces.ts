import type { Attributes, Span, SpanContext, SpanOptions } from '@opentelemetry/api'
import { nameOfStatement, type StatementListener } from './statements.ts'
import { currentTask, type Task } from './task.ts'

/** Spans of what is done: requests and background work, with their statements and what they ask of other servers. */
export type Traces = {
  /** Begins the span of a request; `traceparent` is the header in which a caller says of which trace it is a part. */
  request(task: Task, method: string, traceparent: string | undefined): void
  /** Ends it. */
  answered(task: Task, status: number): void
  /** Runs background work within a span of its own. */
  work<T>(task: Task, pieces: number, run: () => Promise<T>): Promise<T>
  /** Runs a request to another server within a span, which names its host and nothing else of it. */
  outbound<T extends { status: number }>(method: string, host: string, run: () => Promise<T>): Promise<T>
  statement: StatementListener
  /** Sends what has not been sent. */
  close(): Promise<void>
}

export type TraceOptions = {
  /** Of the collector; spans go to `/v1/traces` below it. */
  endpoint: string
  service: string
  version: string
  /** The part of the traces that is kept, of those whose caller has not decided. */
  ratio: number
}

const delayMs = 1000
const timeoutMs = 5000

/** Loads the libraries, and sends spans to a collector by OTLP over HTTP. */
export async function openTraces({ endpoint, service, version, ratio }: TraceOptions): Promise<Traces> {
  const [api, sdk, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ])
  const { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } = api
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, timeoutMillis: timeoutMs })
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.version': version }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [
      new sdk.BatchSpanProcessor({ exporter, scheduledDelayMillis: delayMs, exportTimeoutMillis: timeoutMs }),
    ],
  })
  const tracer = provider.getTracer('openfield', version)
  const spans = new WeakMap<Task, Span>()

  const start = (name: string, options: SpanOptions, parent: Span | SpanContext | undefined) => {
    const span = parent && ('spanContext' in parent ? parent : trace.wrapSpanContext(parent))
    return tracer.startSpan(name, options, span ? trace.setSpan(ROOT_CONTEXT, span) : ROOT_CONTEXT)
  }
  const within = async <T>(span: Span, run: () => Promise<T>, said: (result: T) => Attributes = () => ({})) => {
    try {
      const result = await run()
      span.setAttributes(said(result))
      return result
    } catch (error) {
      // Its message may hold what is nobody's business here.
      span.setAttribute('error.type', error instanceof Error ? error.constructor.name : 'unknown')
      span.setStatus({ code: SpanStatusCode.ERROR })
      throw error
    } finally {
      span.end()
    }
  }

  return {
    request(task, method, traceparent) {
      const attributes = { 'http.request.method': method, 'openfield.operation': task.name, ...nameOf(task) }
      spans.set(task, start(task.name, { kind: SpanKind.SERVER, attributes }, parentOf(traceparent)))
    },
    answered(task, status) {
      const span = spans.get(task)
      span?.setAttributes({ 'http.response.status_code': status, ...workspaceOf(task) })
      if (status >= 500) span?.setStatus({ code: SpanStatusCode.ERROR })
      span?.end()
    },
    work(task, pieces, run) {
      const attributes = { 'openfield.pieces': pieces, ...workspaceOf(task) }
      const span = start(task.name, { kind: SpanKind.CONSUMER, attributes }, undefined)
      spans.set(task, span)
      return within(span, run)
    },
    outbound(method, host, run) {
      const task = currentTask()
      const attributes = { 'http.request.method': method, 'server.address': host }
      const span = start(method, { kind: SpanKind.CLIENT, attributes }, task && spans.get(task))
      return within(span, run, ({ status }) => ({ 'http.response.status_code': status }))
    },
    statement({ asked, startedAt, ms, rows, failed }, task) {
      const parent = task && spans.get(task)
      // What the process does by itself, again and again, is nobody's.
      if (!parent?.isRecording()) return
      const attributes = { 'db.system.name': 'postgresql', 'db.response.returned_rows': rows, ...task?.query }
      const options = { kind: SpanKind.CLIENT, startTime: startedAt, attributes: flat(attributes) }
      const span = start(nameOfStatement(asked), options, parent)
      if (failed) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end(startedAt + ms)
    },
    async close() {
      await Promise.race([provider.shutdown(), new Promise((resolve) => setTimeout(resolve, timeoutMs).unref())]).catch(
        () => {},
      )
    },
  }
}

const workspaceOf = ({ workspace }: Task): Attributes =>
  workspace === undefined ? {} : { 'openfield.workspace': workspace }
const nameOf = ({ line }: Task): Attributes => ('requestId' in line ? { 'openfield.request_id': line.requestId } : {})

const flat = ({ objectType, filters, ...rest }: Attributes & Partial<NonNullable<Task['query']>>): Attributes => ({
  ...rest,
  ...(objectType !== undefined && { 'openfield.object_type': objectType }),
  ...(filters !== undefined && { 'openfield.filters': [...filters] }),
})

/** What a caller's header says of the trace that it is in; undefined for none, and for one that is none. */
function parentOf(traceparent: string | undefined): SpanContext | undefined {
  const [, traceId = '', spanId = '', flags = ''] =
    /^[0-9a-e][0-9a-f]-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/.exec(traceparent ?? '') ?? []
  if (/^0*$/.test(traceId) || /^0*$/.test(spanId)) return undefined
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true }
}
