import { readNetworks } from './domain/outbound/networks.ts'
import { isAcceptable, passwordLengthMax, passwordLengthMin } from './domain/sign-in/passwords.ts'
import { parseKey } from './storage/encryption-key.ts'

/** Every setting: its default and what it means. The only place that reads the environment. */
type Setting<T> = { default: string; meaning: string; parse: (text: string) => T; secret?: true }

const setting = <T>(defaultText: string, meaning: string, parse: (text: string) => T): Setting<T> => ({
  default: defaultText,
  meaning,
  parse,
})

const text = (value: string) => value
const optional = (value: string) => (value === '' ? undefined : value)

export const settings = {
  PORT: setting('3000', 'Port to listen on; 0 picks a free one.', wholeNumber(0, 65_535)),
  HOST: setting('127.0.0.1', 'Address to listen on; 0.0.0.0 for all.', text),
  OPENFIELD_DATA_DIR: setting('./data', 'Folder of the embedded database and of files.', text),
  DATABASE_URL: {
    ...setting('', 'An external PostgreSQL (15 or newer) instead of the embedded one.', databaseUrl),
    secret: true,
  },
  OPENFIELD_DATABASE_CONNECTIONS: setting(
    '12',
    'How many connections to the database a process has at most.',
    wholeNumber(4, 200),
  ),
  OPENFIELD_PUBLIC_URL: setting(
    '',
    'Base of links to records and of signed URLs of files; by default http://HOST:PORT.',
    webAddress,
  ),
  OPENFIELD_BOOTSTRAP_API_KEY: {
    ...setting('', 'On the first start: the full-access key of the first admin is exactly this.', bootstrapKey),
    secret: true,
  },
  OPENFIELD_ADMIN_EMAIL: setting('admin@example.com', 'E-mail address of the first admin member.', emailAddress),
  OPENFIELD_ADMIN_PASSWORD: {
    ...setting(
      '',
      'On the first start: how the first admin signs in to the web app; by default one is made up and printed.',
      password,
    ),
    secret: true,
  },
  OPENFIELD_ENCRYPTION_KEY: {
    ...setting(
      '',
      'What credentials of mailboxes and the like are encrypted with: 32 bytes in base64, the same for all servers of a database; by default the file encryption.key in the data folder, made on first use.',
      encryptionKey,
    ),
    secret: true,
  },
  OPENFIELD_RATE_LIMIT: setting(
    '25',
    'Requests per second, per category and workspace; 0 switches the limit off.',
    wholeNumber(0, 1_000_000),
  ),
  OPENFIELD_CORS_ORIGINS: setting('', 'Origins whose pages may call the API, separated by commas; * for all.', origins),
  OPENFIELD_WORKER: setting('on', 'on: this process also does background work; off: others do.', oneOf('on', 'off')),
  OPENFIELD_DRAIN_SECONDS: setting(
    '0',
    'How long a server that is told to stop still serves while /health answers 503, so that balancers notice.',
    wholeNumber(0, 600),
  ),
  OPENFIELD_FILES_SHARED: setting(
    'off',
    'on: all servers of the database see the same files folder, e.g. on a network drive; off: this one is the only server.',
    oneOf('on', 'off'),
  ),
  OPENFIELD_S3_BUCKET: setting('', 'A bucket to keep files in, instead of the data folder.', optional),
  OPENFIELD_S3_ENDPOINT: setting(
    '',
    'Address of the S3-compatible service of that bucket; by default AWS.',
    webAddress,
  ),
  OPENFIELD_S3_REGION: setting('us-east-1', 'Region of that bucket.', text),
  OPENFIELD_S3_ACCESS_KEY_ID: setting(
    '',
    'Key to that bucket; by default what the AWS library finds on the machine.',
    optional,
  ),
  OPENFIELD_S3_SECRET_ACCESS_KEY: { ...setting('', 'The secret of that key.', optional), secret: true },
  OPENFIELD_SMTP_URL: {
    ...setting(
      '',
      'Server that sends mails, e.g. smtps://user:password@mail.example.com; none: links are shown only.',
      smtpUrl,
    ),
    secret: true,
  },
  OPENFIELD_MAIL_FROM: setting('', 'Sender of those mails, e.g. Openfield <crm@example.com>.', optional),
  OPENFIELD_MAIL_POLL_SECONDS: setting(
    '300',
    'How often mailboxes are looked at whose servers do not say that something came, and folders other than the inbox.',
    wholeNumber(5, 86_400),
  ),
  OPENFIELD_OIDC_ISSUER: setting(
    '',
    'Address of an OpenID Connect provider, for single sign-on of members by their verified e-mail address.',
    issuer,
  ),
  OPENFIELD_OIDC_CLIENT_ID: setting('', 'What that provider knows this server as.', optional),
  OPENFIELD_OIDC_CLIENT_SECRET: {
    ...setting('', 'The secret that goes with it, if it has one.', optional),
    secret: true,
  },
  OPENFIELD_OIDC_LABEL: setting('Single sign-on', 'What the button says.', text),
  OPENFIELD_ALLOWED_NETWORKS: setting(
    '',
    'Private networks that this server may call, e.g. for webhooks inside a company: 10.1.0.0/16, separated by commas; none: public addresses only.',
    readNetworks,
  ),
  OPENFIELD_ENRICHMENT: setting(
    'on',
    'on: workspaces may have what is missing of accounts and contacts looked up, on the sites of the companies; off: this server reads no sites.',
    oneOf('on', 'off'),
  ),
  OPENFIELD_LOG: setting(
    'error',
    'error: unexpected failures and slow queries; info: a line for every request too.',
    oneOf('error', 'info'),
  ),
  OPENFIELD_SLOW_QUERY_MS: setting(
    '500',
    'A query of the database that takes so many milliseconds is logged, with the filters that caused it; 0: none is.',
    wholeNumber(0, 3_600_000),
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: setting(
    '',
    'Collector of OpenTelemetry that traces are sent to by OTLP over HTTP, e.g. http://127.0.0.1:4318; none: no traces.',
    webAddress,
  ),
  OTEL_SERVICE_NAME: setting('openfield', 'What traces call this server.', text),
  OTEL_TRACES_SAMPLER_ARG: setting(
    '1',
    'The part of the traces that is kept, from 0 to 1, unless the caller of a request has decided.',
    ratio,
  ),
  OPENFIELD_METRICS_PORT: setting('', 'Port where Prometheus reads /metrics; none: no metrics.', optionalPort),
  OPENFIELD_METRICS_HOST: setting(
    '127.0.0.1',
    'Address of that port. Whoever reaches it reads the metrics: keep it inside.',
    text,
  ),
} satisfies Record<string, Setting<unknown>>

type Settings = typeof settings
export type Config = { [Name in keyof Settings]: ReturnType<Settings[Name]['parse']> }

/** All problems of the environment at once. */
export class InvalidSettings extends Error {}

/** Reads the settings. Throws InvalidSettings, which names every setting that is wrong and says why. */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const problems: string[] = []
  const config = Object.fromEntries(
    Object.entries(settings).map(([name, { default: fallback, parse }]) => {
      try {
        return [name, parse((environment[name] ?? '').trim() || fallback)]
      } catch (problem) {
        problems.push(`  ${name} ${problem instanceof Error ? problem.message : problem}`)
        return [name, undefined]
      }
    }),
  )
  problems.push(...problemsTogether(config as Config))
  // By themselves these are no problem, but one of them may be meant for what is wrong.
  const stray = problems.length > 0 ? unknownSettings(environment) : []
  for (const name of stray) problems.push(`  ${name} is not a setting; see: npx openfield config`)
  if (problems.length > 0) throw new InvalidSettings(`These settings are not right:\n${problems.join('\n')}`)
  return config as Config
}

