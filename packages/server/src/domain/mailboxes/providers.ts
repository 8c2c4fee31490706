import { unprocessable } from '@openfield/schema'
import type { Mailbox, MailboxSettings, MailServer } from '../../storage/mailboxes.ts'
import type { Credentials } from './credentials.ts'

export type ServerInput = {
  host: string
  port?: number | undefined
  security?: MailServer['security'] | undefined
  username?: string | undefined
  password?: string | undefined
}

/** How to sign in to a mailbox, as whoever connects it says. */
export type SignInInput = {
  username?: string | undefined
  password?: string | undefined
  smtp?: ServerInput | undefined
  imap?: ServerInput | null | undefined
  oauth?:
    | {
        clientId: string
        clientSecret?: string | undefined
        refreshToken: string
        accessToken?: string | undefined
        expiresAt?: string | undefined
        tokenUrl?: string | undefined
        revocationUrl?: string | undefined
      }
    | undefined
  certificate?: string | undefined
}

type Preset = { smtp?: ServerInput; imap?: ServerInput; tokenUrl?: string; revocationUrl?: string }

/** Where the mail of those is who name only a provider. */
const presets: Record<Mailbox['provider'], Preset> = {
  imap: {},
  google: {
    smtp: { host: 'smtp.gmail.com', port: 465 },
    imap: { host: 'imap.gmail.com', port: 993 },
    tokenUrl: 'https://oauth2.googleapis.com/token',
    revocationUrl: 'https://oauth2.googleapis.com/revoke',
  },
  microsoft: {
    smtp: { host: 'smtp.office365.com', port: 587 },
    imap: { host: 'outlook.office365.com', port: 993 },
    tokenUrl: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
  },
}

const securities = {
  smtp: { 465: 'tls', 587: 'starttls', 25: 'starttls' },
  imap: { 993: 'tls', 143: 'starttls' },
} as const satisfies Record<string, Record<number, MailServer['security']>>

const ports = { smtp: { tls: 465, starttls: 587, none: 25 }, imap: { tls: 993, starttls: 143, none: 143 } } as const

/** What is to be kept of a mailbox, with the presets of its provider for what is not said. Throws 422s. */
export function signInOf(
  provider: Mailbox['provider'],
  address: string,
  input: SignInInput,
): { settings: MailboxSettings; credentials: Credentials } {
  const preset = presets[provider]
  const { oauth, certificate, username = address } = input
  const smtp = input.smtp ?? preset.smtp
  const imap = input.imap === undefined ? preset.imap : input.imap
  if (!smtp) throw unprocessable("Say by which server the mailbox sends, as 'smtp'.", 'smtp')
  const tokenUrl = oauth?.tokenUrl ?? preset.tokenUrl
  if (oauth && tokenUrl === undefined) {
    throw unprocessable("Say where tokens are renewed, as 'tokenUrl'.", 'oauth.tokenUrl')
  }
  return {
    settings: {
      authentication: oauth ? 'oauth' : 'password',
      smtp: serverOf('smtp', smtp, username),
      imap: imap ? serverOf('imap', imap, username) : null,
      certificate: certificate ?? null,
      tokenUrl: oauth ? (tokenUrl ?? null) : null,
      revocationUrl: oauth ? (oauth.revocationUrl ?? preset.revocationUrl ?? null) : null,
    },
    credentials: oauth
      ? {
          oauth: {
            clientId: oauth.clientId,
            clientSecret: oauth.clientSecret ?? null,
            refreshToken: oauth.refreshToken,
            accessToken: oauth.accessToken ?? null,
            expiresAt: oauth.expiresAt ?? null,
          },
        }
      : {
          smtpPassword: passwordOf('smtp', smtp, input),
          ...(imap && { imapPassword: passwordOf('imap', imap, input) }),
        },
  }
}

function serverOf(kind: 'smtp' | 'imap', { host, port, security, username }: ServerInput, usual: string): MailServer {
  const known: Record<number, MailServer['security']> = securities[kind]
  const way = security ?? known[port ?? 0] ?? 'tls'
  return { host, port: port ?? ports[kind][way], security: way, username: username ?? usual }
}

function passwordOf(kind: 'smtp' | 'imap', { password }: ServerInput, input: SignInInput): string {
  const found = password ?? input.password
  if (found !== undefined) return found
  throw unprocessable(`Say with which password, or 'oauth' tokens, the ${kind} server is signed in to.`, 'password')
}
