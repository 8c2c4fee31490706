import { type Config, unknownSettings } from '../config.ts'
import { DatabaseUnavailable } from '../embedded/unavailable.ts'
import { type Server, startServer } from '../server.ts'

/** Serves until SIGTERM or SIGINT; then finishes what is in flight and exits with 0. */
export async function serve(config: Config): Promise<void> {
  const stopping = Promise.withResolvers<void>()
  // Not `once`: under npm, Ctrl-C arrives twice, and the second must not end the process in the middle of stopping.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stopping.resolve())
  for (const name of unknownSettings(process.env)) {
    console.error(`${name} is not a setting and is ignored; see: npx openfield config`)
  }
  const server = await startServer(config, (line) => console.error(line)).catch((error) => {
    throw listenProblem(error, config) ?? error
  })
  console.log(welcome(server))
  await stopping.promise
  await server.close()
}

function listenProblem(error: { code?: string }, { HOST, PORT }: Config): Error | undefined {
  const problems: Record<string, string> = {
    EADDRINUSE: `Port ${PORT} on ${HOST} is in use, perhaps by another Openfield. Stop that one, or set PORT to another port.`,
    EACCES: `Port ${PORT} on ${HOST} needs more rights. Set PORT to one above 1023.`,
    EADDRNOTAVAIL: `This machine has no address ${HOST}. Set HOST to one it has, e.g. 127.0.0.1 or 0.0.0.0.`,
    ENOTFOUND: `The host name ${HOST} is not known. Set HOST to an address of this machine, e.g. 127.0.0.1.`,
  }
  const message = problems[error.code ?? '']
  return message === undefined ? undefined : new DatabaseUnavailable(message)
}

function welcome({ url, publicUrl, first }: Server): string {
  const lines = ['', `Openfield serves ${url}`, `Web app: ${publicUrl}/crm`, `API reference: ${publicUrl}/docs`]
  if (!first) {
    const lost = [
      'API key: npx openfield keys create --name NAME',
      'password: npx openfield password reset --email ADDRESS',
    ]
    return [...lines, ...lost.map((what) => `To replace a lost ${what}`), ''].join('\n')
  }
  return [
    ...lines,
    '',
    `Sign in to the web app as ${first.email}`,
    first.password === undefined
      ? 'with the OPENFIELD_ADMIN_PASSWORD.'
      : `Password (shown this once): ${first.password}`,
    '',
    `API key (shown this once): ${first.key}`,
    '',
    'Create an opportunity in the sample account:',
    '',
    `curl -X POST ${url}/v1/opportunities \\`,
    `  -H 'Authorization: Bearer ${first.key}' \\`,
    `  -H 'Lightfield-Version: 2026-03-01' \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d '{"fields":{"$name":"First deal","$stage":"Lead"},"relationships":{"$account":"${first.accountId}"}}'`,
    '',
  ].join('\n')
}