/** Settings that mean nothing without another. */
function problemsTogether(config: Config): string[] {
  const { OPENFIELD_S3_BUCKET: bucket, OPENFIELD_S3_ENDPOINT: endpoint } = config
  const { OPENFIELD_S3_ACCESS_KEY_ID: key, OPENFIELD_S3_SECRET_ACCESS_KEY: secret } = config
  return [
    ...((config.OPENFIELD_SMTP_URL === undefined) !== (config.OPENFIELD_MAIL_FROM === undefined)
      ? ['  OPENFIELD_SMTP_URL and OPENFIELD_MAIL_FROM must be set together']
      : []),
    ...((config.OPENFIELD_OIDC_ISSUER === undefined) !== (config.OPENFIELD_OIDC_CLIENT_ID === undefined)
      ? ['  OPENFIELD_OIDC_ISSUER and OPENFIELD_OIDC_CLIENT_ID must be set together']
      : []),
    ...(bucket === undefined && (endpoint ?? key ?? secret) !== undefined
      ? ['  OPENFIELD_S3_BUCKET must be set when other settings of S3 are']
      : []),
    ...((key === undefined) !== (secret === undefined)
      ? ['  OPENFIELD_S3_ACCESS_KEY_ID and OPENFIELD_S3_SECRET_ACCESS_KEY must be set together']
      : []),
  ]
}

