import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'

/** What is said about settings that are wrong; empty when they are right. */
function problemsOf(environment: Record<string, string>): string[] {
  try {
    readConfig(environment)
    return []
  } catch (error) {
    return (error as Error).message.split('\n').slice(1)
  }
}

describe('settings of signing in', () => {
  it('need no setting at all', () => expect(problemsOf({})).toEqual([]))

  it('refuse a password that nobody could sign in with', () => {
    expect(problemsOf({ OPENFIELD_ADMIN_PASSWORD: 'short' })).toEqual([
      '  OPENFIELD_ADMIN_PASSWORD must have 10 to 200 characters',
    ])
  })

  it('belong together: what sends mails and whom they are from, a provider and what it knows us as', () => {
    const mail = {
      OPENFIELD_SMTP_URL: 'smtps://user:secret@mail.acme.example',
      OPENFIELD_MAIL_FROM: 'crm@acme.example',
    }
    const provider = { OPENFIELD_OIDC_ISSUER: 'https://id.acme.example/crm/', OPENFIELD_OIDC_CLIENT_ID: 'openfield' }
    for (const pair of [mail, provider]) {
      expect(problemsOf(pair)).toEqual([])
      for (const one of Object.entries(pair)) {
        expect(problemsOf(Object.fromEntries([one]))).toEqual([
          `  ${Object.keys(pair).join(' and ')} must be set together`,
        ])
      }
    }
  })

  it('keep the address of a provider as it is, to the last slash', () => {
    const config = readConfig({ OPENFIELD_OIDC_ISSUER: 'https://id.acme.example/crm/', OPENFIELD_OIDC_CLIENT_ID: 'x' })
    expect(config.OPENFIELD_OIDC_ISSUER).toBe('https://id.acme.example/crm/')
  })

  it.each([
    [{ OPENFIELD_SMTP_URL: 'mail.acme.example', OPENFIELD_MAIL_FROM: 'x' }, 'OPENFIELD_SMTP_URL'],
    [{ OPENFIELD_OIDC_ISSUER: 'acme', OPENFIELD_OIDC_CLIENT_ID: 'x' }, 'OPENFIELD_OIDC_ISSUER'],
  ])('refuse %o', (environment, name) => {
    expect(problemsOf(environment)[0]).toMatch(new RegExp(`^  ${name} must `))
  })
})
