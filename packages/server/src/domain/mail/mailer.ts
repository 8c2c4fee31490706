import type { Transporter } from 'nodemailer'

export type Mail = { to: string; subject: string; text: string }

/** Sends mails. Undefined in a context: this server sends none. */
export type Mailer = {
  /** Whether a mail was handed over. A failure is logged and no more than that: whoever asked has another way. */
  send(mail: Mail): Promise<boolean>
}

type MailSettings = { OPENFIELD_SMTP_URL: string | undefined; OPENFIELD_MAIL_FROM: string | undefined }

// Somebody is waiting.
const timeouts = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 }

/** The mailer of the settings. The library is loaded for the first mail. */
export function openMailer(
  { OPENFIELD_SMTP_URL: url, OPENFIELD_MAIL_FROM: from }: MailSettings,
  failed: (error: unknown) => void,
): Mailer | undefined {
  if (url === undefined) return undefined
  let transport: Promise<Transporter> | undefined
  return {
    async send(mail) {
      transport ??= import('nodemailer').then(({ createTransport }) => createTransport({ url, ...timeouts }))
      try {
        await (await transport).sendMail({ ...mail, from })
        return true
      } catch (error) {
        failed(error)
        return false
      }
    },
  }
}