/** What looks like a setting and is none, such as a misspelt one. Not refused: clients have variables of their own. */
export const unknownSettings = (environment: Record<string, string | undefined>) =>
  Object.keys(environment).filter((name) => name.startsWith('OPENFIELD_') && !(name in settings))

function wholeNumber(min: number, max: number) {
  return (value: string) => {
    const number = Number(value)
    if (!/^\d+$/.test(value) || number < min || number > max) {
      throw new Error(`must be a whole number from ${min} to ${max}, not "${value}"`)
    }
    return number
  }
}

function ratio(value: string) {
  const number = Number(value)
  if (!/^[\d.]+$/.test(value) || !(number >= 0 && number <= 1)) {
    throw new Error(`must be a number from 0 to 1, not "${value}"`)
  }
  return number
}

function optionalPort(value: string) {
  return value === '' ? undefined : wholeNumber(0, 65_535)(value)
}

function oneOf<const T extends string>(...values: T[]) {
  return (value: string): T => {
    const found = values.find((one) => one === value)
    if (found === undefined) throw new Error(`must be one of ${values.join(', ')}, not "${value}"`)
    return found
  }
}

function databaseUrl(value: string) {
  if (value === '') return undefined
  if (!/^postgres(ql)?:\/\//.test(value) || !URL.canParse(value)) {
    throw new Error('must look like postgresql://user:password@host:5432/database')
  }
  return value
}

function webAddress(value: string) {
  if (value === '') return undefined
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash) {
    throw new Error('must be an address such as https://crm.example.com')
  }
  return url.href.replace(/\/+$/, '')
}

/** Kept as it is: it is compared with what the provider calls itself, to the last slash. */
function issuer(value: string) {
  webAddress(value)
  return optional(value)
}

function smtpUrl(value: string) {
  if (value === '') return undefined
  if (!/^smtps?:\/\//.test(value) || !URL.canParse(value)) {
    throw new Error('must look like smtps://user:password@mail.example.com:465')
  }
  return value
}

function bootstrapKey(value: string) {
  if (value === '') return undefined
  if (!/^[\x21-\x7e]{16,200}$/.test(value)) throw new Error('must have 16 to 200 printable characters and no spaces')
  return value
}

function encryptionKey(value: string) {
  if (value === '') return undefined
  const key = parseKey(value)
  if (!key) throw new Error('must be 32 random bytes in base64, as printed by: openssl rand -base64 32')
  return key
}

function password(value: string) {
  if (value === '') return undefined
  if (!isAcceptable(value)) throw new Error(`must have ${passwordLengthMin} to ${passwordLengthMax} characters`)
  return value
}

function emailAddress(value: string) {
  if (!/^[^\s@]+@[^\s@]+$/.test(value)) throw new Error(`must be an e-mail address, not "${value}"`)
  return value
}

function origins(value: string): string[] {
  const list = value.split(',').flatMap((one) => one.trim() || [])
  const wrong = list.find((one) => one !== '*' && !(URL.canParse(one) && new URL(one).origin === one))
  if (wrong !== undefined) throw new Error(`must list origins such as https://app.example.com, not "${wrong}"`)
  return list
}
